"""Answers that were given before: a question that begins a conversation, asked again by the same reader while the data
stay the same, is answered by what was made of it then.

Knows only answers all of whose results were kept; so each is given as the layer would, with nothing presented again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from chat_service.asking import Answer, Asked
from chat_service.channels.wire import Part

_MOST = 256
_CELLS = 1_000  # of an answer's table, at most


@dataclass(frozen=True, eq=False)
class Given:
    """An answer, the parts of its body, and what the conversation remembers of it, as it is stored."""

    answer: Answer
    content: tuple[Part, ...]
    memory: str

    @property
    def is_lasting(self) -> bool:
        """Whether it is the same whenever it is given: of a known result of usual size, with no link to itself."""
        prepared, table = self.answer.prepared, self.answer.table
        if prepared is None or prepared.known is None or table is None:
            return False
        is_small = len(table.rows) * len(table.columns) <= _CELLS
        return is_small and all(each.type != "export" for each in self.content)


@dataclass(eq=False)
class GivenAnswers:
    """Those that were asked for last. Lives as long as one opening of the database."""

    _found: OrderedDict[Asked, Given] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, asked: Asked) -> Given | None:
        """What was given to that question of that reader."""
        with self._lock:
            if asked in self._found:
                self._found.move_to_end(asked)
            return self._found.get(asked)

    def keep(self, asked: Asked, given: Given) -> None:
        """Keep it, if it lasts."""
        if not given.is_lasting:
            return
        with self._lock:
            self._found[asked] = given
            while len(self._found) > _MOST:
                self._found.popitem(last=False)
