"""The questions that the network learns from hold requests that can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

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
