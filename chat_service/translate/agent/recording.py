"""What goes over the wire to a model, written down as it goes; and played back without a network.

A recording is a file of JSON lines: the question, each call (what was sent, what came, seconds, tokens, cost), the
outcome. Keys never reach it, since headers are not written; what looks like a phone number or a mail address is
blotted out. A replay answers a call that says the same; whatever else is asked of it is a ModelError that says so.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Literal

import httpx2
from pydantic import BaseModel, ConfigDict, JsonValue

from chat_service.outcomes import Language
from chat_service.translate.agent.failures import ModelError, ModelFailure
from chat_service.translate.agent.usage import Prices, Usage
from semantic_layer import Request

_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|(?<![\w.-])\+?\d[\d -]{8,}\d(?![\w.-])")
Body = dict[str, Any]


class RecordedQuestion(BaseModel):
    """The question that a recording is of, and on what it was asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["question"] = "question"
    question: str
    today: str
    language: Language | None = None
    translator: str
    model: str
    model_hash: str
    prompt: str


class RecordedCall(BaseModel):
    """One call: the body that was sent, and the status and body that came."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["call"] = "call"
    sent: dict[str, JsonValue]
    status: int
    content_type: str
    received: str
    seconds: float
    tokens_sent: int = 0
    tokens_cached: int = 0
    tokens_replied: int = 0
    cost: float = 0.0


class RecordedOutcome(BaseModel):
    """What became of the question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["outcome"] = "outcome"
    status: str
    translator: str
    request: dict[str, JsonValue] | None


Entry = RecordedQuestion | RecordedCall | RecordedOutcome


class Recorder:
    """Appends to a file. Shared by threads."""

    def __init__(self, path: Path, prices: Prices) -> None:
        self._path, self._prices, self._lock = path, prices, threading.Lock()

    def write(self, entry: Entry) -> None:
        """Put a line down, without what is personal."""
        line = redacted(json.dumps(entry.model_dump(mode="json"), ensure_ascii=False))
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def outcome(self, status: str, translator: str, request: Request | None) -> None:
        """Put down what became of the question."""
        written = None if request is None else request.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        self.write(RecordedOutcome(status=status, translator=translator, request=written))

    def call(self, sent: Body, status: int, content_type: str, received: str, seconds: float) -> None:
        """Put a call down with what it took."""
        used = usage_in(received)
        self.write(
            RecordedCall(
                sent=sent,
                status=status,
                content_type=content_type,
                received=received,
                seconds=round(seconds, 3),
                tokens_sent=used.sent,
                tokens_cached=used.cached,
                tokens_replied=used.replied,
                cost=round(self._prices.cost(used), 6),
            )
        )


class RecordingTransport(httpx2.AsyncBaseTransport):
    """Another transport, whose calls are written down when their last byte has been read."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, recorder: Recorder) -> None:
        self._inner, self._recorder = inner, recorder

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The response of the other transport."""
        started = time.perf_counter()
        sent: Body = json.loads(await request.aread())
        response = await self._inner.handle_async_request(request)
        stream = response.stream
        assert isinstance(stream, httpx2.AsyncByteStream), "an asynchronous transport streams so"

        def done(received: bytes) -> None:
            kind = response.headers.get("content-type", "")
            text = received.decode("utf-8", "replace")
            self._recorder.call(sent, response.status_code, kind, text, time.perf_counter() - started)

        return httpx2.Response(
            response.status_code, headers=response.headers, stream=_Heard(stream, done), extensions=response.extensions
        )

    async def aclose(self) -> None:
        """Close the other transport."""
        await self._inner.aclose()


class ReplayTransport(httpx2.AsyncBaseTransport):
    """Answers from a recording. `has_changed` tells whether the model was told otherwise than then."""

    def __init__(self, calls: tuple[RecordedCall, ...]) -> None:
        self._left: dict[str, list[RecordedCall]] = {}
        for call in calls:
            self._left.setdefault(_question_of(call.sent), []).append(call)
        self.has_changed = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """What came then. Raises ModelError where nothing like it was asked then."""
        body: Body = json.loads(redacted((await request.aread()).decode()))
        found = self._left.get(_question_of(body))
        if not found:
            raise ModelError(ModelFailure("bad_request", "the recording has no call that says this"))
        call = found.pop(0) if len(found) > 1 else found[0]
        self.has_changed = self.has_changed or _told_in(call.sent) != _told_in(body)
        return httpx2.Response(
            call.status, headers={"content-type": call.content_type}, content=call.received.encode(), request=request
        )


class _Heard(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, done: Any) -> None:  # noqa: ANN401 - a callable of bytes
        self._inner, self._done, self._parts = inner, done, bytearray()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._inner:
            self._parts += part
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()
        if self._done is not None:
            self._done(bytes(self._parts))
            self._done = None


def read_recording(path: Path) -> tuple[Entry, ...]:
    """The entries of a file in order. Raises OSError, ValueError."""
    kinds: Mapping[str, type[Entry]] = {
        "question": RecordedQuestion,
        "call": RecordedCall,
        "outcome": RecordedOutcome,
    }
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return tuple(kinds[line["kind"]].model_validate(line) for line in lines)


def redacted(text: str) -> str:
    """A text without what looks like a phone number or a mail address.

    >>> redacted("call 138 1234 5678 or ann@example.com about 2026-06-30 and 1000")
    'call [...] or [...] about 2026-06-30 and 1000'
    """
    return _PERSONAL.sub(lambda found: found[0] if _is_date(found[0]) else "[...]", text)


def usage_in(received: str) -> Usage:
    """The tokens that a body reports, whether it is a stream of events or one object."""
    for line in reversed(received.splitlines()):
        data = line.removeprefix("data: ")
        if '"usage"' not in data or not data.startswith("{"):
            continue
        try:
            found = json.loads(data).get("usage") or {}
        except ValueError:
            continue
        if found:
            cached = (found.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
            return Usage(1, found.get("prompt_tokens", 0), cached, found.get("completion_tokens", 0))
    return Usage()


def _is_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None


def _question_of(body: Body) -> str:
    """The question, and what the model and its lookups said since, as a digest: which call of which question it is."""
    said = [message for message in body["messages"] if message["role"] not in ("system", "developer")]
    question = str(said[0].get("content")).rpartition("\n")[2] if said else ""
    return _digest([question, *({"role": each["role"], "content": each.get("content")} for each in said[1:])])


def _told_in(body: Body) -> str:
    return _digest([message for message in body["messages"] if message["role"] in ("system", "developer", "user")])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
