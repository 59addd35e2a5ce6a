"""Which of those who wait for a thread begin: no more than there are cores for, and nobody waits long for another."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from chat_service.channels.work import Job, Work


async def _stays() -> bool:
    return False


def _at_most(work: Callable[[Job], None], *readers: str, at_once: int, computing: int) -> int:
    """How many of one work for each of the readers ran at the same time, at most."""
    found: list[int] = []
    running: set[Job] = set()
    lock = threading.Lock()

    def counted(job: Job) -> None:
        with lock:
            running.add(job)
            found.append(len(running))
        work(job)
        with lock:
            running.discard(job)

    async def all_of_them() -> None:
        place = Work(at_once, computing, 100, 100, 60.0, {}, lambda _: None)
        await asyncio.gather(*(place.run(each, counted, _stays) for each in readers))
        place.stop()

    asyncio.run(all_of_them())
    assert len(found) == len(readers)
    return max(found)


def test_what_is_short_is_done_one_after_another_on_as_many_cores_as_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat_service.channels.work._MOMENT_SECONDS", 60.0)  # however late the threads are run here
    assert _at_most(lambda _: None, *["a", "b", "c"] * 20, at_once=8, computing=1) == 1
    assert _at_most(lambda _: None, *["a", "b", "c"] * 20, at_once=8, computing=2) <= 2


def test_what_is_long_holds_nobody_up_but_by_its_place() -> None:
    """Each waits for what comes only once all others wait beside it."""
    beside = threading.Barrier(4)
    assert _at_most(lambda _: _wait(beside), "a", "b", "c", "d", at_once=4, computing=1) == 4
    half = threading.Barrier(2)
    assert _at_most(lambda _: _wait(half), "a", "a", "a", "a", at_once=4, computing=1) == 2, "a reader has half of all"


def _wait(barrier: threading.Barrier) -> None:
    barrier.wait(10)
    time.sleep(0.2)
