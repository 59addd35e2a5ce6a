"""No rule of the grammar stands for nothing: without any one of them, a case is read otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import pytest

import chat_service.translate.offline as translating
from chat_service.language.grammar.chart import Grammar
from chat_service.language.grammar.rule import Edge
from chat_service.outcomes import Question
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.parse import frames
from chat_service.translate.offline import OfflineTranslator
from chat_service.translate.words.lattice import Lattice
from tests.scheduling import BY_DAY
from tests.translate.said import outcome_as_case
from tests.translate.test_cases import read_cases

pytestmark = pytest.mark.skipif(BY_DAY, reason="half a minute: by night (HUITOU_TIMES above 1)")


def test_without_any_rule_a_case_is_read_otherwise(
    translator: OfflineTranslator, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    grammars: list[Grammar] = []
    taking_part: dict[str, list[str]] = defaultdict(list)
    asked = ""

    def watched(text: Lattice, grammar: Grammar) -> tuple[Frame, ...]:
        found = frames(text, grammar)
        grammars.append(grammar)
        for name in {name for frame in found for edge in frame.covering.edges for name in _rules(edge)}:
            taking_part[name].append(asked)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(translating, "frames", watched)
        read = {}
        for case in read_cases():
            asked = case.question
            read[asked] = outcome_as_case(translator.translate(Question(asked, today)))
    rules = grammars[0].rules

    def matters(name: str) -> bool:
        monkeypatch.setattr(translator, "_grammar", Grammar(rule for rule in rules if rule.name != name))
        questions = sorted(set(taking_part[name]), key=len)
        return any(outcome_as_case(translator.translate(Question(each, today))) != read[each] for each in questions)

    idle = [name for name in dict.fromkeys(rule.name for rule in rules) if not matters(name)]
    assert idle == [], ", ".join(idle)


def _rules(edge: Edge) -> Iterator[str]:
    yield edge.rule
    for part in edge.parts:
        yield from _rules(part)
