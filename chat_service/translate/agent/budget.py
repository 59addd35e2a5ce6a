"""What the agent may cost: calls, tokens, money and seconds, a question and a day; and when to stop calling at all.

Shared by threads. `clock` counts seconds, `today` is the day that the daily limits are of. A call's tokens are set
aside before it is made and settled after it, so that fifty questions at once do not spend a day's budget fifty times.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from chat_service.translate.agent.failures import ModelError, ModelFailure
from chat_service.translate.agent.usage import Limits, Prices, Usage


@dataclass(eq=False)
class Day:
    """What was spent today, by all questions together."""

    limits: Limits
    prices: Prices
    today: Callable[[], date]
    _of: date | None = None
    _spent: Usage = field(default_factory=Usage)
    _held: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hold(self, tokens: int) -> None:
        """Set tokens of a call aside. Raises ModelError where the day has no room for it."""
        with self._lock:
            if (day := self.today()) != self._of:
                self._of, self._spent = day, Usage()
            limits, planned = self.limits, self._spent.tokens + self._held + tokens
            full = limits.calls_a_day is not None and self._spent.calls >= limits.calls_a_day
            full = full or (limits.tokens_a_day is not None and planned > limits.tokens_a_day)
            full = full or (limits.cost_a_day is not None and self.prices.cost(self._spent) >= limits.cost_a_day)
            if full:
                raise ModelError(ModelFailure("over_budget", "the day's budget is spent"))
            self._held += tokens
            self._spent += Usage(calls=1)

    def settle(self, held: int, usage: Usage) -> None:
        """What a call really took, in place of what was set aside."""
        with self._lock:
            self._held -= held
            self._spent += Usage(0, usage.sent, usage.cached, usage.replied)

    @property
    def spent(self) -> Usage:
        """What today has cost so far."""
        with self._lock:
            return self._spent


@dataclass(eq=False)
class Purse:
    """What one question has spent of what it may. `deadline` is on the clock's scale."""

    limits: Limits
    day: Day
    clock: Callable[[], float]
    deadline: float
    spent: Usage = field(default_factory=Usage)

    @property
    def seconds_left(self) -> float:
        """How long the question may still take."""
        return self.deadline - self.clock()

    def hold(self, tokens: int) -> None:
        """Set a call aside. Raises ModelError where question or day have no room for it."""
        limits = self.limits
        if self.seconds_left <= 0:
            raise ModelError(ModelFailure("timeout", "the question's time is over"))
        if self.spent.calls >= limits.calls or self.spent.tokens + tokens > limits.tokens:
            raise ModelError(ModelFailure("over_budget", "the question's budget is spent"))
        if limits.cost is not None and self.day.prices.cost(self.spent) >= limits.cost:
            raise ModelError(ModelFailure("over_budget", "the question's budget is spent"))
        self.day.hold(tokens)
        self.spent += Usage(calls=1)

    def settle(self, held: int, usage: Usage) -> None:
        """What the call really took."""
        self.day.settle(held, usage)
        self.spent += Usage(0, usage.sent, usage.cached, usage.replied)


@dataclass(eq=False)
class Breaker:
    """After `failures` of the server in a row no call is made for `seconds`; then one is let through to try."""

    clock: Callable[[], float]
    failures: int = 5
    seconds: float = 30.0
    _in_a_row: int = 0
    _opened: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self) -> None:
        """Raises ModelError while calls would only fail."""
        with self._lock:
            if self._opened is None:
                return
            if self.clock() - self._opened < self.seconds:
                raise ModelError(ModelFailure("circuit_open", "the model's server failed several times in a row"))
            self._opened = self.clock()  # this one tries; others wait for it

    def succeeded(self) -> None:
        """The server answered."""
        with self._lock:
            self._in_a_row, self._opened = 0, None

    def failed(self) -> None:
        """The server failed once more."""
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row >= self.failures:
                self._opened = self.clock()

    @property
    def is_open(self) -> bool:
        """Whether calls are held back."""
        with self._lock:
            return self._opened is not None
