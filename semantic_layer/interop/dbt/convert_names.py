"""What the parts of a converted model are named, and their texts for people."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.interop.dbt.project import DbtProject, Dimension, Measure, SemanticModel
from semantic_layer.model.definitions import Bilingual
from semantic_layer.sql.parsing import Unparsable, parse_expression


def column_of(expr: str) -> str | None:
    """The column that an expression is, if it is no more than one.

    >>> column_of("customer_id"), column_of("customer_id || 'x'")
    ('customer_id', None)
    """
    parsed = parse_expression(expr)
    if isinstance(parsed, Unparsable) or not isinstance(parsed.tree, exp.Column) or parsed.tree.table:
        return None
    return parsed.tree.name


def dimension_field(project: DbtProject, model: SemanticModel, name: str) -> str:
    """The field for a dimension. Ours are known by one name in the whole model, dbt's only behind an entity's: where
    several models have one of that name, each takes its model's name in front."""
    having = [
        each for each in project.models.values() if name in each.dimension and each.dimension[name].kind != "time"
    ]
    return f"{model.name}_{name}" if len(having) > 1 and model in having else name


def own_field(project: DbtProject, model: SemanticModel, name: str) -> str:
    """The field for an entity or dimension of a model."""
    entity = model.entity.get(name)
    if entity is None:
        return dimension_field(project, model, name)
    return column_of(entity.expr) or name


def value_field(measure: Measure) -> str:
    """The field for a measure's expression, where that is more than a column."""
    return f"{measure.name}__value"


def usual_time(project: DbtProject, model: SemanticModel) -> str | None:
    """The time that most measures of a model are placed by, which becomes its dataset's."""
    times = [each.time for each in project.measures.values() if each.model == model.name and each.time]
    return max(times, key=times.count) if times else None


def grained_field(dimension: Dimension, grain: str | None = None) -> str:
    """The field for a time in the grain that dbt compares it in, by default its own."""
    return f"{dimension.name}__{grain or dimension.grain or 'day'}"


def common_grain(project: DbtProject, base: Measure, event: Measure) -> str:
    """The grain in which dbt compares the times of events with those of the events before them."""
    times = (project.models[each.model].dimension.get(each.time or "") for each in (base, event))
    return max((each.grain or "day" for each in times if each is not None), key=project.grain_rank, default="day")


def both(text: str) -> Bilingual | None:
    """A text that is in one language only, for people in both."""
    flat = " ".join(text.split())
    return Bilingual(zh=flat, en=flat) if flat else None
