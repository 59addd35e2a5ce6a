"""A model behind an OpenAI-compatible server, as LangChain's chat model, and what that server turned out to be able
to do.

Servers differ in what they take. Whatever one refuses by name (tools, a forced tool, JSON mode, usage in streams, a
temperature) is left out from then on. A reply that was cut off in a stream is never taken for a whole one.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import httpx2
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr, SecretStr

from chat_service.translate.agent.failures import ModelError, ModelFailure

Mode = Literal["auto", "tools", "json", "text"]
# a setting of one call: what is wanted is a sentence, in no form
PROSE = "is_prose"
_OPENAI = re.compile(r"^https://[\w.-]*(openai\.com|openai\.azure\.com)(/|$)")


@dataclass(frozen=True)
class Abilities:
    """What a server is known to take; all of it until it refuses."""

    tools: bool = True
    forced_tool: bool = True
    json_mode: bool = True
    usage_in_stream: bool = True
    temperature: bool = True
    new_length_name: bool = True

    def without(self, refusal: str) -> Abilities | None:
        """What is left after a refusal in the server's words; None where it names nothing that could be left out.

        >>> Abilities().without("'tool_choice' is not supported in thinking mode").forced_tool
        False
        """
        named = refusal.lower()
        for words, change in _REFUSED:
            if any(word in named for word in words) and (left := replace(self, **change)) != self:
                return left
        return None


_REFUSED: tuple[tuple[tuple[str, ...], Mapping[str, bool]], ...] = (
    (("tool_choice",), {"forced_tool": False}),
    (("stream_options", "include_usage"), {"usage_in_stream": False}),
    (("max_completion_tokens",), {"new_length_name": False}),
    (("max_tokens",), {"new_length_name": True}),
    (("temperature",), {"temperature": False}),
    (("response_format", "json_object", "json mode"), {"json_mode": False}),
    (("tool", "function"), {"tools": False}),
)


@dataclass(frozen=True)
class ModelSettings:
    """How a server is reached. `extra` is put into the body of every call as it is."""

    model: str
    api_key: SecretStr
    base_url: str | None = None
    temperature: float | None = 0.0
    max_reply_tokens: int = 2_000
    call_timeout_seconds: float = 30.0
    stream: bool = True
    mode: Mode = "auto"
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Server:
    """One server in use: its chat model, and its abilities as they are known by now."""

    settings: ModelSettings
    chat: Chat
    client: httpx2.AsyncClient
    abilities: Abilities

    async def close(self) -> None:
        """Let go of the connections."""
        await self.client.aclose()

    def learn(self, refusal: str) -> bool:
        """Leave out what the server refused; False where it refused something else."""
        left = self.abilities.without(refusal)
        if left is None:
            return False
        self.abilities = self.chat.abilities = left
        return True

    @property
    def uses_tools(self) -> bool:
        """Whether the model is given tools."""
        return self.abilities.tools


def open_server(settings: ModelSettings, transport: httpx2.AsyncBaseTransport | None = None) -> Server:
    """The server of the settings; nothing is sent yet. `transport` records or replays what goes over the wire."""
    abilities = Abilities(
        tools=settings.mode in ("auto", "tools"),
        json_mode=settings.mode != "text",
        new_length_name=settings.base_url is None or _OPENAI.match(settings.base_url) is not None,
    )
    limits = httpx2.Limits(max_connections=64, max_keepalive_connections=16)
    client = httpx2.AsyncClient(
        transport=transport, limits=limits, timeout=settings.call_timeout_seconds, follow_redirects=False
    )
    chat = Chat(
        model=settings.model,
        api_key=settings.api_key,
        base_url=settings.base_url,
        temperature=settings.temperature,
        max_tokens=settings.max_reply_tokens,
        timeout=settings.call_timeout_seconds,
        max_retries=0,
        streaming=settings.stream,
        stream_usage=settings.stream,
        use_responses_api=False,
        http_async_client=client,
        extra_body=dict(settings.extra) or None,
    )
    chat.abilities = abilities
    return Server(settings, chat, client, abilities)


class Chat(ChatOpenAI):
    """ChatOpenAI that leaves out what its server does not take, and takes no half reply."""

    _abilities: Abilities = PrivateAttr(default_factory=Abilities)

    @property
    def abilities(self) -> Abilities:
        """What may be sent."""
        return self._abilities

    @abilities.setter
    def abilities(self, abilities: Abilities) -> None:
        self._abilities = abilities

    def _get_request_payload(
        self,
        input_: LanguageModelInput,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,  # noqa: ANN401 - ChatOpenAI's
    ) -> dict[str, Any]:
        payload = super()._get_request_payload(input_, stop=stop, **kwargs)
        able, is_prose = self._abilities, payload.pop(PROSE, False)
        if not able.forced_tool:
            payload.pop("tool_choice", None)
        if not able.usage_in_stream:
            payload.pop("stream_options", None)
        if not able.temperature:
            payload.pop("temperature", None)
        if not able.new_length_name and "max_completion_tokens" in payload:
            payload["max_tokens"] = payload.pop("max_completion_tokens")
        if not payload.get("tools") and able.json_mode and not is_prose:
            # beside the body's own fields: as a field of the client it would be parsed there
            payload["extra_body"] = {**(payload.get("extra_body") or {}), "response_format": {"type": "json_object"}}
        return payload

    async def _astream(
        self,
        *args: Any,  # noqa: ANN401 - ChatOpenAI's
        **kwargs: Any,  # noqa: ANN401 - ChatOpenAI's
    ) -> AsyncIterator[ChatGenerationChunk]:
        arguments: dict[object, str] = {}
        ended = False
        async for chunk in super()._astream(*args, **kwargs):
            if isinstance(chunk.message, AIMessageChunk):
                for part in chunk.message.tool_call_chunks:
                    arguments[part.get("index")] = arguments.get(part.get("index"), "") + (part.get("args") or "")
            ended = ended or bool((chunk.generation_info or {}).get("finish_reason"))
            yield chunk
        if not ended:
            raise ModelError(ModelFailure("broken_stream", "the stream ended before the reply did"))
        for text in arguments.values():
            json.loads(text or "{}")
