"""The newer form of dbt's YAML: semantics beside the columns of `models:`, metrics without measures.

Keys that speak of other things than semantics (tests, constraints, contracts) are dbt's own and are passed over.
"""

from __future__ import annotations

from semantic_layer.interop.dbt.legacy import Found
from semantic_layer.interop.dbt.nodes import Node
from semantic_layer.interop.dbt.project import (
    Conversion,
    Dimension,
    Entity,
    Measure,
    MeasureUse,
    Metric,
    MetricKind,
    SemanticModel,
    TimeSpine,
)
from semantic_layer.interop.dbt.shared import (
    DIMENSION_KINDS,
    ENTITY_KINDS,
    METRIC_KINDS,
    PERIOD_AGGREGATIONS,
    aggregate,
    conversion,
    filters,
    measure_use,
    metric_use,
    span,
    validity,
)
from semantic_layer.loading.yaml_text import YamlValue

_SEMANTIC_KEYS = ("enabled", "name", "group", "config", "primary_entity", "label", "description")
_DIMENSION_KEYS = ("type", "name", "description", "label", "is_partition", "validity_params", "config", "expr")
_ENTITY_KEYS = ("type", "name", "description", "label", "config", "expr")
_METRIC_KEYS = (
    "name",
    "type",
    "label",
    "description",
    "config",
    "agg",
    "expr",
    "agg_time_dimension",
    "percentile",
    "percentile_type",
    "non_additive_dimension",
    "join_to_timespine",
    "fill_nulls_with",
    "filter",
    "hidden",
    "input_metrics",
    "numerator",
    "denominator",
    "input_metric",
    "window",
    "grain_to_date",
    "period_agg",
    "entity",
    "calculation",
    "base_metric",
    "conversion_metric",
    "constant_properties",
    "time_granularity",
    "tags",
    "meta",
    "group",
)


def read_model(node: Node, found: Found) -> None:
    """One entry of `models:`; of interest where it has `semantic_model:`, `time_spine:` or metrics."""
    name = node.name()
    table = f"{found.schema}.{node.text('alias') or name}" if found.schema else node.text("alias") or name
    if not node["time_spine"].is_absent:
        _time_spine(node, table, found)
    semantic = node["semantic_model"]
    if not isinstance(semantic.value, dict | bool | None):
        semantic.refuse(
            "应该是 true 或 false，或语义模型的说明", "should be true or false, or what is said of the semantic model"
        )
    is_mapping = isinstance(semantic.value, dict)
    is_enabled = semantic.value is True or (is_mapping and semantic["enabled"].value is not False)
    if not is_enabled:
        return
    if isinstance(semantic.value, dict):
        semantic.only(_SEMANTIC_KEYS, "semantic model")
        name = semantic.text("name").lower() or name
    time = node.text("agg_time_dimension").lower() or None
    entities, dimensions = _columns(node)
    derived = node["derived_semantics"]
    derived.only(("dimensions", "entities"), "derived_semantics")
    entities += [each for item in derived["entities"].items() if (each := _entity(item, item.text("expr")))]
    for item in derived["dimensions"].items():
        grain = item.text("granularity") or None
        made = _dimension(item, item.text("expr"), grain, (*_DIMENSION_KEYS, "granularity"))
        dimensions += [made] if made is not None else []
    measures: list[Measure] = []
    for item in node["metrics"].items():
        made_measure = read_metric(item, found, name, time)
        measures += [made_measure] if made_measure is not None else []
    found.models.append(
        SemanticModel(
            name=name,
            table=table,
            entities=tuple(entities),
            dimensions=tuple(dimensions),
            measures=tuple(measures),
            primary_entity=(node.text("primary_entity") or semantic.text("primary_entity")).lower() or None,
            where=node.where,
            description=node.text("description"),
            label=semantic.text("label"),
        )
    )


def _columns(node: Node) -> tuple[list[Entity], list[Dimension]]:
    entities: list[Entity] = []
    dimensions: list[Dimension] = []
    for column in node["columns"].items():
        expr = column.text("expr") or column.text("name")
        for key in ("entity", "dimension"):
            inner = column[key]
            if inner.is_absent:
                continue
            if isinstance(inner.value, str):
                # the short way: only the type, the column's name for a name
                inner = Node({"name": column.text("name"), "type": inner.value}, inner.document, inner.part)
            elif isinstance(inner.value, dict) and "name" not in inner.value:
                inner = Node({"name": column.text("name"), **inner.value}, inner.document, inner.part)
            if key == "entity":
                entities += [each] if (each := _entity(inner, expr)) is not None else []
            else:
                made = _dimension(inner, expr, column.text("granularity") or None, _DIMENSION_KEYS)
                dimensions += [made] if made is not None else []
    return entities, dimensions


def _entity(node: Node, expr: str) -> Entity | None:
    node.only(_ENTITY_KEYS, "entity")
    kind, name = node.word("type", ENTITY_KINDS), node.name()
    if kind is None:
        return None
    return Entity(name, kind, expr or name, node.where, node.text("description"), node.text("label"))


def _dimension(node: Node, expr: str, grain: str | None, keys: tuple[str, ...]) -> Dimension | None:
    node.only(keys, "dimension")
    kind, name = node.word("type", DIMENSION_KINDS), node.name()
    if kind is None:
        return None
    if kind == "time" and grain is None:
        node["granularity"].refuse(
            f"缺失：时间维度“{name}”的列需要它", f"is missing: the column of the time dimension '{name}' needs one"
        )
    return Dimension(
        name=name,
        kind=kind,
        expr=expr or name,
        where=node.where,
        is_partition=node.flag("is_partition"),
        grain=(grain or "day").lower() if kind == "time" else None,
        validity=validity(node["validity_params"]),
        description=node.text("description"),
        label=node.text("label"),
    )


def _time_spine(node: Node, table: str, found: Found) -> None:
    spine = node["time_spine"]
    spine.only(("standard_granularity_column", "custom_granularities"), "time spine")
    column = spine.text("standard_granularity_column")
    if not column:
        spine["standard_granularity_column"].refuse("缺失", "is missing")
        return
    grains = [each.text("granularity") for each in node["columns"].items() if each.text("name") == column]
    if not grains or not grains[0]:
        spine["standard_granularity_column"].refuse(
            f"写的列“{column}”没有 granularity", f"names the column '{column}', which has no granularity"
        )
        return
    customs = {each.name(): each.text("column_name") or each.name() for each in spine["custom_granularities"].items()}
    found.time_spines.append(TimeSpine(table, column, grains[0].lower(), customs, spine.where))


def read_metric(node: Node, found: Found, model: str | None, time: str | None) -> Measure | None:
    """A metric of this form, of one model or (`model` None) of several; gives the measure that a simple one is."""
    node.only(_METRIC_KEYS, "metric")
    kind, name = node.word("type", METRIC_KINDS, "simple"), node.name()
    if kind is None:
        return None
    made: Measure | None = None
    if kind == "simple":
        if model is None:
            node["type"].refuse(
                "是 simple，而简单指标要写在它所统计的模型下面",
                "is simple, and a simple metric belongs under the model whose rows it counts",
            )
            return None
        made = _own_measure(node, name, model, time)
    inputs = [*node["input_metrics"].items()]
    if kind == "ratio":
        inputs = [node["numerator"], node["denominator"]]
        for each in inputs:
            if each.is_absent:
                each.refuse("缺失", "is missing")
    found.metrics.append(
        Metric(
            name=name,
            kind=kind,
            where=node.where,
            measure=_use(node, name, kind),
            inputs=tuple(metric_use(each) for each in inputs if not each.is_absent),
            expr=node.text("expr") if kind == "derived" else None,
            window=span(node["window"]) if kind == "cumulative" else None,
            grain_to_date=node.text("grain_to_date").lower() or None,
            period_agg=node.word("period_agg", PERIOD_AGGREGATIONS, "first") or "first",
            conversion=_conversion(node) if kind == "conversion" else None,
            filters=filters(node["filter"]),
            grain=node.text("time_granularity").lower() or None,
            description=node.text("description"),
            label=node.text("label"),
        )
    )
    return made


def _own_measure(node: Node, name: str, model: str, time: str | None) -> Measure | None:
    """The aggregate of a simple metric. Its percentile is of 1 or, as in some of dbt's own pages, of 100."""
    is_discrete = node.word("percentile_type", ("continuous", "discrete"), "continuous") == "discrete"
    if isinstance(node.value, dict) and "percentile" in node.value:
        share = node.number("percentile") or 0.0
        params: dict[str | int, YamlValue] = {
            "percentile": share / 100 if share > 1 else share,
            "use_discrete_percentile": is_discrete,
        }
        node = Node({**node.value, "agg_params": params}, node.document, node.part)
    return aggregate(node, name, model, node.text("expr", name), time)


def _use(node: Node, name: str, kind: MetricKind) -> MeasureUse | None:
    if kind == "simple":
        return MeasureUse(name, (), node.flag("join_to_timespine"), node.number("fill_nulls_with"))
    if kind == "cumulative":
        if node["input_metric"].is_absent:
            node["input_metric"].refuse("缺失", "is missing")
            return None
        return measure_use(node["input_metric"], is_metric=True)
    return None


def _conversion(node: Node) -> Conversion | None:
    for key in ("base_metric", "conversion_metric"):
        if node[key].is_absent:
            node[key].refuse("缺失", "is missing")
            return None
    base, event = (measure_use(node[key], is_metric=True) for key in ("base_metric", "conversion_metric"))
    return conversion(node, base, event)
