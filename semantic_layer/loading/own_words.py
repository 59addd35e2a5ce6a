"""Definitions that leave to the model what it says once: whose cohort or list it is, and in which currency."""

from __future__ import annotations

from semantic_layer.model.definitions import Among, InputDefinition, MetricDefinition, ModelDefinition


def filled(definition: ModelDefinition) -> ModelDefinition:
    """The definitions with the model's first entity where they name none."""
    if not definition.entities:
        return definition
    entity = definition.entities[0]
    update = {
        section: tuple(
            each if each.entity else each.model_copy(update={"entity": entity.name})
            for each in getattr(definition, section)
        )
        for section in ("lists", "cohorts", "funnels")
    }
    metrics = tuple(_metric(each, entity.name, entity.key) for each in definition.metrics)
    return definition.model_copy(update={**update, "metrics": metrics})


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
