"""The services over the demo company, and results made by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from chat_service.outcomes import Language
from chat_service.present.finding import Finding
from chat_service.present.names import Names
from semantic_layer.loading.load import load_model, shipped_model_path
from semantic_layer.model.model import Model
from semantic_layer.query.requests import Request
from semantic_layer.query.result import Column, Label, ResultTable, Value
from semantic_layer.time.periods import Period
from tests.chat.conftest import ask, services, show

__all__ = ["ask", "services", "show"]
TODAY = date(2026, 6, 30)
Made = Callable[..., Finding]
REGION = Column("region", "dimension", "text", Label("大区", "region"), field="customers.region")
REVENUE = Column("revenue", "metric", "number", Label("销售额", "revenue"), unit="CNY", metric="revenue")
RATE = Column(
    "repurchase_rate", "metric", "number", Label("复购率", "repurchase rate"), unit="percent", metric="repurchase_rate"
)


@pytest.fixture(scope="session")
def shipped() -> Model:
    """The shipped model, which no database is needed for."""
    return load_model(shipped_model_path())


@pytest.fixture(scope="session")
def made(shipped: Model) -> Made:
    """A result of rows that were written by hand."""

    def finding(
        request: Request,
        columns: tuple[Column, ...],
        rows: tuple[tuple[Value, ...], ...],
        language: Language = "zh",
        *,
        sizes: dict[str, tuple[int | None, ...]] | None = None,
        period: Period | None = None,
        previous: Period | None = None,
        total: int | None = None,
    ) -> Finding:
        table = ResultTable(
            columns=columns,
            rows=rows,
            total_rows=len(rows) if total is None else total,
            truncated=False,
            sql="SELECT 1",
            dialect="duckdb",
            period=period,
            previous_period=previous,
        )
        return Finding(request, table, Names(shipped, language), TODAY, sizes=sizes or {})

    return finding
