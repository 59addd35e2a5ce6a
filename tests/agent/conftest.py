"""The agent over the demo company and a scripted model's server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr

from chat_service.outcomes import Outcome, Question
from chat_service.services import Services, open_services
from chat_service.settings import Settings
from chat_service.translate.agent.catalogue import catalogue_of
from chat_service.translate.agent.ground import Ground
from chat_service.translate.agent.opening import open_together, spending_on
from chat_service.translate.agent.together import Together
from tests.agent.model_server import ModelServer, Script, serving
from tests.conftest import TODAY

Talking = Callable[..., AbstractContextManager[tuple[Together, ModelServer]]]


@pytest.fixture(scope="session")
def base(demo_database: Path) -> Iterator[Services]:
    """Services over the demo company without a model."""
    opened = open_services(Settings(database=demo_database, as_of=TODAY, kept_cells=0), time.perf_counter)
    assert opened.translator, "built once for all tests"
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def ground(base: Services) -> Ground:
    """What the agent stands on, without an agent."""
    rules = base.translator
    catalogue = catalogue_of(base.model)
    return Ground(base.model, catalogue, base.layer_at, base.reader, rules.values, rules.mentions)


def with_model(base: Services, url: str, **settings: object) -> Services:
    """The same services with a language model behind a URL, of which nothing is known: ports are used again."""
    spending_on.cache_clear()
    chosen = base.settings.model_copy(
        update={"llm_api_key": SecretStr("sk-test-key-of-nobody"), "llm_base_url": url, "llm_model": "test", **settings}
    )
    found = replace(base, settings=chosen)
    vars(found).update(translator=base.translator, layer=base.layer)
    return found


@contextmanager
def opened_on(base: Services, script: Script, **settings: object) -> Iterator[tuple[Together, ModelServer]]:
    """Both translators over the demo company, and the scripted server that they talk to."""
    with serving(script) as server:
        services = with_model(base, server.url, **settings)
        together = open_together(services.settings, base.translator, base.layer_at, base.reader, time.perf_counter)
        try:
            yield together, server
        finally:
            together.agent.close()


@pytest.fixture
def talking(base: Services) -> Talking:
    """`with talking(script, llm_seconds=5) as (together, server)`."""
    return partial(opened_on, base)


def question(text: str) -> Question:
    """A question of today."""
    return Question(text, TODAY)


def ask(together: Together, text: str) -> Outcome:
    """What the model alone makes of a question."""
    return together.translate(question(text), "llm")
