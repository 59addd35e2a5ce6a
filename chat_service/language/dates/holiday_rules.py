"""First pass: holidays and shopping days by name, and the numbers that are names (618, 十一)."""

from __future__ import annotations

import re

from chat_service.language.dates.grammar import Found, Rule
from chat_service.language.dates.partial import PartialDate
from chat_service.language.dates.words import HOLIDAY_DECIMALS, HOLIDAY_NUMBERS


def _holiday(found: Found) -> PartialDate | None:
    piece = found.get("HOLIDAY")
    if piece is not None:
        return PartialDate(holiday=piece.text)
    number = found.one("HOLIDAY_NUMBER", "HOLIDAY_DECIMAL")
    if re.search(r"(?:超过|高于|大于|低于|少于|前|top|over|above|below|than|under|[<>=¥$]) ?$", found.before()):
        return None
    return PartialDate(holiday={**HOLIDAY_NUMBERS, **HOLIDAY_DECIMALS}[number.text])


def _october_first(found: Found) -> PartialDate | None:
    """十一 is National Day where nothing is counted."""
    if re.match(r"[个月号日次单位件笔家名人天点条种周万元块期岁]", found.after()) or re.search(
        "[第前后双近过]$", found.before()
    ):
        return None
    return PartialDate(holiday="national_day")


RULES: tuple[Rule, ...] = (
    Rule(
        "holiday",
        "(HOLIDAY | HOLIDAY_NUMBER) (HOLIDAY_TAIL | INSIDE)* WHOLE_UNIT? | HOLIDAY_DECIMAL (HOLIDAY_TAIL | WHOLE_UNIT)",
        "P_HOLIDAY",
        _holiday,
        (
            ("双十一的销售额", "双十一", "period 2025-11-11/2025-11-12 day"),
            ("618当天卖了多少", "618当天", "period 2026-06-18/2026-06-19 day"),
            ("春节期间的订单", "春节期间", "period 2026-02-15/2026-02-24"),
            ("orders on Black Friday", "on Black Friday", "period 2025-11-28/2025-11-29 day"),
        ),
        ("618个客户", "超过618的"),
    ),
    Rule(
        "National Day by its date",
        "ELEVEN (HOLIDAY_TAIL | INSIDE)*",
        "P_HOLIDAY",
        _october_first,
        (("十一期间的订单量", "十一期间", "period 2025-10-01/2025-10-09"),),
        ("十一个客户", "十一月的订单", "双十一"),
    ),
)
