"""What a stretch of a question can mean: a name of the model, a date, a number, or a word of the language.

A mention keeps every sense that its words have; the patterns choose among them by what stands around. Offsets count in
the folded text. Knows no rules.
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
    """A value of a dimension. `weak` values (a bare code such as `high`) need their dimension beside them."""

    dimension: str
    value: Scalar
    weak: bool = False


@dataclass(frozen=True)
class BehaviourSense:
    """Something that customers do."""

    name: str


@dataclass(frozen=True)
class ListSense:
    """A named population of the model."""

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

    `read_as` is the spelling it was corrected to.
    """

    start: int
    end: int
    text: str
    senses: tuple[Sense, ...]
    read_as: str | None = None

    @property
    def is_filler(self) -> bool:
        return any(isinstance(sense, WordSense) and sense.role == "filler" for sense in self.senses)

    def words(self, role: str) -> tuple[str, ...]:
        """The meanings that the mention has in a role."""
        return tuple(s.meaning for s in self.senses if isinstance(s, WordSense) and s.role == role)

    def metrics(self) -> tuple[str, ...]:
        return tuple(s.name for s in self.senses if isinstance(s, MetricSense))

    def dimensions(self) -> tuple[str, ...]:
        return tuple(s.name for s in self.senses if isinstance(s, DimensionSense))

    def values(self, *, weak: bool = False) -> tuple[ValueSense, ...]:
        return tuple(s for s in self.senses if isinstance(s, ValueSense) and (weak or not s.weak))

    def behaviours(self) -> tuple[str, ...]:
        return tuple(s.name for s in self.senses if isinstance(s, BehaviourSense))

    def lists(self) -> tuple[str, ...]:
        return tuple(s.name for s in self.senses if isinstance(s, ListSense))

    def entities(self) -> tuple[str, ...]:
        return tuple(s.name for s in self.senses if isinstance(s, EntitySense))

    def fields(self) -> tuple[str, ...]:
        return tuple(s.field for s in self.senses if isinstance(s, FieldSense))

    @property
    def date(self) -> DateMention | None:
        return next((s for s in self.senses if isinstance(s, DateMention)), None)

    def hours(self) -> tuple[int, ...]:
        return next((s.hours for s in self.senses if isinstance(s, HoursSense)), ())

    @property
    def number(self) -> NumberSense | None:
        return next((s for s in self.senses if isinstance(s, NumberSense)), None)
