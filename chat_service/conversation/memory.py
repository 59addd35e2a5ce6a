"""What a conversation remembers: its turns, the request that a follow-up changes, the clarification that is open.

`Store` keeps it; `MemoryStore` for one process, `conversation_store.SqlStore` for good. Bodies are kept as the JSON
that was sent, so that a repeated message gets the same bytes.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

from pydantic import TypeAdapter

from chat_service.outcomes import Choice, Clarification, Previous
from semantic_layer import HuitouError, Problem, Request, problem


@dataclass(frozen=True)
class Memory:
    """The state after a turn. `clarification_id` and `pending` belong together."""

    previous: Previous | None = None
    clarification_id: str | None = None
    pending: Clarification | None = None

    def choice(self, clarification_id: str, choice_id: str) -> Choice | None:
        """The choice of the open clarification, or None if it is not open or has no such choice."""
        if self.pending is None or clarification_id != self.clarification_id:
            return None
        return next((each for each in self.pending.choices if each.id == choice_id), None)

    def choice_named(self, text: str) -> Choice | None:
        """The choice of the open clarification that a message names by its label or its number."""
        if self.pending is None:
            return None
        said = text.strip().rstrip("。.").casefold()
        for number, each in enumerate(self.pending.choices, 1):
            if said in (each.label.casefold(), str(number)):
                return each
        return None

    def after(self, request: Request | None, asked: Clarification | None, clarification_id: str) -> Memory:
        """The state after another turn. What was not answered leaves the last answered request in place."""
        previous = self.previous if request is None else Previous(request)
        if asked is None:
            return Memory(previous)
        return Memory(previous, clarification_id, asked)


MEMORY = TypeAdapter(Memory)


@dataclass(frozen=True)
class Turn:
    """One message and its answer. `body` is the JSON that was sent, `memory` the JSON of the state after it."""

    request_id: str
    conversation_id: str
    message_id: str
    reader: str
    message: str
    asked_at: str
    status: str
    body: str
    memory: str


@dataclass(frozen=True)
class Feedback:
    """What a reader thought of an answer."""

    request_id: str
    reader: str
    positive: bool
    comment: str
    given_at: str


@problem(
    "store_unavailable",
    zh="对话无法保存：{reason}。请检查 HUITOU_CONVERSATIONS_URL。",
    en="Conversations cannot be kept: {reason}. See HUITOU_CONVERSATIONS_URL.",
)
class StoreUnavailable(Problem):
    """The place where conversations are kept cannot be used."""

    reason: str


class StoreError(HuitouError):
    """Raised by a store: for the operator."""


class Store(Protocol):
    """Keeps turns by reader: nobody finds the turns of another."""

    def turns(self, conversation_id: str, reader: str) -> tuple[Turn, ...]:
        """The turns of a conversation in order; none where there is no such conversation for this reader."""
        ...

    def answered(self, message_id: str, reader: str) -> Turn | None:
        """The turn of that message, if it was answered before."""
        ...

    def turn(self, request_id: str, reader: str) -> Turn | None:
        """The turn of that request."""
        ...

    def is_taken(self, conversation_id: str, reader: str) -> bool:
        """Whether the conversation belongs to another reader."""
        ...

    def add(self, turn: Turn) -> None:
        """Keep a turn at the end of its conversation."""
        ...

    def add_feedback(self, feedback: Feedback) -> None:
        """Keep a feedback; a later one on the same answer by the same reader replaces it."""
        ...

    def close(self) -> None:
        """Let go of what is held open."""
        ...


class MemoryStore:
    """Turns of this process only."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._feedback: dict[tuple[str, str], Feedback] = {}
        self._lock = threading.Lock()

    def turns(self, conversation_id: str, reader: str) -> tuple[Turn, ...]:
        with self._lock:
            return tuple(t for t in self._turns if t.conversation_id == conversation_id and t.reader == reader)

    def answered(self, message_id: str, reader: str) -> Turn | None:
        with self._lock:
            return next((t for t in self._turns if t.message_id == message_id and t.reader == reader), None)

    def turn(self, request_id: str, reader: str) -> Turn | None:
        with self._lock:
            return next((t for t in self._turns if t.request_id == request_id and t.reader == reader), None)

    def is_taken(self, conversation_id: str, reader: str) -> bool:
        with self._lock:
            return any(t.conversation_id == conversation_id and t.reader != reader for t in self._turns)

    def add(self, turn: Turn) -> None:
        with self._lock:
            self._turns.append(turn)

    def add_feedback(self, feedback: Feedback) -> None:
        with self._lock:
            self._feedback[feedback.request_id, feedback.reader] = feedback

    def close(self) -> None:
        """Nothing is held open."""
