"""What rules make of words: amounts, conditions, values, periods, groups, ranks, measures, clauses.

A meaning is a plain frozen value and knows no place in the text: the edge that carries it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chat_service.language.dates.mention import DateMention
from chat_service.translate.senses import Values, When
from semantic_layer import Grain, NumberOperator

Direction = Literal["high", "low", "best", "worst"]


@dataclass(frozen=True)
class Amount:
    """A number with what it counts, as far as the words say."""

    value: float
    units: tuple[str, ...] = ()
    is_ordinal: bool = False
    upto: float | None = None


@dataclass(frozen=True)
class Condition:
    """A comparison with one number, or with two for `between`."""

    op: NumberOperator
    values: tuple[float, ...]
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class Against:
    """The other side of a comparison: a period named, or one before or a year earlier."""

    to: Literal["previous", "year", "period"]
    date: DateMention | None = None
    unit: Grain | None = None


@dataclass(frozen=True)
class Group:
    """Something to group by: dimensions that the word can mean, or a time grain; `outer` for "in each region"."""

    dimensions: tuple[str, ...] = ()
    grain: Grain | None = None
    outer: bool = False
    which: bool = False
    marked: bool = True
    every: bool = False
    number: int | None = None


@dataclass(frozen=True)
class Rank:
    """An order by a measure, cut after `count` (None: all are shown in order). `stated`: a number was said."""

    direction: Direction
    count: int | None
    stated: bool = False
    by_change: str = ""
    percent: float | None = None


@dataclass(frozen=True)
class Measure:
    """What is measured: the metrics that the words can mean."""

    metrics: tuple[str, ...]
    text: str
    statistic: str = ""


@dataclass(frozen=True)
class Bound:
    """A metric or a field with a comparison: of groups, or of a customer."""

    metrics: tuple[str, ...]
    fields: tuple[str, ...]
    condition: Condition
    text: str = ""


@dataclass(frozen=True)
class Dated:
    """A field of time with a period: registered this year."""

    fields: tuple[str, ...]
    when: When | None


@dataclass(frozen=True)
class Held(Dated):
    """What people were at a time, of which the model keeps versions; without its own, in that of the question."""

    values: Values


@dataclass(frozen=True)
class Clause:
    """A condition on what customers do, with its own negation, period, count and objects.

    `lent`: the period is that of the deed before it. `last`: it was last done then. `after`: it is done since then.
    `share`: they are the part of all who did it most, by one of `metrics` where a measure is named. `whose`: it tells
    which people they are of whom the rest is asked. `once`: that it was done ever is only said by 曾, which a time that
    is told leaves nothing of.
    """

    behaviours: tuple[str, ...]
    text: str = ""
    negated: bool = False
    condition: Condition | None = None
    when: When | None = None
    ever: bool = False
    once: bool = False
    same_period: bool = False
    values: tuple[Values, ...] = ()
    lent: bool = False
    last: bool = False
    after: When | None = None
    share: float | None = None
    metrics: tuple[str, ...] = ()
    whose: bool = False

    @property
    def is_timeless(self) -> bool:
        """Whether it was done at any time, whatever time is told beside it."""
        return self.ever and not self.once

    @property
    def is_plain(self) -> bool:
        """Whether it says no more than that it was done."""
        more = self.condition is not None or self.share is not None or self.last or self.after is not None
        return not (self.negated or more)


@dataclass(frozen=True)
class Span:
    """The days after an event, from `after` to `within`. `side`: where the words say that the event stands."""

    after: int
    within: int
    side: Literal["before", "after", ""] = ""


@dataclass(frozen=True)
class Clauses:
    """Several conditions on what customers do: all hold, or with `any` one of them. `relative`: behind a 'who'."""

    clauses: tuple[Clause, ...]
    any: bool = False
    relative: bool = False


@dataclass(frozen=True)
class OneEntity:
    """One entity by its key."""

    entity: str
    key: int


@dataclass(frozen=True)
class Listed:
    """A named population of the model, or all but it."""

    name: str
    text: str
    negated: bool = False
