"""What a reader must know to trust a result: each a stable code and a sentence in the question's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chat_service.present.conditions import applied_words
from chat_service.present.dates import bucket_name, period_words
from chat_service.present.finding import Finding
from chat_service.present.journey_sentences import partial_words
from chat_service.present.names import Names
from semantic_layer import Caution, CohortQuery, LikeForLike


@dataclass(frozen=True)
class Note:
    """One caution about a result, of the layer's or of how the result is shown."""

    code: str
    message: str


def notes(finding: Finding) -> tuple[Note, ...]:
    """Every caution that applies to the result, in the order they are read."""
    return (
        *_incomplete(finding),
        *_like_for_like(finding),
        *_tied(finding),
        *_truncated(finding),
        *_filters(finding),
        *caution_notes(finding.table.cautions, finding.names),
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
    names = [bucket_name(time.grain, first, finding.language) for first in finding.table.incomplete if first in shown]
    if not names:
        return
    if finding.is_zh:
        message = f"{'、'.join(names)}不完整：所取时间没有覆盖整段。"
    else:
        message = f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} incomplete: only partly covered."
    yield Note("incomplete_period", message)


def _like_for_like(finding: Finding) -> Iterator[Note]:
    if not any(isinstance(each, LikeForLike) for each in finding.table.cautions):
        return
    previous = finding.table.previous_period
    words = period_words(previous, finding.today, finding.language)
    if finding.is_zh:
        yield Note("like_for_like", f"本期尚未结束，两期都只取已过的天数，对比期为 {words}。")
    else:
        yield Note("like_for_like", f"The period is not over, so both sides are cut to the days elapsed: {words}.")


def caution_notes(cautions: tuple[Caution, ...], names: Names) -> tuple[Note, ...]:
    """What the layer has to say of a result; but for sides that are cut, which are told with their days in words."""
    said = (each for each in cautions if not isinstance(each, LikeForLike))
    return tuple(Note(each.code, each.sentence(names.language, names.known)) for each in said)


def _tied(finding: Finding) -> Iterator[Note]:
    if not finding.table.tied_at_limit:
        return
    if finding.is_zh:
        yield Note("tied_at_limit", "最后一名之外还有数值相同的，按名称先后取舍。")
    else:
        yield Note("tied_at_limit", "Others equal the last one shown; the tie was broken by name.")


def _truncated(finding: Finding) -> Iterator[Note]:
    table = finding.table
    if finding.is_list or not table.truncated or table.total_rows <= len(table.rows):
        return
    if finding.is_zh:
        yield Note("truncated", f"共 {table.total_rows:,} 行，显示前 {len(table.rows):,} 行。")
    else:
        yield Note("truncated", f"{table.total_rows:,} rows in all; the first {len(table.rows):,} are shown.")


def _filters(finding: Finding) -> Iterator[Note]:
    defaults = [applied_words(each, finding.names) for each in finding.filters if each.origin == "default"]
    policies = [applied_words(each, finding.names) for each in finding.filters if each.origin == "policy"]
    if defaults:
        said = "、".join(defaults) if finding.is_zh else ", ".join(defaults)
        yield Note("default_filter", f"默认条件：{said}。" if finding.is_zh else f"By default: {said}.")
    if policies:
        said = "、".join(policies) if finding.is_zh else ", ".join(policies)
        yield Note("policy_filter", f"按你的权限只统计：{said}。" if finding.is_zh else f"You may see only: {said}.")
