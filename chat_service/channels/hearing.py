"""What is heard on a platform, to what is said there: the same for every platform, each message and click once.

Comes in: a `Heard`, as an adapter reads it from the platform, with a person of whom only the id is known, or a `Press`.
Who they are, who reads along, and what is said, is asked of the adapter by the names of `Platform`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Protocol

from chat_service.channels.cards import ALONE, Press
from chat_service.channels.people import PeopleError, Person, RoomUnknown
from chat_service.channels.talk import Heard, Talk, Told
from chat_service.channels.wire import Selection
from chat_service.language.phrases import said

_LOG = logging.getLogger("huitou.service")
_REMEMBERED = 300.0  # seconds for which who somebody is stays known
_MOST_REMEMBERED = 10_000
_AT_ONCE = 8  # people of a channel who are looked up at the same time


class PlatformError(Exception):
    """A platform that refuses what it is asked, by a code, or does not answer (`code` is 0); after `wait` seconds or
    more it may, where it is set."""

    def __init__(self, what: str, code: int = 0, *, wait: float | None = None) -> None:
        super().__init__(what)
        self.code, self.wait = code, wait


class Platform(Protocol):
    """What a platform's adapter does for the hearing. Each may raise what the platform raises."""

    async def look_up(self, user: str) -> Person:
        """Who somebody is. Whom it refuses to tell of (PlatformError with a code) is known by the id alone."""
        ...

    async def members(self, channel: str, cursor: str) -> tuple[list[str], str]:
        """A page of who is in a channel, and where the next begins; '' after the last. Where the platform refuses to
        tell, nothing is answered there."""
        ...

    async def alone(self, heard: Heard, about: str) -> Heard:
        """The same where the person is alone with us."""
        ...

    async def say(self, told: Told, heard: Heard) -> None:
        """Say something where it was heard; a sentence without an answer to nobody but the person, where that goes."""
        ...


@dataclass(eq=False)
class Hearing:
    """Hears one platform."""

    talk: Talk
    platform: Platform
    _people: dict[str, tuple[float, Person]] = field(default_factory=dict)
    _at_work: set[asyncio.Task[None]] = field(default_factory=set)

    def later(self, work: Coroutine[None, None, None]) -> None:
        """Done once the platform was told that we heard it: it waits for seconds only."""
        task = asyncio.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._done)

    @asynccontextmanager
    async def at_work(self, connected: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
        """Connected within the block; what is still being answered at its end may take the grace time."""
        async with connected:
            yield
            if self._at_work:
                await asyncio.wait(self._at_work, timeout=self.talk.station.settings.grace_seconds)

    async def message(self, delivery: str, heard: Heard, *, alone_about: str = "") -> None:
        """A message, under the id with which the platform would send it again. With `alone_about`, it is answered
        between the two of us wherever it was sent from."""
        async with self.talk.once(delivery) as is_first:
            if is_first:
                known = await self._known(heard)
                await self._answer(await self.platform.alone(known, alone_about) if alone_about else known)

    async def press(self, heard: Heard, press: Press) -> None:
        """A click on a button of the message that `message_id` names. Clicked by several, a choice counts once."""
        what = sha256(f"{press.deed}:{press.about}:{press.of}".encode()).hexdigest()[:16]
        known = await self._known(replace(heard, message_id=f"{what}:{heard.message_id}"))
        known = replace(known, thread=press.thread or heard.thread)
        match press.deed:
            case "choose":
                selection = Selection(clarification_id=press.about, choice_id=press.of)
                await self._answer_once(known.message_id, replace(known, selection=selection))
            case "ask":
                await self._answer_once(known.message_id, replace(known, text=press.about))
            case "alone":
                async with self.talk.once(f"{known.message_id}:{known.person.id}") as is_first:
                    if is_first:
                        own = await self.platform.alone(known, said(ALONE, press.language))
                        await self.platform.say(await self.talk.alone(own, press.about, press.of), own)
            case "up" | "down":
                told = await self.talk.thought(known.person, press.about, press.deed == "up", press.language)
                await self.platform.say(told, known)

    async def _answer_once(self, delivery: str, heard: Heard) -> None:
        async with self.talk.once(delivery) as is_first:
            if is_first:
                await self._answer(heard)

    async def _answer(self, heard: Heard) -> None:
        async def room(most: int) -> tuple[Person, ...]:
            return await self._room(heard.channel, most)

        await self.platform.say(await self.talk.answer(heard, room), heard)

    async def _room(self, channel: str, most: int) -> tuple[Person, ...]:
        """Who reads a channel along, asked anew each time; no more of them than `most`."""
        found, cursor = list[str](), ""
        while len(found) < most:
            try:
                page, cursor = await self.platform.members(channel, cursor)
            except PlatformError as error:
                _LOG.error("%s: who is in %s is not told: %s", self.talk.platform, channel, error)
                raise PeopleError(RoomUnknown()) from error
            found += page
            if not cursor:
                break
        if len(found) >= most:
            return tuple(Person(each) for each in found)  # too many already: who they are need not be asked
        people = list[Person]()
        for at in range(0, len(found), _AT_ONCE):
            people += await asyncio.gather(*(self._who(Person(each)) for each in found[at : at + _AT_ONCE]))
        return tuple(people)

    async def _known(self, heard: Heard) -> Heard:
        return replace(heard, person=await self._who(heard.person))

    async def _who(self, person: Person) -> Person:
        began, known = self._people.get(person.id, (0.0, None))
        if known is None or time.monotonic() - began >= _REMEMBERED:
            try:
                known = await self.platform.look_up(person.id)
            except PlatformError as error:
                if not error.code:
                    raise
                return person
            if len(self._people) >= _MOST_REMEMBERED:
                self._people.clear()
            self._people[person.id] = (time.monotonic(), known)
        return known if known.locale else replace(known, locale=person.locale)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.error("%s: what was heard could not be answered", self.talk.platform, exc_info=error)
