"""First pass: dates by the names of the calendar. Years, halves, quarters, months, weeks and days, mostly
without a year.
"""

from __future__ import annotations

import re

from chat_service.language.dates.grammar import Found, Rule
from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.partial import DAY, PartialDate, date_range, days_code
from chat_service.language.dates.written import full_year
from semantic_layer import Period

# customers who may churn, May I see
_MODAL = re.compile(
    r" (?:not|be|have|has|i|we|you|they|it|he|she|also|soon|still|well|need|leave|churn|lapse|stop|want|buy|return|"
    r"come|go|become|cancel|quit|never|no longer|get|lose|drop|fall|defect|ask|see|know|help|spend|order|like)\b"
)
_MONTH_BEFORE = re.compile(
    r"(?:\b(?:in|of|for|since|until|till|before|after|during|by|from|to|through|last|this|next|early|mid|late|vs\.?|"
    r"versus|than|and|or|on|over|against|between|with|per|,|-) ?|[\u4e00-\u9fff/&(] ?)$"
)
# 2000个, 2000 orders; over 2000
_NUMBERS_NOT_YEARS_AFTER = re.compile(
    r" ?(?:[个元块人位件笔单次家名万千%]|yuan|rmb|dollars?|orders?|customers?|members?|people|users?|buyers?|points?|"
    r"times|units?)"
)
_NUMBERS_NOT_YEARS_BEFORE = re.compile(
    r"(?:than|over|above|below|under|exceeds?|least|most|top|first|超过|高于|大于|低于|少于|小于|多于|不足|达到|"
    r"至少|最多|满|[<>=≥≤¥$前]) ?$"
)
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
        and 15 <= number.value <= found.today.year % 100 + 3
        and not re.search("[近去每这那满过]$|最近|过去", found.before(2))
    ):
        return PartialDate(year=full_year(int(number.value)))
    return PartialDate(year=int(number.value)) if 1990 <= number.value <= 2099 else None


def _bare_year(found: Found) -> PartialDate | None:
    """2025 alone is a year unless something is counted or compared with it."""
    noun = found.get("COUNTED")
    if noun is not None and noun.text not in ("year", "calendar year"):
        return None
    if _NUMBERS_NOT_YEARS_AFTER.match(found.after()) or _NUMBERS_NOT_YEARS_BEFORE.search(found.before()):
        return None
    if re.match(r"[a-z0-9]|[-/.]\d{1,2}(?!\d)", found.after(4)) or re.search("[a-z0-9]$", found.before(1)):
        return None
    year = int(found.one("YEAR4").value)
    return PartialDate(year=year) if year >= 2000 else None


def _month_number(found: Found) -> PartialDate | None:
    number = found.one("NUM")
    if number.value != int(number.value) or not 1 <= number.value <= 12:
        return None
    return PartialDate(month=int(number.value))


def _month_part(found: Found) -> PartialDate | None:
    month = _month_number(found)
    return None if month is None else PartialDate(month=month.month, days=days_code(found.one("PART_OF_MONTH").value))


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


def _month_day(found: Found) -> PartialDate | None:
    """3月15日, March 15th, 15 March; `March 20 customers` counts customers."""
    name = found.get("MONTH_NAME", "MAY")
    numbers = found.all("NUM", "ORD")
    month = int(name.value if name is not None else numbers.pop(0).value)
    day = numbers[0].value
    if day != int(day) or not 1 <= day <= 31 or not 1 <= month <= 12 or "." in numbers[0].text:
        return None
    ends_with_number = found.pieces[-1] is numbers[-1] and numbers[-1].symbol != "ORD"
    if ends_with_number and (_NUMBERS_NOT_YEARS_AFTER.match(found.after()) or _COUNTED_ZH.match(found.after())):
        return None
    if PartialDate(month=month, day=int(day)).in_year(2024) is None:
        return None
    return PartialDate(month=month, day=int(day))


def _day_of_month(found: Found) -> PartialDate | None:
    """15号; 7日留存 and 7日内 are lengths."""
    if found.get("ZH_DAY") is not None and re.match(
        "内|之内|以内|留存|激活|复购|回购|活跃|转化|流失|未|没|不", found.after()
    ):
        return None
    day = found.one("NUM", "ORD").value
    return PartialDate(day=int(day)) if day == int(day) and 1 <= day <= 31 else None


def _slash_range(found: Found) -> DateMention | None:
    """Both days are written in the same order; where both orders give a range, ask."""
    first, last = (divmod(int(piece.value), 100) for piece in found.all("SLASH"))
    if found.get("IN", "FROM", "BETWEEN") is None and found.get("TO", "UNTIL_EN") is None:
        return None
    periods = []
    for order in (1, -1):
        (month1, day1), (month2, day2) = first[::order], last[::order]
        if not (1 <= month1 <= 12 and 1 <= month2 <= 12):
            continue
        period = date_range(PartialDate(month=month1, day=day1), PartialDate(month=month2, day=day2), found.today)
        if period is not None:
            periods.append(Period(period.start, min(period.end or found.today, found.today + DAY)))
    if len(periods) == 1:
        return DateMention("period", periods[0], year_named=False)
    return DateMention("ambiguous", unit="day", candidates=tuple(periods)) if periods else None


def _slash_day(found: Found) -> DateMention | PartialDate | None:
    """Beside a word of time 3/15 is 15 March; 3/7 can be two days."""
    first, second = divmod(int(found.one("SLASH").value), 100)
    readings = [
        PartialDate(month=month, day=day) for month, day in ((first, second), (second, first)) if 1 <= month <= 12
    ]
    periods = [period for reading in readings if (period := reading.resolve(found.today)) is not None and reading.day]
    if len(set(periods)) == 1:
        return PartialDate(fixed=periods[0])
    return DateMention("ambiguous", unit="day", candidates=tuple(periods)) if len(periods) == 2 else None


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
    month = int(found.one("YEAR_START", "YEAR_END").value)
    if number is None:
        return PartialDate(month=month)
    if number.symbol == "YEAR4" or (len(number.text) == 2 and number.text.isascii() and number.value >= 15):
        return PartialDate(year=full_year(int(number.value)), month=month)
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
        ),
        ("customers who spent over 2000", "消费超过2000的客户", "2000个订单", "2000 orders"),
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
        "NUM ZH_MONTH NUM (ZH_DAY | HAO)? | MONTH_NAME THE? (NUM | ORD) | (THE? ORD OF? | NUM) (MONTH_NAME | MAY)"
        "| MAY THE? (NUM | ORD)",
        "P_DAY",
        _month_day,
        (
            ("3月15日的订单", "3月15日", "period 2026-03-15/2026-03-16 day"),
            ("sales on March 15th", "on March 15th", "period 2026-03-15/2026-03-16 day"),
            ("15 December", "15 December", "period 2025-12-15/2025-12-16 day"),
        ),
        ("2月30日的订单", "in March 20 customers left"),
    ),
    Rule(
        "day of some month",
        "NUM (ZH_DAY | HAO)",
        "P_DOM",
        _day_of_month,
        (("15号的订单", "15号", "period 2026-06-15/2026-06-16 day"),),
    ),
    Rule(
        "days with slashes",
        "(FROM | IN | BETWEEN)* SLASH (TILL | AND) SLASH",
        "DONE",
        _slash_range,
        (("orders between 3/1 and 3/15", "between 3/1 and 3/15", "period 2026-03-01/2026-03-16"),),
        ("24/7 and 1/3",),
    ),
    Rule(
        "day with a slash",
        "(?<= (SINCE | FROM | UP_TO | UNTIL | BEFORE | AFTER | VS | BI)) SLASH | IN SLASH",
        "P_FULL",
        _slash_day,
        (("orders on 3/15", "on 3/15", "period 2026-03-15/2026-03-16 day"),),
        ("24/7 support", "1/3 of customers"),
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
        "NUM? (YEAR_START | YEAR_END)",
        "P_MONTH",
        _edge_of_year,
        (("年初的会员数", "年初", "period 2026-01-01/2026-02-01 month"),),
    ),
)
