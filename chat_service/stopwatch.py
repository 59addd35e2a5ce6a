"""Milliseconds by stage of one answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping


class Stopwatch:
    """Started when made; `lap` closes a stage."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._start = self._last = clock()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Note the time since the last lap under that name."""
        now = self._clock()
        self._laps[stage] = round((now - self._last) * 1000, 2)
        self._last = now

    def total(self) -> Mapping[str, float]:
        """All laps, and the whole time so far as `total`."""
        return {**self._laps, "total": round((self._clock() - self._start) * 1000, 2)}
