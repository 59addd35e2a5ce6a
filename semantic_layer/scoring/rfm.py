"""Recency, frequency and monetary quintiles, and the eleven segments of the published grid.

The grid is the one in common use (R across, the mean of F and M up), with its overlaps resolved so that every pair of
scores is in exactly one segment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from semantic_layer.scoring.histories import Histories
from semantic_layer.scoring.likelihood import IntArray
from semantic_layer.scoring.ranks import quintile

Segment: TypeAlias = Literal[
    "champions",
    "loyal",
    "potential_loyalist",
    "new",
    "promising",
    "need_attention",
    "about_to_sleep",
    "at_risk",
    "cant_lose",
    "hibernating",
    "lost",
]

# by R from 1 to 5; within it by FM, the mean of F and M rounded down, from 1 to 5
GRID: tuple[tuple[Segment, Segment, Segment, Segment, Segment], ...] = (
    ("lost", "hibernating", "at_risk", "at_risk", "cant_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    ("promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"),
    ("new", "potential_loyalist", "potential_loyalist", "champions", "champions"),
)


@dataclass(frozen=True)
class Rfm:
    """Scores of 1..5, 5 = most recent, most frequent, highest spend; and the segment of each customer."""

    r: IntArray
    f: IntArray
    m: IntArray
    segment: npt.NDArray[np.str_]


def score_rfm(histories: Histories) -> Rfm:
    """Quintiles among all buyers, ties scored alike."""
    r, f, m = quintile(-histories.recency_days), quintile(histories.frequency), quintile(histories.monetary)
    grid = np.array(GRID)
    return Rfm(r, f, m, grid[r - 1, (f + m) // 2 - 1])
