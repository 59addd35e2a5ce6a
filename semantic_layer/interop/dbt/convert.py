"""A dbt project to a model of our own format: what it can say is carried over, what it cannot is named, never dropped.

The numbers of what is carried over are dbt's. Types of categorical dimensions are not written in dbt and become text,
but for what the project itself uses as a truth value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.compiler.rows import parsed_table
from semantic_layer.errors import DefinitionProblem, Phrase, thing
from semantic_layer.interop.dbt.convert_joins import convert_joins
from semantic_layer.interop.dbt.convert_metrics import MetricConverter
from semantic_layer.interop.dbt.convert_names import (
    both,
    column_of,
    common_grain,
    dimension_field,
    grained_field,
    usual_time,
    value_field,
)
from semantic_layer.interop.dbt.convert_pruned import pruned
from semantic_layer.interop.dbt.convert_types import types_of_dimensions
from semantic_layer.interop.dbt.problems import NotCarriedOver
from semantic_layer.interop.dbt.project import DbtProject, Dimension, Measure, SemanticModel, TimeSpine
from semantic_layer.interop.dbt.reach import Reach
from semantic_layer.interop.dbt.sql import truncated
from semantic_layer.model.definitions import (
    DatasetDefinition,
    FieldDefinition,
    FieldType,
    GrainDefinition,
    ModelDefinition,
)
from semantic_layer.sql.nodes import aliased, select_from
from semantic_layer.sql.parsing import Unparsable, parse_expression
from semantic_layer.sql.value_types import kind_of

# what tells rows apart that have no key
_ROW = "row_number"


@dataclass(frozen=True)
class Converted:
    """The definitions, and what they leave out."""

    definition: ModelDefinition
    problems: tuple[DefinitionProblem, ...]


def convert(project: DbtProject) -> Converted:
    """The project in our format. The definitions load: what our own checks refuse is left out and named too."""
    problems: list[DefinitionProblem] = [*_left_out(project)]
    joined = convert_joins(project, problems)
    maker = _Datasets(project, Reach(project))
    datasets = (*(maker.dataset(each) for each in project.models.values()), *joined.roles, *_calendars(project))
    definition = ModelDefinition(
        name="dbt",
        datasets=datasets,
        relationships=tuple(joined.relationships),
        grains=tuple(_grains(project)),
        metrics=MetricConverter(project, joined.targets, problems).metrics(),
    )
    kept = pruned(definition, project, joined.where, problems)
    return Converted(kept, tuple(dict.fromkeys(problems)))


def _left_out(project: DbtProject) -> Iterator[DefinitionProblem]:
    for saved in project.saved_queries.values():
        yield NotCarriedOver(
            saved.where, thing("saved query", saved.name), Phrase("我们的模型不存查询", "our models hold no queries")
        )
    for name, spine in project.customs.items():
        if spine.grain != "day":
            yield NotCarriedOver(
                spine.where,
                thing("grain", name),
                Phrase("我们自定义的时间单位由天组成", "our own grains are made of days"),
            )


# ---- custom grains ----


def _calendar(project: DbtProject, spine: TimeSpine) -> str:
    """The name of a time spine's dataset."""
    name = spine.table.rpartition(".")[2]
    return name if name not in {*project.models, *project.metrics} else f"{name}_calendar"


def _day_spines(project: DbtProject) -> list[TimeSpine]:
    return [each for each in project.time_spines if each.customs and each.grain == "day"]


def _calendars(project: DbtProject) -> Iterator[DatasetDefinition]:
    for spine in _day_spines(project):
        columns = [FieldDefinition(name=spine.column, type="timestamp", role="attribute")]
        columns += [FieldDefinition(name=each, role="attribute") for each in dict.fromkeys(spine.customs.values())]
        yield DatasetDefinition(name=_calendar(project, spine), table=spine.table, fields=tuple(columns))


def _grains(project: DbtProject) -> Iterator[GrainDefinition]:
    for spine in _day_spines(project):
        home = _calendar(project, spine)
        for name, column in spine.customs.items():
            yield GrainDefinition(name=name, day=f"{home}.{spine.column}", unit=f"{home}.{column}")


# ---- semantic models ----


class _Datasets:
    """Makes the datasets of one project."""

    def __init__(self, project: DbtProject, reach: Reach) -> None:
        self._project = project
        self._types = types_of_dimensions(project, reach)
        found = [each.conversion for each in project.metrics.values() if each.conversion is not None]
        self._conversions = [(each.base, each.event) for each in found]
        self._counted = {project.measures[use.measure].model for uses in self._conversions for use in uses}

    def dataset(self, model: SemanticModel) -> DatasetDefinition:
        """A semantic model's dataset. Rows of events are numbered where they have no key to be counted by."""
        fields: dict[str, FieldDefinition] = {}
        for dimension in model.dimensions:
            is_time = dimension.kind == "time"
            name = dimension_field(self._project, model, dimension.name)
            told = self._types.get((model.name, dimension.expr))
            expression, kind = _flag(dimension.expr, told)
            fields[name] = FieldDefinition(
                name=name,
                expression=_beyond(expression, name),
                type="timestamp" if is_time else kind,
                role="time" if is_time else "dimension",
                description=both(dimension.description),
                label=both(dimension.label),
            )
        for entity in model.entities:
            name = column_of(entity.expr) or entity.name
            if name not in fields:
                fields[name] = FieldDefinition(name=name, expression=_beyond(entity.expr, name), role="key")
        for each in (*self._measured(model, fields), *self._grained(model)):
            fields[each.name] = each
        key, sql = _primary_key(model), None
        if not key and model.name in self._counted:
            fields[_ROW] = FieldDefinition(name=_ROW, role="key")
            key, sql = (_ROW,), self._numbered(model)
        return DatasetDefinition(
            name=model.name,
            table=model.table if sql is None else None,
            sql=sql,
            primary_key=key,
            description=both(model.description),
            time=usual_time(self._project, model),
            fields=tuple(fields.values()),
        )

    def _numbered(self, model: SemanticModel) -> str:
        """A query of the model's table with a number for each row."""
        texts = {each.name: each.expr for group in (model.entities, model.dimensions) for each in group}
        names = (usual_time(self._project, model) or "", *model.told_apart_by)
        parsed = [parse_expression(texts[each]) for each in dict.fromkeys(names)]
        order = [exp.Ordered(this=each.tree.copy()) for each in parsed if not isinstance(each, Unparsable)]
        number = aliased(exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=order)), _ROW)
        return select_from(parsed_table(model.table).copy()).select(exp.Star(), number, copy=False).sql("duckdb")

    def _grained(self, model: SemanticModel) -> Iterator[FieldDefinition]:
        """The times that dbt compares with others, in the grain that it does so in: the ends of the interval in which
        a row is valid, and those of events that follow others."""
        for each in model.dimensions:
            if each.validity is not None:
                yield _in_grain(each, each.grain or "day")
        for uses in self._conversions:
            base, event = (self._project.measures[use.measure] for use in uses)
            for measure in (base, event):
                if measure.model == model.name and measure.time is not None:
                    yield _in_grain(model.dimension[measure.time], common_grain(self._project, base, event))

    def _measured(self, model: SemanticModel, known: dict[str, FieldDefinition]) -> Iterator[FieldDefinition]:
        seen = dict(known)
        for measure in self._project.measures.values():
            if measure.model == model.name:
                for each in _measured_fields(measure, seen):
                    seen[each.name] = each
                    yield each


def _in_grain(dimension: Dimension, grain: str) -> FieldDefinition:
    parsed = parse_expression(dimension.expr)
    assert not isinstance(parsed, Unparsable), "checked on loading"
    text = truncated(parsed.tree, grain).sql("duckdb")
    name = grained_field(dimension, grain)
    return FieldDefinition(name=name, expression=text, type="timestamp", role="attribute")


def _primary_key(model: SemanticModel) -> tuple[str, ...]:
    """The columns that tell rows apart; none where rows are valid for a time only."""
    if model.key is None:
        return ()
    columns = [column_of(model.key.expr) or model.key.name]
    columns += [column_of(each.expr) or each.name for each in model.partitions]
    return tuple(dict.fromkeys(columns))


def _measured_fields(measure: Measure, known: dict[str, FieldDefinition]) -> Iterator[FieldDefinition]:
    """The field that a measure aggregates, where the dataset has none such yet."""
    parsed = parse_expression(measure.expr)
    if isinstance(parsed, Unparsable) or not parsed.columns:
        return
    name = column_of(measure.expr)
    is_number = measure.agg in ("sum", "average", "median", "percentile", "min", "max")
    kind = "number" if is_number else "boolean" if measure.agg == "sum_boolean" else "text"
    if name is None or (name in known and known[name].expression is not None):
        yield FieldDefinition(name=value_field(measure), expression=measure.expr, type=kind, role="fact")
    elif name not in known:
        yield FieldDefinition(name=name, type=kind, role="fact")


def _flag(expr: str, told: FieldType | None) -> tuple[str, FieldType]:
    """An expression and the type of its values: what is used as a truth value, or is one by itself, is one; dbt's SQL
    takes a number for it."""
    parsed = parse_expression(expr)
    kind = kind_of(parsed.tree) if not isinstance(parsed, Unparsable) else None
    if told == "boolean" and kind in ("integer", "number"):
        return f"({expr}) <> 0", "boolean"
    return expr, told or kind or "text"


def _beyond(expr: str, name: str) -> str | None:
    """The expression, if it says more than the name does."""
    return None if column_of(expr) == name else expr
