"""The `semantic_models:` / `metrics:` form of dbt's YAML, its one-document-an-object form, and compiled manifests.

All three say the same in the same words; a manifest also spells out what is left to defaults.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from semantic_layer.interop.dbt.nodes import Node
from semantic_layer.interop.dbt.project import (
    Conversion,
    Dimension,
    Entity,
    Measure,
    MeasureUse,
    Metric,
    MetricKind,
    SavedQuery,
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
    relation_name,
    span,
    validity,
)

_TOLD = ("name", "description", "label", "config", "metadata", "meta", "tags", "group", "docs")
_REF = re.compile(r"""\s*(?:\{\{)?\s*ref\(\s*(?:['"][\w.]+['"]\s*,\s*)?['"](?P<name>[\w.]+)['"].*?\)\s*(?:\}\})?\s*""")


@dataclass
class Found:
    """What the files of a project define, before anything is checked. One loading, one use."""

    models: list[SemanticModel] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    saved_queries: list[SavedQuery] = field(default_factory=list)
    time_spines: list[TimeSpine] = field(default_factory=list)
    # measures that belong to a metric and were written inside it
    measures: list[Measure] = field(default_factory=list)
    schema: str | None = None


def read_semantic_model(node: Node, found: Found) -> None:
    """One entry of `semantic_models:`."""
    node = node.placed()
    node.only(
        (*_TOLD, "model", "node_relation", "defaults", "primary_entity", "entities", "dimensions", "measures"),
        "semantic model",
    )
    name = node.name()
    time = node["defaults"].text("agg_time_dimension").lower() or None
    found.models.append(
        SemanticModel(
            name=name,
            table=_table(node, found.schema),
            where=node.where,
            entities=tuple(one for item in node["entities"].items() if (one := _entity(item)) is not None),
            dimensions=tuple(two for item in node["dimensions"].items() if (two := _dimension(item)) is not None),
            measures=tuple(it for item in node["measures"].items() if (it := _measure(item, name, time)) is not None),
            primary_entity=node.text("primary_entity").lower() or None,
            description=node.text("description"),
            label=node.text("label"),
        )
    )


def _table(node: Node, schema: str | None) -> str:
    relation = node["node_relation"]
    if not relation.is_absent:
        return relation_name(relation)
    text = node.text("model")
    matched = _REF.fullmatch(text)
    if matched is None:
        node["model"].refuse("应该是 ref('a_model')", "should be ref('a_model')")
        return text
    return f"{schema}.{matched['name']}" if schema else matched["name"]


def _entity(node: Node) -> Entity | None:
    node = node.placed()
    node.only((*_TOLD, "type", "expr", "role", "entity"), "entity")
    kind = node.word("type", ENTITY_KINDS)
    name = node.name()
    if kind is None:
        return None
    expr = node.text("expr", name)
    return Entity(name, kind, expr, node.where, node.text("description"), node.text("label"))


def _dimension(node: Node) -> Dimension | None:
    node = node.placed()
    node.only((*_TOLD, "type", "expr", "is_partition", "type_params"), "dimension")
    kind = node.word("type", DIMENSION_KINDS)
    name = node.name()
    if kind is None:
        return None
    params = node["type_params"]
    params.only(("time_granularity", "validity_params"), "time dimension")
    grain = params.text("time_granularity", "day").lower() if kind == "time" else None
    return Dimension(
        name=name,
        kind=kind,
        expr=node.text("expr", name),
        where=node.where,
        grain=grain,
        is_partition=node.flag("is_partition"),
        validity=validity(params["validity_params"]),
        description=node.text("description"),
        label=node.text("label"),
    )


def _measure(node: Node, model: str, default_time: str | None) -> Measure | None:
    node = node.placed()
    node.only(
        (
            *_TOLD,
            "agg",
            "expr",
            "agg_params",
            "agg_time_dimension",
            "non_additive_dimension",
            "create_metric",
            "create_metric_display_name",
        ),
        "measure",
    )
    name = node.name()
    return aggregate(node, name, model, node.text("expr", name), default_time)


def read_metric(node: Node, found: Found) -> None:
    """One entry of `metrics:`."""
    node = node.placed()
    node.only((*_TOLD, "type", "type_params", "filter", "time_granularity"), "metric")
    kind = node.word("type", METRIC_KINDS)
    name = node.name()
    if kind is None:
        return
    params = node["type_params"]
    params.only(
        (
            "measure",
            "numerator",
            "denominator",
            "expr",
            "window",
            "grain_to_date",
            "metrics",
            "input_measures",
            "conversion_type_params",
            "cumulative_type_params",
            "fill_nulls_with",
            "join_to_timespine",
            "metric_aggregation_params",
            "is_private",
        ),
        "metric's type_params",
    )
    inputs = [*params["metrics"].items()]
    if kind == "ratio":
        inputs = [params["numerator"], params["denominator"]]
        for each in inputs:
            if each.is_absent:
                each.refuse("缺失", "is missing")
    cumulative = params["cumulative_type_params"]
    grain_to_date = (cumulative.text("grain_to_date") or params.text("grain_to_date")).lower() or None
    found.metrics.append(
        Metric(
            name=name,
            kind=kind,
            where=node.where,
            expr=params.text("expr") or None,
            measure=_measured(name, kind, params, found),
            inputs=tuple(metric_use(each) for each in inputs if not each.is_absent),
            window=span(cumulative["window"]) or span(params["window"]),
            grain_to_date=grain_to_date,
            period_agg=cumulative.word("period_agg", PERIOD_AGGREGATIONS, "first") or "first",
            conversion=_conversion(params["conversion_type_params"]) if kind == "conversion" else None,
            filters=filters(node["filter"]),
            grain=node.text("time_granularity").lower() or None,
            description=node.text("description"),
            label=node.text("label"),
        )
    )


def _measured(name: str, kind: MetricKind, params: Node, found: Found) -> MeasureUse | None:
    if kind not in ("simple", "cumulative"):
        return None
    if not params["measure"].is_absent:
        use = measure_use(params["measure"])
        # compiled manifests move these two from the measure to the metric
        fill = use.fill_nulls_with if use.fill_nulls_with is not None else params.number("fill_nulls_with")
        is_joined = use.join_to_timespine or params.flag("join_to_timespine")
        return replace(use, join_to_timespine=is_joined, fill_nulls_with=fill)
    own = params["metric_aggregation_params"]
    if kind == "simple" and not own.is_absent:
        made = aggregate(own, name, own.text("semantic_model").lower(), params.text("expr", name), None)
        if made is not None:
            found.measures.append(made)
        return MeasureUse(name, (), params.flag("join_to_timespine"), params.number("fill_nulls_with"))
    metric = params["cumulative_type_params"]["metric"]
    if kind == "cumulative" and not metric.is_absent:
        return measure_use(metric, is_metric=True)
    params["measure"].refuse("缺失", "is missing")
    return None


def _conversion(node: Node) -> Conversion | None:
    sides = []
    for measure, metric in (("base_measure", "base_metric"), ("conversion_measure", "conversion_metric")):
        is_metric = node[measure].is_absent
        side = node[metric] if is_metric else node[measure]
        if side.is_absent:
            node[measure].refuse("缺失", "is missing")
            return None
        sides.append(measure_use(side, is_metric=is_metric))
    return conversion(node, sides[0], sides[1])


def read_saved_query(node: Node, found: Found) -> None:
    """One entry of `saved_queries:`."""
    node = node.placed()
    node.only((*_TOLD, "query_params", "exports", "cache"), "saved query")
    params = node["query_params"]
    params.only(("metrics", "group_by", "where", "order_by", "limit"), "saved query's query_params")
    limit = params.number("limit")
    found.saved_queries.append(
        SavedQuery(
            name=node.name(),
            metrics=_texts(params["metrics"]),
            group_by=_texts(params["group_by"]),
            filters=filters(params["where"]),
            order_by=_texts(params["order_by"]),
            limit=None if limit is None else int(limit),
            where=node.where,
        )
    )


def _texts(node: Node) -> tuple[str, ...]:
    return tuple(str(each.value) for each in node.items())


def read_configuration(node: Node, found: Found) -> None:
    """`project_configuration:`, which names the time spines."""
    for each in node["time_spines"].items():
        primary = each["primary_column"]
        customs = {one.name(): one.text("column_name") or one.name() for one in each["custom_granularities"].items()}
        grain = primary.text("time_granularity", "day").lower()
        table = relation_name(each["node_relation"])
        found.time_spines.append(TimeSpine(table, primary.name(), grain, customs, each.where))
    known = {(spine.table, spine.grain) for spine in found.time_spines}
    for each in node["time_spine_table_configurations"].items():
        grain = each.text("grain", "day").lower()
        spine = TimeSpine(each.text("location"), each.text("column_name"), grain, {}, each.where)
        if (spine.table, spine.grain) not in known:
            found.time_spines.append(spine)
