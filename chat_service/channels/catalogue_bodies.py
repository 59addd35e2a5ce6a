"""The catalogue of the model as bodies: metrics, dimensions and values with their labels."""

from __future__ import annotations

from typing import Literal

from chat_service.channels.wire import Cell
from chat_service.channels.wire_catalogue import (
    CatalogueBody,
    CatalogueMetric,
    CataloguePopulation,
    DimensionBody,
    DimensionsBody,
    FoundValueBody,
    FoundValuesBody,
    MetricBody,
    MetricsBody,
    NamedBody,
    ValueBody,
    ValuesBody,
)
from chat_service.present.definitions import formula
from chat_service.present.names import Names
from chat_service.translate.agent.catalogue import catalogue_of
from chat_service.translate.agent.catalogue_text import CATALOGUE_TOKENS, catalogue_text
from semantic_layer import (
    Bilingual,
    Dimension,
    Label,
    Layer,
    Metric,
    Model,
    Reader,
    Synonyms,
    Value,
    hiding,
    known_for_today,
)


def metrics_body(layer: Layer) -> MetricsBody:
    """Every metric that is not a hidden building block."""
    model, names = layer.model, Names(layer.model, "en")
    shown = [metric for metric in model.metrics.values() if not metric.definition.hidden]
    return MetricsBody(metrics=tuple(_metric(each, layer, names) for each in shown), model_hash=model.hash)


def dimensions_body(layer: Layer, reader: Reader) -> DimensionsBody:
    """Every dimension that the reader may group by, and what else queries name by the model's words."""
    model = layer.model
    shown = [each for each in model.dimensions.values() if _may_see(each, model, reader)]
    return DimensionsBody(
        dimensions=tuple(_dimension(each, layer) for each in shown),
        lists=tuple(_named(each.name, each.label) for each in model.lists.values()),
        causes=tuple(_named(each.name, each.label) for each in model.causes.values()),
        model_hash=model.hash,
    )


def catalogue_body(layer: Layer) -> CatalogueBody:
    """The compact catalogue, with the text of it that a language model is shown."""
    found = catalogue_of(layer.model, layer.unavailable)
    return CatalogueBody(
        model_hash=found.version,
        metrics=tuple(
            CatalogueMetric(
                name=each.name,
                label=_label(each.label),
                kind=each.kind,
                unit=each.unit,
                polarity=each.polarity,
                dimensions=each.reach,
                default_period=each.default_period,
                today_only=each.today_only,
                stands_in_for=each.instead_of,
            )
            for each in found.metrics
        ),
        dimension_sets=dict(found.reaches),
        dimensions={each.name: tuple(code for code, _ in each.values) for each in found.dimensions},
        fields=tuple(each.name for each in found.fields),
        list_columns=dict(found.list_columns),
        grains=found.grains,
        populations=tuple(
            CataloguePopulation(
                name=each.name,
                label=_label(each.label),
                filter=dict(each.filter),
                columns=each.columns,
                order_by=each.order_by,
                counted_by=each.counted_by,
            )
            for each in found.populations
        ),
        behaviours={each.name: each.metric for each in found.behaviours},
        cohorts=tuple(each.name for each in found.cohorts),
        funnels=tuple(each.name for each in found.funnels),
        text=catalogue_text(found, CATALOGUE_TOKENS),
    )


def values_body(layer: Layer, name: str, search: str, limit: int, reader: Reader) -> ValuesBody:
    """Values of a dimension that contain `search` in the data or in a label.

    Raises QueryError for a dimension that is unknown or withheld.
    """
    in_model = Names(layer.model, "zh"), Names(layer.model, "en")
    field = in_model[0].field(name)
    if search and field is not None and field.definition.values:
        # labels are the model's, so a search over a coded dimension looks through all of its codes
        found = layer.values(name, "", limit=10_000, reader=reader)
        bodies = [_value(value, name, in_model) for value in found.values]
        kept = [each for each in bodies if _matches(each, search)]
        whole = found.is_complete and len(kept) <= limit
        return ValuesBody(dimension=name, values=tuple(kept[:limit]), is_complete=whole)
    found = layer.values(name, search, limit=limit, reader=reader)
    values = tuple(_value(value, name, in_model) for value in found.values)
    return ValuesBody(dimension=name, values=values, is_complete=found.is_complete)


def found_values_body(layer: Layer, search: str, limit: int, reader: Reader) -> FoundValuesBody:
    """Values of all text dimensions that the reader may group by, each once, that contain `search`."""
    found: list[FoundValueBody] = []
    is_complete = True
    for each in layer.model.dimensions.values():
        if each.type == "text" and _may_see(each, layer.model, reader) and each.home.dataset not in layer.unavailable:
            values = values_body(layer, each.name, search, limit, reader)
            is_complete = is_complete and values.is_complete
            found += [FoundValueBody(dimension=each.name, value=v.value, label=v.label) for v in values.values]
    return FoundValuesBody(values=tuple(found[:limit]), is_complete=is_complete and len(found) <= limit)


def _metric(metric: Metric, layer: Layer, names: Names) -> MetricBody:
    model = layer.model
    missing = sorted({table for dataset in metric.datasets for table in layer.unavailable.get(dataset, ())})
    definition = metric.definition
    return MetricBody(
        name=metric.name,
        label=_label(metric.label),
        description=_bilingual(definition.description),
        synonyms=_synonyms(definition.synonyms),
        formula=formula(metric, names),
        unit=metric.unit,
        polarity=metric.polarity,
        kind=_kind(metric, model),
        dimensions=tuple(name for name in _groupable(model) if model.can_group(metric.name, name)),
        available=not missing,
        missing_tables=tuple(missing),
    )


def _dimension(dimension: Dimension, layer: Layer) -> DimensionBody:
    home = dimension.home
    return DimensionBody(
        name=dimension.name,
        label=_label(dimension.label),
        description=_bilingual(home.definition.description),
        synonyms=_synonyms(dimension.synonyms),
        type=dimension.type,
        values={str(code): {"zh": words.zh[0], "en": words.en[0]} for code, words in home.definition.values.items()},
        available=home.dataset not in layer.unavailable,
    )


def _kind(metric: Metric, model: Model) -> Literal["flow", "stock", "ratio", "snapshot"]:
    if any(known_for_today(metric, model)):
        return "snapshot"
    if metric.is_stock:
        return "stock"
    return "flow" if metric.is_additive else "ratio"


def _groupable(model: Model) -> tuple[str, ...]:
    return tuple(d.name for d in model.dimensions.values() if d.home.definition.role == "dimension")


def _may_see(dimension: Dimension, model: Model, reader: Reader) -> bool:
    return hiding(dimension.home, model, reader) is None


def _value(value: Value, name: str, languages: tuple[Names, Names]) -> ValueBody:
    plain: Cell = value if value is None or isinstance(value, bool | int | float | str) else value.isoformat()
    zh, en = (names.code(names.field(name), value) for names in languages)
    return ValueBody(value=plain, label={"zh": zh, "en": en})


def _matches(body: ValueBody, search: str) -> bool:
    wanted = search.casefold()
    return any(wanted in text.casefold() for text in (str(body.value), *body.label.values()))


def _label(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


def _named(name: str, label: Bilingual) -> NamedBody:
    return NamedBody(name=name, label=_bilingual(label))


def _bilingual(text: Bilingual | None) -> dict[str, str]:
    return {} if text is None else {"zh": text.zh, "en": text.en}


def _synonyms(words: Synonyms) -> dict[str, tuple[str, ...]]:
    return {"zh": tuple(words.zh), "en": tuple(words.en)}
