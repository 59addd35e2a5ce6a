"""Whatever people asked in a list, the translator comes to an outcome: no question breaks it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from chat_service.outcomes import Answerable, Previous, Question
from chat_service.translate.offline import OfflineTranslator
from tests.scheduling import TIMES

_BY_DAY = 3  # every so many are asked by day, all by night
LISTS = sorted((Path(__file__).parents[1] / "questions").glob("*.yaml"))


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_every_question_of_the_lists_has_an_outcome(path: Path, translator: OfflineTranslator, today: date) -> None:
    entries = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    asked = 0
    for entry in entries if TIMES > 1 else entries[::_BY_DAY]:
        previous = None
        for turn in entry.get("turns") or [entry]:
            outcome = translator.translate(Question(turn["q"], today, previous=previous))
            previous = Previous(outcome.request) if isinstance(outcome, Answerable) else previous
            asked += 1
    assert asked >= len(entries) // _BY_DAY > 0
