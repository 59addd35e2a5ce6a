"""What the service itself knows a word to mean, held against the part that a model says it made.

A model may read more than the rules; it may not read a name of the model as another name. So a value that is named is
in the request, a time that is named is the time of something, and a metric's own name for another metric is in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chat_service.language.dates.mention import DateMention
from chat_service.language.folding import fold
from chat_service.translate.agent.accounting import Account, is_inside, up_to_content
from chat_service.translate.agent.ground import Ground
from chat_service.translate.agent.parts import Part
from chat_service.translate.senses import (
    BehaviourSense,
    Mention,
    MetricSense,
    NumberSense,
    Sense,
    ValueSense,
    WordSense,
)
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
    yield from (str(each) for each in _values_unsaid(parts, kept, account, mentions, ground) if not each.why_not)
    for mention in mentions:
        senses = _senses(mention)
        if senses and all(isinstance(sense, DateMention) and sense.kind in _TIMES for sense in senses):
            around = [part for part in parts if _is_around(part, account.placed, mention)]
            if not any(part.role in _TIMED for part in around):
                yield f"'{mention.text}' is a time, and no part of the request that has one is made by it"
    yield from (says for _, says in _misnamed(parts, account, mentions, ground.model, numbered=True))


def suspicions(
    parts: Sequence[Part], kept: Sequence[Part], account: Account, mentions: Sequence[Mention], ground: Ground
) -> Iterator[tuple[str, str]]:
    """Words that may be conditions and need not be: each with the sentence of the doubt."""
    for each in _values_unsaid(parts, kept, account, mentions, ground):
        if each.why_not:
            yield each.text, f"{each} ({each.why_not})"
    yield from _misnamed(parts, account, mentions, ground.model, numbered=False)
    for text in account.suspected:
        yield text, f"'{text}' means something, and stands in a purpose, where it restricts nothing"


def _misnamed(
    parts: Sequence[Part], account: Account, mentions: Sequence[Mention], model: Model, *, numbered: bool
) -> Iterator[tuple[str, str]]:
    """Other metrics' names for metrics; `numbered` those that hold a number (the top 35 %), which nothing overrules."""
    for part in (each for each in parts if each.path.startswith("metrics[")):
        around = [each for each in mentions if _is_around(part, account.placed, each)]
        for name, text in _other_metric(part, around, model):
            if numbered == bool(_FIGURES.search(name)):
                yield text, f"'{text}' names {name}, not {part.says}"


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
        meant = tuple(sorted(_meant(mention)))
        around = [part for part in parts if _is_around(part, account.placed, mention)]
        if any(value.lower() in said or f"'{value}'" in defined for _, value in meant):
            continue
        if _is_said_by_others(mention, parts, mentions, ground.model):
            continue
        if _are_grouped(mention, around, account.placed, mentions, ground.model):
            continue
        if any(part.role == "grain" and any(word.meaning == part.says for word in _words(mention)) for part in around):
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
    """Why a word that names a value may be no condition: it is another word too, or nothing measured has such values
    (the most bad ratio)."""
    if around and any(isinstance(sense, WordSense) for sense in mention.senses):
        return "or another word"
    metrics = [part.says for part in parts if part.role == "metric" and part.says in ground.model.metrics]
    if metrics and not any(ground.reaches(name, metric) for name, _ in meant for metric in metrics):
        return "which the metric does not go with"
    return ""


def _is_said_by_others(mention: Mention, parts: Sequence[Part], mentions: Sequence[Mention], model: Model) -> bool:
    """Whether a value is denied, and a condition on its dimension has others instead: those that are named, or all that
    are not denied."""
    meant = _meant(mention) if _is_denied(mention, mentions) else ()
    for each in (part.content for part in parts if isinstance(part.content, FieldFilter)):
        if each.op not in ("=", "in") or each.field not in model.dimensions or each.field not in dict(meant):
            continue
        said: dict[bool, set[str]] = {True: set(), False: set()}
        for other in mentions:
            said[_is_denied(other, mentions)] |= {value for name, value in _meant(other) if name == each.field}
        kept = {str(value).lower() for value in each.values}
        if kept <= said[False] or kept == set(model.dimensions[each.field].home.definition.values) - said[True]:
            return True
    return False


def _is_denied(mention: Mention, mentions: Sequence[Mention]) -> bool:
    """Whether a word that denies stands before a value, with nothing named between them but what is joined to it."""
    dimensions, is_joined = {name for name, _ in _meant(mention)}, False
    for each in reversed([each for each in mentions if each.end <= mention.start]):
        joins = each.words("connective")
        if not each.text[0].isalnum():
            return False
        if joins and each.words("negation") in ((), ("nor",)) and not each.words("exclusion"):
            is_joined = True
        elif each.words("negation") or each.words("exclusion"):
            return not joins or bool(each.words("negation"))
        elif _senses(each) and not (is_joined and dimensions & {name for name, _ in _meant(each)}):
            return False
    return False


def _are_grouped(
    mention: Mention, around: Sequence[Part], placed: Placed, mentions: Sequence[Mention], model: Model
) -> bool:
    """Whether the words that a grouping is made by say all the values that it has, a word that is not known being one:
    by high, mid and low value."""
    for part in (each for each in around if each.role == "grouping" and each.says in dict(_meant(mention))):
        beside = [each for each in mentions if _is_around(part, placed, each)]
        named = [each for each in beside if each.words("level") or part.says in dict(_meant(each))]
        said = len(named) + sum(not each.senses for each in beside)
        if len(named) > 1 and said >= len(model.dimensions[part.says].home.definition.values):
            return True
    return False


def _meant(mention: Mention) -> set[tuple[str, str]]:
    """The values that a stretch can be, each with its dimension."""
    return {(sense.dimension, str(sense.value)) for sense in mention.senses if isinstance(sense, ValueSense)}


def _measure(part: Part, model: Model) -> Metric | None:
    """What a part measures, or what is done in it."""
    name = part.content.metric if isinstance(part.content, MetricFilter | MeasuredColumn) else part.says
    return model.metrics.get(name) if part.role in ("metric", "behaviour") else None


def _is_of(word: str, metric: Metric) -> bool:
    """Whether a word is one of a metric's name."""
    return any(_whole(word).search(fold(each).text) for each in (metric.label.zh, metric.label.en))


def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])")


def _words(mention: Mention) -> list[WordSense]:
    return [sense for sense in mention.senses if isinstance(sense, WordSense)]


def _goes_further(word: str, around: Sequence[Mention], metric: Metric) -> bool:
    """Whether a metric's name is another's with words before or behind it (predicted CLV), and all of them are said."""
    for name in (fold(metric.label.zh).text, fold(metric.label.en).text):
        rest = _whole(word).sub(" ", name, count=1).split()
        said = " ".join(each.text for each in around)
        if rest and _whole(word).search(name) and all(_whole(each).search(said) for each in rest):
            return True
    return False


def _says_before(named: Mention, metrics: set[str], mention: Mention) -> bool:
    """Whether a measure is named before a word of its name: that is the same, said again."""
    senses = (sense.name for sense in named.senses if isinstance(sense, MetricSense))
    return named.end <= mention.start and mention.text in named.text and not metrics.isdisjoint(senses)


def _other_metric(part: Part, mentions: Sequence[Mention], model: Model) -> Iterator[tuple[str, str]]:
    """Where a measure is said by metrics' names, it is one of them, stands in for one, or is made of one.

    What counts things (orders, tickets, the customers themselves) may name the things that another metric is of.
    """
    named = [
        (sense.name, mention.text)
        for mention in mentions
        for sense in _senses(mention)
        if isinstance(sense, MetricSense) and all(isinstance(each, MetricSense) for each in _senses(mention))
    ]
    if not named or part.says not in model.metrics:
        return
    metric, is_share = model.metrics[part.says], any(each.words("share") for each in mentions)
    deeds = [each for each in mentions if any(isinstance(sense, BehaviourSense) for sense in each.senses)]
    numbered = [each for each in named if _FIGURES.search(each[0])]
    for name, text in named:
        if metric.name in _close(name, model) or name in metric.inputs or _is_thing_of(name, metric, model):
            return
        # the share of what it names; or whom it names, counted alike, by what they did one after another
        is_part = is_share and model.metrics[name].unit != metric.unit and _is_of(text, metric)
        if not numbered and (is_part or (len(deeds) > 1 and _counted(name, model) & _counted(metric.name, model))):
            return
    name, text = (numbered or named)[0]
    if not _goes_further(text, mentions, metric):
        yield name, text


def _counted(name: str, model: Model) -> set[str]:
    """How a metric counts entities by their keys, over whatever rows."""
    is_count, keys = model.metrics[name].unit == "count", [entity.key for entity in model.entities.values()]
    said = {leaf.definition.expression or "" for leaf in model.leaves(name) if is_count}
    return {each for each in said if any(key in each for key in keys)}


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
) -> Iterator[tuple[bool, str]]:
    """Doubts about numbers that the request has nowhere: as such, as a fraction, or one off (more than 2 is 3 or more);
    nor as the count of its part's values, or in a name of its metric. With each whether the metric's name has another
    one: then it is no doubt."""
    known = set(_numbers(request.model_dump(mode="json")))
    for mention in mentions:
        senses = [sense for sense in mention.senses if not isinstance(sense, WordSense)]
        if len(senses) != 1 or not isinstance(senses[0], NumberSense) or senses[0].value == 1:
            continue
        value = senses[0].value
        near = (value, value / 100, value * 100, value - 1, value + 1)
        around = [part for part in parts if _is_around(part, account.placed, mention)]
        metrics = [metric for part in around for metric in (_measure(part, model),) if metric]
        if value == int(value) and any(len(_values(part)) == value for part in around):
            continue
        if any(_names_number(mention, mentions, metric) for metric in metrics):
            continue
        named = {float(n) for metric in metrics for n in _FIGURES.findall(metric.label.en)}
        if not any(abs(each - other) < 1e-9 * max(1.0, abs(each)) for each in near for other in known | named):
            yield bool(named), f"'{mention.text}' is a number that the request has nowhere."


def _names_number(number: Mention, mentions: Sequence[Mention], metric: Metric) -> bool:
    """Whether a number and what it counts stand in a name of the metric (between two orders)."""
    counted = "".join(each.text for each in up_to_content([each for each in mentions if each.start >= number.end]))
    synonyms = metric.definition.synonyms
    names = (fold(each).text.replace(" ", "") for each in (*synonyms.zh, *synonyms.en))
    return bool(counted) and any(number.text + counted in name for name in names)


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
