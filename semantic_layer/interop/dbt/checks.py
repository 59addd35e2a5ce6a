"""What was read to a project whose every reference is known: or every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from semantic_layer.errors import DefinitionProblem, DefinitionsError, Phrase, nearest, thing
from semantic_layer.interop.dbt.filter_checks import check_filters
from semantic_layer.interop.dbt.legacy import Found
from semantic_layer.interop.dbt.problems import (
    BadExpression,
    BadFilter,
    BadValue,
    DuplicateName,
    MetricCycle,
    MissingSpine,
    NoDbtProject,
    UnknownReference,
)
from semantic_layer.interop.dbt.project import (
    GRAINS,
    DbtProject,
    Dimension,
    Entity,
    Filter,
    Measure,
    MeasureUse,
    Metric,
    MetricUse,
    SavedQuery,
    SemanticModel,
    TimeSpine,
)
from semantic_layer.interop.dbt.templates import TemplateError, condition
from semantic_layer.sql.parsing import Unparsable, parse_expression

Named = TypeVar("Named", SemanticModel, Measure, Metric, SavedQuery)


def checked(found: Found, problems: list[DefinitionProblem], path: str) -> DbtProject:
    """The project of what was found. Raises DefinitionsError with the problems given and those found here."""
    if not found.models and not problems:
        raise DefinitionsError(NoDbtProject(path, Phrase("里面没有定义语义模型", "it defines no semantic models")))
    measures = _by_name((each for model in found.models for each in model.measures), "measure", problems)
    # those that a manifest writes inside metrics may stand in their models too
    measures = {each.name: each for each in found.measures} | measures
    metrics = _by_name(found.metrics, "metric", problems)
    for measure in measures.values():
        if measure.makes_metric and measure.name not in metrics:
            metrics[measure.name] = Metric(
                measure.name, "simple", measure.where, MeasureUse(measure.name), description=measure.description
            )
    metrics = {name: _over_metric(metric, metrics) for name, metric in metrics.items()}
    project = DbtProject(
        models=_by_name(found.models, "semantic model", problems),
        measures=measures,
        metrics=metrics,
        saved_queries=_by_name(found.saved_queries, "saved query", problems),
        time_spines=tuple(found.time_spines),
        customs=_customs(found.time_spines, problems),
    )
    problems.extend(_Checks(project).problems())
    # filters are looked up along joins and metrics, so these have to be sound
    problems.extend(check_filters(project) if not problems else ())
    if problems:
        raise DefinitionsError(*dict.fromkeys(problems))
    return project


def _by_name(objects: Iterable[Named], kind: str, problems: list[DefinitionProblem]) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for each in objects:
        if each.name in found:
            problems.append(DuplicateName(each.where, kind, each.name, found[each.name].where))
        else:
            found[each.name] = each
    return found


def _over_metric(metric: Metric, metrics: Mapping[str, Metric]) -> Metric:
    """A metric over simple metrics in place of measures: over their measures, narrowed as they are."""

    def settled(use: MeasureUse) -> MeasureUse:
        inner = metrics.get(use.measure) if use.is_metric else None
        if inner is None or inner.measure is None or inner.kind != "simple":
            return use
        own = inner.measure
        fill = use.fill_nulls_with if use.fill_nulls_with is not None else own.fill_nulls_with
        every = (*use.filters, *inner.filters, *own.filters)
        return MeasureUse(own.measure, every, use.join_to_timespine or own.join_to_timespine, fill)

    if metric.kind == "cumulative" and metric.measure is not None:
        return replace(metric, measure=settled(metric.measure))
    if metric.conversion is not None:
        parts = metric.conversion
        return replace(metric, conversion=replace(parts, base=settled(parts.base), event=settled(parts.event)))
    return metric


def _customs(spines: Iterable[TimeSpine], problems: list[DefinitionProblem]) -> dict[str, TimeSpine]:
    found: dict[str, TimeSpine] = {}
    for spine in spines:
        if spine.grain not in GRAINS:
            known = nearest(spine.grain, GRAINS)
            problems.append(
                UnknownReference(spine.where, Phrase("时间主轴", "a time spine"), "grain", spine.grain, known)
            )
            continue
        for name in spine.customs:
            if name in GRAINS or name in found:
                first = found[name].where if name in found else "dbt's own grains"
                problems.append(DuplicateName(spine.where, "grain", name, first))
            found.setdefault(name, spine)
    return found


class _Checks:
    """References and expressions of one project."""

    def __init__(self, project: DbtProject) -> None:
        self._project = project
        self._grains = (*GRAINS, *project.customs)

    def problems(self) -> Iterator[DefinitionProblem]:
        for model in self._project.models.values():
            yield from self._model(model)
        for measure in self._project.measures.values():
            yield from self._measure(measure)
        for metric in self._project.metrics.values():
            yield from self._metric(metric)
        for saved in self._project.saved_queries.values():
            for name in saved.metrics:
                yield from self._known(saved.where, thing("saved query", saved.name), "metric", name.lower())
            yield from self._filters(saved.filters)
        yield from self._cycles()

    def _model(self, model: SemanticModel) -> Iterator[DefinitionProblem]:
        if not model.table:
            yield BadValue(model.where, "node_relation", Phrase("没有写表名", "names no table"))
        seen: dict[str, str] = {}
        elements: tuple[Entity | Dimension, ...] = (*model.entities, *model.dimensions)
        for each in elements:
            if each.name in seen:
                yield DuplicateName(each.where, "element", each.name, seen[each.name])
            seen.setdefault(each.name, each.where)
            yield from _expression(each.where, thing("element", each.name), each.expr)
        ends = [each for each in model.dimensions if each.validity is not None]
        if ends and sorted(each.validity or "" for each in ends) != ["end", "start"]:
            reason = Phrase(
                f"在“{model.name}”里没有构成区间：一个维度是起点，一个是终点",
                f"of '{model.name}' name no interval: one dimension is its start and one its end",
            )
            yield BadValue(ends[0].where, "validity_params", reason)
        for dimension in model.dimensions:
            if dimension.grain is not None and dimension.grain not in GRAINS:
                found = nearest(dimension.grain, GRAINS)
                yield UnknownReference(
                    dimension.where, thing("dimension", dimension.name), "grain", dimension.grain, found
                )

    def _measure(self, measure: Measure) -> Iterator[DefinitionProblem]:
        owner = thing("measure", measure.name)
        yield from _expression(measure.where, owner, measure.expr)
        model = self._project.models.get(measure.model)
        if model is None:
            yield UnknownReference(measure.where, owner, "semantic model", measure.model)
            return
        times = [each.name for each in model.dimensions if each.kind == "time"]
        if measure.time is None:
            reason = Phrase(f"缺失：{owner.zh}没有对应的时间", f"is missing: {owner.en} has no place in time")
            yield BadValue(measure.where, "agg_time_dimension", reason)
        elif measure.time not in times:
            found = nearest(measure.time, times)
            yield UnknownReference(measure.where, owner, "time dimension", measure.time, found)
        if measure.non_additive is not None:
            if measure.non_additive.name not in times:
                yield UnknownReference(measure.where, owner, "time dimension", measure.non_additive.name)
            for name in measure.non_additive.groupings:
                if name not in model.entity:
                    yield UnknownReference(measure.where, owner, "entity", name, nearest(name, model.entity))

    def _metric(self, metric: Metric) -> Iterator[DefinitionProblem]:
        owner = thing("metric", metric.name)
        yield from self._uses(metric, owner)
        for each in metric.inputs:
            yield from self._input(each, owner)
        yield from self._filters(metric.filters)
        if metric.kind == "derived":
            yield from self._derived(metric, owner)
        for grain in (metric.grain, metric.grain_to_date, metric.window.grain if metric.window is not None else None):
            if grain is not None:
                yield from self._grain(metric.where, owner, grain)
        if metric.window is not None and metric.grain_to_date is not None:
            reason = Phrase(
                f"和“grain_to_date”在{owner.zh}里不能同时有", f"and 'grain_to_date' exclude each other in {owner.en}"
            )
            yield BadValue(metric.where, "window", reason)
        if metric.kind == "cumulative" and metric.window is not None and metric.window.grain not in GRAINS:
            reason = Phrase(
                f"在{owner.zh}里用了自定义的时间单位；窗口只能用标准的",
                f"of {owner.en} is of a custom grain; a window is of standard ones",
            )
            yield BadValue(metric.where, "window", reason)
        if metric.kind == "cumulative" and not self._project.time_spines:
            yield MissingSpine(metric.where, owner)
        if metric.conversion is not None:
            yield from self._conversion(metric, owner)

    def _uses(self, metric: Metric, owner: Phrase) -> Iterator[DefinitionProblem]:
        uses = [metric.measure] if metric.measure is not None else []
        if metric.conversion is not None:
            uses += [metric.conversion.base, metric.conversion.event]
        for use in uses:
            if use.is_metric:
                names = [each.name for each in self._project.metrics.values() if each.kind == "simple"]
                yield UnknownReference(metric.where, owner, "simple metric", use.measure, nearest(use.measure, names))
            elif use.measure not in self._project.measures:
                found = nearest(use.measure, self._project.measures)
                yield UnknownReference(metric.where, owner, "measure", use.measure, found)
            yield from self._filters(use.filters)

    def _input(self, use: MetricUse, owner: Phrase) -> Iterator[DefinitionProblem]:
        yield from self._known(use.where, owner, "metric", use.metric)
        yield from self._filters(use.filters)
        if use.offset_window is not None:
            yield from self._grain(use.where, owner, use.offset_window.grain)
        if use.offset_to_grain is not None:
            yield from self._grain(use.where, owner, use.offset_to_grain)

    def _derived(self, metric: Metric, owner: Phrase) -> Iterator[DefinitionProblem]:
        if metric.expr is None:
            yield BadValue(metric.where, "expr", Phrase(f"在{owner.zh}里缺失", f"is missing in {owner.en}"))
            return
        parsed = parse_expression(metric.expr)
        if isinstance(parsed, Unparsable):
            yield BadExpression(metric.where, owner, metric.expr, parsed.reason)
            return
        names = {each.alias for each in metric.inputs}
        for column in parsed.columns:
            if column.name.lower() not in names:
                found = nearest(column.name, names)
                yield UnknownReference(metric.where, owner, "input metric", column.name, found)

    def _conversion(self, metric: Metric, owner: Phrase) -> Iterator[DefinitionProblem]:
        assert metric.conversion is not None, "called for conversions"
        for use, index in ((metric.conversion.base, 0), (metric.conversion.event, 1)):
            measure = self._project.measures.get(use.measure)
            model = self._project.models.get(measure.model) if measure is not None else None
            if model is None:
                continue
            if metric.conversion.entity not in model.entity and metric.conversion.entity != model.primary_entity:
                found = nearest(metric.conversion.entity, model.entity)
                yield UnknownReference(metric.where, owner, "entity", metric.conversion.entity, found)
            for pair in metric.conversion.same:
                if pair[index] not in model.entity and pair[index] not in model.dimension:
                    yield UnknownReference(metric.where, owner, "dimension or entity", pair[index])

    def _known(self, where: str, owner: Phrase, kind: str, name: str) -> Iterator[DefinitionProblem]:
        if name not in self._project.metrics:
            yield UnknownReference(where, owner, kind, name, nearest(name, self._project.metrics))

    def _grain(self, where: str, owner: Phrase, grain: str) -> Iterator[DefinitionProblem]:
        if singular(grain, self._grains) is None:
            yield UnknownReference(where, owner, "grain", grain, nearest(grain, self._grains))

    def _filters(self, filters: Iterable[Filter]) -> Iterator[DefinitionProblem]:
        for each in filters:
            try:
                condition(each.template, self._grains)
            except TemplateError as error:
                yield BadFilter(each.where, each.template.strip(), error.reason)

    def _cycles(self) -> Iterator[DefinitionProblem]:
        done: set[str] = set()
        for start in self._project.metrics:
            path = self._cycle_from(start, done)
            if path is not None:
                yield MetricCycle(self._project.metrics[path[0]].where, path)

    def _cycle_from(self, start: str, done: set[str]) -> tuple[str, ...] | None:
        """The first way that leads back to itself from `start`, without recursion."""
        trail: list[str] = []
        todo: list[tuple[str, bool]] = [(start, False)]
        while todo:
            name, is_left = todo.pop()
            if is_left:
                trail.pop()
                done.add(name)
                continue
            if name in trail:
                done.update(trail)
                return (*trail[trail.index(name) :], name)
            if name in done or name not in self._project.metrics:
                continue
            trail.append(name)
            todo.append((name, True))
            todo.extend((each.metric, False) for each in self._project.metrics[name].inputs)
        return None


def singular(grain: str, grains: Iterable[str]) -> str | None:
    """A grain by its name or its plural; None where there is none.

    >>> singular("days", ("day", "alien_day"))
    'day'
    """
    known = tuple(grains)
    if grain in known:
        return grain
    return grain.removesuffix("s") if grain.removesuffix("s") in known else None


def _expression(where: str, owner: Phrase, text: str) -> Iterator[DefinitionProblem]:
    parsed = parse_expression(text)
    if isinstance(parsed, Unparsable):
        yield BadExpression(where, owner, text, parsed.reason)
