"""How the numbers of a request are shown: as shares, added up along time, by which unit of time."""

from __future__ import annotations

from dataclasses import replace

from chat_service.translate.grammar.categories import Measure
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.matching import is_any
from chat_service.translate.requests.assembly import Assembly, said
from chat_service.translate.requests.grouping import Grouping
from chat_service.translate.requests.picks import Picks
from chat_service.translate.requests.timing import Timing
from chat_service.translate.senses import MetricSense, WordSense
from chat_service.translate.stops import Denial, StopError
from chat_service.translate.words.vocabulary import phrase_keys
from semantic_layer import GRAINS, Grain, Period, buckets, unit

MOTION = frozenset({"move", "moved", "moving"})


def shares_of(
    frame: Frame, assembly: Assembly, metrics: list[str], grouping: Grouping, members: Picks
) -> tuple[str, ...]:
    """The metrics whose shares are asked for. Raises StopError where there is nothing to take a share of."""
    if not frame.has("share.share"):
        return ()
    structure = assembly.scope.structure
    additive = tuple(metric for metric in metrics if not structure.is_ratio(metric))
    groups = [name for name in (*grouping.names, *members.groups) if name in assembly.scope.model.dimensions]
    for mention in frame.said("share.share"):
        assembly.use(mention, "share", "share")
    if are_shares(metrics, assembly) or _is_change_in_percent(frame, groups):
        return ()
    if groups and _is_of_all_entities(frame, metrics, assembly):
        raise StopError(Denial("not_supported", f"{frame.said('share.share')[0].text} {frame.entities[0].text}"))
    if not additive:
        raise StopError(Denial("share_of_ratio", assembly.metric_label(metrics[0])))
    if not groups and not grouping.grains:
        whole = _over_whole(frame, metrics, assembly)
        if len(whole) == 1:
            metrics[:] = whole
            return ()
        raise StopError(Denial("share_of_nothing", frame.said("share.share")[0].text))
    return additive


def _is_of_all_entities(frame: Frame, metrics: list[str], assembly: Assembly) -> bool:
    """'What percentage of customers used the app': of all customers, not of those who used anything."""
    counted = {entity.counted_by for entity in assembly.scope.model.entities.values()}
    by_verb = any(part.behaviours() for measure in frame.measures for part in measure.parts)
    people = assembly.scope.structure.people_metrics
    return bool(frame.entities) and by_verb and any(name in people and name not in counted for name in metrics)


def _over_whole(frame: Frame, metrics: list[str], assembly: Assembly) -> tuple[str, ...]:
    """The metrics in percent that put a part over the whole which the question names.

    投诉 of 工单, 新客 in 销售额; a part alone (新客占比) where only one metric has it.
    """
    structure = assembly.scope.structure
    wholes = [name for subject in frame.subjects for name in subject.metrics if name not in metrics]
    names = (*metrics, *wholes)
    if len(names) == 1:
        return structure.shares_of(names[0])
    direct = tuple(dict.fromkeys(ratio for name in names for ratio in structure.shares_of(name, names)))
    return direct or tuple(
        dict.fromkeys(ratio for whole in names for people in names for ratio in _of_people(whole, people, assembly))
    )


def _of_people(whole: str, people: str, assembly: Assembly) -> tuple[str, ...]:
    """The metrics in percent that are the share of people in a whole."""
    structure = assembly.scope.structure
    if people == whole or not structure.one_each(people):
        return ()
    return tuple(r for part in _part_of(whole, people, assembly) for r in structure.shares_of(part, (whole,)))


def _part_of(whole: str, people: str, assembly: Assembly) -> tuple[str, ...]:
    """What people make up of a whole: by the rows that both count, else a metric called after both (新客 + 销售额)."""
    structure, lexicon, model = assembly.scope.structure, assembly.scope.lexicon, assembly.scope.model
    part = structure.rows_of(whole, people)
    if part is not None:
        return (part,)
    words = model.metrics[people].definition.synonyms.zh
    senses = (s for word in words for s in lexicon.senses(phrase_keys(word + model.metrics[whole].label.zh)))
    return tuple(dict.fromkeys(sense.name for sense in senses if isinstance(sense, MetricSense)))


def parts_named(frame: Frame, assembly: Assembly) -> Frame:
    """新客和老客分别贡献了多少销售额, 新客和老客销售额: of several people named, each one's part of what is measured.

    Raises StopError where the model has no metric of such a part.
    """
    ordered = sorted(frame.measures, key=lambda measure: measure.start)
    named = [m for m in ordered if _are_people(m, assembly)]
    rest = [m for m in ordered if m not in named]
    if not named or any(other.start < named[-1].start for other in rest):
        return frame
    joined = sorted((m for m in frame.populations if m.start > named[-1].start), key=lambda measure: measure.start)
    if joined and _linked(named[-1], joined[0], frame):
        named = [*named, *joined]
        frame = replace(frame, populations=tuple(m for m in frame.populations if m not in joined))
    if len(rest) != 1 or len(rest[0].metrics) != 1:
        return frame
    people, whole = [assembly.metric(m) for m in named], rest[0].metrics[0]
    if _linked(named[-1], rest[0], frame):
        last = _last_of(rest[0], assembly)
        if last is None:
            return frame
        people, whole = [*people, last[0]], last[1]
    elif len(named) < 2:
        return frame
    found = [_part_of(whole, one, assembly) if whole else assembly.scope.structure.shares_of(one) for one in people]
    if any(len(each) != 1 for each in found):
        raise StopError(Denial("not_supported", said(named[0])))
    assembly.use(rest[0], "metric", whole or "share")
    made = [replace(m, metrics=part) for m, part in zip((*named, rest[0]), found, strict=False)]
    return replace(frame, measures=tuple(made))


def _are_people(measure: Measure, assembly: Assembly) -> bool:
    """新客, 老客户: people by their name, not by their number."""
    text = measure.parts[-1].text
    counts = len(measure.metrics) == 1 and assembly.scope.structure.one_each(measure.metrics[0])
    return counts and not text.isascii() and not text.endswith(("数", "量"))


def _linked(one: Measure, other: Measure, frame: Frame) -> bool:
    between = [i for i in frame.items if i.start >= one.end and i.end <= other.start]
    return bool(between) and all(is_any(item, "connective", "comparison.versus") for item in between)


def _last_of(measure: Measure, assembly: Assembly) -> tuple[str, str] | None:
    """老客销售额 as people and what is measured of them; 老客占比 as people, whose share is asked for."""
    text = measure.parts[-1].text
    for at in range(1, len(text)):
        whose = [s.name for s in assembly.scope.lexicon.senses(phrase_keys(text[:at])) if isinstance(s, MetricSense)]
        rest = assembly.scope.lexicon.senses(phrase_keys(text[at:]))
        what = [s.name for s in rest if isinstance(s, MetricSense)]
        share = any(isinstance(s, WordSense) and s.role == "share" for s in rest)
        if len(whose) == 1 and assembly.scope.structure.one_each(whose[0]) and (len(what) == 1 or share):
            return whose[0], "" if share else what[0]
    return None


def without_parts(frame: Frame, metrics: list[str], assembly: Assembly) -> Frame:
    """The frame with a share of named people as the metric that is it: revenue that came from new customers.

    `metrics` are changed to that metric, and the people filter nothing any more.
    """
    grouped = frame.groups or frame.values or len(metrics) != 1 or len(frame.populations) != 1
    if grouped or not frame.has("share.share"):
        return frame
    people = frame.populations[0]
    found = tuple(r for name in people.metrics for r in _of_people(metrics[0], name, assembly))
    if len(found) != 1:
        return frame
    metrics[:] = found
    assembly.use(people, "behaviour", people.metrics[0])
    return replace(frame, populations=())


def are_shares(metrics: list[str], assembly: Assembly) -> bool:
    """Whether what is asked for is a share by itself, so that the word adds nothing."""
    return all(assembly.scope.model.metrics[metric].unit == "percent" for metric in metrics)


def _is_change_in_percent(frame: Frame, groups: list[str]) -> bool:
    """同比增长百分之几: a change in percent, not a share."""
    words = frame.said("share.share")
    changes = [m for flag in ("change.up", "change.down", "change.change") for m in frame.said(flag) if not m.is_filler]
    beside = any(0 <= max(w.start - c.end, c.start - w.end) <= 2 for w in words for c in changes)
    return beside or (bool(frame.against) and not groups)


def cumulative_of(
    frame: Frame, assembly: Assembly, metrics: list[str], group_by: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A running total runs along time; without a grain in Chinese 累计 is just the total so far."""
    said_so = frame.said("cumulative.running")
    if not said_so:
        return (), group_by
    grains = [name for name in group_by if name in GRAINS]
    along_time = bool(grains) or frame.has("trend.trend") or any(mention.text.isascii() for mention in said_so)
    for mention in said_so:
        assembly.use(mention, "cumulative", "cumulative" if along_time else "total")
    if not along_time:
        assembly.assume("total_so_far")
        return (), group_by
    ratios = [metric for metric in metrics if assembly.scope.structure.is_ratio(metric)]
    if ratios:
        raise StopError(Denial("cumulative_ratio", assembly.metric_label(ratios[0])))
    return tuple(metrics), group_by if grains else (*group_by, "month")


def trend_of(frame: Frame, assembly: Assembly, group_by: tuple[str, ...]) -> tuple[str, ...]:
    """The groups, with a unit of time where a trend is asked for."""
    grains = [name for name in group_by if name in GRAINS]
    own = next((name for name in group_by if name in assembly.scope.model.grains), None)
    grain = trend_grain(frame)
    if own is not None:
        for mention in frame.said("trend.trend"):
            assembly.use(mention, "grain", own)
    if grains or own is not None or grain is None:
        return group_by
    for mention in frame.said("trend.trend"):
        assembly.use(mention, "grain", grain)
    return (*group_by, grain)


def trend_grain(frame: Frame) -> Grain | None:
    """The unit of time of a trend that names none; a verb of motion beside a rank ('moved the most') is no trend."""
    strong = [mention for mention in frame.said("trend.trend") if not mention.is_filler]
    if any(rank.count is not None for rank in frame.ranks):
        strong = [mention for mention in strong if mention.text not in MOTION]
    if not strong or frame.against:
        return None
    for when in frame.whens:
        if when.date.period is not None and (days := when.date.period.days) is not None and days <= 31:
            return "day"
    return "month"


def trend_period(timing: Timing, group_by: tuple[str, ...], metrics: list[str], assembly: Assembly) -> Timing:
    """Along time without a period: the last 12 calendar months, the current one included."""
    del metrics
    if timing.period is not None or not any(name in GRAINS for name in group_by) or timing.open_ended:
        return timing
    month = unit("month", assembly.scope.today)
    first = unit("month", assembly.scope.today, -11)
    period = Period(first.start, month.end)
    assembly.assume("last_12_months", str(period.cut_after(assembly.scope.today)))
    return Timing(period, timing.compare, timing.grain)


def grain_in_name(frame: Frame, grains: tuple[Grain, ...], timing: Timing) -> Grain | None:
    """日活, monthly active users: the metric's own name says by which unit a longer period is shown."""
    said_units = [
        m.words("grain_in_name")[0] for measure in frame.measures for m in measure.parts if m.words("grain_in_name")
    ]
    if grains or len(said_units) != 1 or timing.compare is not None:
        return None
    named = next(grain for grain in GRAINS if grain == said_units[0])
    period = timing.period
    longer = (
        period is not None and period.start is not None and period.end is not None and len(buckets(named, period)) > 1
    )
    return named if longer or frame.has("trend.trend") else None
