"""What definitions leave open, as the model says it once or everybody knows it: the entity, the currency, weekdays."""

from __future__ import annotations

from semantic_layer.loading.version_ends import with_version_ends
from semantic_layer.model.currencies import CURRENCIES, MONEY
from semantic_layer.model.definitions import (
    Among,
    DatasetDefinition,
    EntityDefinition,
    InputDefinition,
    ListDefinition,
    MetricDefinition,
    ModelDefinition,
)
from semantic_layer.model.weekdays import weekday_names


def filled(definition: ModelDefinition) -> ModelDefinition:
    """The definitions with the model's first entity and currency, and the names of weekdays, where they leave them
    open."""
    datasets = tuple(_with_weekdays(each) for each in definition.datasets)
    definition = with_version_ends(definition.model_copy(update={"datasets": datasets}))
    if definition.entities:
        definition = _of_entity(definition, definition.entities[0])
    if definition.currency is None:
        return definition
    in_money = {"unit": definition.currency}
    metrics = tuple(each.model_copy(update=in_money) if each.unit == MONEY else each for each in definition.metrics)
    datasets = tuple(_in_money(each, in_money) for each in definition.datasets)
    return definition.model_copy(update={"metrics": metrics, "datasets": datasets})


def own_currency(definition: ModelDefinition) -> str | None:
    """The code of the model's currency: what it says, or the only one that its units name."""
    fields = (field.unit for dataset in definition.datasets for field in dataset.fields)
    units = {unit for unit in (*(each.unit for each in definition.metrics), *fields) if unit is not None}
    units &= CURRENCIES.keys()
    return definition.currency or (units.pop() if len(units) == 1 else None)


def _with_weekdays(dataset: DatasetDefinition) -> DatasetDefinition:
    named = {
        place: names
        for place, field in enumerate(dataset.fields)
        if field.expression is not None and not field.values and (names := weekday_names(field.expression))
    }
    if not named:
        return dataset
    fields = (
        field.model_copy(update={"values": named[place]}) if place in named else field
        for place, field in enumerate(dataset.fields)
    )
    return dataset.model_copy(update={"fields": tuple(fields)})


def _in_money(dataset: DatasetDefinition, in_money: dict[str, str]) -> DatasetDefinition:
    if not any(each.unit == MONEY for each in dataset.fields):
        return dataset
    fields = tuple(each.model_copy(update=in_money) if each.unit == MONEY else each for each in dataset.fields)
    return dataset.model_copy(update={"fields": fields})


def _of_entity(definition: ModelDefinition, entity: EntityDefinition) -> ModelDefinition:
    update: dict[str, object] = {
        section: tuple(
            each if each.entity else each.model_copy(update={"entity": entity.name})
            for each in getattr(definition, section)
        )
        for section in ("cohorts", "funnels", "causes", "profiles", "playbooks")
    }
    update["lists"] = tuple(_list(each, each.entity or entity.name) for each in definition.lists)
    update["metrics"] = tuple(_metric(each, entity.name, entity.key) for each in definition.metrics)
    return definition.model_copy(update=update)


def _list(listed: ListDefinition, entity: str) -> ListDefinition:
    among = tuple(each if each.entity else _among(each, entity) for each in listed.among)
    return listed.model_copy(update={"entity": entity, "among": among})


def _metric(metric: MetricDefinition, entity: str, key: str) -> MetricDefinition:
    update: dict[str, object] = {}
    if metric.among is not None and not metric.among.entity:
        update["among"] = _among(metric.among, entity)
    if metric.transition is not None and not metric.transition.key:
        update["transition"] = metric.transition.model_copy(update={"key": key})
    if any(each.among is not None and not each.among.entity for each in metric.inputs.values()):
        update["inputs"] = {name: _input(each, entity) for name, each in metric.inputs.items()}
    return metric.model_copy(update=update) if update else metric


def _input(used: InputDefinition, entity: str) -> InputDefinition:
    if used.among is None or used.among.entity:
        return used
    return used.model_copy(update={"among": _among(used.among, entity)})


def _among(among: Among, entity: str) -> Among:
    return among.model_copy(update={"entity": entity})
