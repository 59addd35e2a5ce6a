"""The path of a query: from the request down to what it resolves to, without calls back to where it came from."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from types import FrameType

import pytest

from semantic_layer import (
    FieldFilter,
    Layer,
    MetricFilter,
    MetricQuery,
    Period,
    load_model,
    open_engine,
    shipped_model_path,
)
from tests.structure.sources import Source, own_imports, sources

YEAR = Period(date(2025, 7, 1), date(2026, 7, 1))
QUERIES = (
    MetricQuery(metrics=("revenue",), period=YEAR),
    MetricQuery(
        metrics=("revenue", "repurchase_rate", "churn_rate"),
        group_by=("month", "member_tier"),
        period=YEAR,
        compare={"to": "year"},
        shares=("revenue",),
        order_by=({"column": "revenue", "descending": True},),
        filters=(
            MetricFilter(metric="orders", op=">=", values=(2,)),
            FieldFilter(field="customers.city", op="!=", values=("nowhere",)),
        ),
    ),
)
# a comprehension is a part of the function that it stands in, wherever it is read
_PARTS = ("<genexpr>", "<lambda>", "<listcomp>", "<dictcomp>", "<setcomp>")


@cache
def _floor(module: str) -> int:
    """A module stands one above the highest that it imports."""
    below = {target for each, target in own_imports(_sources()[module]) if not each.deferred and target in _sources()}
    return 1 + max(map(_floor, below - {module}), default=0)


@cache
def _sources() -> dict[str, Source]:
    return {source.module: source for source in sources("semantic_layer")}


@contextmanager
def _climbs() -> Iterator[Counter[str]]:
    """Counts calls from one file of the layer to another that stands above it."""
    modules = {str(source.path): module for module, source in _sources().items()}
    found: Counter[str] = Counter()

    def called(frame: FrameType, event: str, _: object) -> None:
        module = modules.get(frame.f_code.co_filename)
        if event != "call" or module is None or frame.f_code.co_name in _PARTS:
            return
        caller = frame.f_back
        while caller is not None and caller.f_code.co_filename not in modules:
            caller = caller.f_back
        before = modules[caller.f_code.co_filename] if caller is not None else "semantic_layer"
        if before != "semantic_layer" and _floor(before) < _floor(module):
            found[f"{before} -> {module}.{frame.f_code.co_qualname}"] += 1

    former = sys.getprofile()
    sys.setprofile(called)
    try:
        yield found
    finally:
        sys.setprofile(former)


@pytest.mark.parametrize("query", QUERIES, ids=["a number", "groups, a comparison, a condition on behaviour"])
def test_a_query_is_resolved_without_climbing_back(query: MetricQuery, demo_database: Path) -> None:
    engine = open_engine(str(demo_database))
    layer = Layer(load_model(shipped_model_path()), engine, date(2026, 6, 30))
    layer.prepare(query)
    with _climbs() as found:
        layer.prepare(query)
    engine.close()
    assert sum(found.values()) < 10, found
