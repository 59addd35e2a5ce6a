"""The question the house was built for, in both languages."""

from __future__ import annotations

import json

import pytest

from chat_service.asking import Answer
from chat_service.services import Services
from tests.chat.conftest import Ask

SHOWN = ("churn_probability", "churn_reasons", "predicted_clv_12m", "last_ordered_at", "recommended_action")


@pytest.fixture(scope="module")
def both(ask: Ask) -> tuple[Answer, Answer]:
    return ask("哪些客户可能流失"), ask("which customers may churn")


def test_the_same_customers_in_both_languages(both: tuple[Answer, Answer]) -> None:
    chinese, english = both
    assert chinese.status == english.status == "answered"
    assert chinese.table is not None
    assert english.table is not None
    assert chinese.table.rows == english.table.rows
    assert chinese.table.total_rows == english.table.total_rows > len(chinese.table.rows) == 20
    assert (chinese.language, english.language) == ("zh", "en")


def test_each_with_what_one_needs_to_act(both: tuple[Answer, Answer]) -> None:
    table = both[0].table
    assert table is not None
    assert set(SHOWN) <= {column.name for column in table.columns}
    for reasons in table.column("churn_reasons"):
        assert all({"code", "evidence"} <= set(each) for each in json.loads(str(reasons)))


def test_they_are_those_of_high_risk_most_urgent_first(both: tuple[Answer, Answer], services: Services) -> None:
    table = both[0].table
    assert table is not None
    wanted = services.engine.run(
        "SELECT customer_id FROM customer_scores WHERE churn_risk = 'high' ORDER BY churn_probability DESC, customer_id"
    ).rows
    assert table.total_rows == len(wanted)
    assert [(value,) for value in table.column("customer_id")] == list(wanted[:20])
