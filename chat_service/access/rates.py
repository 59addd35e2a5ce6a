"""How many requests each reader has sent lately: what may be sent in a minute comes back bit by bit.

In a process of its own, or in a file that the workers of one service share.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

_READERS = 4096
_SLOT = struct.Struct("16s d d")  # a reader's digest, what is left, and when that was so
_TRIED = 16


class Rates(Protocol):
    """Counts requests by reader."""

    def wait(self, reader: str, most: int) -> float:
        """Seconds until the reader may send another of `most` requests a minute; 0 if now, and then it is counted."""


def _left(left: float, before: float, now: float, most: int) -> float:
    return min(float(most), left + (now - before) * most / 60)


@dataclass(eq=False)
class OwnRates:
    """Of one process."""

    _known: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait(self, reader: str, most: int) -> float:
        """As in `Rates`."""
        now = time.monotonic()
        left = _left(*self._known.get(reader, (float(most), now)), now, most)
        if left < 1:
            return (1 - left) * 60 / most
        self._known[reader] = (left - 1, now)
        if len(self._known) > _READERS:
            # who has been quiet for a minute has all of it again, and need not be remembered
            self._known = {name: each for name, each in self._known.items() if now - each[1] < 60}
        return 0.0


class SharedRates:
    """Of all processes of this machine that name the same file, which is made where it is missing.

    A reader has one of a few places, by digest; where all are taken, who was quiet longest is forgotten. Kept by the
    clock that all processes share, so a process that is killed takes nothing with it.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        os.ftruncate(self._file, _READERS * _SLOT.size)
        self._slots = mmap.mmap(self._file, _READERS * _SLOT.size)

    def wait(self, reader: str, most: int) -> float:
        """As in `Rates`."""
        digest = hashlib.blake2b(reader.encode(), digest_size=16).digest()
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            now = time.monotonic()
            at, left, before = self._place(digest, now, most)
            left = _left(left, before, now, most)
            if left < 1:
                return (1 - left) * 60 / most
            _SLOT.pack_into(self._slots, at, digest, left - 1, now)
            return 0.0
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        self._slots.close()
        os.close(self._file)

    def _place(self, digest: bytes, now: float, most: int) -> tuple[int, float, float]:
        """Where the reader stands or may stand, with what is left and since when."""
        first = int.from_bytes(digest[:4], "big")
        places = [((first + step) % _READERS) * _SLOT.size for step in range(_TRIED)]
        found = [(at, *_SLOT.unpack_from(self._slots, at)) for at in places]
        for at, owner, left, before in found:
            if owner == digest:
                return at, left, before
        at, _, _, _ = min(found, key=lambda each: each[3])
        return at, float(most), now
