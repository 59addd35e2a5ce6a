"""Random numbers that depend on the seed, the batch and what they are for, and on nothing else.

Each table draws from its own stream, so a change in one leaves the others as they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

_SECONDS = 1 << 32  # more than any history has
Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Texts: TypeAlias = npt.NDArray[np.object_]


def stream(seed: int, batch: int, purpose: str) -> np.random.Generator:
    """The generator of one purpose in one batch; the same on every machine."""
    return np.random.default_rng([seed, batch, zlib.crc32(purpose.encode())])


def pick(rng: np.random.Generator, weights: Sequence[float] | Floats, size: int) -> Ints:
    """`size` indices into `weights`, each as likely as its weight."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    places: Ints = np.searchsorted(edges, rng.random(size) * edges[-1], side="right").astype(np.int64)
    return places


def texts(values: Sequence[str]) -> Texts:
    """The strings as an array that can be indexed by an array.

    >>> texts(["a", "b"])[[1, 1, 0]].tolist()
    ['b', 'b', 'a']
    """
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def blanked(values: Texts, where: Flags) -> Texts:
    """The strings, None in the places marked.

    >>> blanked(texts(["a", "b"]), np.array([True, False])).tolist()
    [None, 'b']
    """
    left = values.copy()
    left[where] = None
    return left


def moments(who: Ints, at: Ints | int) -> Ints:
    """One number for each customer and second, which sorts by the customer and then by the second."""
    return who * _SECONDS + at


def places_in_group(sizes: Ints) -> Ints:
    """0, 1, 2, ... within each group, for groups of these sizes laid end to end.

    >>> places_in_group(np.array([2, 0, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    first = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum()), dtype=np.int64) - np.repeat(first, sizes)


def group_firsts(groups: Ints) -> Flags:
    """True at the first row of each run of equal values; `groups` is sorted.

    >>> group_firsts(np.array([4, 4, 7])).tolist()
    [True, False, True]
    """
    first = np.ones(len(groups), dtype=np.bool_)
    first[1:] = groups[1:] != groups[:-1]
    return first
