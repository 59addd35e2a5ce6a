"""A list is called by the name of a population only where all that makes the population was asked for."""

from __future__ import annotations

from datetime import date

from chat_service.present.names import Names
from chat_service.present.restate import restate
from semantic_layer.model.model import Model
from semantic_layer.query.requests import FieldFilter, Filter, ListFilter, ListQuery

_TODAY = date(2026, 6, 30)
_HEAD = "sleeping high-value customers"
_TIERS = FieldFilter(field="member_tier", op="in", values=("gold", "platinum"))


def _restated(condition: Filter, model: Model) -> str:
    return restate(ListQuery(entity="customer", filters=(condition,)), Names(model, "en"), _TODAY)


def test_values_alone_are_no_population_that_is_made_by_conditions_too(shipped: Model) -> None:
    assert _HEAD in _restated(ListFilter(list="sleeping_high_value"), shipped)
    assert _HEAD not in _restated(_TIERS, shipped)


def test_values_that_are_all_of_a_population_are(shipped: Model) -> None:
    assert "customers who may churn" in _restated(FieldFilter(field="churn_risk", values=("high",)), shipped)


def test_those_that_are_not_of_a_population_are_not_called_by_it(shipped: Model) -> None:
    others = FieldFilter(field="churn_risk", op="!=", values=("high",))
    assert "may churn" not in _restated(others, shipped)
