"""What things of a model are called."""

from __future__ import annotations

from semantic_layer.model.date_parts import PART_LABELS, split_name
from semantic_layer.model.definitions import Bilingual, EntityDefinition
from semantic_layer.model.model import Model
from semantic_layer.query.result import Label


def label_of(name: str, label: Bilingual | None) -> Label:
    """The label, or the name with spaces for underscores where there is none.

    >>> label_of("net_amount", None)
    Label(zh='net amount', en='net amount')
    """
    words = name.replace("_", " ")
    return Label(words, words) if label is None else Label(label.zh, label.en)


def label_in(model: Model, name: str) -> Label | None:
    """What the model calls whatever it has under that name; None where it has nothing, or no label for it."""
    for known in (model.metrics, model.dimensions, model.fields):
        if name in known:
            return known[name].label
    part = split_name(name)
    if part is not None or name in PART_LABELS:
        return PART_LABELS[name if part is None else part[1]]
    for defined in (model.cohorts, model.funnels, model.trials, model.grains, model.entities, model.lists):
        if name in defined:
            return _label(defined[name].label)
    return _label(model.datasets[name].definition.label) if name in model.datasets else None


def label_of_deed(model: Model, metric: str) -> Label:
    """What a metric counts, as the model's verb for it says; else the metric's own name; its id where there is none."""
    verb = next((each for each in model.behaviours.values() if metric in (each.event, each.metric)), None)
    if verb is not None:
        return Label(verb.label.zh, verb.label.en)
    return model.metrics[metric].label if metric in model.metrics else label_of(metric, None)


def counted_label(entity: EntityDefinition) -> Label:
    """What a count of entities is called."""
    word = entity.label.en
    return Label(f"{entity.label.zh}数", word if word.endswith("s") else f"{word}s")


def _label(label: Bilingual | None) -> Label | None:
    return None if label is None else Label(label.zh, label.en)
