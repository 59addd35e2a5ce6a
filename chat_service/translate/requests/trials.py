"""What a trial did: the effect of campaigns, of which kind, on whom, when, and whether it can be chance.

优惠券活动的增量效果怎么样, did the birthday campaign work: words that name the trial of the model, or a word of
experiments beside something that the trial is told by. Every other word must choose or group its rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Measure, Rank
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.conditions import listed_filter
from chat_service.translate.requests.slots import Slots, set_free
from chat_service.translate.requests.timing import only_period
from chat_service.translate.senses import DimensionSense, Names, When
from chat_service.translate.stops import Doubt, Option, StopError
from chat_service.translate.words.vocabulary import phrase_keys
from semantic_layer import Filter, LiftQuery, Period, TrialDefinition, unit

_SHOWN = frozenset({"ask", "entity", "connective", "follow", "grouping", "comparison", "chart", "trial", "comparative"})
_CONTRASTS = ("trial.arm", "trial.before")
_BEFORE_OCCASION = 14
_WORST = ("worst", "low")
_WORDS = ("trial.effect", "trial.significant", *_CONTRASTS, "trial.seen", "trial.unseen", "statistic.relation")


@dataclass(eq=False)
class _Of:
    """What a trial is looked at for."""

    period: Period | None = None
    filters: list[Filter] = field(default_factory=list)
    by: str | None = None


def read_lift(slots: Slots, assembly: Assembly) -> LiftQuery | None:
    """The request of a question about what a trial did, or None if it asks for none. Raises StopError."""
    trial = _asked_trial(slots, assembly)
    if trial is None or slots.bounds or slots.frame.said("intent.why", "intent.define"):
        return None
    rank = slots.ranks[0][1] if slots.ranks else None
    if rank is not None and not _asks_the_best(slots, rank):
        return None
    contrast = contrast_of(slots)
    counted = slots.frame.asks("how_many", "people", "count", "list", "who") or slots.has("entity.people")
    if (
        contrast == "seen"
        and counted
        and not slots.measures
        and not slots.has("comparison", "change", "trial.effect", "trial.significant")
    ):
        return None  # 没打开的客户有多少: how many they are, and not how they fared
    unseen = "".join(slots.frame.folded(each) for each in slots.frame.said("trial.unseen"))
    for item, clauses in slots.clauses:
        alike = slots.frame.folded(item.leaves()[0]) in unseen
        if alike and len(clauses.clauses) == 1 and clauses.clauses[0].is_plain:
            set_free(item, clauses.clauses[0], slots)  # 打开积分加倍活动的人和没打开的人: one of the two sides
            assembly.use(item, "behaviour", trial.name)
    chooser = assembly.chooser(_counted(trial, assembly))
    of = _Of()
    for item, when in slots.whens:
        of.period = only_period(item, _of_occasion(item, when, assembly), of.period, assembly)
    _add_values(slots, of, chooser, assembly)
    for item, listed in slots.listed:
        of.filters.extend(listed_filter(item, listed, assembly))
    _add_groups(slots, of, chooser, assembly)
    ranked, numbered = {}, next((each.number for _, each in slots.groups if each.number), None)
    for item, each in slots.ranks if of.by is not None else ():
        assembly.use(item, "order", "difference")
        ranked = {"worst_first": each.direction in _WORST, "limit": each.count if each.stated else numbered}
    _refuse_rest(slots, trial, assembly)
    name = trial.name if len(assembly.model.trials) > 1 else ""
    return LiftQuery(trial=name, period=of.period, filters=tuple(of.filters), by=of.by, contrast=contrast, **ranked)


def _of_occasion(item: Edge, when: When, assembly: Assembly) -> When:
    """Did the 618 campaign work: what was sent on that day, before it, or in its month? Raises StopError till known."""
    day = when.date.period
    if day is None or day.start is None or not any(rule.startswith("holiday") for rule in when.date.rules):
        return when
    around = unit("month", day.start).cut_after(assembly.scope.today)
    times = (day, Period(day.start - timedelta(days=_BEFORE_OCCASION), day.end), around)
    chosen = next((each for each in times if str(each) == assembly.fixed.get(item.start)), None)
    if chosen is None:
        options = tuple(Option(str(each), "period", str(each)) for each in times)
        raise StopError(Doubt("ambiguous_date", assembly.said(item), options, item.start, item.end))
    return replace(when, date=replace(when.date, period=chosen))


def _asks_the_best(slots: Slots, rank: Rank) -> bool:
    """哪个活动效果最好, the three that did worst: the groups that are asked for by their effect, and by no measure."""
    plain = rank.count is not None and not rank.by_change and rank.percent is None
    return len(slots.ranks) == 1 and plain and not slots.measures


def _asked_trial(slots: Slots, assembly: Assembly) -> TrialDefinition | None:
    """The trial that is named, or that a word of experiments speaks of beside one of its own things."""
    trials = assembly.model.trials
    for item in slots.frame.said("trial"):
        if isinstance(item.meaning, Names):
            return trials[item.meaning.names[0]]
    if not (slots.frame.said(*_WORDS) or _ranks_them(slots)):
        return None
    return next((each for each in trials.values() if _is_about(each, slots, assembly)), None)


def _ranks_them(slots: Slots) -> bool:
    """Which campaign did worst: the best or the worst of the trials, and nothing says by what measure."""
    named = slots.measures or slots.clauses or slots.columns
    return bool(slots.groups) and not named and [each.direction for _, each in slots.ranks] in (["best"], ["worst"])


def _is_about(trial: TrialDefinition, slots: Slots, assembly: Assembly) -> bool:
    """Whether a question names a value or a dimension of the trial itself, not of its people, or its effect."""
    named = [name for _, values in slots.values for name in values.candidates]
    named += [name for _, group in slots.groups for name in group.dimensions]
    own = [name for name in named if not assembly.structure.entity_dimension(name)]
    reached = {trial.dataset, *assembly.model.paths.get(trial.dataset, {})}
    dimensions = assembly.model.dimensions
    if any(name in dimensions and dimensions[name].home.dataset in reached for name in own):
        return True
    speaks_of = any(set(names) & set(trial.effects) for _, names in slots.measures)
    return speaks_of or bool(slots.frame.said(*_CONTRASTS))


def _counted(trial: TrialDefinition, assembly: Assembly) -> tuple[str, ...]:
    """A metric over the trial's rows, by which dimensions are chosen."""
    metrics = assembly.model.metrics
    return tuple(name for name, each in metrics.items() if each.definition.dataset == trial.dataset)[:1]


def contrast_of(slots: Slots) -> Literal["control", "seen", "before"]:
    """What is set against what, as the words say."""
    if slots.frame.said("trial.before"):
        return "before"
    return "seen" if slots.frame.said("trial.seen", "trial.unseen") else "control"


def _add_values(slots: Slots, of: _Of, chooser: Chooser, assembly: Assembly) -> None:
    for item, values in slots.values:
        if values.only or values.both:
            raise assembly.deny(item)
        one = assembly.condition(item, values, chooser)
        of.filters.append(one)
        if len(one.values) > 1 and not values.negated and of.by is None:
            of.by = one.field


def _add_groups(slots: Slots, of: _Of, chooser: Chooser, assembly: Assembly) -> None:
    """By type, each campaign; a bare 活动 only says what the effect is of, unless some of them are ranked."""
    for item, group in slots.groups:
        own = [name for name in group.dimensions if _is_thing(name, assembly)]
        if not (group.marked or group.which or slots.ranks) and own:
            assembly.use(item, "entity", own[0])
            continue
        if group.grain is not None or of.by is not None:
            raise assembly.deny(item)
        of.by = assembly.dimension(item, group.dimensions, chooser)
        assembly.use(item, "grouping", of.by)
    for item in slots.frame.said("kind_of"):
        names = kinds_named(item, slots, assembly)
        if names and of.by is None:
            of.by = assembly.dimension(item, names, chooser)
            assembly.use(item, "grouping", of.by)


def kinds_named(item: Edge, slots: Slots, assembly: Assembly) -> tuple[str, ...]:
    """By type: the dimensions that the noun names."""
    senses = assembly.scope.lexicon.senses(phrase_keys(slots.frame.folded(item).split(" ")[-1]))
    return tuple(each.name for each in senses if isinstance(each, DimensionSense))


def _is_thing(name: str, assembly: Assembly) -> bool:
    """Whether a dimension only names the things themselves: it has a value for each, not one of a closed set."""
    known = assembly.model.dimensions.get(name)
    return known is not None and not known.home.definition.values and not assembly.structure.entity_dimension(name)


def _refuse_rest(slots: Slots, trial: TrialDefinition, assembly: Assembly) -> None:
    """Every word has its place, or the question asks for more than this."""
    # before and after is what a change is from and to
    shown = _SHOWN | {"change"} if slots.frame.said("trial.before") else _SHOWN
    for item in assembly.unused:
        if set(item.keys) & shown or item.category in (*_WORDS, "intent.list"):
            continue
        if isinstance(item.meaning, Measure) and _is_effect(item.meaning, trial, assembly):
            assembly.use(item, "metric", trial.name)
            continue
        raise assembly.deny(item)


def _is_effect(measure: Measure, trial: TrialDefinition, assembly: Assembly) -> bool:
    counted = {entity.counted_by for entity in assembly.model.entities.values()}
    return bool(set(measure.metrics) & {*trial.effects, *counted}) and not measure.statistic
