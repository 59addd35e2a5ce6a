"""What relationships are made of: to-one hops from dataset to dataset, and the paths of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Validity:
    """Which of the versions that a step finds is meant: the one with `since` <= instant < `until` (or no `until`).

    `since` and `until` are fields of the target. `at` is the instant: a field of the source (`field`, or
    `dataset.field` within its reach), `$as_of` for the end of today, or `$instant` for the end of what is counted at
    an instant. `is_default` says that `at` is but the source's own time, for want of anything said.
    """

    at: str
    since: str
    until: str
    is_default: bool = False


@dataclass(frozen=True)
class Step:
    """One to-one hop of a join path: rows of `source` find at most one row of `target` by `on` (column pairs), of
    several versions the one that is valid.

    `place` is that of its relationship in the definition; `is_inherited` that it is a role's by what it is a role of.
    """

    source: str
    target: str
    on: tuple[tuple[str, str], ...]
    validity: Validity | None = None
    place: int | None = field(default=None, compare=False)
    is_inherited: bool = field(default=False, compare=False)


JoinPath = tuple[Step, ...]


@dataclass(frozen=True)
class JoinPaths:
    """`paths` and `ambiguous` as in `Model`; of the ways in doubt, the first few."""

    paths: Mapping[str, Mapping[str, JoinPath]]
    ambiguous: Mapping[tuple[str, str], tuple[JoinPath, ...]]
