"""Every metric kind and join kind of dbt's on toy data that can be added up in the head, on DuckDB and PostgreSQL."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from semantic_layer.interop.dbt import DbtLayer, DbtQuery
from semantic_layer.query.result import Value

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "dbt_cases.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["about"]))
def test_rows(case: dict[str, Any], toy_on: DbtLayer) -> None:
    rows = toy_on.run(DbtQuery.model_validate(case["query"])).rows
    found = [tuple(plain(value) for value in row) for row in rows]
    if not case.get("is_ordered"):
        found.sort(key=lambda row: [(value is None, str(value)) for value in row])
    assert found == [tuple(approximately(value) for value in row) for row in case["rows"]]


def plain(value: Value) -> Value:
    """Times as the cases write them."""
    if not isinstance(value, datetime):
        return value
    text = value.strftime("%Y-%m-%dT%H")
    return text.removeprefix("2024-").removesuffix("T00")


def approximately(value: object) -> object:
    assert not isinstance(value, str) or re.fullmatch(r"[\w-]+", value)
    return pytest.approx(value) if isinstance(value, float) else value
