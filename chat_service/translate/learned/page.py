"""A question laid out for the network: its text, what it names with what that is about, and the request before it.

Training and reading lay out alike. Parts are numbered: 0 the question's text, 1 what is named, 2 the request before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chat_service.outcomes import Question
from chat_service.translate.learned.literals import MOST, Named, named_by, named_in
from chat_service.translate.learned.plain import plain
from chat_service.translate.learned.script import Script
from chat_service.translate.senses import Mention
from semantic_layer import Model

QUESTION, NAMED, BEFORE = 0, 1, 2
_BEFORE = "<before>"


@dataclass(frozen=True)
class Laid:
    """A text that is cut into pieces, or a word as requests are written with (`is_word`); and the part it
    belongs to. `is_first` is the question itself."""

    said: str
    part: int
    is_word: bool = False
    is_first: bool = False


@dataclass(frozen=True, eq=False)
class Page:
    """A question about a model, with what its mentions name."""

    question: Question
    mentions: Sequence[Mention]
    model: Model

    @cached_property
    def script(self) -> Script:
        """How requests are written here."""
        before = self._before
        return Script(named_in(self.mentions), named_by(before) if before else (), self.question.today)

    @property
    def is_whole(self) -> bool:
        """Whether all that is named has a place."""
        return max(len(self.script.here), len(self.script.before)) < MOST

    def laid_out(self) -> Iterator[Laid]:
        """All that the network is shown, the question first."""
        yield Laid(self.question.text, QUESTION, is_first=True)
        for number, named in enumerate(self.script.here):
            yield from _place("@", number, named, NAMED)
            yield Laid(named.text, QUESTION)
        if self._before:
            own = Script((), self.script.before, self.question.today)
            yield from (Laid(each, BEFORE, is_word=True) for each in (_BEFORE, *own.written(self._before)))
            for number, named in enumerate(self.script.before):
                yield from _place("^", number, named, BEFORE)

    @cached_property
    def _before(self) -> Mapping[str, Any]:
        return plain(self.question.previous.request, self.model) if self.question.previous is not None else {}


def _place(sign: str, number: int, named: Named, part: int) -> Iterator[Laid]:
    yield Laid(f"{sign}{number}", part, is_word=True)
    yield Laid(f"*{named.about}", part, is_word=True)


__all__ = ["BEFORE", "NAMED", "QUESTION", "Laid", "Page"]
