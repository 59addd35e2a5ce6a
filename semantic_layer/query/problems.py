"""What can be wrong with a request, by code: the asker rephrases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from semantic_layer.errors import QueryProblem, suggestion


@dataclass(frozen=True)
class UnknownName(QueryProblem):
    """A metric, dimension, entity or column that the model does not have."""

    code: ClassVar[str] = "unknown_name"
    kind: str
    name: str
    nearest: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        return f"There is no {self.kind} '{self.name}'.{suggestion(self.nearest)}"


@dataclass(frozen=True)
class Unreachable(QueryProblem):
    """The rows that a metric counts have no such dimension, or reaching it would count rows twice."""

    code: ClassVar[str] = "unreachable_dimension"
    metric: str
    dimension: str
    possible: tuple[str, ...] = ()
    instead: str | None = None

    @property
    def message(self) -> str:
        offer = f" It can be split by {', '.join(self.possible)}." if self.possible else ""
        if self.instead is not None:
            offer = f" Use '{self.instead}', which counts by it."
        return f"'{self.metric}' cannot be split or filtered by '{self.dimension}': what it counts has none.{offer}"


@dataclass(frozen=True)
class AmbiguousPath(QueryProblem):
    """Two equally short ways lead to a dimension and may give different numbers."""

    code: ClassVar[str] = "ambiguous_path"
    metric: str
    dimension: str
    ways: tuple[str, ...]

    @property
    def message(self) -> str:
        ways = "; ".join(self.ways)
        return (
            f"'{self.dimension}' is reached from '{self.metric}' in several ways, which may differ: {ways}. "
            f"Name a dimension of one of them; the model can tell them apart by roles (`role_of`)."
        )


@dataclass(frozen=True)
class NeedsRole(QueryProblem):
    """A dimension that the rows have in roles only: of the guest, of the host, not as such."""

    code: ClassVar[str] = "needs_role"
    metric: str
    dimension: str
    roles: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"'{self.metric}' has '{self.dimension}' in a role only. Ask for {' or '.join(self.roles)}."


@dataclass(frozen=True)
class PolicyMissesRole(QueryProblem):
    """A role of a dataset whose rows are limited for the reader, who would see it unlimited."""

    code: ClassVar[str] = "policy_misses_role"
    role: str
    base: str
    field: str

    @property
    def message(self) -> str:
        return (
            f"You may see some of '{self.base}' only (by '{self.field}'), and nothing says which of '{self.role}', who "
            f"are also such. Ask for a rule on '{self.role}', or leave it out."
        )


@dataclass(frozen=True)
class MissingTable(QueryProblem):
    """The deployment lacks a table that the request needs."""

    code: ClassVar[str] = "missing_table"
    name: str
    tables: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"'{self.name}' needs {', '.join(self.tables)}, which this database does not have."


@dataclass(frozen=True)
class WrongType(QueryProblem):
    """A filter compares a field with a value of another type."""

    code: ClassVar[str] = "wrong_type"
    field: str
    type: str
    value: str

    @property
    def message(self) -> str:
        return f"'{self.field}' holds {self.type} values; '{self.value}' is not one."


@dataclass(frozen=True)
class NoHistory(QueryProblem):
    """A snapshot metric is known for today only."""

    code: ClassVar[str] = "no_history"
    metric: str

    @property
    def message(self) -> str:
        return f"'{self.metric}' is known as of today only; it has no past values, periods or trend."


@dataclass(frozen=True)
class NeedsPeriod(QueryProblem):
    """A comparison or running total needs a closed period or a time grain."""

    code: ClassVar[str] = "needs_period"
    what: str

    @property
    def message(self) -> str:
        return f"{self.what} needs a period with a beginning and an end."


@dataclass(frozen=True)
class NotAShare(QueryProblem):
    """A share of a ratio means nothing."""

    code: ClassVar[str] = "not_a_share"
    metric: str

    @property
    def message(self) -> str:
        return f"groups of '{self.metric}' are no parts of a whole, so it has no shares."


@dataclass(frozen=True)
class NotAdditive(QueryProblem):
    """A running total of something that does not add up over time."""

    code: ClassVar[str] = "not_additive"
    metric: str

    @property
    def message(self) -> str:
        return f"'{self.metric}' does not add up over time, so it has no running total."


@dataclass(frozen=True)
class NotAColumn(QueryProblem):
    """Sorting, `having` or `limit_within` names something that is not in the result."""

    code: ClassVar[str] = "not_a_column"
    name: str
    nearest: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        return f"'{self.name}' is not a column of this result.{suggestion(self.nearest)}"


@dataclass(frozen=True)
class Withheld(QueryProblem):
    """The reader may not group or filter by a personal field."""

    code: ClassVar[str] = "withheld"
    field: str

    @property
    def message(self) -> str:
        return f"'{self.field}' is personal; you may not filter or group by it."


@dataclass(frozen=True)
class GrainTooFine(QueryProblem):
    """A grain or part of the day of something that is known by the day only."""

    code: ClassVar[str] = "grain_too_fine"
    grain: str
    field: str

    @property
    def message(self) -> str:
        return f"'{self.field}' holds days without a time of day, so it cannot be split by {self.grain}."


@dataclass(frozen=True)
class TooManyBuckets(QueryProblem):
    """A period with more units of the grain than one query may ask for."""

    code: ClassVar[str] = "too_many_buckets"
    grain: str
    count: int
    most: int

    @property
    def message(self) -> str:
        return (
            f"The period has {self.count:,} units of '{self.grain}'; at most {self.most:,} can be asked for. "
            f"Take a shorter period or a coarser grain."
        )


@dataclass(frozen=True)
class OutsideCalendar(QueryProblem):
    """A period that a calendar of the model's own does not cover whole."""

    code: ClassVar[str] = "outside_calendar"
    grain: str
    first: date
    last: date

    @property
    def message(self) -> str:
        return f"The calendar of '{self.grain}' runs from {self.first} to {self.last}; the period reaches beyond it."


@dataclass(frozen=True)
class PeriodOutOfRange(QueryProblem):
    """A period in years that no data is of, from which none could be counted back."""

    code: ClassVar[str] = "period_out_of_range"
    period: str
    first_year: int
    last_year: int

    @property
    def message(self) -> str:
        return f"The period {self.period} is not within the years {self.first_year} to {self.last_year}."


@dataclass(frozen=True)
class EmptyRange(QueryProblem):
    """A range whose end comes before its beginning: nothing could be in it."""

    code: ClassVar[str] = "empty_range"
    name: str
    low: str
    high: str

    @property
    def message(self) -> str:
        return f"Nothing of '{self.name}' is between {self.low} and {self.high}: the range ends before it begins."


@dataclass(frozen=True)
class RepeatedColumn(QueryProblem):
    """Two columns of a list under one name."""

    code: ClassVar[str] = "repeated_column"
    name: str

    @property
    def message(self) -> str:
        return f"Two columns of the list are named '{self.name}'. Name one of them otherwise."


@dataclass(frozen=True)
class BrokenCalendar(QueryProblem):
    """A calendar table that does not tell the unit of every day."""

    code: ClassVar[str] = "broken_calendar"
    grain: str
    day: str
    reason: str

    @property
    def message(self) -> str:
        return f"The calendar of '{self.grain}' is broken: {self.day} {self.reason}."


@dataclass(frozen=True)
class NoEvent(QueryProblem):
    """A part of the time (weekday, hour) of something that has no time at which it happens."""

    code: ClassVar[str] = "no_event_time"
    metric: str
    name: str

    @property
    def message(self) -> str:
        return f"'{self.metric}' does not happen at a time of its own, so it cannot be split by '{self.name}'."


@dataclass(frozen=True)
class UnsupportedGroup(QueryProblem):
    """A combination that has no defined meaning."""

    code: ClassVar[str] = "unsupported"
    what: str

    @property
    def message(self) -> str:
        return self.what
