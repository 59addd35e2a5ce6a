"""First pass: what is not a period. Groupings by time, filters on the weekday, now, all history, comparisons,
fiscal years.
"""

from __future__ import annotations

from datetime import date

from chat_service.language.dates.grammar import Found, Rule
from chat_service.language.dates.mention import Against, DateMention
from chat_service.language.dates.partial import PartialDate
from chat_service.language.dates.written import full_year
from semantic_layer import Period, add_months, unit


def _grouping(found: Found) -> DateMention | None:
    grain = found.grain("UNIT", "GRAIN", "DATE_UNIT")
    plural = found.get("COUNTED")
    if plural is not None and plural.text.endswith("s") and plural.text.isascii() and found.pieces[0].text != "by":
        return None
    return DateMention("grain", unit=grain)


def _plain_unit(found: Found) -> DateMention | None:
    """月度 and 季度趋势: a unit before a word of change."""
    return DateMention("grain", unit=found.grain("UNIT"))


def _year_degree(found: Found) -> DateMention | None:
    return DateMention("grain", unit="year") if found.one("ZH_YEAR").text == "年度" else None


def _which(found: Found) -> DateMention | None:
    which = found.one("WHICH")
    if which.text == "什么" and found.one("UNIT").text not in ("月份", "月"):
        return None
    return DateMention("grain", unit=found.grain("UNIT"), asked=True)


def _weekday_filter(found: Found) -> DateMention | None:
    days = tuple(sorted({int(piece.value) for piece in found.all("WEEKDAY", "WEEKDAYS", "WEEKDAY_SHORT")}))
    return DateMention("weekday_filter", weekdays=days)


def _working_week(found: Found) -> DateMention | None:
    """周一到周五: the working days, not a range of dates."""
    first, last = (int(piece.value) for piece in found.all("WEEKDAY", "WEEKDAYS", "WEEKDAY_SHORT"))
    return DateMention("weekday_filter", weekdays=tuple(range(first, last + 1))) if (first, last) == (1, 5) else None


def _previous(found: Found) -> DateMention:
    grains = [piece.grain for piece in found.pieces if piece.grain is not None]
    return DateMention("comparison", against="previous", unit=grains[0] if grains else None)


def _same_period_of(found: Found) -> DateMention | None:
    """去年同期, the same month a year ago: a year earlier; 上月同期: the period before; 2024年同期: of that year."""
    year = found.get("YEAR_WORD")
    if year is not None:
        if int(year.value) == -1:
            return DateMention("comparison", against="year")
        return DateMention("same_period", _unit_year(found.today.year + int(year.value)), unit="year")
    if found.get("YEAR_AGO") is not None:
        return DateMention("comparison", against="year")
    number = found.get("NUM")
    if number is not None:
        named = full_year(int(number.value))
        return DateMention("same_period", _unit_year(named), unit="year") if 2000 <= named <= 2099 else None
    grains = [piece.grain for piece in found.pieces if piece.grain is not None]
    grain = grains[-1] if found.get("SAME", "THIS") is not None else grains[0]
    against: Against = "year" if grain == "year" else "previous"
    return DateMention("comparison", against=against, unit=None if grain == "year" else grain)


def _unit_year(year: int) -> Period:
    period = PartialDate(year=year).in_year(year)
    assert period is not None, "years in texts are of our time"
    return period


def _relative_previous(found: Found) -> DateMention | None:
    """前一个月, the month before: resolved against the main period; `period` is before the current one."""
    piece = found.one("UNIT", "DAY_BEFORE")
    grain = piece.grain
    assert grain is not None, "words of units have a grain"
    return DateMention("relative_previous", unit(grain, found.today, -1), unit=grain)


def _that_unit(found: Found) -> DateMention | None:
    that = found.one("THAT")
    if that.text == "that" and found.one("UNIT").text.endswith("s"):
        return None
    return DateMention("same_period", unit=found.grain("UNIT"))


def _fiscal_year(found: Found) -> DateMention | PartialDate | None:
    """The fiscal year that holds today, so many before it, or by its number: that of the year in which it ends."""
    start = found.situation.fiscal_year_start
    if start is None:
        return DateMention("fiscal_unset", unit="year")
    label = found.get("FISCAL_LABEL", "NUM", "YEAR_SHORT", "ORD")
    which = found.get("LAST", "THIS", "NEXT", "LAST_LAST", "PRIOR", "YEAR_WORD")
    current = found.today.year if found.today.month >= start else found.today.year - 1
    first_year = current if which is None else current + int(which.value)
    if label is not None:
        year = int(label.value) + (2000 if label.value < 100 else 0)
        first_year = year - (0 if start == 1 else 1)
    if not 1990 <= first_year <= 2098:
        return None
    first = date(first_year, start, 1)
    return PartialDate(fixed=Period(first, add_months(first, 12), "year" if start == 1 else None))


def _fiscal_quarter(found: Found) -> DateMention | PartialDate | None:
    start = found.situation.fiscal_year_start
    if start is None:
        return DateMention("fiscal_unset", unit="quarter")
    which = found.get("LAST", "THIS", "PRIOR", "NEXT")
    months = (found.today.month - start) % 3
    first = add_months(found.today.replace(day=1), -months + 3 * (0 if which is None else int(which.value)))
    period = Period(first, add_months(first, 3), "quarter" if start in (1, 4, 7, 10) else None)
    return PartialDate(fixed=period)


RULES: tuple[Rule, ...] = (
    Rule(
        "grouping by time",
        "EVERY (UNIT | DATE_UNIT) | EVERY GRAIN | GRAIN (?! PLAN)",
        "DONE",
        _grouping,
        (
            ("最近30天每天的订单量走势", "每天", "grain day"),
            ("复购率的月度变化情况", "月度", "grain month"),
            ("今年销售额逐月累计到多少了", "逐月", "grain month"),
            ("running total of registrations by month this year", "by month", "grain month"),
            ("MAU for every month of 2025", "for every month", "grain month"),
            ("Win-back rate month by month", "month by month", "grain month"),
            ("各季度的毛利", "各季度", "grain quarter"),
            ("gold members' monthly revenue", "monthly", "grain month"),
        ),
        (
            "各年龄段的客户",
            "按年费分",
            "每个区域",
            "积分日均消耗",
            "按月卡分组",
            "月度会员的续费率",
            "quarterly plan members",
        ),
    ),
    Rule(
        "unit before a trend",
        "UNIT (?= TREND)",
        "DONE",
        _plain_unit,
        (("季度趋势", "季度", "grain quarter"), ("订单周走势", "周", "grain week")),
        ("三季度趋势",),
    ),
    Rule("grouping by 年度", "ZH_YEAR (?! PLAN)", "DONE", _year_degree, (("年度对比", "年度", "grain year"),)),
    Rule(
        "which unit",
        "(IN | A)? THE? WHICH (UNIT | DATE_UNIT) | WHICH_UNIT",
        "DONE",
        lambda found: (
            DateMention("grain", unit=found.grain("WHICH_UNIT"), asked=True)
            if found.get("WHICH_UNIT")
            else _which(found)
        ),
        (
            ("Which months of 2025 had revenue under 280k", "Which months", "grain month"),
            ("哪个月卖得最好", "哪个月", "grain month"),
        ),
        ("平均隔几天", "which city"),
    ),
    Rule(
        "until every unit",
        "(UNTIL | TO) EVERY (ZH_UNIT | COUNTED)",
        "DONE",
        _grouping,
        (("本月截至每一天的累计订单量", "截至每一天", "grain day"),),
    ),
    Rule(
        "weekday filter",
        "IN? (EVERY | WHOLE | THE)* (WEEKDAYS ((COMMA | AND)* WEEKDAYS)*) | EVERY WEEKDAY | EVERY WEEKDAY_SHORT",
        "DONE",
        _weekday_filter,
        (("orders on Mondays", "on Mondays", "weekday_filter 1"), ("每周一的订单", "每周一", "weekday_filter 1")),
        ("每周一次", "on Monday"),
    ),
    Rule(
        "working week",
        "(WEEKDAY | WEEKDAYS) TILL (WEEKDAY | WEEKDAYS) | WEEKDAY_SHORT TILL WEEKDAY_SHORT",
        "DONE",
        _working_week,
        (("周一到周五的订单", "周一到周五", "weekday_filter 1,2,3,4,5"),),
    ),
    Rule(
        "weekends",
        "(IN | A)? (EVERY | THE | WHOLE)* (WEEKEND | WEEKEND_ONE)",
        "DONE",
        lambda found: DateMention("weekday_filter", weekdays=(6, 7)),
        (("今年周末的订单", "周末", "weekday_filter 6,7"), ("orders on weekends", "on weekends", "weekday_filter 6,7")),
        ("上周末的订单",),
    ),
    Rule(
        "that weekend",
        "THAT (WEEKEND | WEEKEND_ONE)",
        "THAT_WEEKEND",
        lambda found: DateMention("weekday_filter", weekdays=(6, 7)),
        (("那个周末的订单", "那个周末", "weekday_filter 6,7"),),
    ),
    Rule(
        "working days",
        "(IN | A)? (EVERY | THE | WHOLE)* BUSINESS",
        "DONE",
        lambda found: DateMention("weekday_filter", weekdays=(1, 2, 3, 4, 5)),
        (("工作日的客单价", "工作日", "weekday_filter 1,2,3,4,5"),),
    ),
    Rule(
        "period over period",
        "(ZH_UNIT | COUNTED)? PREVIOUS",
        "COMPARE",
        _previous,
        (
            ("上季度销售额环比涨了多少", "环比", "comparison previous"),
            ("revenue MoM", "MoM", "comparison previous month"),
        ),
    ),
    Rule(
        "year over year",
        "ZH_UNIT? YEAR_EARLIER",
        "COMPARE",
        lambda found: DateMention("comparison", against="year"),
        (
            ("今年的订单数同比增长百分之几", "同比", "comparison year"),
            ("YoY change in first-time buyers", "YoY", "comparison year"),
        ),
    ),
    Rule(
        "same period of a unit",
        "YEAR_WORD POSS? DE? SAME_TIME | NUM ZH_YEAR DE? SAME_TIME | LAST UNIT DE? SAME_TIME | SAME "
        "(PERIOD_NOUN | COUNTED) (OF | IN | A)* THE? LAST COUNTED POSS?"
        "| SAME (PERIOD_NOUN | COUNTED) (OF | IN | A)* YEAR_AGO | THIS PERIOD_NOUN (OF | IN)* (LAST COUNTED | YEAR_AGO)"
        "| SAME (PERIOD_NOUN | COUNTED) (OF | IN)* THE? PRIOR COUNTED | LAST COUNTED POSS? SAME? PERIOD_NOUN",
        "COMPARE",
        _same_period_of,
        (
            ("跟去年同期比", "跟去年同期比", "comparison year"),
            ("compared with the same month a year ago", "compared with the same month a year ago", "comparison year"),
            ("vs the same period last year", "vs the same period last year", "comparison year"),
            ("较上月同期", "较上月同期", "comparison previous month"),
            ("与2024年同期相比", "与2024年同期相比", "same_period 2024-01-01/2025-01-01 year"),
        ),
        ("同期的复购率", "同期群留存表"),
    ),
    Rule(
        "relative previous",
        "(IN | A)? THE? AGAIN UNIT | (IN | A)? THE? COUNTED (BEFORE | PRIOR) THAT? | DAY_BEFORE THAT?",
        "RELATIVE",
        _relative_previous,
        (
            (
                "last month against the month before",
                "the month before",
                "relative_previous 2026-05-01/2026-06-01 month",
            ),
            ("再上个月呢", "再上个月", "relative_previous 2026-05-01/2026-06-01 month"),
            ("And the week before that?", "the week before that", "relative_previous 2026-06-22/2026-06-29 week"),
        ),
        ("the month before last",),
    ),
    Rule(
        "period before",
        "PREVIOUS_PERIOD",
        "COMPARE_WITH",
        lambda found: DateMention("comparison", against="previous"),
        (("revenue vs the previous period", "vs the previous period", "comparison previous"),),
    ),
    Rule(
        "anaphor",
        "(IN | A)? (ANAPHOR | SAME PERIOD_NOUN | (THAT | SAME) (HALF_YEAR | PERIOD_NOUN)) INSIDE?",
        "DONE",
        lambda found: DateMention("same_period"),
        (
            ("placing an order in that window", "in that window", "same_period"),
            ("那段时间的订单", "那段时间", "same_period"),
        ),
    ),
    Rule(
        "those units",
        "(IN | A)? (SAME | THOSE) NUMBER DASH? COUNTED PERIOD_NOUN? INSIDE? | THAT NUMBER (COUNTED | ZH_DAY) INSIDE",
        "DONE",
        lambda found: DateMention("same_period"),
        (
            ("placed an order in those 30 days", "in those 30 days", "same_period"),
            ("那30天里下过单", "那30天里", "same_period"),
        ),
        ("those 30 customers", "那3月呢", "那2025年呢"),
    ),
    Rule(
        "same period",
        "SAME_TIME",
        "SAME_TIME_DONE",
        lambda found: DateMention("same_period") if found.pieces[0].text.startswith("同") else None,
        (("近半年投诉过的客户，同期的复购率", "同期", "same_period"),),
        ("同期群留存",),
    ),
    Rule(
        "then",
        "THEN",
        "SAME_TIME_DONE",
        lambda found: DateMention("same_period"),
        (("当时是金卡的客户", "当时", "same_period"), ("who were gold at the time", "at the time", "same_period")),
    ),
    Rule(
        "that unit",
        "(IN | A)? THAT (ZH_UNIT | COUNTED) INSIDE?",
        "THAT_UNIT",
        _that_unit,
        (("那个月的新客", "那个月", "same_period month"), ("in that month", "in that month", "same_period month")),
    ),
    Rule(
        "all history",
        "IN? ALL_TIME (DE? INSIDE)?",
        "DONE",
        lambda found: DateMention("all_history"),
        (("历史累计消费满3000元", "历史累计", "all_history"), ("bought exactly once, ever?", "ever", "all_history")),
    ),
    Rule(
        "now",
        "NOW",
        "NOW_DONE",
        lambda found: DateMention("now"),
        (("现在会员总共多少人了", "现在", "now"), ("paid memberships are running right now", "right now", "now")),
    ),
    Rule(
        "current",
        "CURRENT | THIS (?= GAP | PLAN)",
        "DONE",
        lambda found: DateMention("now") if found.pieces[0].text.endswith("current") else None,
        (("current tier of gold members", "current", "now"),),
        ("this customer", "the current month"),
    ),
    Rule(
        "fiscal year",
        "(LAST | LAST_LAST | THIS | NEXT | PRIOR | YEAR_WORD)? (FISCAL | FISCAL_WORD (COUNTED | YEAR4)) (NUM | "
        "YEAR_SHORT)? | FISCAL_LABEL | NUM FISCAL",
        "P_FISCAL",
        _fiscal_year,
        (("本财年的销售额", "本财年", "fiscal_unset year"), ("FY25 revenue", "FY25", "fiscal_unset year")),
    ),
    Rule(
        "fiscal quarter",
        "(LAST | THIS | PRIOR | NEXT)? FISCAL_QUARTER",
        "P_FISCAL",
        _fiscal_quarter,
        (("本财季的销售额", "本财季", "fiscal_unset quarter"),),
    ),
)
