"""A message in, the body of its answer out: idempotent by message id, with what the conversation remembers.

Shared by every channel that talks: HTTP, the evaluation, later chat platforms. Knows no transport.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from chat_service.answer import answer
from chat_service.asking import Answer, Asked, Stage
from chat_service.channels.bodies import chat_body
from chat_service.channels.wire import ChatBody, ChatRequest
from chat_service.conversation.memory import MEMORY, Memory, Store, Turn
from chat_service.outcomes import Choice, Question
from chat_service.services import Services
from semantic_layer import HuitouError, Problem, Reader, problem


@problem(
    "unknown_choice",
    zh="这次对话里“{clarification_id}”没有可选的“{choice_id}”。",
    en="There is no open choice '{choice_id}' of '{clarification_id}' in this conversation.",
)
class UnknownChoice(Problem):
    """A selection of a clarification that is not open in this conversation."""

    clarification_id: str
    choice_id: str


@problem(
    "message_id_reused",
    zh="消息编号“{message_id}”之前已用于另一条消息。",
    en="The message id '{message_id}' was sent before with another message.",
)
class MessageIdReused(Problem):
    """A message id that was used for another message."""

    message_id: str


@problem(
    "unknown_conversation",
    zh="没有对话“{conversation_id}”。",
    en="There is no conversation '{conversation_id}'.",
)
class UnknownConversation(Problem):
    """A conversation that this reader does not have."""

    conversation_id: str


@problem(
    "unknown_answer",
    zh="没有编号为“{request_id}”的回答。",
    en="There is no answer '{request_id}'.",
)
class UnknownAnswer(Problem):
    """A request id under which this reader was not answered."""

    request_id: str


@problem(
    "unknown_dimension",
    zh="没有维度“{name}”。GET /v1/dimensions 列出全部维度。",
    en="There is no dimension '{name}'. GET /v1/dimensions lists them.",
)
class UnknownDimension(Problem):
    """A dimension that the model does not have."""

    name: str


@problem(
    "translator_unavailable",
    zh="这里没有配置翻译器“{translator}”，它需要密钥；可用的是“offline”和“auto”。",
    en="The translator '{translator}' is not set up here: it needs a key. 'offline' and 'auto' are.",
)
class TranslatorUnavailable(Problem):
    """A translator that this deployment does not have."""

    translator: str


class DialogueError(HuitouError):
    """A message that cannot be taken as it is: for the client."""


@dataclass(frozen=True, eq=False)
class Dialogue:
    """Conversations over a store. `now` and `new_id` are the edge's clock and source of ids."""

    services: Services
    store: Store
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    _in_flight: _Turnstile = field(default_factory=lambda: _Turnstile())

    def respond(
        self,
        message: ChatRequest,
        reader: Reader,
        request_id: str,
        on_stage: Callable[[Stage], None] = lambda _: None,
    ) -> str:
        """The answer's body as JSON. The same message id gives the same bytes again and is answered once.

        Raises DialogueError for a message that does not fit the conversation, and HuitouError where there is no
        database to answer from.
        """
        if message.translator == "llm" and not self.services.has_model:
            raise DialogueError(TranslatorUnavailable("llm"))
        message_id = message.message_id or self.new_id()
        with self._in_flight.alone((reader.name, message_id)):
            before = self.store.answered(message_id, reader.name)
            if before is not None:
                if before.message != message.message:
                    raise DialogueError(MessageIdReused(message_id))
                return before.body
            turn = self._answered(message.model_copy(update={"message_id": message_id}), reader, request_id, on_stage)
            self.store.add(turn)
            return turn.body

    def _answered(
        self, message: ChatRequest, reader: Reader, request_id: str, on_stage: Callable[[Stage], None]
    ) -> Turn:
        conversation_id = message.conversation_id or self.new_id()
        if self.store.is_taken(conversation_id, reader.name):
            raise DialogueError(UnknownConversation(conversation_id))
        turns = self.store.turns(conversation_id, reader.name)
        memory = MEMORY.validate_json(turns[-1].memory) if turns else Memory()
        choice = _choice(message, memory)
        layer = self.services.layer_at(message.as_of)
        asked = Asked(_question(message, memory, layer.as_of, choice), reader, choice, message.translator)
        found = answer(asked, self.services, on_stage)
        clarification_id = f"c{len(turns) + 1}"
        body = chat_body(
            found,
            layer,
            request_id=request_id,
            conversation_id=conversation_id,
            message_id=message.message_id,
            clarification_id=clarification_id,
        )
        return Turn(
            request_id=request_id,
            conversation_id=conversation_id,
            message_id=message.message_id or "",
            reader=reader.name,
            message=message.message,
            asked_at=self.now().isoformat(timespec="seconds"),
            status=found.status,
            body=body.model_dump_json(),
            memory=MEMORY.dump_json(_after(memory, found, clarification_id), by_alias=True).decode(),
        )


def read_body(turn: Turn) -> ChatBody:
    """The stored answer of a turn."""
    return ChatBody.model_validate_json(turn.body)


def _choice(message: ChatRequest, memory: Memory) -> Choice | None:
    if message.selection is None:
        return memory.choice_named(message.message)
    chosen = memory.choice(message.selection.clarification_id, message.selection.choice_id)
    if chosen is None:
        raise DialogueError(UnknownChoice(message.selection.clarification_id, message.selection.choice_id))
    return chosen


def _question(message: ChatRequest, memory: Memory, today: date, choice: Choice | None) -> Question:
    """The question to read; a choice without a request of its own is asked as the plain question that it says."""
    previous = memory.previous
    if previous is not None and memory.pending is not None:
        previous = replace(previous, pending=memory.pending)
    language = message.language
    if choice is not None and language is None and memory.pending is not None:
        language = memory.pending.reading.language
    text = message.message if choice is None else choice.message
    return Question(text, today, language, previous)


def _after(memory: Memory, found: Answer, clarification_id: str) -> Memory:
    request = found.request if found.status in ("answered", "empty") else None
    return memory.after(request, found.clarification, clarification_id)


class _Turnstile:
    """Lets one thread at a time through for each key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str], tuple[threading.Lock, int]] = {}

    @contextmanager
    def alone(self, key: tuple[str, str]) -> Iterator[None]:
        with self._lock:
            own, count = self._waiting.get(key, (threading.Lock(), 0))
            self._waiting[key] = (own, count + 1)
        try:
            with own:
                yield
        finally:
            with self._lock:
                _, count = self._waiting[key]
                if count == 1:
                    del self._waiting[key]
                else:
                    self._waiting[key] = (own, count - 1)
