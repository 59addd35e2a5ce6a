"""Words that name something that happens: verbs of the model, metrics that count it, the first deed of a cohort."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Clause, Clauses, Measure
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from semantic_layer import Metric, Model

_MEANS = ("", "mean", "per_head")


@dataclass(frozen=True, eq=False)
class Happening:
    """Words for something that happens: the metric that counts it, and the verb's own conditions."""

    item: Edge
    metric: str
    event: str
    clause: Clause | None = None
    negated: bool = False


def happenings(slots: Slots, assembly: Assembly) -> Iterator[Happening]:
    """The words of a question that name something that happens, in their order."""
    for item in slots.frame.items:
        meaning = item.meaning
        if isinstance(meaning, Clauses):
            for clause in meaning.clauses:
                metric = assembly.model.behaviours[clause.behaviours[0]].metric
                yield _happening(item, metric, assembly, clause)
        elif isinstance(meaning, Measure) and meaning.statistic in _MEANS:
            name = _counted(meaning.metrics, assembly)
            if name is not None and not counts_entities(name, assembly):
                yield _happening(item, name, assembly)
        elif item.category == "intent.cohort" and (first := first_deed(assembly)) is not None:
            yield _happening(item, assembly.model.behaviours[first].metric, assembly)


def _happening(item: Edge, metric: str, assembly: Assembly, clause: Clause | None = None) -> Happening:
    """Leaving is not doing the model's main deed any more."""
    main, negated = assembly.structure.main_behaviour, clause is not None and clause.negated
    if metric in _leaving(assembly.model) and main is not None:
        metric, negated = main.metric, not negated
    return Happening(item, metric, _event_of(metric, assembly), clause, negated)


@lru_cache(maxsize=4)
def _leaving(model: Model) -> frozenset[str]:
    """The metrics that count those who leave."""
    lost = (m.definition.transition for m in model.metrics.values() if m.polarity == "lower_is_better")
    return frozenset(each.who for each in lost if each is not None)


def _counted(names: tuple[str, ...], assembly: Assembly) -> str | None:
    """The metric that counts what happens by the first fitting name; a rate of those who do the main deed again
    speaks of that deed."""
    model, main = assembly.model, assembly.structure.main_behaviour
    for name in names:
        metric = model.metrics.get(name)
        if happens(metric):
            return name
        again = metric is not None and metric.definition.per is not None and main is not None
        if metric is not None and again and main is not None:
            home = model.metrics[main.metric].definition.dataset
            if metric.definition.dataset == home:
                return main.metric
    return None


def happens(metric: Metric | None) -> bool:
    """Whether a metric counts rows that happen in time."""
    if metric is None or metric.kind != "simple" or metric.is_stock:
        return False
    definition = metric.definition
    is_count = isinstance(metric.expression, exp.Count | exp.Sum)
    return is_count and definition.per is None and definition.latest is None and definition.window is None


def counts_entities(name: str, assembly: Assembly) -> bool:
    """Whether a metric counts the model's entities themselves."""
    return name in {entity.counted_by for entity in assembly.model.entities.values()}


def counts_people(item: Edge, assembly: Assembly) -> bool:
    """Whether an item is a measure that counts nothing else."""
    return isinstance(item.meaning, Measure) and all(counts_entities(name, assembly) for name in item.meaning.metrics)


def _event_of(metric: str, assembly: Assembly) -> str:
    """The metric whose rows hold what is known of what a metric counts."""
    behaviours = assembly.model.behaviours.values()
    return next((each.event for each in behaviours if each.metric == metric and each.event is not None), metric)


def first_deed(assembly: Assembly) -> str | None:
    """The deed that places customers in a cohort."""
    behaviours = assembly.model.behaviours.values()
    return next((b.name for b in behaviours if b.event is not None and assembly.structure.one_each(b.metric)), None)


def dataset_of(metric: str, assembly: Assembly) -> str | None:
    """The dataset whose rows a metric counts."""
    return assembly.model.metrics[metric].definition.dataset
