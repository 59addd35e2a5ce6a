"""The services over the demo company, and questions and typed requests asked of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chat_service.answer import answer, answer_request
from chat_service.asking import Answer, Asked, Stopwatch
from chat_service.outcomes import Language, Question, Reading
from chat_service.services import Services, open_services
from chat_service.settings import Settings
from semantic_layer.query.requests import Request

Show = Callable[..., Answer]
Ask = Callable[..., Answer]


@pytest.fixture(scope="session")
def services(demo_database: Path) -> Iterator[Services]:
    """Services over the shared demo company."""
    opened = open_services(Settings(database=demo_database), time.perf_counter)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def show(services: Services) -> Show:
    """The answer to a typed request, without a translator."""

    def shown(request: Request, language: Language = "zh", reading: Reading | None = None) -> Answer:
        asked = Asked(Question("-", services.layer.as_of), services.reader)
        read = reading or Reading(language)
        return answer_request(request, read, asked, services, Stopwatch(services.clock), lambda _: None)

    return shown


@pytest.fixture(scope="session")
def ask(services: Services) -> Ask:
    """The answer to a question in words."""

    def asked(text: str, language: Language | None = None) -> Answer:
        return answer(Asked(Question(text, services.layer.as_of, language), services.reader), services)

    return asked
