"""Requests of a client's own making, whose names the model may not have: they are said back all the same."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import JsonValue, TypeAdapter

from chat_service.present.names import Names
from chat_service.present.restate import restate
from semantic_layer.model.model import Model
from semantic_layer.query.requests import Request

_REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
_NONE = "no such name"
_THEN: JsonValue = {"metric": "orders", "within": 3}
_NO_DEED: JsonValue = {"metric": _NONE, "within": 3}
_PERIOD: JsonValue = {"start": "2026-01-01", "end": "2026-02-01", "grain": "month"}
_IS: JsonValue = [{"field": _NONE, "op": "=", "values": ["a"]}]


@pytest.mark.parametrize(
    "request_of",
    [
        {"kind": "metrics", "metrics": [_NONE], "group_by": [_NONE], "filters": _IS, "keep": _IS},
        {"kind": "list", "entity": _NONE},
        {"kind": "cohort", "metric": "cohort_retention", "by": _NONE},
        {"kind": "cohort", "metric": _NONE},
        {"kind": "funnel", "metric": _NONE, "by": _NONE},
        {"kind": "explain", "metric": _NONE, "dimensions": [_NONE], "period": _PERIOD},
        {"kind": "follows", "event": _NONE, "then": _THEN},
        {"kind": "follows", "event": "orders", "then": {"metric": _NONE, "within": 3, "filters": _IS}},
        {"kind": "follows", "event": "orders", "then": _THEN, "did": _NO_DEED},
        {"kind": "follows", "event": "orders", "then": _THEN, "by": _NONE},
        {"kind": "lift", "trial": _NONE},
        {"kind": "lift", "by": _NONE},
        {"kind": "paths", "event": _NONE},
        {"kind": "causes", "metric": _NONE},
        {"kind": "causes", "list": _NONE},
        {"kind": "causes", "metric": "churn_rate", "families": [_NONE]},
        {"kind": "profile", "entity": _NONE, "key": "1"},
        {"kind": "playbook", "list": _NONE},
    ],
    ids=lambda each: "-".join((each["kind"], *(key for key, said in each.items() if _NONE in str(said)))),
)
def test_a_name_that_the_model_does_not_have_stands_as_it_was_sent(
    shipped: Model, request_of: dict[str, JsonValue]
) -> None:
    asked = _REQUESTS.validate_python(request_of)
    assert _NONE in restate(asked, Names(shipped, "en"), date(2026, 6, 30))
    assert restate(asked, Names(shipped, "zh"), date(2026, 6, 30))
