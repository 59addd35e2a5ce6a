"""Work done for readers, bounded: how many requests run, how many wait, how many one reader has, how long each takes.

Comes in: a function to run in a thread, and for whom. Goes out: its value, or `WorkError` by code. What is given up
(its time is over, its client left, the service stops) is stopped: a statement by the engine, Python where it next asks
whether it is still wanted. A thread that does not ask for long keeps its place, so that no more of them than that can
be. Threads that compute side by side make each other late, and all of them slower: no more begin than there are cores
for, but none is waited for longer than a moment.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import JsonValue

from chat_service.access.rates import OwnRates, Rates
from chat_service.access.traces import Trace
from chat_service.asking import Stage
from semantic_layer import Caller, CallerLeft, HuitouError, Problem, problem

Value = TypeVar("Value")
_POLL_SECONDS = 0.2
_MOMENT_SECONDS = 0.05  # what takes longer is long, or waits for somebody itself
_STOP_SECONDS = 2.0  # after which nobody waits any longer for what was told to stop


@problem(
    "too_many_requests",
    zh="你同时最多可以有 {most} 个请求。请等一个完成后再发。",
    en="At most {most} of your requests are taken at a time. Wait for one to end, then ask again.",
)
class TooManyRequests(Problem):
    """More requests of one reader at a time than the service takes."""

    most: int
    retry_after_seconds: int = 1


@problem(
    "rate_limited",
    zh="你每分钟最多可以发 {per_minute} 个请求。请稍等再发。",
    en="At most {per_minute} of your requests are taken a minute. Wait a little, then ask again.",
)
class RateLimited(Problem):
    """More requests of one reader in a minute than the service takes."""

    per_minute: int
    retry_after_seconds: int = 1


@problem(
    "busy",
    zh="服务正忙，请稍后再试。",
    en="The service has too much to do just now. Ask again in a moment.",
)
class Busy(Problem):
    """The service has as many requests as it takes."""

    retry_after_seconds: int = 2


def wait_of(found: Problem) -> int | None:
    """After how many seconds it is worth asking again, where a problem tells."""
    return found.retry_after_seconds if isinstance(found, TooManyRequests | RateLimited | Busy) else None


@problem(
    "took_too_long",
    zh="超过 {seconds:g} 秒仍未完成（{stage}），已放弃。请少问一些。",
    en="This took longer than {seconds:g} seconds ({stage}) and was given up. Ask for less at a time.",
)
class TookTooLong(Problem):
    """A stage of an answer, or the whole, took longer than it may."""

    stage: str
    seconds: float


@problem("client_left", zh="对方在得到回答之前离开了。", en="The client left before the answer.")
class ClientLeft(Problem):
    """Nobody waits for the answer any more."""


class WorkError(HuitouError):
    """A request that was not worked on to its end."""


@dataclass(eq=False)
class Job:
    """One request's work: for whom it is, and the stage that it is in."""

    seconds: float
    stage_seconds: Mapping[str, float]
    caller: Caller = field(default_factory=Caller)
    began: float = field(default_factory=time.monotonic)
    # what is to be told of it in the audit
    facts: dict[str, JsonValue] = field(default_factory=dict)
    trace: Trace | None = None
    _stage: str = ""
    _stage_began: float = 0.0

    def on_stage(self, stage: Stage) -> None:
        """To be told when a stage begins: its own time runs from there."""
        self._stage, self._stage_began = stage, time.monotonic()
        if self.trace is not None:
            self.trace.begin(stage)

    def overrun(self) -> TookTooLong | None:
        """What took too long by now."""
        now, stage = time.monotonic(), self._stage
        limit = self.stage_seconds.get(stage)
        if limit is not None and now - self._stage_began > limit:
            return TookTooLong(stage, limit)
        return TookTooLong(stage or "waiting", self.seconds) if now - self.began > self.seconds else None


@dataclass(eq=False)
class Work:
    """The threads of one process, of which so many are `computing`. `cancel` stops what an engine runs for a caller."""

    at_once: int
    computing: int
    waiting: int
    per_reader: int
    seconds: float
    stage_seconds: Mapping[str, float]
    cancel: Callable[[Caller], None]
    per_minute: int | None = None
    rates: Rates = field(default_factory=OwnRates)
    _pool: ThreadPoolExecutor = field(init=False)
    _all: int = 0
    _of_reader: Counter[str] = field(default_factory=Counter)
    _running: Counter[str] = field(default_factory=Counter)
    _begun: set[Job] = field(default_factory=set)
    _line: list[tuple[str, Job, asyncio.Future[None]]] = field(default_factory=list)
    _turns: dict[object, tuple[asyncio.Lock, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.at_once, thread_name_prefix="work")

    async def run(
        self,
        reader: str,
        work: Callable[[Job], Value],
        has_left: Callable[[], Awaitable[bool]],
        *,
        turn: object = None,
        job: Job | None = None,
    ) -> Value:
        """The value of `work`, run in a thread. Those with the same `turn` run one after the other.

        Raises WorkError: `too_many_requests` and `busy` at once, `took_too_long`, `client_left`.
        """
        self.admit(reader)
        self._count(reader)
        job, future = job or self.job(), None
        self._all, self._of_reader[reader] = self._all + 1, self._of_reader[reader] + 1
        try:
            async with asyncio.timeout(self.seconds), self._in_turn(turn):
                await self._place(reader, job)
                future = self._pool.submit(_run, work, job)
                try:
                    return await self._watched(future, job, has_left)
                except asyncio.CancelledError:
                    await asyncio.shield(self._given_up(future, job))
                    raise
        except TimeoutError:
            raise WorkError(job.overrun() or TookTooLong("waiting", self.seconds)) from None
        finally:
            if future is None:
                self._forget(reader)
            else:
                future.add_done_callback(_in_loop(asyncio.get_running_loop(), lambda: self._ended(reader, job)))

    def job(self) -> Job:
        """A request's work, whose time runs from now."""
        return Job(self.seconds, self.stage_seconds)

    def admit(self, reader: str) -> None:
        """Raises WorkError (`too_many_requests`, `busy`) where no more of the reader's work is taken now."""
        if self._of_reader[reader] >= self.per_reader:
            raise WorkError(TooManyRequests(self.per_reader))
        if self._all >= self.at_once + self.waiting:
            raise WorkError(Busy())

    def _count(self, reader: str) -> None:
        """Raises WorkError (`rate_limited`)."""
        most = self.per_minute
        wait = self.rates.wait(reader, most) if most is not None else 0.0
        if most is not None and wait:
            raise WorkError(RateLimited(most, max(1, round(wait))))

    def stop(self) -> None:
        """Take no more work, and wait for none."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _watched(self, future: Future[Value], job: Job, has_left: Callable[[], Awaitable[bool]]) -> Value:
        """The future's value, unless its time is over or nobody waits for it any more."""
        waited = asyncio.wrap_future(future)
        while True:
            done, _ = await asyncio.wait({waited}, timeout=_POLL_SECONDS)
            if done:
                return waited.result()
            problem = job.overrun() or (ClientLeft() if await has_left() else None)
            if problem is not None:
                waited.add_done_callback(lambda each: each.cancelled() or each.exception())
                await self._given_up(future, job)
                raise WorkError(problem)

    async def _given_up(self, future: Future[Value], job: Job) -> None:
        """Stop the work wherever it is; told again, since what just began may not have heard."""
        if future.cancel():
            return
        until = time.monotonic() + _STOP_SECONDS
        while not future.done() and time.monotonic() < until:
            self.cancel(job.caller)
            job.caller.leave()
            await asyncio.sleep(_POLL_SECONDS / 4)

    @asynccontextmanager
    async def _in_turn(self, turn: object) -> AsyncIterator[None]:
        if turn is None:
            yield
            return
        lock, count = self._turns.get(turn, (asyncio.Lock(), 0))
        self._turns[turn] = (lock, count + 1)
        try:
            async with lock:
                yield
        finally:
            _, count = self._turns.pop(turn)
            if count > 1:
                self._turns[turn] = (lock, count - 1)

    async def _place(self, reader: str, job: Job) -> None:
        """A thread's place. Of those who wait, a reader with the fewest comes first, so that nobody holds up all."""
        place = asyncio.get_running_loop().create_future()
        mine = (reader, job, place)
        self._line.append(mine)
        self._fill_places()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave_place(reader, job)
            raise
        finally:
            self._line.remove(mine)

    def _fill_places(self) -> None:
        """Have begin who may; a reader has less than half of all threads before."""
        while self._running.total() < self.at_once and len(self._begun) < self.computing:
            most = max(1, self.at_once // 2)
            waiting = [each for each in self._line if not each[2].done() and self._running[each[0]] < most]
            if not waiting:
                return
            reader, job, place = min(waiting, key=lambda each: self._running[each[0]])
            self._running[reader] += 1
            self._begun.add(job)
            asyncio.get_running_loop().call_later(_MOMENT_SECONDS, self._is_long, job)
            place.set_result(None)

    def _is_long(self, job: Job) -> None:
        self._begun.discard(job)
        self._fill_places()

    def _leave_place(self, reader: str, job: Job) -> None:
        self._running[reader] -= 1
        self._is_long(job)

    def _ended(self, reader: str, job: Job) -> None:
        self._leave_place(reader, job)
        self._forget(reader)

    def _forget(self, reader: str) -> None:
        self._all -= 1
        self._of_reader[reader] -= 1
        if not self._of_reader[reader]:
            del self._of_reader[reader]


def _run(work: Callable[[Job], Value], job: Job) -> Value:
    try:
        with job.caller.asking():
            return work(job)
    except CallerLeft:
        raise WorkError(ClientLeft()) from None


def _in_loop(loop: asyncio.AbstractEventLoop, done: Callable[[], None]) -> Callable[[Future[Value]], None]:
    """`done`, called in the loop once a future has ended; not at all where the loop has ended before."""

    def tell(_: Future[Value]) -> None:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(done)

    return tell
