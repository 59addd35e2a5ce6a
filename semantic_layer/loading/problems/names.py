"""What can be wrong with the names in a model's definitions: unknown, unfit, reserved, given twice.

`owner` is the thing with the mistake as people call it: `metric 'aov'`, `field 'orders.channel'`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from semantic_layer.errors import DefinitionProblem, Phrase, problem


@dataclass(frozen=True)
class UnknownThing(DefinitionProblem):
    """A name that stands for nothing. Subclasses say what it should have been the name of."""

    zh = "{owner}用到“{name}”，但没有这个{thing:word}。[{nearest:offer}|请定义它，或改用别的{thing:word}。]"
    en = "{owner} names '{name}', which is no {thing}.[{nearest:offer}| Define it, or name another {thing}.]"
    thing: ClassVar[str] = "thing"
    owner: Phrase
    name: str
    nearest: tuple[str, ...]


@problem("unknown_dataset")
class UnknownDataset(UnknownThing):
    """A dataset that the model does not have."""

    thing = "dataset"


@problem("unknown_metric")
class UnknownMetric(UnknownThing):
    """A metric that the model does not have."""

    thing = "metric"


@problem("unknown_list")
class UnknownList(UnknownThing):
    """A list that the model does not have."""

    thing = "list"


@problem("unknown_dimension")
class UnknownDimension(UnknownThing):
    """A dimension that the model does not have."""

    thing = "dimension"


@problem("unknown_grain")
class UnknownGrain(UnknownThing):
    """A unit of time that neither everyone nor the model has."""

    thing = "unit of time"


@problem("unknown_entity")
class UnknownEntity(UnknownThing):
    """An entity that the model does not have."""

    thing = "entity"


@problem(
    "unknown_field",
    zh="{owner}用到“{name}”，但“{dataset}”没有这个字段。[{nearest:offer}|请在“{dataset}”的字段里声明它。]",
    en="{owner} uses '{name}', which is not a field of '{dataset}'.[{nearest:offer}| Declare it among the fields of "
    "'{dataset}'.]",
)
class UnknownField(DefinitionProblem):
    """A field that the dataset does not have."""

    owner: Phrase
    name: str
    dataset: str
    nearest: tuple[str, ...]


@problem(
    "unknown_column",
    zh="{owner}用到列“{name}”，但“{dataset}”没有这一列。[{nearest:offer}|请为它声明一个字段。]",
    en="{owner} names the column '{name}', which '{dataset}' does not have.[{nearest:offer}| Declare a field for it.]",
)
class UnknownColumn(DefinitionProblem):
    """A column that nothing says the dataset has."""

    owner: Phrase
    name: str
    dataset: str
    nearest: tuple[str, ...]


@problem(
    "unknown_parameter",
    zh="{owner}用到“${name}”，但没有这个参数。[{nearest:offer}|请把它加到 `parameters` 里。]",
    en="{owner} uses '${name}', which is not a parameter.[{nearest:offer}| Add it to `parameters`.]",
)
class UnknownParameter(DefinitionProblem):
    """A `$name` that is neither a parameter of the model nor one that every query has."""

    owner: Phrase
    name: str
    nearest: tuple[str, ...]


@problem(
    "unknown_value",
    zh="{owner}要的是“{value}”，但“{field}”没有这个值。"
    "[{nearest:offer}|请把它加到“{field}”的值里，或标明它们是 `open`。]",
    en="{owner} asks for '{value}', which is no value of '{field}'.[{nearest:offer}| Add it to the values of "
    "'{field}', or mark them `open`.]",
)
class UnknownValue(DefinitionProblem):
    """A code that a closed set does not have."""

    owner: Phrase
    field: str
    value: str
    nearest: tuple[str, ...]


@problem(
    "bad_name",
    zh="“{name}”不能作{thing:a}的名字。请用字母、数字和“_”，以字母开头。",
    en="'{name}' cannot be the name of {thing:a}. Use letters, digits and '_', a letter first.",
)
class BadName(DefinitionProblem):
    """A name that cannot stand in an expression."""

    thing: str | Phrase
    name: str


@problem(
    "reserved_name",
    zh="“{name}”不能作{thing:a}的名字：{reserved:list} 另有含义。请改名。",
    en="'{name}' cannot be the name of {thing:a}: {reserved:list} have a meaning of their own. Rename it.",
)
class ReservedName(DefinitionProblem):
    """A name that the program itself uses, such as a time grain's."""

    thing: str | Phrase
    name: str
    reserved: tuple[str, ...]


@problem(
    "duplicate_name",
    zh="有第二个{thing:word}叫“{name}”，第一个在 {first}。请给其中一个改名。",
    en="a second {thing} is named '{name}'; the first is at {first}. Rename one of them.",
)
class DuplicateName(DefinitionProblem):
    """The same name for two things of a kind."""

    thing: str | Phrase
    name: str
    first: str


@problem(
    "dimension_defined_twice",
    zh="“{field}”和“{first}”都是维度“{name}”。如果意思相同，请加 `same_as: {first}`，否则给其中一个改名。",
    en="'{field}' and '{first}' are both the dimension '{name}'. Add `same_as: {first}` if they mean the same, or "
    "rename one.",
)
class DimensionDefinedTwice(DefinitionProblem):
    """Two datasets have a dimension of one name, and neither says that they are the same."""

    name: str
    field: str
    first: str


@problem(
    "name_clash",
    zh="{thing:word}“{name}”和{other:word}（在 {first}）同名。请给其中一个改名。",
    en="the {thing} '{name}' has the name of {other:a} (at {first}). Rename one of them.",
)
class NameClash(DefinitionProblem):
    """A metric, dimension or entity with the name of one of another kind."""

    thing: str
    name: str
    other: str
    first: str
