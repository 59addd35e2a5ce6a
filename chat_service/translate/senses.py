"""What a stretch of a question can mean: a name of the model, a date, a number, or a word of the language.

The lexicon knows senses; a leaf of the chart carries all senses of one kind that its stretch has. Knows no rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.language.dates.mention import DateMention
from semantic_layer import Scalar


@dataclass(frozen=True)
class MetricSense:
    """A metric by its name in the model."""

    name: str


@dataclass(frozen=True)
class DimensionSense:
    """A dimension by its name in the model."""

    name: str


@dataclass(frozen=True)
class ValueSense:
    """A value of a dimension. `weak` values (a bare code such as `high`) need their dimension beside them, `short` ones
    (金 of 金卡) a list of its values."""

    dimension: str
    value: Scalar
    weak: bool = False
    short: bool = False


@dataclass(frozen=True)
class BehaviourSense:
    """Something that customers do."""

    name: str


@dataclass(frozen=True)
class ListSense:
    """A named population of the model."""

    name: str


@dataclass(frozen=True)
class TrialSense:
    """An experiment by its name in the model."""

    name: str


@dataclass(frozen=True)
class EntitySense:
    """A kind of thing that can be listed and counted."""

    name: str


@dataclass(frozen=True)
class FieldSense:
    """A field that describes one entity or one row, as `dataset.field`."""

    field: str


@dataclass(frozen=True)
class WordSense:
    """A word of the language: its role (`rank`) and its meaning in it (`highest`)."""

    role: str
    meaning: str


@dataclass(frozen=True)
class NumberSense:
    """A number as people read it; `unit` is what was written with it (`percent`, `CNY`), if it says."""

    value: float
    unit: str | None = None
    is_ordinal: bool = False
    upto: float | None = None


@dataclass(frozen=True)
class HoursSense:
    """Hours of the day: after 8pm."""

    hours: tuple[int, ...]


Sense = (
    MetricSense
    | DimensionSense
    | ValueSense
    | BehaviourSense
    | ListSense
    | TrialSense
    | EntitySense
    | FieldSense
    | WordSense
    | DateMention
    | NumberSense
    | HoursSense
)


@dataclass(frozen=True)
class Mention:
    """A stretch of the folded text and all that it can mean; no sense at all where nothing is known of it.

    `read_as` is the spelling that it was corrected to.
    """

    start: int
    end: int
    text: str
    senses: tuple[Sense, ...]
    read_as: str | None = None

    def words(self, role: str) -> tuple[str, ...]:
        """The meanings that the mention has in a role."""
        return tuple(s.meaning for s in self.senses if isinstance(s, WordSense) and s.role == role)

    @property
    def date(self) -> DateMention | None:
        """What it says about time, if it does."""
        return next((s for s in self.senses if isinstance(s, DateMention)), None)

    @property
    def is_filler(self) -> bool:
        """Whether it may say nothing."""
        return any(isinstance(sense, WordSense) and sense.role == "filler" for sense in self.senses)


# --- what a leaf of the chart carries ---


@dataclass(frozen=True)
class Word:
    """A word of the language in one of its meanings, as it stands."""

    role: str
    meaning: str
    text: str


@dataclass(frozen=True)
class Names:
    """Names of the model, all that the words can mean: metrics, dimensions, behaviours, fields, an entity, a list."""

    names: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Values:
    """Values of one dimension: for each named word, all that it can be.

    `dimensions` are those whose name stood beside; `link` is what joins several: and, or, vs.
    """

    words: tuple[tuple[ValueSense, ...], ...]
    text: str = ""
    negated: bool = False
    only: bool = False
    both: bool = False
    dimensions: tuple[str, ...] = ()
    link: str = ""

    @property
    def candidates(self) -> tuple[str, ...]:
        """The dimensions that all of the words can belong to, in the order of the first word's."""
        sets = [{sense.dimension for sense in word} for word in self.words]
        return tuple(dict.fromkeys(s.dimension for s in self.words[0] if all(s.dimension in each for each in sets)))


@dataclass(frozen=True)
class When:
    """A stretch of time that something is asked for. `ever`: all history was said."""

    date: DateMention
    ever: bool = False


@dataclass(frozen=True)
class Ask:
    """A word that asks, with all that it can ask for: how_many, people, money, long, which, who, list, count.

    As a unit: all that it can count.
    """

    what: tuple[str, ...]
    text: str = ""
