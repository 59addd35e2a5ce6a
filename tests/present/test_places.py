"""Places are told from the first on, and a definition says what the names of its formula stand for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chat_service.outcomes import Language
from chat_service.present.definitions import formula
from chat_service.present.finding import Finding
from chat_service.present.names import Names
from chat_service.present.sentences import groups_sentence
from semantic_layer.loading.load import load_model
from semantic_layer.query.requests import MetricQuery
from semantic_layer.query.result import Column, Label, ResultTable

TOY = load_model(Path(__file__).parent.parent / "layer" / "toy.yaml")
CITY = Column("city", "dimension", "text", Label("城市", "city"))
PLACE = Column("revenue_place", "metric", "integer", Label("名次", "place"), metric="revenue_place")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_first_place_is_told_first_and_the_last_one_last(language: Language) -> None:
    rows = (("D", 1), ("B", 2), ("A", 3), ("C", 4))
    table = ResultTable(
        columns=(CITY, PLACE), rows=rows, total_rows=4, truncated=False, sql="SELECT 1", dialect="duckdb"
    )
    request = MetricQuery(metrics=("revenue_place",), group_by=("city",))
    said = groups_sentence(Finding(request, table, Names(TOY, language), date(2026, 3, 31)))
    places = [said.rindex(f"{city} {place}") for city, place in rows if f"{city} {place}" in said]
    assert places == sorted(places)
    assert said.rindex("C 4") == places[-1]


@pytest.mark.parametrize(
    ("metric", "wanted"),
    [
        ("revenue_place", "place of each city by revenue, the highest first"),
        ("above_usual", "revenue - usual; usual = revenue on average over the 2 months before"),
        ("growth", "revenue - before; before = revenue 1 month earlier"),
        ("revenue_part", "revenue / whole; whole = revenue over all groups"),
        ("app_share", "app / revenue; app = revenue where channel = 'app' AND city = 'A'"),
        ("trade_change", "revenue - before; before = revenue on the day that days.trade_day_before names"),
        (
            "revenue_2m_before",
            "sum(amount) from sales where state = 'paid', of the last 2 months, without the one that it is shown at",
        ),
        ("revenue_next_30d", "sum(amount) from sales where state = 'paid', of the next 30 days"),
    ],
)
def test_a_definition_says_what_it_reads(metric: str, wanted: str) -> None:
    assert formula(TOY.metrics[metric], Names(TOY, "en")) == wanted
