"""What the days of the week are called: a field that holds them need not say it."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.model.definitions import ValueWords
from semantic_layer.sql.parsing import Sql, parse_expression

_MONDAY_FIRST: tuple[ValueWords, ...] = tuple(
    ValueWords(zh=zh, en=(en, f"{en}s"))
    for en, zh in (
        ("Monday", ("周一", "星期一", "礼拜一", "每周一")),
        ("Tuesday", ("周二", "星期二", "礼拜二", "每周二")),
        ("Wednesday", ("周三", "星期三", "礼拜三", "每周三")),
        ("Thursday", ("周四", "星期四", "礼拜四", "每周四")),
        ("Friday", ("周五", "星期五", "礼拜五", "每周五")),
        ("Saturday", ("周六", "星期六", "礼拜六", "每周六")),
        ("Sunday", ("周日", "星期日", "星期天", "礼拜天", "周天", "每周日", "礼拜日")),
    )
)


def weekday_names(expression: str) -> dict[str | int, ValueWords]:
    """The names of the weekdays by number, where that is what the expression gives; nothing for any other.

    >>> weekday_names("extract(isodow FROM ordered_at)")[7].en
    ('Sunday', 'Sundays')
    >>> weekday_names("extract(dow FROM ordered_at)")[0].en, weekday_names("isodow + 1")
    (('Sunday', 'Sundays'), {})
    """
    if "dow" not in expression.lower():
        return {}
    sql = parse_expression(expression)
    part = sql.tree.this if isinstance(sql, Sql) and isinstance(sql.tree, exp.Extract) else None
    match part.name.upper() if isinstance(part, exp.Expr) else "":
        case "ISODOW":
            return dict(enumerate(_MONDAY_FIRST, 1))
        case "DOW":
            return {0: _MONDAY_FIRST[6], **dict(enumerate(_MONDAY_FIRST[:6], 1))}
        case _:
            return {}
