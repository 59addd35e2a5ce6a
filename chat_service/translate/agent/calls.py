"""Around every call of the model: budget, time, retries, the circuit, meters. A middleware of the agent's loop.

hold the budget -> call within what time is left -> settle -> a reply, or try again, or a ModelError
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, BaseMessage

from chat_service.translate.agent.asking import Asking, Run
from chat_service.translate.agent.budget import Breaker
from chat_service.translate.agent.failures import CAUGHT, Cause, ModelError, ModelFailure, failure_of
from chat_service.translate.agent.meters import AgentMeters
from chat_service.translate.agent.server import Server
from chat_service.translate.agent.tokens import estimated_tokens
from chat_service.translate.agent.usage import Usage

RETRIES = 2
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.4, 8.0


class NoToolsError(Exception):
    """The server takes no tools: the question is asked again without them."""


class Calls(AgentMiddleware[Any, Run, Any]):
    """Makes the calls of one agent."""

    def __init__(self, server: Server, breaker: Breaker, meters: AgentMeters, prefix_tokens: int) -> None:
        super().__init__()
        self._server, self._breaker, self._meters, self._prefix_tokens = server, breaker, meters, prefix_tokens

    async def awrap_model_call(
        self, request: ModelRequest[Run], handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        """The model's reply. Raises ModelError, NoToolsError."""
        asking, failed = request.runtime.context.asking, 0
        while True:
            try:
                response = await self._once(request, handler, asking)
            except ModelError as error:
                if error.failure.cause == "bad_request" and self._server.learn(error.failure.said):
                    if request.tools and not self._server.uses_tools:
                        raise NoToolsError from error
                    continue
                failed += 1
                pause = _pause(error, failed)
                if not error.failure.is_retried or failed > RETRIES or pause >= asking.purse.seconds_left:
                    raise
                asking.say("waiting")
                await asyncio.sleep(pause)
            else:
                return response

    async def _once(
        self,
        request: ModelRequest[Run],
        handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]],
        asking: Asking,
    ) -> ModelResponse[Any]:
        self._breaker.enter()
        sent = self._prefix_tokens + sum(_tokens(message) for message in request.messages)
        held = sent + self._server.settings.max_reply_tokens
        asking.purse.hold(held)
        asking.say("asking_model")
        started, used, cause = self._meters.clock(), Usage(sent=sent), "cancelled"
        try:
            seconds = min(self._server.settings.call_timeout_seconds, asking.purse.seconds_left)
            async with asyncio.timeout(seconds):
                response = await handler(request)
            used, cause = _usage(response, sent), "ok"
            _refuse_nothing(response)
            self._breaker.succeeded()
        except CAUGHT as error:
            found = failure_of(error)
            cause = found.failure.cause
            if found.failure.is_servers:
                self._breaker.failed()
            raise found from error
        finally:
            asking.purse.settle(held, used)
            self._meters.called(cause, self._meters.clock() - started, used)
        return response


def _pause(error: ModelError, failed: int) -> float:
    """How long to wait before trying again: what the server asked for, else longer each time, never all at once."""
    if error.retry_after_seconds is not None:
        return error.retry_after_seconds
    longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** (failed - 1))
    return longest * (0.5 + random.random() / 2)  # noqa: S311 - spreads retries, guards nothing


def _reply_of(response: ModelResponse[Any]) -> AIMessage | None:
    return next((each for each in response.result if isinstance(each, AIMessage)), None)


def _refuse_nothing(response: ModelResponse[Any]) -> None:
    """Raises ModelError where what came is no whole reply."""
    message = _reply_of(response)
    reason = "" if message is None else str(message.response_metadata.get("finish_reason") or "")
    cause: Cause | None = None
    if message is None:
        cause = "empty_reply"
    elif message.additional_kwargs.get("refusal") or reason == "content_filter":
        cause = "refused_by_provider"
    elif reason == "length":
        cause = "no_usable_reply"
    elif message.invalid_tool_calls and not message.tool_calls:
        cause = "malformed"
    elif not message.tool_calls and not message.text.strip():
        cause = "empty_reply"
    if cause is not None:
        raise ModelError(ModelFailure(cause, reason))


def _usage(response: ModelResponse[Any], sent: int) -> Usage:
    """The tokens that the server reports, else an estimate."""
    message = _reply_of(response)
    if message is None:
        return Usage(sent=sent)
    reported = message.usage_metadata
    if reported is None:
        written = message.text + "".join(str(call["args"]) for call in message.tool_calls)
        return Usage(sent=sent, replied=estimated_tokens(written))
    cached = (reported.get("input_token_details") or {}).get("cache_read") or 0
    return Usage(sent=reported["input_tokens"], cached=cached, replied=reported["output_tokens"])


def _tokens(message: BaseMessage) -> int:
    calls = "".join(str(each["args"]) for each in message.tool_calls) if isinstance(message, AIMessage) else ""
    return estimated_tokens(message.text + calls) + 4
