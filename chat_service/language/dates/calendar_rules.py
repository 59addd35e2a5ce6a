"""First pass: dates by the names of the calendar. Years, halves, quarters, months, weeks and days, mostly
without a year.
"""

from __future__ import annotations

import re

from chat_service.language.dates.grammar import Found, Rule
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import PartialDate, in_part
from chat_service.language.dates.written import full_year

# customers who may churn, May I see
_MODAL = re.compile(
    r" (?:not|be|have|has|i|we|you|they|it|he|she|also|soon|still|well|need|leave|churn|lapse|stop|want|buy|return|"
    r"come|go|become|cancel|quit|never|no longer|get|lose|drop|fall|defect|ask|see|know|help|spend|order|like)\b"
)
_MONTH_BEFORE = re.compile(
    r"(?:\b(?:in|of|for|since|until|till|before|after|during|by|from|to|through|last|this|next|early|mid|late|vs\.?|"
    r"versus|than|and|or|on|over|against|between|with|per|,|-) ?|[\u4e00-\u9fff/&(] ?)$"
)
# 2000个, over 2000; 2000 orders, but the 2025 orders
_NUMBERS_NOT_YEARS_AFTER = re.compile(r" ?(?:[个元块人位件笔单次家名万千%]|yuan|rmb|dollars?|points?|times|units?)")
_COUNTED_AFTER = re.compile(r" ?(?:orders?|customers?|members?|people|users?|buyers?)")
_NUMBERS_NOT_YEARS_BEFORE = re.compile(
    r"(?:(?<!later )(?<!earlier )than|over|above|below|under|exceeds?|least|most|top|first|超过|高于|大于|"
    r"低于|少于|小于|多于|不足|达到|至少|最多|满|[<>=≥≤¥$前]) ?$"
)
_LATE_YEARS = 10
# 3月20单 counts, 3月20 is a day
_COUNTED_ZH = re.compile("[个位件笔单次家名条种类成折倍天周月季年岁分]|[到至~-][0-9一二三四五六七八九十]+[月个]")


def year_of(found: Found) -> PartialDate | None:
    """2025年, 25年; 3年 is a length."""
    number = found.one("NUM")
    digits = number.text.isascii()
    if number.symbol == "YEAR4":
        return PartialDate(year=int(number.value))
    two = len(number.text) == 2 and (digits or not set(number.text) & set("十百"))
    if (
        two
        and (15 <= number.value <= found.today.year % 100 + 3 or number.text[0] == "0" or number.value >= 90)
        and not re.search("[近去每这那满过]$|最近|过去", found.before(2))
    ):
        return PartialDate(year=int(number.value) + (1900 if number.value >= 90 else 2000))
    return PartialDate(year=int(number.value)) if 1900 <= number.value <= 2099 else None


def _bare_year(found: Found) -> PartialDate | None:
    """2025 alone is a year unless something is counted or compared with it: 2000 orders, but the 2025 orders."""
    noun = found.get("COUNTED")
    if noun is not None and noun.text not in ("year", "calendar year"):
        return None
    year = int(found.one("YEAR4").value)
    lately = 0 <= found.today.year - year < _LATE_YEARS
    after, before = found.after(), found.before(20)
    if _NUMBERS_NOT_YEARS_AFTER.match(after) or (_COUNTED_AFTER.match(after) and not lately):
        return None
    if _NUMBERS_NOT_YEARS_BEFORE.search(before):
        return None
    if re.match(r"年代|[a-z0-9]|[-/.]\d{1,2}(?!\d)", found.after(4)) or re.search("[a-z0-9]$", found.before(1)):
        return None
    return PartialDate(year=year) if year >= 2000 else None


def _month_number(found: Found) -> PartialDate | None:
    number = found.one("NUM")
    if number.value != int(number.value) or not 1 <= number.value <= 12:
        return None
    return PartialDate(month=int(number.value))


def _month_part(found: Found) -> PartialDate | None:
    month = _month_number(found)
    return None if month is None else in_part(month, found.one("PART_OF_MONTH").value)


def _may(found: Found) -> PartialDate | None:
    """may: a month where a preposition or a date stands beside it, or where it is written May and no verb follows."""
    after, before = found.after(20), found.before(20)
    typed = found.situation.folded.typed(found.pieces[-1].fstart, found.pieces[-1].fend)
    if _MODAL.match(after):
        return None
    if (
        typed == "May"
        or not before.strip()
        or _MONTH_BEFORE.search(before)
        or after.startswith("'s")
        or not after.strip(" ?.!,)")
    ):
        return PartialDate(month=5)
    if re.match(r" (?:\d|to |through |and |vs|'\d)", after):
        return PartialDate(month=5)
    return None


def _month_name(found: Found) -> PartialDate:
    return PartialDate(month=int(found.one("MONTH_NAME").value))


def _month_day(found: Found) -> PartialDate | DateMention | None:
    """3月15日, March 15th, 15 March; `March 20 customers` counts customers."""
    name = found.get("MONTH_NAME", "MAY")
    numbers = found.all("NUM", "ORD")
    month = int(name.value if name is not None else numbers.pop(0).value)
    day = numbers[0].value
    if day != int(day) or not 1 <= day <= 31 or not 1 <= month <= 12 or "." in numbers[0].text:
        return None
    ends_with_number = found.pieces[-1] is numbers[-1] and numbers[-1].symbol != "ORD"
    weekday_before = any(piece.grain == "day" for piece in found.earlier[:2] if piece.symbol.startswith("WEEKDAY"))
    if (
        ends_with_number
        and not weekday_before
        and any(each.match(found.after()) for each in (_NUMBERS_NOT_YEARS_AFTER, _COUNTED_AFTER, _COUNTED_ZH))
    ):
        return None
    if found.get("OF") is not None and numbers[0].symbol != "ORD" and _NUMBERS_NOT_YEARS_BEFORE.search(found.before()):
        return None  # the top 3 of June
    if PartialDate(month=month, day=int(day)).in_year(2024) is None:
        return DateMention("vague")  # 2月30日
    return PartialDate(month=month, day=int(day))


def _day_of_month(found: Found) -> PartialDate | None:
    """15号, on the 15th; 7日留存 and 7日内 are lengths, the first order is no day."""
    if found.get("ORD") is not None and not _is_day(found):
        return None
    if found.get("ZH_DAY") is not None and re.match(
        "内|之内|以内|留存|激活|复购|回购|活跃|转化|流失|未|没|不", found.after()
    ):
        return None
    day = found.one("NUM", "ORD").value
    return PartialDate(day=int(day)) if day == int(day) and 1 <= day <= 31 else None


def _is_day(found: Found) -> bool:
    """From the 5th to the 18th: no other noun than the day itself stands behind the ordinal."""
    if not re.match(r" ?(?:$|[.,;?!)-]|(?:of|and|to|through|thru|till|until|in|up|inclusive|or)\b)", found.after()):
        return False
    before = found.earlier[0] if found.earlier else None
    if found.get("IN") is not None:
        return found.one("IN").text == "on"
    if re.match(r" of (?:this|last|next|the (?:last|previous|current|same)) month\b", found.after(24)):
        return True
    if before is None and re.match(" and\\b", found.after()):
        return found.pieces[-1].text[0].isdigit()  # the first and second quarter
    if before is None:
        return (
            re.match(r"(?:the )?\d", found.pieces[0].text + found.after(0)) is not None or found.get("THE") is not None
        )
    return before.symbol in _BEFORE_DAYS


_BEFORE_DAYS = frozenset(
    (
        "IN",
        "SINCE",
        "FROM",
        "BEFORE",
        "AFTER",
        "UNTIL",
        "UNTIL_EN",
        "TO",
        "DASH",
        "BETWEEN",
        "AND",
        "OF",
        "BY_END",
        "EVERY",
        "POSS",
    )
)


def _quarter(found: Found) -> PartialDate | None:
    number = found.one("NUM", "ORD").value
    return PartialDate(quarter=int(number)) if number in (1, 2, 3, 4) else None


def _half(found: Found) -> PartialDate | None:
    number = found.one("ORD", "HALF_WORD", "HALF_ORDINAL").value
    return PartialDate(half=int(number)) if number in (1, 2) else None


def _week_number(found: Found) -> PartialDate | None:
    number = found.one("NUM", "ORD").value
    return PartialDate(week=int(number)) if 1 <= number <= 53 else None


def _edge_of_year(found: Found) -> PartialDate | None:
    """年初 is January, 年底 December: of the year named, else the latest."""
    number = found.get("NUM")
    month, at_end = int(found.one("YEAR_START", "YEAR_END").value), found.get("YEAR_END") is not None
    if number is None:
        return PartialDate(month=month, at_end=at_end)
    if number.symbol == "YEAR4" or (len(number.text) == 2 and number.text.isascii() and number.value >= 15):
        return PartialDate(year=full_year(int(number.value)), month=month, at_end=at_end)
    return None


RULES: tuple[Rule, ...] = (
    Rule(
        "year",
        "NUM ZH_YEAR WHOLE_UNIT?",
        "P_YEAR",
        year_of,
        (
            ("2025年各月投诉率走势", "2025年", "period 2025-01-01/2026-01-01 year"),
            ("25年的销售额", "25年", "period 2025-01-01/2026-01-01 year"),
            ("二零二四年的新客", "二零二四年", "period 2024-01-01/2025-01-01 year"),
        ),
        ("近3年的销售额", "两年没买的客户"),
    ),
    Rule(
        "bare year",
        "(WHOLE | THE | COUNTED)* YEAR4 (?! ZH_YEAR)",
        "P_YEAR",
        _bare_year,
        (
            ("Top 10 customers by spend in 2025", "in 2025", "period 2025-01-01/2026-01-01 year"),
            ("2025各大区销售额", "2025", "period 2025-01-01/2026-01-01 year"),
            ("proportion of 2025 orders by channel", "2025", "period 2025-01-01/2026-01-01 year"),
        ),
        ("customers who spent over 2000", "消费超过2000的客户", "2000个订单", "2000 orders", "more than 2025 orders"),
    ),
    Rule(
        "year with an apostrophe",
        "YEAR_SHORT",
        "P_YEAR",
        lambda found: found.pieces[0].date,
        (("revenue in '25", "in '25", "period 2025-01-01/2026-01-01 year"),),
    ),
    Rule(
        "month by number",
        "NUM ZH_MONTH",
        "P_MONTH",
        _month_number,
        (
            ("三月份的退款率", "三月份", "period 2026-03-01/2026-04-01 month"),
            ("11月的新客", "11月", "period 2025-11-01/2025-12-01 month"),
        ),
        ("三个月没下单", "第3个月"),
    ),
    Rule(
        "part of a month by number",
        "NUM PART_OF_MONTH",
        "P_DAY",
        _month_part,
        (("3月底的积分余额", "3月底", "period 2026-03-21/2026-04-01"),),
    ),
    Rule(
        "month by name",
        "MONTH_NAME",
        "P_MONTH",
        _month_name,
        (("customers born in June", "in June", "period 2026-06-01/2026-07-01 month"),),
    ),
    Rule(
        "May",
        "MAY",
        "P_MONTH",
        _may,
        (("How did May revenue compare", "May", "period 2026-05-01/2026-06-01 month"),),
        ("which customers may churn", "customers that may not return", "May I see revenue"),
    ),
    Rule(
        "day of a month",
        "NUM ZH_MONTH NUM (ZH_DAY | HAO)? | MONTH_NAME THE? (NUM | ORD) | THE? (NUM | ORD) OF? (MONTH_NAME | MAY)"
        "| MAY THE? (NUM | ORD)",
        "P_DAY",
        _month_day,
        (
            ("3月15日的订单", "3月15日", "period 2026-03-15/2026-03-16 day"),
            ("sales on March 15th", "on March 15th", "period 2026-03-15/2026-03-16 day"),
            ("15 December", "15 December", "period 2025-12-15/2025-12-16 day"),
            ("2月30日的订单", "2月30日", "vague"),
        ),
        ("in March 20 customers left",),
    ),
    Rule(
        "day of some month",
        "NUM (ZH_DAY | HAO) | THE? ORD",
        "P_DOM",
        _day_of_month,
        (("15号的订单", "15号", "period 2026-06-15/2026-06-16 day"),),
    ),
    Rule(
        "quarter",
        "NUM ZH_QUARTER | THE? ORD (ZH_QUARTER | COUNTED)",
        "P_QUARTER",
        lambda found: _quarter(found) if found.grain("ZH_QUARTER", "COUNTED") == "quarter" else None,
        (
            ("三季度的毛利", "三季度", "period 2025-07-01/2025-10-01 quarter"),
            ("the third quarter", "the third quarter", "period 2025-07-01/2025-10-01 quarter"),
        ),
        ("过去三个季度", "第五季度"),
    ),
    Rule(
        "half of a year",
        "HALF_WORD | THE? ORD HALF | THE? HALF_ORDINAL",
        "P_HALF",
        _half,
        (
            ("下半年的新客数", "下半年", "period 2025-07-01/2026-01-01"),
            ("renewals in the first half", "in the first half", "period 2026-01-01/2026-07-01"),
        ),
        ("半年没买", "half of customers"),
    ),
    Rule(
        "week by number",
        "ORD ZH_WEEK | WEEK_LABEL NUM",
        "P_WEEK",
        _week_number,
        (("第23周的订单", "第23周", "period 2026-06-01/2026-06-08 week"),),
        ("第60周",),
    ),
    Rule(
        "edge of a year",
        "NUM? (YEAR_START | YEAR_END) (?! P_YEAR)",
        "P_MONTH",
        _edge_of_year,
        (("年初的会员数", "年初", "period 2026-01-01/2026-02-01 month"),),
    ),
)
