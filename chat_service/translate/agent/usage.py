"""What calls of a model come to: tokens, money, and what a question and a day may cost. Values alone; counts
nothing."""

from __future__ import annotations

from dataclasses import dataclass

_MILLION = 1_000_000.0


@dataclass(frozen=True)
class Prices:
    """What a million tokens cost: of what is sent, of that part of it which the server had cached, and of replies."""

    sent: float = 0.0
    cached: float = 0.0
    replied: float = 0.0

    def cost(self, usage: Usage) -> float:
        """What a use cost, in the currency of the prices."""
        fresh = usage.sent - usage.cached
        return (fresh * self.sent + usage.cached * self.cached + usage.replied * self.replied) / _MILLION


@dataclass(frozen=True)
class Usage:
    """Calls and tokens; `cached` is the part of `sent` that the server had."""

    calls: int = 0
    sent: int = 0
    cached: int = 0
    replied: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls, self.sent + other.sent, self.cached + other.cached, self.replied + other.replied
        )

    def __sub__(self, other: Usage) -> Usage:
        return Usage(
            self.calls - other.calls, self.sent - other.sent, self.cached - other.cached, self.replied - other.replied
        )

    @property
    def tokens(self) -> int:
        """All tokens."""
        return self.sent + self.replied


@dataclass(frozen=True)
class Limits:
    """What one question, and one day, may cost; None sets no limit."""

    calls: int = 6
    tokens: int = 120_000
    seconds: float = 60.0
    cost: float | None = None
    calls_a_day: int | None = None
    tokens_a_day: int | None = None
    cost_a_day: float | None = None
