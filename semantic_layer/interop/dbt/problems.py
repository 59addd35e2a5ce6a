"""What can be wrong with a dbt project, with a query on it, or with its conversion to our format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from semantic_layer.errors import DefinitionProblem, QueryProblem, suggestion


@dataclass(frozen=True)
class NoDbtProject(DefinitionProblem):
    """There is nothing at the path that a dbt project or manifest is made of."""

    code: ClassVar[str] = "dbt_no_project"
    reason: str

    @property
    def message(self) -> str:
        return f"{self.reason}. Name a dbt project's folder, a YAML file of it, or its semantic_manifest.json."


@dataclass(frozen=True)
class UnreadableJson(DefinitionProblem):
    """A manifest that is not JSON."""

    code: ClassVar[str] = "dbt_unreadable_json"
    reason: str

    @property
    def message(self) -> str:
        return f"the manifest is not JSON: {self.reason}."


@dataclass(frozen=True)
class BadValue(DefinitionProblem):
    """A setting that is missing or has a value that dbt does not take there."""

    code: ClassVar[str] = "dbt_bad_value"
    key: str
    reason: str

    @property
    def message(self) -> str:
        return f"'{self.key}' {self.reason}."


@dataclass(frozen=True)
class UnknownKey(DefinitionProblem):
    """A setting that means nothing here, and would be lost."""

    code: ClassVar[str] = "dbt_unknown_key"
    key: str
    owner: str
    nearest: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        return f"'{self.key}' is no setting of {self.owner}.{suggestion(self.nearest)}"


@dataclass(frozen=True)
class DuplicateName(DefinitionProblem):
    """Two definitions of one kind share a name."""

    code: ClassVar[str] = "dbt_duplicate_name"
    kind: str
    name: str
    first: str

    @property
    def message(self) -> str:
        return f"there are two {self.kind}s named '{self.name}'; the first is at {self.first}."


@dataclass(frozen=True)
class UnknownReference(DefinitionProblem):
    """A definition names a measure, metric, dimension, entity or grain that the project does not have."""

    code: ClassVar[str] = "dbt_unknown_reference"
    owner: str
    kind: str
    name: str
    nearest: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        return f"{self.owner} names the {self.kind} '{self.name}', which there is not.{suggestion(self.nearest)}"


@dataclass(frozen=True)
class MetricCycle(DefinitionProblem):
    """A metric that is made of itself, by way of others."""

    code: ClassVar[str] = "dbt_metric_cycle"
    path: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"the metric is made of itself: {' > '.join(self.path)}."


@dataclass(frozen=True)
class BadExpression(DefinitionProblem):
    """SQL that does not parse."""

    code: ClassVar[str] = "dbt_bad_expression"
    owner: str
    text: str
    reason: str

    @property
    def message(self) -> str:
        return f"the expression of {self.owner}, '{self.text}', is not SQL: {self.reason}."


@dataclass(frozen=True)
class BadFilter(DefinitionProblem):
    """A filter whose Jinja or SQL cannot be read."""

    code: ClassVar[str] = "dbt_bad_filter"
    text: str
    reason: str

    @property
    def message(self) -> str:
        return f'the filter "{self.text}" cannot be read: {self.reason}.'


@dataclass(frozen=True)
class BadSavedQuery(DefinitionProblem):
    """A part of a saved query that cannot be read, or names what its metrics do not know."""

    code: ClassVar[str] = "dbt_bad_saved_query"
    query: str
    text: str
    reason: str

    @property
    def message(self) -> str:
        return f"the saved query '{self.query}' names '{self.text}': {self.reason}."


@dataclass(frozen=True)
class MissingSpine(DefinitionProblem):
    """Metrics that are spread over time have no time spine to be spread by."""

    code: ClassVar[str] = "dbt_missing_time_spine"
    owner: str

    @property
    def message(self) -> str:
        return f"{self.owner} needs a time spine, and the project has none. Declare one under `time_spine:` of a model."


@dataclass(frozen=True)
class NotCarriedOver(DefinitionProblem):
    """What our own format has no words for, named when a project is converted."""

    code: ClassVar[str] = "dbt_not_carried_over"
    owner: str
    reason: str

    @property
    def message(self) -> str:
        return f"{self.owner} is not carried over: {self.reason}."


@dataclass(frozen=True)
class BadQueryFilter(QueryProblem):
    """A `where` of a query whose Jinja or SQL cannot be read."""

    code: ClassVar[str] = "dbt_bad_where"
    text: str
    reason: str

    @property
    def message(self) -> str:
        return f'the filter "{self.text}" cannot be read: {self.reason}.'


@dataclass(frozen=True)
class BadItem(QueryProblem):
    """A part of a query that is not written as dbt writes it."""

    code: ClassVar[str] = "dbt_bad_item"
    text: str
    reason: str

    @property
    def message(self) -> str:
        return f"'{self.text}' cannot be read: {self.reason}."


@dataclass(frozen=True)
class UnknownGrain(QueryProblem):
    """A grain that is neither standard nor a custom one of the project."""

    code: ClassVar[str] = "dbt_unknown_grain"
    name: str
    possible: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"There is no grain '{self.name}'. There are {', '.join(self.possible)}."


@dataclass(frozen=True)
class GrainTooFine(QueryProblem):
    """A grain or date part finer than the times in the data."""

    code: ClassVar[str] = "dbt_grain_too_fine"
    name: str
    grain: str
    finest: str

    @property
    def message(self) -> str:
        return f"'{self.name}' cannot be read by {self.grain}: the data is by {self.finest}."


@dataclass(frozen=True)
class NoSpine(QueryProblem):
    """Nothing to spread a metric over time by, as finely as asked."""

    code: ClassVar[str] = "dbt_no_spine_for_grain"
    grain: str

    @property
    def message(self) -> str:
        return f"The project has no time spine by {self.grain} or finer. Declare one."


@dataclass(frozen=True)
class NeedsMetricTime(QueryProblem):
    """A metric of another time, or of a window up to it, has a value only along time."""

    code: ClassVar[str] = "dbt_needs_metric_time"
    metric: str

    @property
    def message(self) -> str:
        return f"'{self.metric}' reads other times than the one it is shown at: group by 'metric_time'."


@dataclass(frozen=True)
class NotTogether(QueryProblem):
    """Parts of a query that exclude each other."""

    code: ClassVar[str] = "dbt_not_together"
    reason: str

    @property
    def message(self) -> str:
        return f"{self.reason}."


@dataclass(frozen=True)
class MalformedDbtQuery(QueryProblem):
    """A file that is no dbt query."""

    code: ClassVar[str] = "dbt_malformed_query"
    reason: str

    @property
    def message(self) -> str:
        return f"{self.part}: {self.reason}"
