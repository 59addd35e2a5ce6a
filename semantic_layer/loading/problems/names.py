"""What can be wrong with the names in a model's definitions: unknown, unfit, reserved, given twice.

`owner` is the thing with the mistake as people call it: `metric 'aov'`, `field 'orders.channel'`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from semantic_layer.errors import DefinitionProblem, suggestion


def article(thing: str) -> str:
    """The thing with its article.

    >>> article("entity"), article("metric")
    ('an entity', 'a metric')
    """
    return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"


@dataclass(frozen=True)
class UnknownThing(DefinitionProblem):
    """A name that stands for nothing. Subclasses say what it should have been the name of."""

    thing: ClassVar[str] = "thing"
    owner: str
    name: str
    nearest: tuple[str, ...]

    @property
    def message(self) -> str:
        offer = suggestion(self.nearest) or f" Define it, or name another {self.thing}."
        return f"{self.owner} names '{self.name}', which is no {self.thing}.{offer}"


@dataclass(frozen=True)
class UnknownDataset(UnknownThing):
    """A dataset that the model does not have."""

    code: ClassVar[str] = "unknown_dataset"
    thing: ClassVar[str] = "dataset"


@dataclass(frozen=True)
class UnknownMetric(UnknownThing):
    """A metric that the model does not have."""

    code: ClassVar[str] = "unknown_metric"
    thing: ClassVar[str] = "metric"


@dataclass(frozen=True)
class UnknownDimension(UnknownThing):
    """A dimension that the model does not have."""

    code: ClassVar[str] = "unknown_dimension"
    thing: ClassVar[str] = "dimension"


@dataclass(frozen=True)
class UnknownGrain(UnknownThing):
    """A unit of time that neither everyone nor the model has."""

    code: ClassVar[str] = "unknown_grain"
    thing: ClassVar[str] = "unit of time"


@dataclass(frozen=True)
class UnknownEntity(UnknownThing):
    """An entity that the model does not have."""

    code: ClassVar[str] = "unknown_entity"
    thing: ClassVar[str] = "entity"


@dataclass(frozen=True)
class UnknownField(DefinitionProblem):
    """A field that the dataset does not have."""

    code: ClassVar[str] = "unknown_field"
    owner: str
    name: str
    dataset: str
    nearest: tuple[str, ...]

    @property
    def message(self) -> str:
        offer = suggestion(self.nearest) or f" Declare it among the fields of '{self.dataset}'."
        return f"{self.owner} uses '{self.name}', which is not a field of '{self.dataset}'.{offer}"


@dataclass(frozen=True)
class UnknownColumn(DefinitionProblem):
    """A column that nothing says the dataset has."""

    code: ClassVar[str] = "unknown_column"
    owner: str
    name: str
    dataset: str
    nearest: tuple[str, ...]

    @property
    def message(self) -> str:
        offer = suggestion(self.nearest) or " Declare a field for it."
        return f"{self.owner} names the column '{self.name}', which '{self.dataset}' does not have.{offer}"


@dataclass(frozen=True)
class UnknownParameter(DefinitionProblem):
    """A `$name` that is neither a parameter of the model nor one that every query has."""

    code: ClassVar[str] = "unknown_parameter"
    owner: str
    name: str
    nearest: tuple[str, ...]

    @property
    def message(self) -> str:
        offer = suggestion(tuple(f"${each}" for each in self.nearest)) or " Add it to `parameters`."
        return f"{self.owner} uses '${self.name}', which is not a parameter.{offer}"


@dataclass(frozen=True)
class UnknownValue(DefinitionProblem):
    """A code that a closed set does not have."""

    code: ClassVar[str] = "unknown_value"
    owner: str
    field: str
    value: str
    nearest: tuple[str, ...]

    @property
    def message(self) -> str:
        offer = suggestion(self.nearest) or f" Add it to the values of '{self.field}', or mark them `open`."
        return f"{self.owner} asks for '{self.value}', which is no value of '{self.field}'.{offer}"


@dataclass(frozen=True)
class BadName(DefinitionProblem):
    """A name that cannot stand in an expression."""

    code: ClassVar[str] = "bad_name"
    thing: str
    name: str

    @property
    def message(self) -> str:
        wanted = "Use letters, digits and '_', a letter first."
        return f"'{self.name}' cannot be the name of {article(self.thing)}. {wanted}"


@dataclass(frozen=True)
class ReservedName(DefinitionProblem):
    """A name that the program itself uses, such as a time grain's."""

    code: ClassVar[str] = "reserved_name"
    thing: str
    name: str
    reserved: tuple[str, ...]

    @property
    def message(self) -> str:
        taken = f"{', '.join(self.reserved)} have a meaning of their own"
        return f"'{self.name}' cannot be the name of {article(self.thing)}: {taken}. Rename it."


@dataclass(frozen=True)
class DuplicateName(DefinitionProblem):
    """The same name for two things of a kind."""

    code: ClassVar[str] = "duplicate_name"
    thing: str
    name: str
    first: str

    @property
    def message(self) -> str:
        return f"a second {self.thing} is named '{self.name}'; the first is at {self.first}. Rename one of them."


@dataclass(frozen=True)
class DimensionDefinedTwice(DefinitionProblem):
    """Two datasets have a dimension of one name, and neither says that they are the same."""

    code: ClassVar[str] = "dimension_defined_twice"
    name: str
    field: str
    first: str

    @property
    def message(self) -> str:
        return (
            f"'{self.field}' and '{self.first}' are both the dimension '{self.name}'. "
            f"Add `same_as: {self.first}` if they mean the same, or rename one."
        )


@dataclass(frozen=True)
class NameClash(DefinitionProblem):
    """A metric, dimension or entity with the name of one of another kind."""

    code: ClassVar[str] = "name_clash"
    thing: str
    name: str
    other: str
    first: str

    @property
    def message(self) -> str:
        other = f"{article(self.other)} (at {self.first})"
        return f"the {self.thing} '{self.name}' has the name of {other}. Rename one of them."
