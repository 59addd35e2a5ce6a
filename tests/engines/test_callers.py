"""Statements end when their time is over, each its own, watched by one thread for all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from semantic_layer.engines.callers import Running

_SECONDS = 0.3


def test_each_statement_is_stopped_when_its_own_time_is_over() -> None:
    stopped: dict[str, float] = {}

    def stop(handle: str) -> None:
        stopped.setdefault(handle, time.monotonic())

    watching = _watches()  # of other tests
    running = Running(stop, _SECONDS)
    with running.begun("short"):
        pass
    time.sleep(_SECONDS / 3)  # the watch began before what follows
    with running.begun("first") as first:
        time.sleep(_SECONDS / 3)
        with running.begun("second") as second:
            for _ in range(50):
                with running.begun("short"):
                    pass
            assert _watches() <= watching + 1
            _until(lambda: len(stopped) == 2)
            assert first.is_late and second.is_late and not first.is_cancelled
    assert set(stopped) == {"first", "second"}
    for each in (first, second):
        assert stopped[each.handle] - each.began >= _SECONDS
    with running.begun("third"):  # whether the watch has ended by now or not
        _until(lambda: "third" in stopped)


def _watches() -> int:
    return sum(each.name == "late" for each in threading.enumerate())


def _until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)
