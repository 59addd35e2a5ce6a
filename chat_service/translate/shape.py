"""How the numbers of a request are shown: as shares, added up along time, by which unit of time."""

from __future__ import annotations

from chat_service.translate.assembly import Assembly
from chat_service.translate.frame import Frame
from chat_service.translate.groups import Grouping
from chat_service.translate.picks import Picks
from chat_service.translate.stops import Denial, StopError
from chat_service.translate.timing import Timing
from semantic_layer.periods import GRAINS, Grain, Period, buckets, unit

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
    if not additive:
        raise StopError(Denial("share_of_ratio", assembly.metric_label(metrics[0])))
    if not groups and not grouping.grains:
        whole = [name for metric in metrics for name in structure.shares_of(metric)]
        if len(whole) == 1:
            metrics[:] = whole
            return ()
        raise StopError(Denial("share_of_nothing", frame.said("share.share")[0].text))
    return additive


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
    grain = trend_grain(frame)
    if grains or grain is None:
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
