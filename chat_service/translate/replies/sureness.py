"""How sure a reading is, from what its derivation shows: the weights are data, fitted on labelled questions."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Any


def confidence(basis: Iterable[str]) -> float:
    """The share of answers that are right of those whose readings show the same; two decimals.

    >>> confidence(()) > confidence(["assumed_reading"]) > confidence(["assumed_reading", "close_reading"])
    True
    """
    weights = _weights()
    odds = weights["plain"] - sum(weights["takes_off"].get(each, 0.0) for each in set(basis))
    return round(1 / (1 + math.exp(-odds)), 2)


@lru_cache(maxsize=1)
def _weights() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("sureness.toml").read_text(encoding="utf-8"))


__all__ = ["confidence"]
