"""Small models that have nothing to do with loyalty: an insurer, a survey without entities, policies and claims as two
entities. No word of theirs is known but what they say themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from chat_service.outcomes import Answerable, Previous, Question
from chat_service.translate.offline import OfflineTranslator
from semantic_layer.loading.load import load_model
from semantic_layer.loading.yaml_text import read_yaml
from tests.translate.conftest import values_of
from tests.translate.said import Plain, outcome_as_case

_FOLDER = Path(__file__).parent / "others"
_VALUES = values_of({"branch": ("Austin", "Reno"), "site": ("Berlin", "Oslo"), "occupation": ("nurse", "driver")})


@cache
def _translator(name: str) -> OfflineTranslator:
    return OfflineTranslator(load_model(_FOLDER / f"{name}.yaml"), _VALUES)


def _cases() -> Iterator[ParameterSet]:
    for name in ("insurer", "survey", "claims"):
        read = read_yaml((_FOLDER / f"{name}_questions.yaml").read_text(encoding="utf-8"), name).value
        assert isinstance(read, list)
        for case in read:
            assert isinstance(case, dict)
            gap = case.get("gap")
            marks = [pytest.mark.xfail(reason=str(gap), strict=True)] if gap else []
            yield pytest.param(name, case, id=f"{name}-{case['q']}", marks=marks)


@pytest.mark.parametrize(("name", "case"), list(_cases()))
def test_a_question_to_another_model(name: str, case: dict[str, Any]) -> None:
    outcome = outcome_as_case(_translator(name).translate(Question(case["q"], date(2026, 6, 30))))
    wanted = {key: value for key, value in case.items() if key not in ("q", "gap")}
    if "refuses" in wanted or "asks" in wanted:
        assert outcome.keys() & {"refused", "asks"}
    else:
        assert _essence(outcome) == wanted


def _essence(outcome: dict[str, Plain]) -> dict[str, Plain]:
    """What was asked for, without what is only shown beside it."""
    request = outcome.get("request")
    if not isinstance(request, dict):
        return outcome
    beside = {"show", *(("measured", "order_by") if request.get("kind") == "list" else ())}
    found: dict[str, Plain] = {key: value for key, value in request.items() if key not in beside}
    filters = found.get("filters")
    if isinstance(filters, list):
        kept: list[Plain] = [
            each for each in filters if not (isinstance(each, dict) and each.get("origin") == "default")
        ]
        found = {key: value for key, value in found.items() if key != "filters"} | ({"filters": kept} if kept else {})
    return {**outcome, "request": found}


def test_keys_and_dimensions_are_reached_by_their_names() -> None:
    outcome = _translator("insurer").translate(Question("premium_income by agent_grade", date(2026, 6, 30)))
    assert isinstance(outcome, Answerable)
    assert outcome_as_case(outcome) == {"request": {"metrics": ["premium_income"], "group_by": ["agent_grade"]}}


@pytest.mark.parametrize(
    ("first", "then", "wanted"),
    [
        ("how many claims", "list them", {"kind": "list", "entity": "claim"}),
        ("list open claims", "how many are there", {"metrics": ["claims"]}),
        ("有多少案件", "列出来", {"kind": "list", "entity": "claim"}),
        ("列出未结案件", "按险种", {"metrics": ["claims"], "group_by": ["line"]}),
        ("列出车险保单", "案件有多少", {"metrics": ["claims"]}),
    ],
)
def test_what_goes_on_is_about_the_same_entity(first: str, then: str, wanted: dict[str, Any]) -> None:
    day, translator = date(2026, 6, 30), _translator("claims")
    before = translator.translate(Question(first, day))
    assert isinstance(before, Answerable)
    after = outcome_as_case(translator.translate(Question(then, day, previous=Previous(before.request))))
    request = _essence(after)["request"]
    assert isinstance(request, dict)
    assert {key: value for key, value in request.items() if key != "filters"} == wanted
