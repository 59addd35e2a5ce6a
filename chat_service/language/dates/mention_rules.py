"""Fourth pass: comparisons with the date that they compare with; every date left becomes a mention."""

from __future__ import annotations

import re

from chat_service.language.dates.grammar import Found, Rule
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import PartialDate
from chat_service.language.dates.range_rules import COMPARED
from semantic_layer import unit


def mention_of(date: PartialDate, found: Found) -> DateMention | None:
    """A single date as a mention. A calendar unit keeps its full length; what is none is cut at today."""
    period = date.resolve(found.today)
    if period is None or period.start is None:
        return None
    future = period.start > found.today
    if period.grain is None and not future:
        period = period.cut_after(found.today)
    only_month = date.month is not None and not date.year_named and date.day is None and date.days is None
    return DateMention(
        "future" if future else "period",
        period,
        unit=period.grain,
        month=date.month if only_month else None,
        year_named=date.year_named,
    )


def _period(found: Found) -> DateMention | None:
    piece = found.one("P")
    if piece.date is None:
        return None
    if piece.rules[-1] == "previous unit" and _is_beside_another(found):
        period = piece.date.resolve(found.today)
        return None if period is None else DateMention("relative_previous", period, unit=period.grain)
    return mention_of(piece.date, found)


def _is_beside_another(found: Found) -> bool:
    """Previous beside a period that is named, or in a comparison, is the one before that period."""
    before = found.around[: found.at]
    compared = [piece for piece in before[-3:] if piece.symbol in _COMPARING] or any(
        piece.symbol in ("BI", "DIFFERS") for piece in found.later[:2]
    )
    return bool(compared) or any(
        piece.date is not None or (piece.mention is not None and piece.mention.period is not None) for piece in before
    )


def _kept(found: Found) -> DateMention | None:
    return found.one("ROLL", "EDGE_ROLL", "DURATION").mention


def _kept_comparison(found: Found) -> DateMention | None:
    return found.pieces[-1].mention


def _is_unit_before(date: PartialDate | None, found: Found) -> bool:
    """Whether the date is the calendar unit before the current one, named so (last month)."""
    period = None if date is None else date.resolve(found.today)
    return period is not None and period.grain is not None and period == unit(period.grain, found.today, -1)


def _versus_last_unit(found: Found) -> DateMention | None:
    """较上月, vs last month: the unit before; 比去年 and vs last year: a year earlier."""
    piece = found.one("P_UNIT", "P_YEAR", "P_DAY_WORD")
    if not _is_unit_before(piece.date, found) or piece.date is None or not _NAMED_BEFORE.intersection(piece.rules):
        return None
    period = piece.date.resolve(found.today)
    assert period is not None, "just resolved"
    if period.grain == "year":
        return DateMention("comparison", period, unit="year", against="year")
    return DateMention("comparison", period, unit=period.grain, against="previous")


def _of_its_unit(found: Found) -> DateMention | None:
    """环比上个月, 同比去年; in 同比上季度 the quarter is no year earlier, so it is what is compared."""
    mention, other = found.one("COMPARE").mention, _versus_last_unit(found)
    return other if mention is not None and other is not None and mention.against == other.against else None


def _compared(found: Found) -> DateMention | None:
    """A comparison with the words around it that say so (vs, 跟…比)."""
    if found.pieces[0].text in _JUST_AND:
        return None
    return found.one("COMPARE", "COMPARE_WITH").mention


def _previous_length(found: Found) -> DateMention | None:
    """最近30天和之前30天比, vs the previous 90 days: as long a time right before."""
    piece = found.one("ROLL", "EDGE_ROLL", "DURATION")
    before = found.get("BEFORE_POST") is not None or piece.symbol == "EDGE_ROLL" or _PRIOR_WORD.search(piece.text)
    if not before or piece.mention is None or found.get("VERSUS_WORD", "DIFFERS", "VS") is None:
        return None
    return DateMention("comparison", against="previous", unit=piece.mention.unit, count=piece.mention.count)


def _joining(found: Found) -> DateMention | None:
    """compare May with April; the difference between May and April; how did sales change from March to April."""
    text = found.before(60)
    if found.pieces[0].symbol == "TO":
        return (
            DateMention("versus")
            if re.search(r"\bcompar|\bchang|\bgrow|\bgrew|\bris|\brose|creas|\bdrop|\bf[ae]ll|\bdeclin", text)
            else None
        )
    return DateMention("versus") if COMPARED.search(text) or re.search(r"\bdiffer", found.after(60)) else None


def _is_this(found: Found) -> bool:
    """全年 is this year, 当日 today; 首单当日 is the day of the first order."""
    text = found.pieces[0].text
    return text.startswith(("全", "整")) or (
        text in ("当日", "当天") and not re.search("[\u4e00-\u9fff]$", found.before())
    )


def _with(found: Found) -> DateMention | None:
    """last month and the month before; a question that begins with `and` goes on from the one before."""
    return None if found.pieces[0].text in _JUST_AND and not found.before() else DateMention("versus")


_COMPARING = frozenset(("VS", "BI", "CHANGE_VS", "VS_DONE", "COMPARE"))
_NAMED_BEFORE = frozenset(("relative unit", "year word", "ago"))
_PRIOR_WORD = re.compile("previous|prior|preceding|prev")
_JUST_AND = ("and", "&", "n", "以及", "及")
_DATED = "(P | P_DOUBT | ROLL | EDGE_ROLL | RELATIVE | DURATION | SAME_TIME_DONE)"

RULES: tuple[Rule, ...] = (
    Rule(
        "against the unit before",
        "(VERSUS_WORD | CHANGE_VS | AND) (IN | THE | DE)* (P_UNIT | P_YEAR | P_DAY_WORD) POSS? INSIDE? (BI | DIFFERS)?",
        "DONE",
        lambda found: _versus_last_unit(found) if found.get("VERSUS_WORD", "CHANGE_VS", "DIFFERS") else None,
        (
            ("这周的订单比上周多吗", "比上周", "comparison 2026-06-22/2026-06-29 week previous"),
            ("复购率较上月变化", "较上月", "comparison 2026-05-01/2026-06-01 month previous"),
            ("revenue vs last month", "vs last month", "comparison 2026-05-01/2026-06-01 month previous"),
            ("跟上个月比怎么样", "跟上个月比", "comparison 2026-05-01/2026-06-01 month previous"),
            ("this year vs last year", "vs last year", "comparison 2025-01-01/2026-01-01 year year"),
        ),
        ("上个月和去年的订单",),
    ),
    Rule(
        "compared",
        "(VERSUS_WORD | CHANGE_VS | WITH_WORD)? (IN | A | DE)* (COMPARE | COMPARE_WITH) POSS? INSIDE? DE? (BI "
        "| DIFFERS)?",
        "DONE",
        _compared,
        (("与去年同期相比如何", "与去年同期相比", "comparison year"),),
    ),
    Rule(
        "compared with the unit before",
        "COMPARE (THE | DE)* (P_UNIT | P_YEAR | P_DAY_WORD) (BI | DIFFERS)?",
        "DONE",
        _of_its_unit,
        (
            ("环比上个月", "环比上个月", "comparison 2026-05-01/2026-06-01 month previous"),
            ("同比去年", "同比去年", "comparison 2025-01-01/2026-01-01 year year"),
        ),
    ),
    Rule(
        "against the time before",
        "(VERSUS_WORD | WITH_WORD) (IN | THE | DE)* (ROLL | EDGE_ROLL | BEFORE_POST DE? DURATION) INSIDE? DE? "
        "(BI | DIFFERS)?",
        "DONE",
        _previous_length,
        (
            ("last 90 days vs the previous 90 days", "vs the previous 90 days", "comparison previous 90 day"),
            ("最近30天和之前30天比", "和之前30天比", "comparison previous 30 day"),
        ),
    ),
    Rule(
        "joining two dates",
        f"(WITH | AND | TO) (?= (IN | THE | A | WHOLE)* {_DATED})",
        "VS_DONE",
        _joining,
        (("compare May with April", "with", "versus"), ("How did sales change from March to April", "to", "versus")),
        ("sales in March and April",),
    ),
    Rule(
        "versus",
        f"VERSUS_WORD (?= (IN | THE | A | WHOLE)* {_DATED})| CHANGE_VS (?= (IN | THE)* {_DATED}) (?! (IN | THE)* P TO)",
        "VS_DONE",
        lambda found: DateMention("versus"),
        (("2025 vs 2024", "vs", "versus"), ("比前年", "比", "versus")),
        ("app vs web", "占比", "金卡比银卡"),
    ),
    Rule(
        "with what is compared",
        f"WITH_WORD (?= (IN | THE)* ({_DATED}) INSIDE? DE? (BI | DIFFERS))",
        "VS_DONE",
        _with,
        (("4月的投诉量跟3月比怎么样", "跟", "versus"),),
        ("3月和4月的订单",),
    ),
    Rule(
        "with the unit before",
        "WITH_WORD (?= (IN | THE)* (RELATIVE | P_PRIOR))",
        "VS_DONE",
        _with,
        (("上季度和前一季度的差额", "和", "versus"),),
    ),
    Rule(
        "period",
        "(IN | FROM | A)? (THE | WHOLE)* P (WHOLE_UNIT | DE WHOLE | POSS)* (DE? INSIDE)?",
        "DATED",
        _period,
        (
            ("去年全年的销售额", "去年全年", "period 2025-01-01/2026-01-01 year"),
            ("上个月里的订单", "上个月里", "period 2026-05-01/2026-06-01 month"),
            ("across 2024", "across 2024", "period 2024-01-01/2025-01-01 year"),
        ),
    ),
    Rule(
        "this unit as a whole",
        "WHOLE_UNIT",
        "DATED",
        lambda found: (
            DateMention("period", unit(found.pieces[0].grain, found.today), unit=found.pieces[0].grain)
            if _is_this(found) and found.pieces[0].grain
            else None
        ),
        (("全年的销售额", "全年", "period 2026-01-01/2027-01-01 year"),),
        ("全部客户",),
    ),
    Rule("length", "(ROLL | EDGE_ROLL | DURATION)", "DATED", _kept),
    Rule(
        "said as it is",
        "(RELATIVE | DONE | NOW_DONE | SAME_TIME_DONE | FISCAL_UNSET | THAT_UNIT | THAT_WEEKEND | P_DOUBT)",
        "DATED",
        _kept_comparison,
    ),
)


def _bound_left_over(found: Found) -> DateMention | None:
    """A word that bounds or divides the time beside it and that no rule could read: asked about, never dropped."""
    mention = found.one("DATED").mention
    if mention is None or mention.kind not in ("period", "rolling", "open", "ambiguous"):
        return None
    return DateMention("vague")


COMPARED_BEHIND: tuple[Rule, ...] = (
    Rule(
        "bound that is not read",
        "BOUND_BEFORE THE? DATED | DATED BOUND_BEHIND",
        "DATED",
        _bound_left_over,
        (("around the last 30 days", "around the last 30 days", "vague"), ("最近30天左右", "最近30天左右", "vague")),
        ("last month", "30 days before the first order"),
    ),
    Rule(
        "comparing words behind",
        "(?<= VS_DONE DATED) DE? (BI | DIFFERS)",
        "DATED",
        lambda found: DateMention("versus"),
        (("4月的投诉量跟3月比怎么样", "比", "versus"),),
        ("3月比较好",),
    ),
)
