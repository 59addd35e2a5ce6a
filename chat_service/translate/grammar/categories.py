"""What the patterns make of neighbouring mentions: amounts, conditions, sets of values, groups, ranks, clauses.

A node keeps the mentions it was made of, so that every word of the question stays accounted for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chat_service.language.dates.mention import DateMention
from chat_service.translate.senses import Mention, ValueSense
from semantic_layer import Grain, NumberOperator

Direction = Literal["high", "low", "best", "worst"]


@dataclass(frozen=True)
class Node:
    """Mentions that were read together, in order."""

    parts: tuple[Mention, ...]

    @property
    def start(self) -> int:
        return min(part.start for part in self.parts)

    @property
    def end(self) -> int:
        return max(part.end for part in self.parts)


@dataclass(frozen=True)
class Amount(Node):
    """A number with what it counts, as far as the words say: `units` are all that the unit's word can mean."""

    value: float
    units: tuple[str, ...] = ()
    is_ordinal: bool = False
    upto: float | None = None


@dataclass(frozen=True)
class Condition(Node):
    """A comparison with one number, or with two for `between`."""

    op: NumberOperator
    values: tuple[float, ...]
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class Values(Node):
    """Values of one dimension: for each named word, all that it can be.

    `is_list` says that several were named; `named` that the dimension's own name stood beside.
    """

    words: tuple[tuple[ValueSense, ...], ...]
    negated: bool = False
    named: bool = False

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions that all of the words can belong to, in the order of the first word's."""
        sets = [{sense.dimension for sense in word} for word in self.words]
        return tuple(dict.fromkeys(s.dimension for s in self.words[0] if all(s.dimension in each for each in sets)))


@dataclass(frozen=True)
class When(Node):
    """A stretch of time that something is asked for."""

    date: DateMention


@dataclass(frozen=True)
class Against(Node):
    """The other side of a comparison: a period named, or one before or a year earlier."""

    to: Literal["previous", "year", "period"]
    date: DateMention | None = None
    unit: Grain | None = None


@dataclass(frozen=True)
class Group(Node):
    """Something to group by: dimensions that the word can mean, or a time grain; `outer` for "in each region"."""

    dimensions: tuple[str, ...] = ()
    grain: Grain | None = None
    outer: bool = False
    asked_which: bool = False
    marked: bool = True


@dataclass(frozen=True)
class Rank(Node):
    """An order by the measure, cut after `count` (None: all are shown in order; 1 for 'the highest')."""

    direction: Direction
    count: int | None
    by_change: bool = False


@dataclass(frozen=True)
class Measure(Node):
    """What is measured: the metrics that the words can mean."""

    metrics: tuple[str, ...]
    condition: Condition | None = None
    per_row: bool = False


@dataclass(frozen=True)
class Compared(Node):
    """A field of a row or of an entity with a comparison: 单笔超过500元, churn probability above 0.8."""

    fields: tuple[str, ...]
    condition: Condition


@dataclass(frozen=True)
class Dated(Node):
    """A field of time with a period: registered this year."""

    fields: tuple[str, ...]
    when: When


@dataclass(frozen=True)
class Clause(Node):
    """A condition on what customers do: with its own period, count and filters.

    `metric` counts the behaviour. `when` is None where none was said; `ever` that all history was said;
    `alternative` that this or the clause before suffices.
    """

    behaviour: str | None
    metric: str
    negated: bool = False
    condition: Condition | None = None
    when: When | None = None
    ever: bool = False
    same_period: bool = False
    values: tuple[Values, ...] = ()
    alternative: bool = False


Item = Mention | Node
Items = tuple[Item, ...]


def mentions_of(item: Item) -> tuple[Mention, ...]:
    """The mentions behind an item."""
    return item.parts if isinstance(item, Node) else (item,)
