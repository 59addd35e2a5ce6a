"""What a reader must know to trust a result: each a stable code and a sentence in the question's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chat_service.outcomes import Chart
from chat_service.present.chart.wishes import unmet
from chat_service.present.conditions import applied_words
from chat_service.present.dates import bucket_words, period_words
from chat_service.present.finding import Finding
from chat_service.present.journey_sentences import partial_words
from chat_service.present.names import Names
from chat_service.present.table import SMALL_MARK
from semantic_layer import SMALL, Caution, CohortQuery, LikeForLike, Phrase

_INCOMPLETE = Phrase("{names}不完整：所取时间没有覆盖整段。", "{names} is incomplete: only partly covered.")
_INCOMPLETES = Phrase("{names}不完整：所取时间没有覆盖整段。", "{names} are incomplete: only partly covered.")
_LIKE_FOR_LIKE = Phrase(
    "本期尚未结束，两期都只取已过的天数，对比期为 {words}。",
    "The period is not over, so both sides are cut to the days elapsed: {words}.",
)
_TIED = Phrase(
    "最后一名之外还有数值相同的，按名称先后取舍。", "Others equal the last one shown; the tie was broken by name."
)
_TRUNCATED = Phrase("共 {total:,} 行，显示前 {shown:,} 行。", "{total:,} rows in all; the first {shown:,} are shown.")
_SMALL = Phrase(
    "标 {mark} 的组样本不到 {least} 个，数值容易波动。",
    "Groups marked {mark} have fewer than {least} behind them: take care.",
)
_BY_DEFAULT = Phrase("默认条件：{said}。", "By default: {said}.")
_BY_POLICY = Phrase("按你的权限只统计：{said}。", "You may see only: {said}.")


@dataclass(frozen=True)
class Note:
    """One caution about a result, of the layer's or of how the result is shown."""

    code: str
    message: str


def notes(finding: Finding, chart: Chart | None = None) -> tuple[Note, ...]:
    """Every caution that applies to the result, in the order they are read; `chart` is the form that was asked for."""
    wish = unmet(finding, chart)
    return (
        *_incomplete(finding),
        *_like_for_like(finding),
        *_tied(finding),
        *_truncated(finding),
        *_small(finding),
        *_filters(finding),
        *caution_notes(finding.table.cautions, finding.names),
        *((Note("chart_not_drawn_so", wish),) if wish else ()),
    )


def _incomplete(finding: Finding) -> Iterator[Note]:
    if isinstance(finding.request, CohortQuery):
        partial = partial_words(finding)
        if partial:
            yield Note("incomplete_period", partial)
        return
    time = finding.time
    cut = set(finding.table.incomplete)
    if time is None or time.grain is None or not cut:
        return
    shown = set(finding.values(time))
    names = [bucket_words(time.grain, first, finding.language) for first in finding.table.incomplete if first in shown]
    if names:
        form = _INCOMPLETE if len(names) == 1 else _INCOMPLETES
        yield Note("incomplete_period", finding.say(form, names=finding.names.listed(names)))


def _like_for_like(finding: Finding) -> Iterator[Note]:
    if any(isinstance(each, LikeForLike) for each in finding.table.cautions):
        words = period_words(finding.table.previous_period, finding.today, finding.language)
        yield Note("like_for_like", finding.say(_LIKE_FOR_LIKE, words=words))


def caution_notes(cautions: tuple[Caution, ...], names: Names) -> tuple[Note, ...]:
    """What the layer has to say of a result; but for sides that are cut, which are told with their days in words."""
    said = (each for each in cautions if not isinstance(each, LikeForLike))
    return tuple(Note(each.code, each.sentence(names.language, names.known)) for each in said)


def _tied(finding: Finding) -> Iterator[Note]:
    if finding.table.tied_at_limit:
        yield Note("tied_at_limit", finding.say(_TIED))


def _truncated(finding: Finding) -> Iterator[Note]:
    table = finding.table
    if not finding.is_list and table.truncated and table.total_rows > len(table.rows):
        yield Note("truncated", finding.say(_TRUNCATED, total=table.total_rows, shown=len(table.rows)))


def _small(finding: Finding) -> Iterator[Note]:
    """That rates of few are marked, where there are any."""
    if any(finding.is_small(row, column) for column in finding.metrics for row in range(len(finding.table.rows))):
        yield Note("small_groups_shown", finding.say(_SMALL, mark=SMALL_MARK, least=SMALL))


def _filters(finding: Finding) -> Iterator[Note]:
    for origin, code, form in (("default", "default_filter", _BY_DEFAULT), ("policy", "policy_filter", _BY_POLICY)):
        said = [applied_words(each, finding.names) for each in finding.filters if each.origin == origin]
        if said:
            yield Note(code, finding.say(form, said=finding.names.listed(said)))
