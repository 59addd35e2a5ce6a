"""What every chat platform shares: a message of a person in a channel to what is to be said there, once.

Comes in: a `Heard`, as a platform's adapter makes it. Goes out: a `Told`, which the adapter draws as the platform draws
things. Whom an answer is for, what a resent message is, which picture belongs to it, what is said of a failure: all
here, so that an adapter only listens and draws.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from typing import get_args

from chat_service.access.admission import AdmissionError, NotAllowed
from chat_service.channels import visits
from chat_service.channels.dialogue import DialogueError, UnknownAnswer
from chat_service.channels.failures import SURPRISE, told_of
from chat_service.channels.people import People, Person
from chat_service.channels.reply import Reply
from chat_service.channels.station import Station
from chat_service.channels.visits import Visit
from chat_service.channels.wire import ChatBody, ChatRequest, InterpretationPart, Selection
from chat_service.conversation.memory import Feedback
from chat_service.language.phrases import said
from chat_service.translate.grammar.parse import language_of
from semantic_layer import HuitouError, Language, Phrase, Reader, read_request

_LOG = logging.getLogger("huitou.service")
# read as a greeting, which is answered by what can be asked
_GREETING = "hello"
_STALE = timedelta(minutes=10)  # after which a message that was begun and never answered was lost with its process
_THANKS = Phrase("谢谢，已记下。", "Thank you. It is noted.")
_FOR_ALL = Phrase("这里只显示频道里每个人都能看的数据。", "Shown here is only what everybody in this channel may see.")
Room = Callable[[int], Awaitable[tuple[Person, ...]]]


@dataclass(frozen=True)
class Heard:
    """A message: of whom, where (`place` in a `thread`), under which id the platform would send it again. A `channel`
    is a place where others read along; '' is between the two of us. Without a `thread`, as platforms are that have
    none, the messages of a day are one conversation. `answer_at` is what the adapter needs to answer there."""

    person: Person
    text: str
    place: str
    thread: str
    message_id: str
    channel: str = ""
    answer_at: str = ""
    selection: Selection | None = None


@dataclass(frozen=True, eq=False)
class Told:
    """What is to be said: an answer, or a sentence for the person alone. `reader` is the name of those it is for."""

    language: Language
    sentence: str = ""
    reply: Reply | None = None
    picture: bytes | None = None
    note: str = ""
    reader: str = ""


@dataclass(frozen=True, eq=False)
class Talk:
    """Talk on one platform, over a station. `platform` is its name in ids, the audit and the store."""

    station: Station
    people: People
    platform: str

    @asynccontextmanager
    async def once(self, delivery: str) -> AsyncIterator[bool]:
        """Whether a message is to be answered here and now. One that was answered is not again, in whatever process;
        one whose answer could not be said may be sent again."""
        store, now, key = self.station.store, self.station.now(), f"{self.platform}:{delivery}"[:300]
        stale = (now - _STALE).isoformat(timespec="seconds")
        if not await asyncio.to_thread(store.begin, key, now.isoformat(timespec="seconds"), stale):
            yield False
            return
        is_done = False
        try:
            yield True
            is_done = True
        finally:
            await asyncio.to_thread(store.end, key, is_done=is_done)

    async def answer(self, heard: Heard, room: Room) -> Told:
        """The answer, or a sentence that says why there is none. `room` tells who reads along, up to so many."""
        message = ChatRequest(
            message=heard.text or ("" if heard.selection else _GREETING),
            message_id=heard.message_id[:100],
            language=None if heard.text or heard.selection else self._language(heard),
            selection=heard.selection,
        )
        return await self._said(heard, message, room)

    async def alone(self, heard: Heard, request_id: str, reader: str) -> Told:
        """What was answered for others under that id, once more for the person alone."""
        turn = await asyncio.to_thread(self.station.store.turn, request_id, reader)
        if turn is None:
            error = DialogueError(UnknownAnswer(request_id))
            return Told(self._language(heard), told_of(error, self._language(heard), request_id))
        body = ChatBody.model_validate_json(turn.body)
        reading = Reply(body).part(InterpretationPart)
        query = {} if reading is None else reading.query
        message = ChatRequest(
            message=turn.message or Reply(body).restated,
            message_id=heard.message_id[:100],
            language=body.language,
            query=read_request(json.dumps(query)) if query else None,
        )
        return await self._said(heard, message, _nobody)

    async def thought(self, person: Person, request_id: str, positive: bool, language: Language) -> Told:
        """A person's own opinion of an answer, kept in place of their earlier one."""
        try:
            self.people.reader(person)
            when = self.station.now().isoformat(timespec="seconds")
            given = Feedback(request_id, f"{self.platform}:{person.id}", positive, "", when)
            await asyncio.to_thread(self.station.store.add_feedback, given)
        except HuitouError as error:
            return Told(language, told_of(error, language, request_id))
        return Told(language, said(_THANKS, language))

    async def _said(self, heard: Heard, message: ChatRequest, room: Room) -> Told:
        """What is told, whatever comes of it: nobody is left without a word."""
        language, request_id = self._language(heard), self.station.new_id()
        (found,) = await asyncio.gather(self._told(heard, message, room, request_id), return_exceptions=True)
        if isinstance(found, Told):
            return found
        if isinstance(found, HuitouError):
            return Told(language, told_of(found, language, request_id))
        if isinstance(found, asyncio.CancelledError):
            raise found
        _LOG.error("%s: unexpected", request_id, exc_info=found)
        return Told(language, said(SURPRISE, language))

    async def _told(self, heard: Heard, message: ChatRequest, room: Room, request_id: str) -> Told:
        """The answer. Raises HuitouError, and what the platform raises where it is asked who is there."""
        reader, person = await self._reader(heard, room), f"{self.platform}:{heard.person.id}"
        if "ask" not in reader.roles:
            raise AdmissionError(NotAllowed("ask"))
        message = message.model_copy(update={"conversation_id": self._conversation(heard, reader)})
        what = f"{self.platform} message of {heard.person.id}"
        visit = Visit(reader, what, request_id, heard.place, person=person)
        reply = Reply(ChatBody.model_validate_json(await visits.asked(self.station, visit, message)))
        is_less = len(reader.audience) > 1 and bool(reply.body.provenance.policies)
        note = said(_FOR_ALL, reply.body.language) if is_less else ""
        return Told(reply.body.language, "", reply, await self._picture(reply), note, reader.name)

    async def _reader(self, heard: Heard, room: Room) -> Reader:
        """For whom the answer is. Raises PeopleError."""
        if not heard.channel:
            return self.people.reader(heard.person)
        asked_for_all = self.people.is_asked_for_all(heard.channel)
        everybody = await room(self.people.most() + 1) if asked_for_all else ()
        return self.people.audience(f"{self.platform}:{heard.channel}", heard.channel, heard.person, everybody)

    def _conversation(self, heard: Heard, reader: Reader) -> str:
        """A thread is a conversation, of those who may see the same."""
        is_own = not reader.name.startswith(f"{self.platform}:")
        thread = heard.thread or f"{self.station.now():%Y%m%d}"
        named = f"{self.platform}:{heard.place}:{thread}{f':{heard.person.id}' if is_own else ''}"
        return named if len(named) <= 100 else f"{self.platform}:{sha256(named.encode()).hexdigest()}"

    def _language(self, heard: Heard) -> Language:
        """That of the message; of one without words, that of the person."""
        own = next((each for each in get_args(Language) if heard.person.locale.startswith(each)), None)
        return language_of(heard.text, None if heard.text else own)

    async def _picture(self, reply: Reply) -> bytes | None:
        """The chart as PNG, where the extra for it is installed."""
        if reply.chart is None:
            return None
        try:
            draw = import_module("chat_service.present.export.pictures").picture
            found: bytes = await asyncio.to_thread(draw, reply.chart.spec, "png", self.station.settings.fonts)
        except ModuleNotFoundError:
            return None
        except ValueError:
            _LOG.exception("%s: the chart cannot be drawn", reply.body.request_id)
            return None
        return found


async def _nobody(_most: int) -> tuple[Person, ...]:
    return ()
