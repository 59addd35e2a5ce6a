"""Companies whose planted truths are asked for in words: two seeds, each made once a session."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from chat_service.answer import answer
from chat_service.asking import Answer, Asked
from chat_service.outcomes import Clarification, Question
from chat_service.services import Services, open_services
from chat_service.settings import Settings
from semantic_layer.demo.make import make_demo

Ask = Callable[[str], Answer]
SEEDS = (7, 11)


@pytest.fixture(scope="session", params=SEEDS)
def company(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, today: date
) -> Iterator[Services]:
    """Services over a company of 12,000 customers, unscored."""
    path: Path = tmp_path_factory.mktemp("loop") / f"demo_{request.param}.duckdb"
    make_demo(path, customers=12_000, seed=request.param, as_of=today)
    opened = open_services(Settings(database=path, as_of=today), time.perf_counter)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def ask(company: Services) -> Ask:
    """The answer to a question in words; of one that is read right and not surely, once that is confirmed."""

    def asked(text: str) -> Answer:
        question = Question(text, company.layer.as_of)
        read = company.read(question)
        if isinstance(read, Clarification) and read.code == "unsure":
            question = Question("1", company.layer.as_of, pending=read)
        return answer(Asked(question, company.reader), company)

    return asked
