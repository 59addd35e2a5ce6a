"""The agent put together from the settings: the one door through which the rest of the service reaches it.

Imported only where a key is set, since LangChain and openai take over a second to import.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache

import httpx2

from chat_service.settings import Settings
from chat_service.translate.agent.budget import Breaker, Day
from chat_service.translate.agent.catalogue import catalogue_of
from chat_service.translate.agent.examples import Example, shipped_examples, usable
from chat_service.translate.agent.ground import Ground
from chat_service.translate.agent.recording import Recorder, RecordingTransport
from chat_service.translate.agent.server import ModelSettings, open_server
from chat_service.translate.agent.together import Together
from chat_service.translate.agent.translator import AgentTranslator, Spending
from chat_service.translate.agent.usage import Limits, Prices
from chat_service.translate.offline import OfflineTranslator
from semantic_layer import Layer, Reader

_REMEMBERED = 256
_SHARE_OF_ANSWER = 0.75


def open_together(
    settings: Settings,
    rules: OfflineTranslator,
    layer_at: Callable[[date | None], Layer],
    reader: Reader,
    clock: Callable[[], float],
    *,
    verified: tuple[Example, ...] = (),
    recorder: Recorder | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> Together:
    """Both translators over the model of the settings. Raises ExamplesError, EngineError; sends nothing yet."""
    layer = layer_at(None)
    # a question is looked at when it is told and when its reply is checked
    mentions = lru_cache(_REMEMBERED)(rules.mentions)

    ground = Ground(layer.model, catalogue_of(layer.model, layer.unavailable), layer_at, reader, rules.values, mentions)
    known = usable((*verified, *shipped_examples()), ground, layer.as_of)
    inner = transport or httpx2.AsyncHTTPTransport()
    server = open_server(_model(settings), inner if recorder is None else RecordingTransport(inner, recorder))
    spending = spending_on(settings.llm_base_url, settings.llm_model, _limits(settings), _prices(settings), clock)
    agent = AgentTranslator(server, ground, known, spending)
    return Together(rules, agent, ground, settings.llm_threshold, settings.rules_threshold, settings.llm_check)


@lru_cache(maxsize=16)
def spending_on(
    base_url: str | None, model: str, limits: Limits, prices: Prices, clock: Callable[[], float]
) -> Spending:
    """What a process may spend on one server: kept when the database is opened anew, so that a day stays a day."""
    return Spending(limits, prices, clock, Day(limits, prices, date.today), Breaker(clock))


def _model(settings: Settings) -> ModelSettings:
    assert settings.llm_api_key is not None, "the agent is opened where there is a key"
    return ModelSettings(
        model=settings.llm_model,
        api_key=settings.llm_api_key,
        base_url=settings.llm_base_url,
        temperature=settings.llm_temperature,
        max_reply_tokens=settings.llm_max_reply_tokens,
        call_timeout_seconds=settings.llm_call_seconds,
        stream=settings.llm_stream,
        mode=settings.llm_mode,
        extra=settings.llm_extra,
    )


def _limits(settings: Settings) -> Limits:
    return Limits(
        calls=settings.llm_calls,
        tokens=settings.llm_tokens,
        # what is left of an answer's time is for the rules, the query and the words
        seconds=min(settings.llm_seconds, settings.answer_timeout_seconds * _SHARE_OF_ANSWER),
        cost=settings.llm_cost,
        calls_a_day=settings.llm_calls_per_day,
        tokens_a_day=settings.llm_tokens_per_day,
        cost_a_day=settings.llm_cost_per_day,
    )


def _prices(settings: Settings) -> Prices:
    return Prices(settings.llm_price_sent, settings.llm_price_cached, settings.llm_price_replied)
