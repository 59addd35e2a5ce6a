"""What both forms of dbt's YAML say in the same words: aggregates, uses of metrics, conversions, lengths, filters."""

from __future__ import annotations

import re
from typing import get_args

from semantic_layer.interop.dbt.nodes import Node
from semantic_layer.interop.dbt.project import (
    GRAINS,
    Aggregation,
    Conversion,
    DimensionKind,
    EntityKind,
    Filter,
    Measure,
    MeasureUse,
    MetricKind,
    MetricUse,
    NonAdditive,
    PeriodAggregation,
    Span,
    Validity,
)

ENTITY_KINDS: tuple[EntityKind, ...] = get_args(EntityKind)
DIMENSION_KINDS: tuple[DimensionKind, ...] = get_args(DimensionKind)
METRIC_KINDS: tuple[MetricKind, ...] = get_args(MetricKind)
AGGREGATIONS: tuple[Aggregation, ...] = get_args(Aggregation)
PERIOD_AGGREGATIONS: tuple[PeriodAggregation, ...] = get_args(PeriodAggregation)

_SPAN = re.compile(r"\s*(\d+)\s*([A-Za-z_]\w*)\s*")


def relation_name(relation: Node) -> str:
    """A table's name from its parts, or as dbt has put it together."""
    parts = [relation.text(key) for key in ("database", "schema_name", "alias")]
    if parts[-1]:
        return ".".join(part for part in parts if part)
    return relation.text("relation_name").replace('"', "").replace("`", "")


def validity(node: Node) -> Validity | None:
    """Which end of a row's validity a time dimension is."""
    node.only(("is_start", "is_end"), "validity_params")
    if node.flag("is_start"):
        return "start"
    return "end" if node.flag("is_end") else None


def aggregate(node: Node, name: str, model: str, expr: str, default_time: str | None) -> Measure | None:
    """A measure from a node with `agg` and what belongs to it."""
    if node.text("agg").lower() == "avg":
        agg: Aggregation | None = "average"
    else:
        agg = node.word("agg", AGGREGATIONS)
    if agg is None:
        return None
    params = node["agg_params"]
    percentile = params.number("percentile")
    if agg == "percentile" and percentile is None:
        params["percentile"].refuse("缺失", "is missing")
    if percentile is not None and not 0 <= percentile <= 1:
        params["percentile"].refuse("应该在 0 和 1 之间", "should be between 0 and 1")
        percentile = None
    return Measure(
        name=name,
        model=model,
        agg=agg,
        expr=expr,
        where=node.where,
        time=node.text("agg_time_dimension").lower() or default_time,
        percentile=percentile,
        is_discrete=params.flag("use_discrete_percentile"),
        is_approximate=params.flag("use_approximate_percentile"),
        non_additive=non_additive(node["non_additive_dimension"]),
        makes_metric=node.flag("create_metric"),
        description=node.text("description"),
        label=node.text("label"),
    )


def non_additive(node: Node) -> NonAdditive | None:
    """The dimension over which a measure does not add up."""
    if node.is_absent:
        return None
    newer = node.has("window_agg")
    choice = node.word("window_agg" if newer else "window_choice", ("min", "max"), "min")
    groups = node["group_by" if node.has("group_by") else "window_groupings"]
    return NonAdditive(node.name(), choice == "max", tuple(str(each.value).lower() for each in groups.items()))


def measure_use(node: Node, *, is_metric: bool = False) -> MeasureUse:
    """A measure (or a simple metric in its place) by its name alone, or with how it is taken."""
    if isinstance(node.value, str):
        return MeasureUse(node.value.lower(), is_metric=is_metric)
    node.only(
        ("name", "filter", "alias", "join_to_timespine", "fill_nulls_with", "offset_window", "offset_to_grain"),
        "measure's use",
    )
    fill = node.number("fill_nulls_with")
    return MeasureUse(node.name(), filters(node["filter"]), node.flag("join_to_timespine"), fill, is_metric)


def metric_use(node: Node) -> MetricUse:
    """A metric by its name alone, or with how it is taken."""
    if isinstance(node.value, str):
        return MetricUse(node.value.lower(), node.value.lower(), node.where)
    node.only(("name", "filter", "alias", "offset_window", "offset_to_grain"), "metric's use")
    name = node.name()
    return MetricUse(
        metric=name,
        alias=node.text("alias").lower() or name,
        where=node.where,
        filters=filters(node["filter"]),
        offset_window=span(node["offset_window"]),
        offset_to_grain=node.text("offset_to_grain").lower() or None,
    )


def conversion(node: Node, base: MeasureUse, event: MeasureUse) -> Conversion:
    """What both forms say of a conversion in the same words."""
    entity = node.text("entity").lower()
    if not entity:
        node["entity"].refuse("缺失", "is missing")
    calculation = node.word("calculation", ("conversion_rate", "conversions"), "conversion_rate")
    same = tuple(
        (each.text("base_property").lower(), each.text("conversion_property").lower())
        for each in node["constant_properties"].items()
    )
    return Conversion(base, event, entity, calculation == "conversion_rate", span(node["window"]), same)


def span(node: Node) -> Span | None:
    """A length of time: `7 days`, or its parts as a manifest has them."""
    if node.is_absent:
        return None
    if isinstance(node.value, dict):
        count = node.number("count")
        return Span(int(count or 0), node.text("granularity").lower())
    matched = _SPAN.fullmatch(str(node.value))
    if matched is None:
        node.refuse(
            f"是“{node.value}”；应该是数字加时间单位，如“7 days”",
            f"is '{node.value}'; it should be a number and a grain, such as '7 days'",
        )
        return None
    grain = matched[2].lower()
    return Span(int(matched[1]), grain.removesuffix("s") if grain.removesuffix("s") in GRAINS else grain)


def filters(node: Node) -> tuple[Filter, ...]:
    """One condition, several, or a manifest's way of keeping them."""
    if node.is_absent:
        return ()
    if isinstance(node.value, dict):
        inner = node["where_filters"]
        if inner.is_absent and node.has("where_sql_template"):
            return (Filter(node.text("where_sql_template"), node.where),)
        return tuple(Filter(each.text("where_sql_template"), each.where) for each in inner.items())
    found = []
    for each in node.as_list():
        if isinstance(each.value, str):
            found.append(Filter(each.value, each.where))
        else:
            each.refuse("应该是条件", "should be a condition")
    return tuple(found)
