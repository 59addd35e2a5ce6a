"""The questions that the network learns from hold requests that can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from benchmarks.learning.examples import with_aside
from chat_service.translate.agent.building import built
from chat_service.translate.learned.literals import named_by
from chat_service.translate.learned.plain import is_same, plain, request_of
from chat_service.translate.learned.script import Script
from semantic_layer import Model

_FILES = sorted(Path("benchmarks/learning/questions").glob("*.yaml"))
_TODAY = date(2026, 6, 30)


def _requests(path: Path) -> Iterator[tuple[str, str, Any]]:
    for entry in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader):
        for turn in entry.get("turns", [entry]):
            answer = turn.get("answer", "metrics")
            if "request" in turn and answer != "definition":
                yield entry["id"], answer, turn["request"]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_each_request_is_written_and_read_back(path: Path, loyalty: Model) -> None:
    """As the network writes it, with places for all that it names, a request is read as the same."""
    for name, answer, written in _requests(path):
        request, _ = built(answer, written, _TODAY)
        told = plain(request, loyalty)
        script = Script(named_by(told), (), _TODAY)
        assert is_same(request_of(script.read(script.written(told)), loyalty), request, loyalty), name


@pytest.mark.parametrize("text", ["上个月金卡会员的复购率", "revenue in May by city?"])
def test_an_aside_leaves_a_question_as_it_is(text: str) -> None:
    """Words before it, after it or on both sides; nothing of the question is lost, nor runs into them."""
    told = {with_aside(text, Random(number)) for number in range(60)}  # noqa: S311
    said = text.rstrip("?")
    assert len(told) > 40 and all(said in each and len(each) > len(text) for each in told)
    sides = {(before != "", after.strip("?") != "") for before, _, after in (each.partition(said) for each in told)}
    assert sides == {(True, False), (False, True), (True, True)}
    apart = [each.partition(said) for each in told if said.isascii()]
    assert all(not before[-1:].isalnum() and not after[:1].isalnum() for before, _, after in apart)
