"""Names in a query or filter to what they mean: full links, a definite grain, or a problem.

An item is settled for a scope: the semantic models whose rows must all know it, and the grain that metric_time has
there when none is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlglot import exp

from semantic_layer.errors import Phrase, QueryProblem, nearest
from semantic_layer.interop.dbt.problems import BadQueryFilter, GrainTooFine, NotTogether, UnknownGrain, under_two_names
from semantic_layer.interop.dbt.project import DATE_PARTS, GRAINS, METRIC_TIME, DbtProject, Dimension, Measure, Metric
from semantic_layer.interop.dbt.reach import AmbiguousElementError, Reach
from semantic_layer.interop.dbt.templates import PLACE, Item, TemplateError, condition, item_of_name
from semantic_layer.query.problems import AmbiguousPath, UnknownName, Unreachable

# the finest grain at which a date part can be told
_PART_GRAINS = {"year": "year", "quarter": "quarter", "month": "month", "day": "day", "dow": "day", "doy": "day"}


@dataclass(frozen=True)
class Scope:
    """Where a name is looked up. `finest` is the finest grain that metric_time can be read by."""

    models: tuple[str, ...]
    finest: str
    default_grain: str
    of: str = "the query"


@dataclass(frozen=True, eq=False)
class SettledCondition:
    """A condition over settled items: `tree` holds a column `__item_N` for each."""

    tree: exp.Expr
    items: tuple[Item, ...]


class Names:
    """Settles names for one project; problems go to the list given."""

    def __init__(self, project: DbtProject, reach: Reach, problems: list[QueryProblem]) -> None:
        self._project = project
        self._reach = reach
        self._problems = problems
        self.grains = (*GRAINS, *project.customs)

    @property
    def has_problems(self) -> bool:
        return bool(self._problems)

    def note(self, problem: QueryProblem) -> None:
        """One more problem of the query."""
        self._problems.append(problem)

    def each_once(self, items: Iterable[Item | None]) -> tuple[Item, ...]:
        """Settled items as groups; one that is named twice stands once, under one alias."""
        found: dict[str, Item] = {}
        for each in items:
            if each is None:
                continue
            first = found.setdefault(each.column, replace(each, kind="any"))
            if first.alias != each.alias:
                self.note(NotTogether("group_by", under_two_names(each.column)))
        return tuple(found.values())

    # ---- metrics ----

    def measures(self, metric: Metric) -> tuple[Measure, ...]:
        """The measures whose rows a metric groups, each once: of a conversion, the base events."""
        uses = (each.conversion.base if each.conversion is not None else each.measure for each in self._parts(metric))
        return tuple({use.measure: self._project.measures[use.measure] for use in uses if use is not None}.values())

    def _parts(self, metric: Metric) -> list[Metric]:
        """A metric and all that it is made of."""
        found: dict[str, Metric] = {}
        todo = [metric]
        while todo:
            each = todo.pop(0)
            found.setdefault(each.name, each)
            todo += [self._project.metrics[one.metric] for one in each.inputs]
        return list(found.values())

    def _grain(self, metric: Metric) -> str:
        """The finest grain at which all of a metric's rows know their time, the events of conversions among them."""
        events = (each.conversion.event for each in self._parts(metric) if each.conversion is not None)
        of_events = (self._project.measures[use.measure] for use in events)
        return self._coarsest(self.time_grain(each) for each in (*self.measures(metric), *of_events))

    def time_grain(self, measure: Measure) -> str:
        """The grain of the time by which a measure is placed."""
        dimension = self._project.models[measure.model].dimension.get(measure.time or "")
        return (dimension.grain if dimension is not None else None) or "day"

    def scope(self, metrics: Iterable[Metric], of: str = "the query") -> Scope:
        """The scope of names that must suit all of these metrics."""
        every = tuple(metrics)
        measures = [measure for metric in every for measure in self.measures(metric)]
        # a conversion stands at the time of its base event, however coarsely that of the event after it is told
        finest = self._coarsest(self.time_grain(each) for each in measures)
        default = self._coarsest(self._default_grain(metric) for metric in every)
        return Scope(tuple(dict.fromkeys(each.model for each in measures)), finest, default, of)

    def _default_grain(self, metric: Metric) -> str:
        if metric.grain is not None:
            return metric.grain
        return self._coarsest(("day", self._grain(metric)))

    def _coarsest(self, grains: Iterable[str]) -> str:
        return max(grains, key=self._project.grain_rank, default="day")

    # ---- items ----

    def settled(self, item: Item, scope: Scope, part: str) -> Item | None:
        """The item with all that it leaves open filled in; None, with a problem noted, where it cannot be."""
        if item.kind == "metric":
            return item if self._known_metric(item, part) else None
        if item.grain is not None and not self._project.is_grain(item.grain):
            self._problems.append(UnknownGrain(part, item.grain, self.grains))
            return None
        if item.date_part is not None and item.date_part not in DATE_PARTS:
            self._problems.append(UnknownGrain(part, item.date_part, DATE_PARTS))
            return None
        if item.name == METRIC_TIME and not item.links:
            return self._in_grain(item, scope.finest, scope.default_grain, part)
        links = self._links(item, scope, part)
        if links is None:
            return None
        found = replace(item, links=links)
        dimension = self._dimension(found, scope)
        if dimension is None or dimension.kind != "time":
            if item.grain is not None or item.date_part is not None:
                self._problems.append(UnknownName(part, "time dimension", item.path))
                return None
            return found
        return self._in_grain(found, dimension.grain or "day", dimension.grain or "day", part)

    def condition(self, template: str, scope: Scope, part: str) -> SettledCondition | None:
        """A filter with its items settled, bare column names among them; None, with problems noted."""
        try:
            parsed = condition(template, self.grains)
        except TemplateError as error:
            self._problems.append(BadQueryFilter(part, template.strip(), error.reason))
            return None
        items = [self.settled(item, scope, part) for item in parsed.items]
        bare: list[Item | None] = []

        def place(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column) and not node.table and not node.name.startswith(PLACE):
                bare.append(self._bare(node.name, scope, part))
                return exp.column(f"{PLACE}{len(items) + len(bare) - 1}")
            return node

        tree = parsed.tree.copy().transform(place, copy=False)
        every = (*items, *bare)
        known = tuple(each for each in every if each is not None)
        return SettledCondition(tree, known) if len(known) == len(every) else None

    def _bare(self, name: str, scope: Scope, part: str) -> Item | None:
        try:
            return self.settled(item_of_name(name, self.grains), scope, part)
        except TemplateError as error:
            self._problems.append(BadQueryFilter(part, name, error.reason))
            return None

    def _known_metric(self, item: Item, part: str) -> bool:
        if item.name not in self._project.metrics:
            found = nearest(item.name, self._project.metrics)
            self._problems.append(UnknownName(part, "metric", item.name, found))
            return False
        if not item.metric_group_by:
            self._problems.append(
                BadQueryFilter(
                    part,
                    item.name,
                    Phrase("筛选条件里的指标要有实体的 group_by", "a metric in a filter needs a group_by of entities"),
                )
            )
            return False
        return True

    def _links(self, item: Item, scope: Scope, part: str) -> tuple[str, ...] | None:
        try:
            links = self._reach.full_links(scope.models, item.name, item.links)
        except AmbiguousElementError as error:
            self._problems.append(AmbiguousPath(part, scope.of, item.path, error.ways))
            return None
        if links is None:
            possible = self._reach.names(scope.models)
            is_somewhere = any(
                item.name in model.entity or item.name in model.dimension for model in self._project.models.values()
            )
            if is_somewhere:
                self._problems.append(Unreachable(part, scope.of, item.path, possible[:20]))
            else:
                self._problems.append(UnknownName(part, "dimension or entity", item.path, nearest(item.path, possible)))
        return links

    def _dimension(self, item: Item, scope: Scope) -> Dimension | None:
        for model in scope.models:
            for each in self._reach.matches(model, item.name, item.links):
                if each.links == item.links:
                    return each.dimension
        return None

    def _in_grain(self, item: Item, finest: str, default: str, part: str) -> Item | None:
        if item.date_part is not None:
            if self._project.grain_rank(_PART_GRAINS[item.date_part]) < self._project.grain_rank(finest):
                self._problems.append(GrainTooFine(part, item.path, item.date_part, finest))
                return None
            return item
        grain = item.grain or default
        if self._project.grain_rank(grain) < self._project.grain_rank(finest):
            self._problems.append(GrainTooFine(part, item.path, grain, finest))
            return None
        return replace(item, grain=grain)
