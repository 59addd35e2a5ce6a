"""What a conversation remembers: its turns, the request that a follow-up changes, the clarification that is open.

`Store` keeps it; `MemoryStore` for one process, `conversation_store.SqlStore` for good. Bodies are kept as the JSON
that was sent, so that a repeated message gets the same bytes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from pydantic import ConfigDict, TypeAdapter

from chat_service.outcomes import Choice, Clarification, Previous, Shown
from semantic_layer import HuitouError, Problem, Request, problem

_MOST_UNREAD = 3


@dataclass(frozen=True)
class Memory:
    """The state after a turn. `clarification_id` and `pending` belong together; `unread` are the last messages, of
    those since the last answer, that got none."""

    __pydantic_config__: ClassVar = ConfigDict(defer_build=True)
    previous: Previous | None = None
    clarification_id: str | None = None
    pending: Clarification | None = None
    unread: tuple[str, ...] = ()

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

    def after(
        self,
        request: Request | None,
        asked: Clarification | None,
        clarification_id: str,
        unread: str = "",
        *,
        said: str = "",
        shown: Shown | None = None,
    ) -> Memory:
        """The state after another turn. What was not answered leaves the last answered request in place; `unread` is
        its message, where one may go on from it."""
        previous = self.previous if request is None else Previous(request, said=said, shown=shown)
        passed = (*self.unread, unread)[-_MOST_UNREAD:] if unread else ()
        if asked is None:
            return Memory(previous, unread=passed)
        return Memory(previous, clarification_id, asked, passed)


MEMORY = TypeAdapter(Memory)


@dataclass(frozen=True)
class Turn:
    """One message and its answer: the `number`th of its conversation, from 1.

    `scope` is where the message's id counts: the conversation that the client named, or who they are where they named
    none. `request` is the whole message as JSON, `body` the JSON that was sent, `memory` that of the state after it.
    """

    request_id: str
    conversation_id: str
    number: int
    scope: str
    message_id: str
    reader: str
    message: str
    request: str
    asked_at: str
    status: str
    body: str
    memory: str


@dataclass(frozen=True)
class ConversationSummary:
    """A conversation in a list: how it began, when it was last gone on with, how many turns it has, and the name that
    its reader gave it."""

    conversation_id: str
    first_message: str
    began_at: str
    last_at: str
    turns: int
    title: str = ""


@dataclass(frozen=True)
class Feedback:
    """What a reader thought of an answer."""

    request_id: str
    reader: str
    positive: bool
    comment: str
    given_at: str


@dataclass(frozen=True)
class Share:
    """A conversation that its `reader` shows, up to its turn `until`, to readers with the same `rights`."""

    share_id: str
    conversation_id: str
    reader: str
    rights: str
    until: int
    made_at: str


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


class TurnTakenError(Exception):
    """The message's id, or the turn's place in its conversation, was taken by another in the meantime."""


class Store(Protocol):
    """Keeps turns by reader: nobody finds the turns of another."""

    def turns(self, conversation_id: str, reader: str, *, after: int = 0, limit: int = 1000) -> tuple[Turn, ...]:
        """The turns of a conversation with numbers over `after`, in order; none where this reader has none of it."""
        ...

    def latest(self, conversation_id: str) -> Turn | None:
        """The last turn of a conversation, whoever's it is."""
        ...

    def answered(self, reader: str, scope: str, message_id: str) -> Turn | None:
        """The turn of that message, if it was answered before."""
        ...

    def turn(self, request_id: str, reader: str) -> Turn | None:
        """The last turn of that request."""
        ...

    def add(self, turn: Turn) -> None:
        """Keep a turn. Raises TurnTakenError."""
        ...

    def conversations(
        self, reader: str, *, before: str = "", limit: int = 50, search: str = ""
    ) -> tuple[ConversationSummary, ...]:
        """A reader's conversations, the last first; from `before` (a time, exclusive) back. With `search`, those that
        have it in their name or in a message, in whatever case."""
        ...

    def rename(self, conversation_id: str, reader: str, title: str) -> bool:
        """Give a conversation a name; '' takes it away. Whether there is one."""
        ...

    def title(self, conversation_id: str, reader: str) -> str:
        """The name that a conversation was given, else ''."""
        ...

    def share(self, share: Share) -> Share:
        """Keep a share and give it back; a conversation shared before keeps its id, and shows as much as this one."""
        ...

    def shared(self, share_id: str) -> Share | None:
        """What is shared under that id."""
        ...

    def unshare(self, conversation_id: str, reader: str) -> bool:
        """Share a conversation no longer. Whether it was."""
        ...

    def delete(self, conversation_id: str, reader: str) -> bool:
        """Forget a conversation with all that was thought of it, its name and its share. Whether there was one."""
        ...

    def expire(self, before: str) -> int:
        """Forget the conversations that nobody went on with since `before`. How many there were."""
        ...

    def add_feedback(self, feedback: Feedback) -> None:
        """Keep a feedback; a later one on the same answer by the same reader replaces it."""
        ...

    def feedback(self, request_ids: Iterable[str], reader: str) -> dict[str, Feedback]:
        """What a reader thought of answers, by their ids."""
        ...

    def begin(self, delivery: str, now: str, stale: str) -> bool:
        """Whether what a platform delivers is to be answered now: not if it was, or is being since `stale`."""
        ...

    def end(self, delivery: str, *, is_done: bool) -> None:
        """A delivery was answered; or was not, and may be delivered again."""
        ...

    def check(self) -> None:
        """Write something. Raises StoreError where that cannot be done."""
        ...

    def close(self) -> None:
        """Let go of what is held open."""
        ...


class MemoryStore:
    """Turns of this process only."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._feedback: dict[tuple[str, str], Feedback] = {}
        self._titles: dict[tuple[str, str], str] = {}
        self._shares: dict[tuple[str, str], Share] = {}
        self._deliveries: dict[str, tuple[str, bool]] = {}
        self._lock = threading.Lock()

    def turns(self, conversation_id: str, reader: str, *, after: int = 0, limit: int = 1000) -> tuple[Turn, ...]:
        with self._lock:
            mine = (t for t in self._turns if t.conversation_id == conversation_id and t.reader == reader)
            return tuple(t for t in mine if t.number > after)[:limit]

    def latest(self, conversation_id: str) -> Turn | None:
        with self._lock:
            return next((t for t in reversed(self._turns) if t.conversation_id == conversation_id), None)

    def answered(self, reader: str, scope: str, message_id: str) -> Turn | None:
        with self._lock:
            wanted = (reader, scope, message_id)
            return next((t for t in self._turns if (t.reader, t.scope, t.message_id) == wanted), None)

    def turn(self, request_id: str, reader: str) -> Turn | None:
        with self._lock:
            return next((t for t in reversed(self._turns) if (t.request_id, t.reader) == (request_id, reader)), None)

    def add(self, turn: Turn) -> None:
        with self._lock:
            for each in self._turns:
                is_same_message = (each.reader, each.scope, each.message_id) == (
                    turn.reader,
                    turn.scope,
                    turn.message_id,
                )
                if is_same_message or (each.conversation_id, each.number) == (turn.conversation_id, turn.number):
                    raise TurnTakenError
            self._turns.append(turn)

    def conversations(
        self, reader: str, *, before: str = "", limit: int = 50, search: str = ""
    ) -> tuple[ConversationSummary, ...]:
        with self._lock:
            mine: dict[str, list[Turn]] = {}
            for each in self._turns:
                if each.reader == reader:
                    mine.setdefault(each.conversation_id, []).append(each)
            titles = {name: self._titles.get((name, reader), "") for name in mine}
        wanted = search.casefold()
        found = [
            ConversationSummary(name, turns[0].message, turns[0].asked_at, turns[-1].asked_at, len(turns), titles[name])
            for name, turns in mine.items()
            if any(wanted in text.casefold() for text in (titles[name], *(turn.message for turn in turns)))
        ]
        found.sort(key=lambda each: (each.last_at, each.conversation_id), reverse=True)
        return tuple(each for each in found if not before or each.last_at < before)[:limit]

    def rename(self, conversation_id: str, reader: str, title: str) -> bool:
        with self._lock:
            known = any((t.conversation_id, t.reader) == (conversation_id, reader) for t in self._turns)
            if known:
                self._titles[conversation_id, reader] = title
            return known

    def title(self, conversation_id: str, reader: str) -> str:
        return self._titles.get((conversation_id, reader), "")

    def share(self, share: Share) -> Share:
        key = (share.conversation_id, share.reader)
        with self._lock:
            before = self._shares.get(key)
            kept = share if before is None else replace(share, share_id=before.share_id)
            self._shares[key] = kept
            return kept

    def shared(self, share_id: str) -> Share | None:
        with self._lock:
            return next((each for each in self._shares.values() if each.share_id == share_id), None)

    def unshare(self, conversation_id: str, reader: str) -> bool:
        with self._lock:
            return self._shares.pop((conversation_id, reader), None) is not None

    def delete(self, conversation_id: str, reader: str) -> bool:
        with self._lock:
            gone = [t for t in self._turns if (t.conversation_id, t.reader) == (conversation_id, reader)]
            self._forget(gone)
            return bool(gone)

    def expire(self, before: str) -> int:
        with self._lock:
            last = {turn.conversation_id: turn.asked_at for turn in self._turns}
            old = {name for name, at in last.items() if at < before}
            self._forget([turn for turn in self._turns if turn.conversation_id in old])
            self._deliveries = {name: each for name, each in self._deliveries.items() if each[0] >= before}
            return len(old)

    def add_feedback(self, feedback: Feedback) -> None:
        with self._lock:
            self._feedback[feedback.request_id, feedback.reader] = feedback

    def feedback(self, request_ids: Iterable[str], reader: str) -> dict[str, Feedback]:
        with self._lock:
            found = {each: self._feedback.get((each, reader)) for each in request_ids}
            return {name: given for name, given in found.items() if given is not None}

    def begin(self, delivery: str, now: str, stale: str) -> bool:
        with self._lock:
            began, is_done = self._deliveries.get(delivery, ("", False))
            if is_done or began >= stale:
                return False
            self._deliveries[delivery] = (now, False)
            return True

    def end(self, delivery: str, *, is_done: bool) -> None:
        with self._lock:
            began, _ = self._deliveries.pop(delivery, ("", False))
            if is_done:
                self._deliveries[delivery] = (began, True)

    def check(self) -> None:
        """Memory takes what it is given."""

    def close(self) -> None:
        """Nothing is held open."""

    def _forget(self, gone: list[Turn]) -> None:
        self._turns = [turn for turn in self._turns if turn not in gone]
        for each in gone:
            self._feedback.pop((each.request_id, each.reader), None)
            self._titles.pop((each.conversation_id, each.reader), None)
            self._shares.pop((each.conversation_id, each.reader), None)
