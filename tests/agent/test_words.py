"""Words against parts: a right reply is taken, and no condition is dropped however often a wrong one is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from chat_service.outcomes import Answerable, DefinitionAsked
from chat_service.services import Services
from chat_service.settings import Settings
from chat_service.translate.agent.checking import Verdict, verdict_on
from chat_service.translate.agent.ground import Ground
from chat_service.translate.agent.reply import read_reply
from tests.agent.conftest import question

KINDS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
WRONG = [(kind["id"], {**kind, **wrong}) for kind in KINDS for wrong in kind["wrong"]]
REASON = "it is what the words say"


def _verdict(case: dict[str, Any], words: list[str], base: Services, ground: Ground, why: str | None) -> Verdict:
    """On a reply as it first comes, or (`why`) as it comes again."""
    answer = case.get("answer", "metrics")
    pieces = [dict(zip(("said", "part"), each.rsplit(" > ", 1), strict=True)) for each in words]
    key = "metrics" if answer == "definition" else "request"
    reply = read_reply({"answer": answer, key: case["request"], "words": pieces, "why": why})
    asked = question(case["asks"])
    hint = base.translator.translate(asked)
    return verdict_on(reply, asked, ground, prompt="", insisted=why is not None, hint=hint)


@pytest.mark.parametrize("kind", KINDS, ids=lambda each: each["id"])
def test_what_is_right_is_taken(kind: dict[str, Any], base: Services, ground: Ground) -> None:
    ((how, words),) = kind["right"].items()
    first = _verdict(kind, words, base, ground, None)
    if how == "taken":
        assert not first.reasons and isinstance(first.outcome, Answerable | DefinitionAsked)
        return
    assert first.outcome is None and first.soft and not first.hard
    assert _verdict(kind, words, base, ground, "").outcome is None, "said again without a reason"
    last = _verdict(kind, words, base, ground, REASON).outcome
    assert isinstance(last, Answerable) and last.reading.confidence < Settings().rules_threshold
    assert {each.code for each in last.reading.assumptions} <= {"set_aside", "background"}
    assert last.reading.assumptions, "what is kept out of the request is told"


@pytest.mark.parametrize(("name", "case"), WRONG, ids=lambda each: each if isinstance(each, str) else "")
def test_what_drops_a_condition_is_not(name: str, case: dict[str, Any], base: Services, ground: Ground) -> None:
    first = _verdict(case, case["words"], base, ground, None)
    assert first.outcome is None, name
    assert case["says"] in "\n".join(first.reasons)
    if "once" not in case:
        assert _verdict(case, case["words"], base, ground, REASON).outcome is None
