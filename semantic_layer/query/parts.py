"""What requests are made of: conditions on rows, entities and results, order, the other side of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, PrivateAttr, StringConstraints, Tag, model_validator

from semantic_layer.time.periods import Period

Origin = Literal["asked", "default", "metric", "policy"]
# what no database can hold, half a character or NUL, is no text
Text = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
EntityName = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]  # empty: the model's first one
Scalar = bool | int | float | Text
Operator = Literal[
    "=",
    "!=",
    "in",
    "not in",
    "<",
    "<=",
    ">",
    ">=",
    "between",
    "contains",
    "not contains",
    "starts with",
    "ends with",
    "is null",
    "is not null",
]
NumberOperator = Literal["=", "!=", "<", "<=", ">", ">=", "between"]
EntityOperator = NumberOperator | Literal["top share"]


class Frozen(BaseModel):
    """A value of a request: it never changes, and takes no key that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class FieldFilter(Frozen):
    """A condition on a dimension or field of the rows that a metric counts, or of their customer.

    `field` is a dimension's name (`member_tier`), or `dataset.field` for any field (`orders.net_amount`).
    `!=` and `not in` keep rows whose value is null; `between` includes both ends.
    """

    field: Name
    op: Operator = "="
    values: tuple[Scalar, ...] = ()
    origin: Origin = "asked"
    _owner: str = PrivateAttr(default="")

    @property
    def owner(self) -> str:
        """The dataset whose rows the condition is on, where that is not those that are counted: members of a list."""
        return self._owner

    def of(self, dataset: str) -> FieldFilter:
        """The condition on a row of the dataset, whatever leads to it."""
        found = self.model_copy()
        found._owner = dataset
        return found

    @model_validator(mode="after")
    def _count_values(self) -> FieldFilter:
        wanted = {"between": 2, "is null": 0, "is not null": 0}
        takes_many = self.op in ("in", "not in")
        if (not self.values) if takes_many else (len(self.values) != wanted.get(self.op, 1)):
            raise ValueError(f"operator '{self.op}' does not take {len(self.values)} values")
        return self


def check_count(op: EntityOperator, values: tuple[float, ...]) -> None:
    """Raises ValueError where an operator does not take so many values."""
    if len(values) != (2 if op == "between" else 1):
        raise ValueError(f"operator '{op}' does not take {len(values)} values")
    if op == "top share" and not 0 < values[0] < 1:
        raise ValueError("a share is above 0 and below 1: 0.2 for the highest fifth")


class MetricFilter(Frozen):
    """A condition on behaviour: the entities (customers) whose own metric value compares so.

    `orders = 0 in June` keeps customers without an order in June: entities without any row have the value 0 for
    counts and sums, and no value (never kept) for ratios. `period` None is all history. `filters` narrow the metric.
    `top share` keeps, of those with any row, the share with the highest values (0.2: the highest fifth), rounded up.
    `per` names the entity; without it the model's first one is meant.
    """

    metric: Name
    per: EntityName = ""
    period: Period | None = None
    filters: tuple[Filter, ...] = ()
    op: EntityOperator
    values: tuple[float, ...] = Field(min_length=1, max_length=2)
    origin: Origin = "asked"

    @model_validator(mode="after")
    def _count_values(self) -> MetricFilter:
        check_count(self.op, self.values)
        return self


class ListFilter(Frozen):
    """Only entities that are on a named list of the model, such as a segment."""

    list: Name
    origin: Origin = "asked"


class AllOf(Frozen):
    """Every one of the conditions holds."""

    origin: ClassVar[Origin] = "asked"
    all: tuple[Filter, ...] = Field(min_length=1)


class AnyOf(Frozen):
    """At least one of the conditions holds."""

    origin: ClassVar[Origin] = "asked"
    any: tuple[Filter, ...] = Field(min_length=1)


class NotOf(Frozen):
    """The condition does not hold, or is unknown."""

    origin: ClassVar[Origin] = "asked"
    negated: Filter = Field(alias="not", serialization_alias="not")
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


def _shape(value: object) -> str:
    """Which filter is meant, by the key that only it has; of none of them, a condition on a field."""
    if isinstance(value, BaseModel):
        return f"({type(value).__name__})"
    keys = value if isinstance(value, Mapping) else ()
    return next((shape for key, shape in _SHAPES.items() if key in keys), "(FieldFilter)")


_SHAPES = {
    "field": "(FieldFilter)",
    "metric": "(MetricFilter)",
    "list": "(ListFilter)",
    "all": "(AllOf)",
    "any": "(AnyOf)",
    "not": "(NotOf)",
    "negated": "(NotOf)",
}
FILTER_SHAPES = frozenset(_SHAPES.values())
Filter = Annotated[
    Annotated[FieldFilter, Tag("(FieldFilter)")]
    | Annotated[MetricFilter, Tag("(MetricFilter)")]
    | Annotated[ListFilter, Tag("(ListFilter)")]
    | Annotated[AllOf, Tag("(AllOf)")]
    | Annotated[AnyOf, Tag("(AnyOf)")]
    | Annotated[NotOf, Tag("(NotOf)")],
    Discriminator(_shape),
]


class Having(Frozen):
    """A condition on a column of the result (a metric, or `m__change_pct` and its kind), after grouping."""

    column: Name
    op: NumberOperator
    values: tuple[float, ...] = Field(min_length=1, max_length=2)

    @model_validator(mode="after")
    def _count_values(self) -> Having:
        check_count(self.op, self.values)
        return self


class Order(Frozen):
    """Sort by an output column. Nulls come last in both directions; ties are broken by the group columns."""

    column: Name
    descending: bool = False


class Compare(Frozen):
    """The other side of a comparison: the period before, one year earlier, or one named; or other rows of the same
    period (`filters`: the app compared with the web).

    With a time grain in `group_by`, each bucket is compared with its own predecessor. `filters` are the other side's
    conditions, each in place of those of the request on the same field; columns are named as for periods.
    """

    to: Literal["previous", "year", "period", "filters"]
    period: Period | None = None
    filters: tuple[FieldFilter, ...] = ()

    @model_validator(mode="after")
    def _told_only_where_named(self) -> Compare:
        if (self.to == "period") != (self.period is not None):
            raise ValueError('\'period\' goes with "to": "period", and only with it')
        if (self.to == "filters") != bool(self.filters):
            raise ValueError('\'filters\' go with "to": "filters", and only with it')
        return self


for _model in (MetricFilter, AllOf, AnyOf, NotOf):
    _model.model_rebuild()
