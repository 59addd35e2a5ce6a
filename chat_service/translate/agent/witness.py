"""What the service itself knows a word to mean, held against the part that a model says it made.

A model may read more than the rules; it may not read a name of the model as another name. So a metric's own name does
not stand for another metric, a value that is named is in the request, and a time that is named is the time of
something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chat_service.language.dates.mention import DateMention
from chat_service.language.folding import fold
from chat_service.translate.agent.accounting import Account, is_inside
from chat_service.translate.agent.ground import Ground
from chat_service.translate.agent.parts import Part
from chat_service.translate.senses import Mention, MetricSense, NumberSense, Sense, ValueSense, WordSense
from semantic_layer import FieldFilter, MeasuredColumn, Metric, MetricFilter, Model, Request, Scalar

Placed = Sequence[tuple[int, int, str]]
_TIMED = frozenset({"period", "comparison", "value", "number", "grouping", "grain", "behaviour"})
_FIGURES = re.compile(r"\d+(?:\.\d+)?")
_TIMES = frozenset({"period", "rolling", "open"})


@dataclass(frozen=True)
class Unsaid:
    """A value that is named and that no condition says. `meant` are all that it can be; `why_not` says why it may be no
    condition at all: without that it is one."""

    text: str
    meant: tuple[tuple[str, str], ...]
    why_not: str = ""

    def __str__(self) -> str:
        names = " or ".join(f"{name} = {value}" for name, value in self.meant[:3])
        return f"'{self.text}' is {names}, and no condition of the request says so"


def contradictions(
    parts: Sequence[Part], kept: Sequence[Part], account: Account, mentions: Sequence[Mention], ground: Ground
) -> Iterator[str]:
    """Sentences about words that are taken for something else than they name. `kept` are the parts of the request
    before: what those had may be taken away."""
    model, placed = ground.model, account.placed
    yield from (str(each) for each in _values_unsaid(parts, kept, account, mentions, ground) if not each.why_not)
    for mention in mentions:
        senses = _senses(mention)
        if senses and all(isinstance(sense, DateMention) and sense.kind in _TIMES for sense in senses):
            around = [part for part in parts if _is_around(part, placed, mention)]
            if not any(part.role in _TIMED for part in around):
                yield f"'{mention.text}' is a time, and no part of the request that has one is made by it"
    for part in parts:
        if part.path.startswith("metrics["):
            yield from _other_metric(part, [m for m in mentions if _is_around(part, placed, m)], model)


def suspicions(
    parts: Sequence[Part], kept: Sequence[Part], account: Account, mentions: Sequence[Mention], ground: Ground
) -> Iterator[tuple[str, str]]:
    """Words that may be conditions and need not be: each with the sentence of the doubt."""
    for each in _values_unsaid(parts, kept, account, mentions, ground):
        if each.why_not:
            yield each.text, f"{each} ({each.why_not})"
    for text in account.suspected:
        yield text, f"'{text}' is a name of the model, and stands in a purpose: does it restrict nothing?"


def _values_unsaid(
    parts: Sequence[Part], kept: Sequence[Part], account: Account, mentions: Sequence[Mention], ground: Ground
) -> Iterator[Unsaid]:
    """Values that are named, and that neither a condition nor a metric's own name or definition says."""
    said = {str(value).lower() for part in (*parts, *kept) for value in _values(part)}
    defined = " ".join(_definition(part.says, ground.model) for part in parts)
    for mention in mentions:
        senses = _senses(mention)
        if not senses or not all(isinstance(sense, ValueSense) and not sense.weak for sense in senses):
            continue
        if is_inside(mention, account.purposes):
            continue
        meant = tuple(sorted({(s.dimension, str(s.value)) for s in senses if isinstance(s, ValueSense)}))
        around = [part for part in parts if _is_around(part, account.placed, mention)]
        if any(value.lower() in said or f"'{value}'" in defined for _, value in meant):
            continue
        named = {m.name for part in around for m in (_measure(part, ground.model),) if m and _is_of(mention.text, m)}
        if not any(_says_before(each, named, mention) for each in mentions):
            why_not = "or a word of the measure's name" if named else _why_not(mention, meant, around, parts, ground)
            yield Unsaid(mention.text, meant, why_not)


def _why_not(
    mention: Mention,
    meant: tuple[tuple[str, str], ...],
    around: Sequence[Part],
    parts: Sequence[Part],
    ground: Ground,
) -> str:
    """Why a word that names a value may be no condition: it is another word too, or ranks by something that has no such
    values (the most bad ratio)."""
    if around and any(isinstance(sense, WordSense) for sense in mention.senses):
        return "or another word"
    metrics = [part.says for part in parts if part.path.startswith("metrics[")]
    ranks = any(part.role == "order" for part in around) and bool(metrics)
    if ranks and not any(ground.reaches(name, metric) for name, _ in meant for metric in metrics):
        return "which the metric does not go with"
    return ""


def _measure(part: Part, model: Model) -> Metric | None:
    """What a part measures, or what is done in it."""
    name = part.content.metric if isinstance(part.content, MetricFilter | MeasuredColumn) else part.says
    return model.metrics.get(name) if part.role in ("metric", "behaviour") else None


def _is_of(word: str, metric: Metric) -> bool:
    """Whether a word is one of a metric's name."""
    whole = re.compile(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])")
    return any(whole.search(fold(each).text) for each in (metric.label.zh, metric.label.en))


def _says_before(named: Mention, metrics: set[str], mention: Mention) -> bool:
    """Whether a measure is named before a word of its name: that is the same, said again."""
    senses = (sense.name for sense in named.senses if isinstance(sense, MetricSense))
    return named.end <= mention.start and mention.text in named.text and not metrics.isdisjoint(senses)


def _other_metric(part: Part, mentions: Sequence[Mention], model: Model) -> Iterator[str]:
    """Where a measure is said by metrics' names, it is one of them, stands in for one, or is made of one.

    What counts things (orders, tickets, the customers themselves) may name the things that another metric is of.
    """
    named: dict[str, str] = {}
    for mention in mentions:
        senses = _senses(mention)
        if senses and all(isinstance(sense, MetricSense) for sense in senses):
            named |= {sense.name: mention.text for sense in senses if isinstance(sense, MetricSense)}
    if not named or part.says not in model.metrics:
        return
    metric = model.metrics[part.says]
    for name in named:
        if metric.name in _close(name, model) or name in metric.inputs or _is_thing_of(name, metric, model):
            return
    name, text = next(iter(named.items()))
    yield f"'{text}' names {name}, not {metric.name}"


def _is_thing_of(name: str, metric: Metric, model: Model) -> bool:
    counted = model.metrics[name]
    if any(entity.counted_by == name for entity in model.entities.values()):
        return True
    return counted.unit == "count" and bool(counted.datasets & metric.datasets)


def _senses(mention: Mention) -> list[Sense]:
    """What a stretch names, beside words of the language; nothing where it can say nothing, or asks."""
    return (
        []
        if mention.is_filler or mention.words("question")
        else [sense for sense in mention.senses if not isinstance(sense, WordSense)]
    )


def _definition(name: str, model: Model) -> str:
    """What a metric's own conditions say, as they are written."""
    leaves = model.leaves(name) if name in model.metrics else ()
    return " ".join(f"{leaf.definition.filter or ''} {leaf.definition.expression or ''}" for leaf in leaves)


def _is_around(part: Part, placed: Placed, mention: Mention) -> bool:
    """Whether a piece that made the part holds the stretch, or a part of it."""
    return any(start < mention.end and mention.start < end and part.is_made_by(named) for start, end, named in placed)


def numbers_unsaid(
    request: Request, parts: Sequence[Part], account: Account, mentions: Sequence[Mention], model: Model
) -> Iterator[str]:
    """Doubts about numbers that the request has nowhere: as such, as a fraction, or one off (more than 2 is 3 or more);
    nor the metric whose words it is among in its name."""
    known = set(_numbers(request.model_dump(mode="json")))
    for mention in mentions:
        senses = [sense for sense in mention.senses if not isinstance(sense, WordSense)]
        if len(senses) != 1 or not isinstance(senses[0], NumberSense) or senses[0].value == 1:
            continue
        value = senses[0].value
        near = (value, value / 100, value * 100, value - 1, value + 1)
        around = (_measure(part, model) for part in parts if _is_around(part, account.placed, mention))
        named = {float(n) for metric in around if metric for n in _FIGURES.findall(metric.label.en)}
        if not any(abs(each - other) < 1e-9 * max(1.0, abs(each)) for each in near for other in known | named):
            yield f"'{mention.text}' is a number that the request has nowhere. Keep it only if you are sure."


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _numbers(each)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def _close(name: str, model: Model) -> Iterator[str]:
    yield name
    if name in model.metrics:
        definition = model.metrics[name].definition
        yield from (*(instead.metric for instead in definition.instead), *definition.beside)


def _values(part: Part) -> tuple[Scalar, ...]:
    return part.content.values if isinstance(part.content, FieldFilter) else ()
