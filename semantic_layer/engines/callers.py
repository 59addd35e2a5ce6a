"""For whom statements run: who leaves has what runs for them stopped, and nobody else's.

A caller is known to an engine by the context in which it is asked, which threads started from there inherit. A
statement is stopped by its engine; Python stops where it asks `ensure_wanted`, between stages and in loops whose length
a request chooses. No exception is raised into a thread from outside: it could strike where a lock has just been taken
(that of an import, say), which then nobody would ever give back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from semantic_layer.engines.problems import QueryCancelled
from semantic_layer.errors import EngineError

Handle = TypeVar("Handle")


@dataclass(eq=False)
class Caller:
    """Somebody for whom statements run: a client of the service. Who has left gets no more statements run."""

    has_left: bool = False

    @staticmethod
    def current() -> Caller | None:
        """Who is asking here, if anybody was named."""
        return _CALLER.get()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Within it, statements run for this caller."""
        token = _CALLER.set(self)
        try:
            yield
        finally:
            _CALLER.reset(token)

    def leave(self) -> None:
        """Nothing more is done for them. May be repeated."""
        self.has_left = True


class CallerLeft(BaseException):
    """Raised in the work for a caller who has left. No handler of failures catches it."""


def ensure_wanted() -> None:
    """Raises CallerLeft where the caller for whom this is done has left."""
    caller = _CALLER.get()
    if caller is not None and caller.has_left:
        raise CallerLeft


_CALLER: ContextVar[Caller | None] = ContextVar("caller", default=None)


@dataclass(eq=False)
class Statement(Generic[Handle]):
    """A statement that runs, by what its engine stops it with, and whether it was told to stop: by its caller, or as
    its time was over."""

    handle: Handle
    caller: Caller | None
    began: float = field(default_factory=time.monotonic)
    is_cancelled: bool = False
    is_late: bool = False


@dataclass(eq=False)
class Running(Generic[Handle]):
    """The statements that an engine runs at a time. `stop` ends one from another thread; with `seconds`, each is ended
    when it has taken so long."""

    stop: Callable[[Handle], None]
    seconds: float | None = None
    _statements: set[Statement[Handle]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_watched: bool = False

    @contextmanager
    def begun(self, handle: Handle) -> Iterator[Statement[Handle]]:
        """A statement, while it runs. Raises EngineError (`query_cancelled`) where its caller has left, before or
        after."""
        statement = Statement(handle, _CALLER.get())
        with self._lock:
            if statement.caller is not None and statement.caller.has_left:
                raise EngineError(QueryCancelled())
            self._statements.add(statement)
            if self.seconds is not None and not self._is_watched:
                self._is_watched = True
                threading.Thread(target=self._watch, args=(self.seconds,), daemon=True, name="late").start()
        try:
            yield statement
        finally:
            with self._lock:
                self._statements.discard(statement)
        if statement.is_cancelled:
            raise EngineError(QueryCancelled())

    def cancel(self, caller: Caller | None) -> None:
        """Stop what runs for the caller, who has left; with None, everything that runs."""
        with self._lock:
            if caller is not None:
                caller.leave()
            for statement in self._statements:
                if caller is None or statement.caller is caller:
                    statement.is_cancelled = True
                    self.stop(statement.handle)

    def _watch(self, seconds: float) -> None:
        """Stop what is late, for as long as anything runs. One thread for all statements: to start and to join one for
        each costs more than many a statement. What begins while it sleeps has as long to go as it sleeps at most."""
        pause = seconds
        while True:
            time.sleep(pause)
            with self._lock:
                if not self._statements:
                    self._is_watched = False
                    return
                now, ends = time.monotonic(), seconds
                for each in self._statements:
                    left = each.began + seconds - now
                    if left > 0:
                        ends = min(ends, left)
                        continue
                    each.is_late = True
                    self.stop(each.handle)  # under the lock: the handle is not yet another statement's
            pause = ends
