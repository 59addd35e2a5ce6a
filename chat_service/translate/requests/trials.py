"""What a trial did: the effect of campaigns, of which kind, on whom, when, and whether it can be chance.

优惠券活动的增量效果怎么样, did the birthday campaign work: words that name the trial of the model, or a word of
experiments beside something that the trial is told by. Every other word must choose or group its rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Measure
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.timing import only_period
from chat_service.translate.senses import When
from chat_service.translate.stops import Doubt, Option, StopError
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
    if rank is not None:
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
    chooser = assembly.chooser(())
    of = _Of()
    for item, when in slots.whens:
        of.period = only_period(item, _of_occasion(item, when, assembly), of.period, assembly)
    _add_values(slots, of, chooser, assembly)
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


def _asked_trial(slots: Slots, assembly: Assembly) -> TrialDefinition | None:
    """The trial that is named, or that a word of experiments speaks of beside one of its own things."""
    trials = assembly.model.trials
    if not slots.frame.said(*_WORDS):
        return None
    return next((each for each in trials.values() if _is_about(each, slots, assembly)), None)


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
