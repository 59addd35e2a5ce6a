"""Every kind of metric and clause against rows added up by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from semantic_layer.layer import Layer
from semantic_layer.query.requests import Request
from semantic_layer.query.result import Value
from semantic_layer.query.subtotals import with_subtotals

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_rows(case: dict[str, object], toy: Layer) -> None:
    query = {"kind": "metrics", **case["query"]}  # type: ignore[dict-item]
    table = with_subtotals(toy.run(REQUESTS.validate_python(query)))
    found = [tuple(_plain(value) for value in row) for row in table.rows]
    wanted = [tuple(_plain(value) for value in row) for row in case["rows"]]  # type: ignore[attr-defined]
    if case.get("ordered"):
        assert found == wanted, table.sql
    else:
        assert sorted(found, key=str) == sorted(wanted, key=str), table.sql
    if "total_rows" in case:
        assert table.total_rows == case["total_rows"]


def _plain(value: Value) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return round(float(value), 6)
