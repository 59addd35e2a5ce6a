"""Makers of comparisons with the date that they compare with; every date left becomes a mention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chat_service.language.dates.grammar import Found, Meaning, Piece, given, is_any, only_if
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.span import calendar
from chat_service.language.dates.words import context_of
from semantic_layer import Grain

_NAMED_BEFORE = frozenset(("relative unit", "year word", "ago", "a year ago"))
_BOUNDED = frozenset(("period", "rolling", "open", "ambiguous"))


def period(found: Found) -> Meaning:
    """A single date. A calendar unit keeps its full length; what is none is cut at today.

    Previous beside a period that is named, or in a comparison, is the one before that period.
    """
    piece = found.one("P")
    date, span = given(piece.date), found.span("P")
    if piece.rules[-1] == "previous unit" and _is_beside_another(found):
        return DateMention("relative_previous", span.period, unit=span.grain)
    future = span.start > found.today
    named = span.period if future or span.grain is not None else span.period.cut_after(found.today)
    month = date.month if not date.year_named and date.day is None and date.days is None else None
    mention = DateMention("period", named, unit=span.grain, month=month, year_named=date.year_named)
    return replace(mention, kind="future") if future else mention


def _is_beside_another(found: Found) -> bool:
    before = found.around[: found.at]
    if is_any("COMPARING", before[-3:]) or any(piece.symbol in ("BI", "DIFFERS") for piece in found.later[:2]):
        return True
    return any(
        piece.date is not None or (piece.mention is not None and piece.mention.period is not None) for piece in before
    )


def versus(found: Found) -> Meaning:
    """2025 vs 2024, 比前年; of 比较上个月各大区的退款率 nothing is compared with that month."""
    only_if(not _asks_to_compare(found, found.later))
    return DateMention("versus")


def _asks_to_compare(found: Found, pieces: Sequence[Piece]) -> bool:
    """Whether the words begin by asking for what follows side by side: no date is named before, and the one behind is
    part of what follows; in 对比去年，…, a pause makes it what is compared with."""
    if not (found.says("to_compare") and found.before("only_asked")) or any(piece.date for piece in found.earlier):
        return False
    text, date = found.situation.folded.text, next((piece for piece in pieces if piece.date is not None), None)
    return date is not None and context_of("part_of_more").match(text[date.fend :]) is not None


def _unit_before(piece: Piece, found: Found) -> DateMention:
    """较上月, vs last month: the unit before; 比去年 and vs last year: a year earlier."""
    span = given(piece.period(found.today))
    grain: Grain = given(span.grain)
    only_if(_NAMED_BEFORE.intersection(piece.rules) and span == calendar(grain, found.today, -1))
    return DateMention(
        "comparison", span.period, unit=span.grain, against="year" if span.grain == "year" else "previous"
    )


def against_last_one(found: Found) -> Meaning:
    """More this month than last, this year vs last: the unit is that of the time named before."""
    spans = (p.period(found.today) for p in found.earlier if p.date is not None and _NAMED_BEFORE & {*p.rules})
    grain = next((span.grain for span in spans if span is not None and span.grain is not None), None)
    if grain is None:
        return None
    before = calendar(grain, found.today, -1).period
    return DateMention("comparison", before, unit=grain, against="year" if grain == "year" else "previous")


def against_unit_before(found: Found) -> Meaning:
    """这周的订单比上周多吗, revenue vs last month; 上个月和去年 compares nothing."""
    only_if(found.get("VERSUS_WORD", "CHANGE_VS", "DIFFERS") and not _asks_to_compare(found, found.pieces))
    return _unit_before(found.one("P_UNIT", "P_YEAR", "P_DAY_WORD"), found)


def compared_with_unit(found: Found) -> Meaning:
    """环比上个月, 同比去年; in 同比上季度 the quarter is no year earlier, so it is what is compared."""
    other = _unit_before(found.one("P_UNIT", "P_YEAR", "P_DAY_WORD"), found)
    only_if(given(found.one("COMPARE").mention).against == other.against)
    return other


def compared(found: Found) -> Meaning:
    """A comparison with the words around it that say so (vs, 跟…比)."""
    return found.one("COMPARE", "COMPARE_WITH").mention


def against_time_before(found: Found) -> Meaning:
    """最近30天和之前30天比, vs the previous 90 days: as long a time right before."""
    piece = found.one("ROLL", "EDGE_ROLL", "DURATION")
    only_if(found.get("BEFORE_POST") or piece.symbol == "EDGE_ROLL" or found.says("prior"))
    only_if(found.get("VERSUS_WORD", "DIFFERS"))
    mention = given(piece.mention)
    return DateMention("comparison", against="previous", unit=mention.unit, count=mention.count)


def joining(found: Found) -> Meaning:
    """compare May with April; the difference between May and April; how did sales change from March to April."""
    changing = found.near("changing", behind=False)
    said = (
        changing if found.pieces[0].symbol == "TO" else found.near("compared", behind=False) or found.near("differing")
    )
    only_if(said)
    return DateMention("versus")


def with_compared(found: Found) -> Meaning:
    """4月的投诉量跟3月比; a question that begins with `and` goes on from the one before."""
    only_if(not found.says("just_and") or found.fstart > 0)
    return DateMention("versus")


def bound_left_over(found: Found) -> Meaning:
    """A word that bounds or divides the time beside it and that no rule could read: asked about, never dropped."""
    only_if(given(found.one("DATED").mention).kind in _BOUNDED)
    return DateMention("vague")
