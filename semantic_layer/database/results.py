"""Statements that were made before, and results that were computed, for as long as the data stay the same: whoever
owns a layer opens another one when they change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from semantic_layer.query.result import ResultTable

_ENTRIES = 512
Found = TypeVar("Found")


@dataclass(eq=False)
class KnownResults(Generic[Found]):
    """What was found by key, with its table where that is kept: `most` cells in all at most (None: nothing is kept at
    all), those that were asked for last."""

    most: int | None
    _cells: int = 0
    _found: OrderedDict[Hashable, tuple[Found, ResultTable | None]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable) -> tuple[Found, ResultTable | None] | None:
        """What was put under the key, if it is still there."""
        with self._lock:
            if key not in self._found:
                return None
            self._found.move_to_end(key)
            return self._found[key]

    def put(self, key: Hashable, found: Found, table: ResultTable | None = None) -> None:
        """Keep what was found, with its result unless that is a large part of all that may be kept."""
        most = self.most or 0
        table = table if _size(table) <= most // 4 else None
        with self._lock:
            before = self._found.pop(key, None)
            self._cells += _size(table) - (_size(before[1]) if before is not None else 0)
            self._found[key] = (found, table)
            while self._cells > most or len(self._found) > _ENTRIES:
                _, (_, oldest) = self._found.popitem(last=False)
                self._cells -= _size(oldest)


def _size(table: ResultTable | None) -> int:
    """Its cells, and one for what comes with any table."""
    return 0 if table is None else 1 + len(table.rows) * len(table.columns)
