"""For whom statements run: who leaves has what runs for them stopped, and nobody else's.

A caller is known to an engine by the context in which it is asked, which threads started from there inherit. A
statement is stopped by its engine. Python is stopped by an exception that the interpreter raises in the thread, which
is the one way to end a loop that asks nobody; so it is raised only inside `interruptible()`, where nothing is written
and no lock is held for long, and never while a statement runs.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
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
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: int | None = None
    _is_in_a_statement: bool = False

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
        """Nothing more is done for them: `CallerLeft` is raised in the thread that works for them. May be repeated."""
        with self._lock:
            self.has_left = True
            if self._thread is not None and not self._is_in_a_statement:
                _raise_in(self._thread, CallerLeft)

    def settle(self) -> None:
        """The thread works for somebody else from here on. To be called at the end of what `asking` began."""
        while True:
            try:
                with self._lock:
                    self._thread = None
                    _raise_in(threading.get_ident(), None)
            except CallerLeft:
                continue
            return

    @contextmanager
    def _interrupted(self) -> Iterator[None]:
        with self._lock:
            if self.has_left:
                raise CallerLeft
            self._thread = threading.get_ident()
        try:
            yield
        finally:
            self.settle()
        if self.has_left:
            raise CallerLeft

    @contextmanager
    def _in_a_statement(self) -> Iterator[None]:
        try:
            with self._lock:
                self._is_in_a_statement = True
            yield
        finally:
            with self._lock:
                self._is_in_a_statement = False


class CallerLeft(BaseException):
    """Raised in the work for a caller who has left. No handler of failures catches it."""


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it, all that this thread does ends when the caller leaves. Raises CallerLeft, at the latest at its end."""
    caller = _CALLER.get()
    if caller is None:
        yield
        return
    with caller._interrupted():
        yield


def _raise_in(thread: int, kind: type[BaseException] | None) -> None:
    """Have the interpreter raise an exception in a thread at its next step; None takes back one that is not raised
    yet."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind) if kind else None)


_CALLER: ContextVar[Caller | None] = ContextVar("caller", default=None)


@dataclass(eq=False)
class Statement(Generic[Handle]):
    """A statement that runs, by what its engine stops it with, and whether it was told to stop."""

    handle: Handle
    caller: Caller | None
    is_cancelled: bool = False


@dataclass(eq=False)
class Running(Generic[Handle]):
    """The statements that an engine runs at a time. `stop` ends one from another thread."""

    stop: Callable[[Handle], None]
    _statements: set[Statement[Handle]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def begun(self, handle: Handle) -> Iterator[Statement[Handle]]:
        """A statement, while it runs. Raises EngineError (`query_cancelled`) where its caller has left, before or
        after."""
        statement = Statement(handle, _CALLER.get())
        with self._lock:
            if statement.caller is not None and statement.caller.has_left:
                raise EngineError(QueryCancelled())
            self._statements.add(statement)
        try:
            with nullcontext() if statement.caller is None else statement.caller._in_a_statement():
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
