"""A raw value becomes a figure that people read: unit, scale and language; nothing else is known here.

Rates are held as fractions (0.312) and shown as percent (31.2%); their differences are percentage points. Money is
scaled in Chinese (12.34万元), written out in English (¥123,400), each in its currency. Exact values stay in the table.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from math import isfinite

from chat_service.outcomes import Language
from semantic_layer import CURRENCIES, Currency, Value, is_money

_SUFFIX: dict[str, tuple[str, str]] = {
    "days": ("天", "days"),
    "hours": ("小时", "hours"),
    "minutes": ("分钟", "minutes"),
    "points": ("分", "points"),
    "points of 5": ("分（满分5）", "of 5"),
    "points of 100": ("分（满分100）", "of 100"),
    "times": ("倍", "times"),
    "orders per buyer": ("单/人", "orders per buyer"),
    "events per user": ("次/人", "events per user"),
}
NO_DATA: dict[Language, str] = {"zh": "无数据", "en": "no data"}
_YES_NO: dict[Language, tuple[str, str]] = {"zh": ("是", "否"), "en": ("yes", "no")}


def figure(value: Value, unit: str | None, language: Language) -> str:
    """The value with its unit; null is said to be no data.

    >>> figure(0.31234, "percent", "zh"), figure(123400, "CNY", "zh"), figure(123400, "CNY", "en")
    ('31.2%', '12.34万元', '¥123,400')
    >>> figure(12345, "count", "en"), figure(31.26, "days", "zh"), figure(None, "count", "zh")
    ('12,345', '31.3 天', '无数据')
    >>> figure(123400, "BRL", "zh"), figure(123400, "BRL", "en"), figure(-5.5, "USD", "en")
    ('12.34万雷亚尔', 'R$123,400', '-$5.50')
    """
    if value is None:
        return NO_DATA[language]
    if isinstance(value, bool):
        return _YES_NO[language][0 if value else 1]
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    if isinstance(value, float) and not isfinite(value):
        return NO_DATA[language]
    if unit == "percent":
        return f"{_percent(value)}%"
    if unit is not None and is_money(unit):
        return _money(value, CURRENCIES[unit], language)
    return _with_suffix(_number(value), unit, language)


def exact_figure(value: Value, unit: str | None, language: Language) -> str:
    """The value as a table shows it: money to the cent, rates to two decimals, no scaling to 万. What is not nothing is
    not shown as nothing, and nothing has no sign.

    >>> exact_figure(123456.789, "CNY", "zh"), exact_figure(0.31234, "percent", "en"), exact_figure(3.14159, None, "en")
    ('123,456.79', '31.23%', '3.14')
    >>> exact_figure(0.00004, "percent", "en"), exact_figure(-0.0, "percent", "en"), exact_figure(-0.001, "CNY", "en")
    ('0.004%', '0.00%', '0.00')
    """
    if value is None:
        return "—"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return figure(value, unit, language)
    if isinstance(value, float) and not isfinite(value):
        return "—"
    if unit == "percent":
        return f"{_two_decimals(value * 100)}%"
    if is_money(unit):
        return f"{_unsigned_zero(round(value, 2)):,.2f}"
    if isinstance(value, int) or (unit == "count" and value == int(value)):
        return f"{int(value):,}"
    return _two_decimals(value)


def signed_figure(value: Value, unit: str | None, language: Language) -> str:
    """A difference as a table shows it: with its sign, a rate's in percentage points.

    >>> signed_figure(0.05, "percent", "en"), signed_figure(-3, "count", "en"), signed_figure(None, "CNY", "zh")
    ('+5.00 pp', '-3', '—')
    >>> signed_figure(-0.00004, "percent", "en"), signed_figure(-0.0, "percent", "en")
    ('-0.004 pp', '0.00 pp')
    """
    if value is None or isinstance(value, bool) or not isinstance(value, int | float):
        return "—"
    if unit == "percent":
        return f"{_sign(value)}{_two_decimals(abs(value) * 100)} pp"
    shown = exact_figure(abs(value), unit, language)
    return _sign(value) + shown


def change_figure(change: float, unit: str | None, language: Language) -> str:
    """The size of a difference, without its sign; a rate's is in percentage points.

    >>> change_figure(-0.05, "percent", "zh"), change_figure(0.051, "percent", "en"), change_figure(-3, "count", "en")
    ('5.0 个百分点', '5.1 percentage points', '3')
    """
    if unit == "percent":
        return f"{_percent(abs(change))} " + ("个百分点" if language == "zh" else "percentage points")
    return figure(abs(change), unit, language)


def change_pct_figure(change_pct: float) -> str:
    """A relative change with its sign.

    >>> change_pct_figure(0.218), change_pct_figure(-0.05)
    ('+21.8%', '-5.0%')
    >>> change_pct_figure(-0.0004), change_pct_figure(-0.0)
    ('-0.04%', '0.0%')
    """
    return f"{_sign(change_pct)}{_percent(abs(change_pct))}%"


def threshold_figure(value: Value, unit: str | None, language: Language) -> str:
    """A value to compare with, as people say it: without decimals that say nothing.

    >>> threshold_figure(0.6, "percent", "en"), threshold_figure(0.125, "percent", "en")
    ('60%', '12.5%')
    """
    if unit == "percent" and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{round(value * 100, 4):g}%"
    return figure(value, unit, language)


def unit_name(unit: str | None, language: Language) -> str:
    """The unit as an axis or column head names it; empty for plain counts."""
    if unit == "percent":
        return "%"
    if unit is not None and is_money(unit):
        return CURRENCIES[unit].zh if language == "zh" else unit
    if unit in _SUFFIX:
        return _SUFFIX[unit][0 if language == "zh" else 1]
    return "" if unit in (None, "count") else str(unit)


def _percent(fraction: float) -> str:
    percent = fraction * 100
    if percent != 0 and abs(percent) < 0.1:
        return _two_digits(percent)
    return f"{_unsigned_zero(percent):,.1f}"


def _two_decimals(value: float) -> str:
    return f"{_unsigned_zero(value):,.2f}" if abs(value) >= 0.01 or value == 0 else _two_digits(value)


def _two_digits(value: float) -> str:
    """A small number by its first two digits, written out: 0.000012."""
    return format(Decimal(f"{value:.2g}"), "f")


def _unsigned_zero(value: float) -> float:
    return value or 0.0


def _sign(value: float) -> str:
    return "-" if value < 0 else "+" if value > 0 else ""


def _money(value: float, currency: Currency, language: Language) -> str:
    if language == "zh":
        for size, name in ((1e8, "亿"), (1e4, "万")):
            if abs(value) >= size:
                return f"{_four_digits(value / size)}{name}{currency.zh}"
        return (f"{value:,.2f}" if value != int(value) else f"{int(value):,}") + currency.zh
    sign = "-" if value < 0 else ""
    amount = f"{abs(value):,.0f}" if abs(value) >= 1000 or value == int(value) else f"{abs(value):,.2f}"
    return f"{sign}{currency.sign}{amount}"


def _four_digits(value: float) -> str:
    whole = len(str(int(abs(value))))
    text = f"{value:,.{max(0, 4 - whole)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    if abs(value) >= 10:
        return f"{value:,.1f}"
    return f"{value:,.2f}" if abs(value) >= 0.01 else _two_digits(value)


def _with_suffix(number: str, unit: str | None, language: Language) -> str:
    if unit in _SUFFIX:
        return f"{number} {_SUFFIX[unit][0 if language == 'zh' else 1]}"
    if unit in (None, "count"):
        return number
    return f"{number} {unit}"
