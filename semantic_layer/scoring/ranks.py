"""Where a customer stands among all buyers. Equal values always stand equally."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from semantic_layer.scoring.likelihood import FloatArray, IntArray


def count_below(values: npt.NDArray[np.float64] | npt.NDArray[np.int64]) -> IntArray:
    """How many of the values are strictly below each."""
    return np.searchsorted(np.sort(values), values, side="left").astype(np.int64)


def quintile(values: npt.NDArray[np.float64] | npt.NDArray[np.int64]) -> IntArray:
    """1..5: 5 is above at least 80 % of all values, 1 is above fewer than 20 %.

    Ties get the score of the lowest rank among them, so one-time buyers, who are above nobody, all have frequency 1
    and the next frequency may well have 4; no rank is drawn by lot.

    >>> quintile(np.array([1, 1, 1, 2, 3])).tolist()
    [1, 1, 1, 4, 5]
    """
    return 1 + 5 * count_below(values) // len(values)


def share_beaten(values: npt.NDArray[np.float64] | npt.NDArray[np.int64]) -> FloatArray:
    """0..1: the share of the others that each value is above; 0 for the only one.

    >>> share_beaten(np.array([10, 20, 20, 30])).tolist()
    [0.0, 0.3333333333333333, 0.3333333333333333, 1.0]
    """
    return np.asarray(count_below(values) / max(len(values) - 1, 1), dtype=np.float64)
