"""Who people on a chat platform are: a YAML of readers, of persons by e-mail or id, and of channels.

Comes in: a person, or all who are in a channel. Goes out: the `Reader` for whom an answer is computed. Fails closed:
whoever is not in the file is nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from chat_service.settings import Values
from semantic_layer import ANONYMOUS, HuitouError, Problem, Reader, audience_of, problem

_LEAST, _ASKER = "everybody", "asker"


@problem(
    "people_unreadable",
    zh="说明谁是谁的文件“{path}”无法读取：{reason}",
    en="The file of people '{path}' cannot be read: {reason}",
)
class PeopleUnreadable(Problem):
    """The file that says who people on a platform are is missing, or is none."""

    path: str
    reason: str


@problem(
    "person_unknown",
    zh="我还不认识你，所以不能回答。请管理员登记你的邮箱，或者你的编号 {id}。",
    en="I do not know you yet, so I may not answer. Whoever runs this can enter your e-mail address, or your id {id}.",
)
class PersonUnknown(Problem):
    """Somebody on a platform who is no reader."""

    id: str


@problem(
    "outsider_here",
    zh="这个频道里有 {count} 个人我不认识，不知道他们能看什么，所以不在这里回答。请私下问我。",
    en="There are {count} people in this channel whom I do not know, so I cannot tell what may be shown here. Ask me "
    "in private.",
)
class OutsiderHere(Problem):
    """A channel in which somebody is no reader."""

    count: int


@problem(
    "too_many_here",
    zh="这个频道的人太多（超过 {most} 人），无法逐个确认他们能看什么。请私下问我，或请管理员为频道指定读者。",
    en="This channel has more people than I can look up ({most}). Ask me in private, or have a reader set for it.",
)
class TooManyHere(Problem):
    """A channel with more people than are looked at one by one."""

    most: int


@problem(
    "room_unknown",
    zh="这里有哪些人，平台没有告诉我，所以不知道能显示什么。请私下问我，或请管理员为这个群指定读者。",
    en="The platform does not tell me who is here, so I cannot tell what may be shown. Ask me in private, or have a "
    "reader set for this channel.",
)
class RoomUnknown(Problem):
    """A channel of which the platform does not tell who is in it."""


class PeopleError(HuitouError):
    """Raised where it cannot be told for whom an answer is."""


def _words(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class _ReaderEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: Annotated[tuple[str, ...], BeforeValidator(_words)] = ("ask",)
    attributes: dict[str, Values] = {}


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    readers: dict[Annotated[str, Field(pattern=r"^[^:]+$", max_length=100)], _ReaderEntry]
    people: dict[str, str] = {}
    channels: dict[str, str] = {}
    most: int = Field(200, ge=1)


@dataclass(frozen=True)
class Person:
    """Somebody on a platform. `is_program` is one that reads nothing: a bot."""

    id: str
    email: str = ""
    locale: str = ""
    is_program: bool = False


@dataclass(eq=False)
class People:
    """The file, read again whenever it has changed."""

    path: Path
    _read: tuple[tuple[int, int], _File] | None = field(default=None)

    def reader(self, person: Person) -> Reader:
        """Who somebody is. Raises PeopleError (`person_unknown`, `people_unreadable`)."""
        found = self._known(person, self.file())
        if found is None:
            raise PeopleError(PersonUnknown(person.id))
        return found

    def is_asked_for_all(self, channel: str) -> bool:
        """Whether a channel is answered for everybody in it, so that they must be known. Raises PeopleError."""
        return self.file().channels.get(channel, _LEAST) == _LEAST

    def most(self) -> int:
        """How many people of a channel are looked at one by one. Raises PeopleError."""
        return self.file().most

    def audience(self, name: str, channel: str, asker: Person, everybody: Sequence[Person]) -> Reader:
        """For whom an answer in a channel is: all in it, unless the file says otherwise. Never with personal fields.

        Raises PeopleError (`person_unknown`, `outsider_here`, `too_many_here`, `people_unreadable`).
        """
        file, own = self.file(), self.reader(asker)
        chosen = file.channels.get(channel, _LEAST)
        if chosen == _ASKER:
            return audience_of(own.name, (own,))
        if chosen != _LEAST:
            return audience_of(name, (_reader(chosen, file.readers[chosen]),))
        if len(everybody) > file.most:
            raise PeopleError(TooManyHere(file.most))
        known = [self._known(each, file) for each in everybody if not each.is_program]
        readers = {each for each in known if each is not None} | {own}
        if None in known:
            raise PeopleError(OutsiderHere(known.count(None)))
        return audience_of(name, tuple(sorted(readers, key=lambda each: each.name)))

    def file(self) -> _File:
        """What the file says. Raises PeopleError (`people_unreadable`)."""
        try:
            found = self.path.stat()
            state = (found.st_mtime_ns, found.st_size)
            if self._read is None or self._read[0] != state:
                read = _File.model_validate(yaml.safe_load(self.path.read_text(encoding="utf-8")))
                _check(read)
                self._read = (state, read)
        except (OSError, ValueError, yaml.YAMLError) as error:
            reason = error.strerror or "" if isinstance(error, OSError) else _first(error)
            raise PeopleError(PeopleUnreadable(str(self.path), reason)) from error
        return self._read[1]

    def _known(self, person: Person, file: _File) -> Reader | None:
        emails = {name.casefold(): reader for name, reader in file.people.items()}
        name = file.people.get(person.id) or (emails.get(person.email.casefold()) if person.email else None)
        return None if name is None else _reader(name, file.readers[name])


def _check(file: _File) -> None:
    """ValueError where somebody is a reader that there is not."""
    for who, name in (*file.people.items(), *file.channels.items()):
        if name not in file.readers and not (who in file.channels and name in (_LEAST, _ASKER)):
            raise ValueError(f"{who}: there is no reader '{name}'")
    if taken := {_LEAST, _ASKER, ANONYMOUS.name}.intersection(file.readers):
        raise ValueError(f"no reader can be named '{min(taken)}'")


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        found = error.errors()[0]
        return f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}"
    return str(error).split("\n")[0]


def _reader(name: str, entry: _ReaderEntry) -> Reader:
    roles = frozenset(entry.roles)
    return Reader(
        name,
        may_see_personal="personal" in roles,
        may_see_sql="sql" in roles,
        roles=roles,
        attributes=tuple(entry.attributes.items()),
    )
