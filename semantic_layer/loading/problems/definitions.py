"""What can be wrong with what a model's definitions say: expressions, joins, metrics. Each for the analyst to mend.

`owner` is the thing with the mistake as people call it: `metric 'aov'`, `field 'orders.channel'`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from semantic_layer.errors import DefinitionProblem, suggestion


@dataclass(frozen=True)
class BadExpression(DefinitionProblem):
    """SQL that does not parse, or is not of the kind that belongs here."""

    code: ClassVar[str] = "bad_expression"
    owner: str
    text: str
    reason: str

    @property
    def message(self) -> str:
        return f"the SQL of {self.owner}, '{self.text}', cannot be used: {self.reason}."


@dataclass(frozen=True)
class ReadsClock(DefinitionProblem):
    """An expression whose value depends on when it is asked."""

    code: ClassVar[str] = "reads_clock"
    owner: str
    function: str

    @property
    def message(self) -> str:
        return f"{self.owner} uses '{self.function}', which changes from call to call. Use '$as_of' for today."


@dataclass(frozen=True)
class MixedGrains(DefinitionProblem):
    """An expression that uses a field both of single rows and beside an aggregate of them."""

    code: ClassVar[str] = "mixed_grains"
    owner: str
    columns: tuple[str, ...]

    @property
    def message(self) -> str:
        names = " and ".join(f"'{each}'" for each in self.columns)
        return f"{self.owner} uses {names} outside of an aggregate, beside one. Aggregate it too, as in 'sum(...)'."


@dataclass(frozen=True)
class NotAggregate(DefinitionProblem):
    """A metric whose expression has a value for each row, not one for all."""

    code: ClassVar[str] = "not_aggregate"
    owner: str
    text: str

    @property
    def message(self) -> str:
        return f"the expression of {self.owner}, '{self.text}', does not aggregate. Write 'sum(...)', 'count(*)', ..."


@dataclass(frozen=True)
class NestedAggregate(DefinitionProblem):
    """An aggregate of an aggregate: two grains in one expression."""

    code: ClassVar[str] = "nested_aggregate"
    owner: str
    inner: str

    @property
    def message(self) -> str:
        return f"{self.owner} aggregates '{self.inner}', itself an aggregate. Name the inner one in `per: values:`."


@dataclass(frozen=True)
class MisplacedAggregate(DefinitionProblem):
    """An aggregate where single rows are spoken of."""

    code: ClassVar[str] = "misplaced_aggregate"
    owner: str
    inner: str
    advice: str

    @property
    def message(self) -> str:
        return f"{self.owner} uses the aggregate '{self.inner}', where none may stand. {self.advice}"


@dataclass(frozen=True)
class MixedKinds(DefinitionProblem):
    """Values that do not go together: a number compared with a text, a date that is none, a division by zero."""

    code: ClassVar[str] = "mixed_kinds"
    owner: str
    text: str
    reason: str

    @property
    def message(self) -> str:
        return f"{self.owner} says '{self.text}': {self.reason}."


@dataclass(frozen=True)
class NotANumber(DefinitionProblem):
    """A metric whose value is a text, or true or false."""

    code: ClassVar[str] = "not_a_number"
    owner: str
    text: str
    kind: str

    @property
    def message(self) -> str:
        return f"the expression of {self.owner}, '{self.text}', gives {self.kind}. A metric is a number: count it."


@dataclass(frozen=True)
class MetricAmongRows(DefinitionProblem):
    """A metric's name in an expression over rows, or a field's name in a formula over metrics: two grains in one."""

    code: ClassVar[str] = "metric_among_rows"
    owner: str
    name: str
    dataset: str
    is_metric: bool

    @property
    def message(self) -> str:
        if self.is_metric:
            advice = "For a formula over metrics leave `dataset` out; for rows name a field."
            return f"{self.owner} uses the metric '{self.name}' as a field of '{self.dataset}'. {advice}"
        advice = "Aggregate it in a metric of its own, and name that."
        return f"{self.owner} uses '{self.name}', a field of '{self.dataset}', in a formula over metrics. {advice}"


@dataclass(frozen=True)
class CircularDefinition(DefinitionProblem):
    """Definitions that stand on each other in a circle. `chain` begins and ends with the same name."""

    thing: ClassVar[str] = "definition"
    chain: tuple[str, ...]

    @property
    def message(self) -> str:
        way = " -> ".join(self.chain)
        if len(self.chain) == 2:
            return f"{self.thing} '{self.chain[0]}' refers to itself. Define it by something else."
        return f"{self.thing}s refer to each other in a circle: {way}. Break it at one of them."


@dataclass(frozen=True)
class MetricCycle(CircularDefinition):
    """Metrics that are defined by each other."""

    code: ClassVar[str] = "metric_cycle"
    thing: ClassVar[str] = "metric"


@dataclass(frozen=True)
class MetricRefersToItself(CircularDefinition):
    """A metric that is defined by itself."""

    code: ClassVar[str] = "metric_refers_to_itself"
    thing: ClassVar[str] = "metric"


@dataclass(frozen=True)
class FieldCycle(CircularDefinition):
    """Fields that are defined by each other."""

    code: ClassVar[str] = "field_cycle"
    thing: ClassVar[str] = "field"


@dataclass(frozen=True)
class DatasetCycle(CircularDefinition):
    """Datasets whose SQL reads each other."""

    code: ClassVar[str] = "dataset_cycle"
    thing: ClassVar[str] = "dataset"


@dataclass(frozen=True)
class NoSource(DefinitionProblem):
    """A dataset with neither a table nor a query, or with both."""

    code: ClassVar[str] = "dataset_source"
    dataset: str
    has_both: bool

    @property
    def message(self) -> str:
        found = "both `table` and `sql`" if self.has_both else "neither `table` nor `sql`"
        return f"dataset '{self.dataset}' has {found}. Give it one of them."


@dataclass(frozen=True)
class NotATime(DefinitionProblem):
    """A field that should be an instant and is not of such a type."""

    code: ClassVar[str] = "not_a_time"
    owner: str
    field: str
    type: str

    @property
    def message(self) -> str:
        return f"{self.owner} takes '{self.field}' for a time, but its type is '{self.type}'. Use a date or timestamp."


@dataclass(frozen=True)
class BadSameAs(DefinitionProblem):
    """A `same_as` that does not lead to another dimension."""

    code: ClassVar[str] = "bad_same_as"
    field: str
    target: str
    reason: str
    nearest: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        offer = suggestion(self.nearest)
        return f"field '{self.field}' is said to be the same as '{self.target}', {self.reason}.{offer}"


@dataclass(frozen=True)
class MetricParts(DefinitionProblem):
    """A metric whose keys do not go together."""

    code: ClassVar[str] = "metric_parts"
    metric: str
    reason: str

    @property
    def message(self) -> str:
        return f"metric '{self.metric}' {self.reason}."


@dataclass(frozen=True)
class BadPart(DefinitionProblem):
    """A transition or conversion that is made of metrics that do not fit: of the wrong kind, or without the key."""

    code: ClassVar[str] = "bad_part"
    metric: str
    part: str
    input: str
    reason: str

    @property
    def message(self) -> str:
        return f"metric '{self.metric}' takes '{self.input}' as its `{self.part}`, but that {self.reason}."


@dataclass(frozen=True)
class BadEvents(DefinitionProblem):
    """A cohort or funnel that follows entities through a metric that does not count events."""

    code: ClassVar[str] = "bad_events"
    owner: str
    metric: str
    reason: str

    @property
    def message(self) -> str:
        return f"{self.owner} follows '{self.metric}', but that {self.reason}."


@dataclass(frozen=True)
class BadDefaultPeriod(DefinitionProblem):
    """A default period that cannot be read."""

    code: ClassVar[str] = "bad_default_period"
    metric: str
    text: str

    @property
    def message(self) -> str:
        return f"metric '{self.metric}' has the default period '{self.text}'. Write it like 'last 90 days'."


@dataclass(frozen=True)
class BadAmongPeriod(DefinitionProblem):
    """A period of a condition on entities that cannot be read."""

    code: ClassVar[str] = "bad_among_period"
    metric: str
    text: str

    @property
    def message(self) -> str:
        return f"metric '{self.metric}' is among entities by their '{self.text}'. Write 'all' or 'last 90 days'."


@dataclass(frozen=True)
class BadLength(DefinitionProblem):
    """A length of time that cannot be read."""

    code: ClassVar[str] = "bad_length"
    metric: str
    key: str
    text: str

    @property
    def message(self) -> str:
        return f"`{self.key}` of metric '{self.metric}' is '{self.text}'. Write it like '7 days' or '1 month'."


@dataclass(frozen=True)
class BadGrain(DefinitionProblem):
    """A unit of time of the model's own whose parts do not make one."""

    code: ClassVar[str] = "bad_grain"
    grain: str
    reason: str

    @property
    def message(self) -> str:
        return f"grain '{self.grain}' {self.reason}."


@dataclass(frozen=True)
class BadUnit(DefinitionProblem):
    """Another spelling of a unit that figures are formatted by."""

    code: ClassVar[str] = "bad_unit"
    owner: str
    unit: str
    wanted: str

    @property
    def message(self) -> str:
        return f"{self.owner} has the unit '{self.unit}'. Write '{self.wanted}'."


@dataclass(frozen=True)
class BlankWord(DefinitionProblem):
    """A label or synonym without any letter, or values without words."""

    code: ClassVar[str] = "blank_word"
    owner: str
    key: str

    @property
    def message(self) -> str:
        return f"`{self.key}` of {self.owner} holds an empty word. Write one, or leave `{self.key}` out."


@dataclass(frozen=True)
class BadEntityKey(DefinitionProblem):
    """An entity whose dataset does not hold one row of each."""

    code: ClassVar[str] = "bad_entity_key"
    entity: str
    key: str
    dataset: str
    primary_key: tuple[str, ...]

    @property
    def message(self) -> str:
        has = f"is {', '.join(self.primary_key)}" if self.primary_key else "is missing"
        return (
            f"entity '{self.entity}' is identified by '{self.key}', but the primary key of '{self.dataset}' {has}. "
            f"Use a dataset with one row for each."
        )
