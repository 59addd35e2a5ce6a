"""A raw value becomes a figure that people read: unit, scale and language; nothing else is known here.

Rates are held as fractions (0.312) and shown as percent (31.2%); their differences are percentage points. Money is
scaled in Chinese (12.34万元), written out in English (¥123,400), each in its currency. Figures that stand together
have one scale, and as many decimals as the greatest of them needs. A metric's own format comes before all of this.
Exact values stay in the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from math import floor, isfinite, log10
from typing import TypeGuard

from chat_service.language.phrases import said
from semantic_layer import AS_USUAL, CURRENCIES, Format, Language, Phrase, Value, is_money

NO_DATA = Phrase("无数据", "no data")
_NOTHING, _NEARLY_NOTHING = "—", "≈0"
_YES_NO = {True: Phrase("是", "yes"), False: Phrase("否", "no")}
_UNDER = Phrase("不到 {least}", "under {least}")
_POINTS, _SHORT_POINTS = Phrase("{amount} 个百分点", "{amount} percentage points"), Phrase("个百分点", "pp")
_AMOUNT = Phrase("{sign}{amount}{scale}{zh}", "{sign}{symbol}{amount}{scale}")
_CURRENCY = Phrase("{zh}", "{code}")
# a language without a name for a size writes amounts out
_LARGE = ((1e8, Phrase("亿", "")), (1e4, Phrase("万", "")))
_COMPACT = (*_LARGE, *((size, Phrase("", name)) for size, name in ((1e9, "B"), (1e6, "M"), (1e3, "K"))))
# less likely by chance than this, how much less says nothing more
_DAY = 24  # hours
_CERTAIN, _UNLIKELY = 0.001, "<0.001"
_HALF, _MANY, _LEAST = 0.5, 20, 0.1  # of a size: see `_size`
_UNITS: dict[str, Phrase] = {
    "days": Phrase("天", "days"),
    "hours": Phrase("小时", "hours"),
    "minutes": Phrase("分钟", "minutes"),
    "points": Phrase("分", "points"),
    "points of 5": Phrase("分（满分5）", "of 5"),
    "points of 100": Phrase("分（满分100）", "of 100"),
    "times": Phrase("倍", "times"),
    "orders per buyer": Phrase("单/人", "orders per buyer"),
    "events per user": Phrase("次/人", "events per user"),
    "units per order": Phrase("件/单", "units per order"),
    "users per day": Phrase("人/天", "users per day"),
    "p-value": Phrase("", ""),
}
_MOST_DECIMALS = 4


@dataclass(frozen=True)
class Scale:
    """How figures that stand together are written: divided by `size`, of that name, with so many decimals."""

    unit: str | None
    language: Language
    size: float = 1.0
    decimals: int = 0
    name: str = ""
    is_change: bool = False
    format: Format = AS_USUAL

    def figure(self, value: Value) -> str:
        """A value with its unit; null is said to be no data, and a little more than nothing not to be nothing."""
        if not _is_number(value):
            return _plain(value, self.language) or said(NO_DATA, self.language)
        amount, sign = abs(value) / self.size, "-" if value < 0 and not self.is_change else ""
        if 0 < amount < self._least / 2:
            return said(_UNDER, self.language, least=self._with_unit(self._least, ""))
        return self._with_unit(amount, sign)

    def bare(self, value: Value, *, signed: bool = False) -> str:
        """A value as a column has it, whose head names the unit: only percent keeps its sign."""
        if not _is_number(value):
            return _plain(value, self.language) or _NOTHING
        if self.unit == "p-value":
            return _UNLIKELY if value < _CERTAIN else f"{value:.3f}"
        amount, mark = abs(value) / self.size, "%" if self.unit == "percent" and not self.is_change else ""
        if 0 < amount < self._least / 2:
            return _NEARLY_NOTHING if signed or value < 0 else f"<{self._least:.{self.decimals}f}{self.name}{mark}"
        sign = "-" if value < 0 else "+" if value > 0 and signed else ""
        return f"{sign}{amount:,.{self.decimals}f}{self.name}{mark}"

    @property
    def head(self) -> str:
        """The unit of a column of bare values; empty for counts, and for percent, which each value has."""
        if self.unit == "percent":
            return said(_SHORT_POINTS, self.language) if self.is_change else ""
        return unit_name(self.unit, self.language, self.format)

    @property
    def _least(self) -> float:
        return 10.0**-self.decimals

    def _with_unit(self, amount: float, sign: str) -> str:
        written, unit = f"{amount:,.{self.decimals}f}", self.unit
        if unit == "percent":
            return said(_POINTS, self.language, amount=written) if self.is_change else f"{sign}{written}%"
        if unit is not None and is_money(unit):
            currency = CURRENCIES[unit]
            if self.format.currency is not None:
                mark = currency.sign if self.format.currency == "symbol" else f"{unit} "
                return f"{sign}{mark}{written}{self.name}"
            return said(
                _AMOUNT, self.language, sign=sign, amount=written, scale=self.name, zh=currency.zh, symbol=currency.sign
            )
        suffix = unit_name(unit, self.language)
        return f"{sign}{written}{self.name} {suffix}" if suffix else f"{sign}{written}{self.name}"


def scale_of(
    values: Iterable[Value],
    unit: str | None,
    language: Language,
    how: Format = AS_USUAL,
    *,
    is_change: bool = False,
    scaled: bool = True,
) -> Scale:
    """The scale of figures that are read together: the greatest decides, so that all have one unit. Without `scaled`
    amounts are written out whatever the language, as in a column. Differences (`is_change`) have no sign of their own.

    >>> both = scale_of((885300, 7931.6), "CNY", "zh")
    >>> both.figure(885300), both.figure(7931.6)
    ('88.53万元', '0.79万元')
    >>> scale_of((0.312, 0.0004), "percent", "en").figure(0.0004), scale_of((0.0004,), "percent", "en").figure(0.0004)
    ('under 0.1%', '0.04%')
    >>> scale_of((885300.5, 12), "CNY", "zh", scaled=False).bare(12)
    '12'
    >>> both = scale_of((1234567, 98000), "count", "en", Format(compact=True, decimals=1))
    >>> both.bare(98000), figure(1234567, "count", "en", Format(compact=True)), figure(98000, "CNY", "zh", both.format)
    ('98.0K', '1.23M', '9.8万元')
    """
    numbers = [abs(value) for value in values if _is_number(value)]
    is_usual = how.compact is None and how.decimals is None
    sizes = _COMPACT if how.compact else _LARGE if is_money(unit) and scaled and is_usual else ()
    size, name = (0.01, "") if unit == "percent" else _size(numbers, language, sizes)
    decimals = _usual_decimals(numbers, unit, size, is_change=is_change) if how.decimals is None else how.decimals
    return Scale(unit, language, size, decimals, name, is_change, how)


def _usual_decimals(numbers: list[float], unit: str | None, size: float, *, is_change: bool) -> int:
    largest = max(numbers, default=0.0)
    if unit == "percent":
        return _needed(numbers, size, 1 if is_change else _digits(largest * 100, 1), 1)
    if size != 1:
        return _needed(numbers, size, 2 if largest / size < 100 else 1 if largest / size < 1000 else 0, 0)
    if all(number == int(number) for number in numbers) or (is_money(unit) and largest >= 1000):
        return 0
    if is_money(unit):
        return 2  # nothing is less than a cent
    return 1 if largest >= (1 if is_change else 10) else _digits(largest, 2)


def figure(value: Value, unit: str | None, language: Language, how: Format = AS_USUAL) -> str:
    """The value with its unit; null is said to be no data.

    >>> figure(0.31234, "percent", "zh"), figure(123400, "CNY", "zh"), figure(123400, "CNY", "en")
    ('31.2%', '12.34万元', '¥123,400')
    >>> figure(12345, "count", "en"), figure(31.26, "days", "zh"), figure(None, "count", "zh")
    ('12,345', '31.3 天', '无数据')
    >>> figure(123400, "BRL", "zh"), figure(123400, "BRL", "en"), figure(-5.5, "USD", "en")
    ('12.34万雷亚尔', 'R$123,400', '-$5.50')
    >>> figure(123400, "CNY", "zh", Format(decimals=2)), figure(1.234, "CNY", "en", Format(currency="code"))
    ('123,400.00元', 'CNY 1.23')
    """
    return scale_of((value,), unit, language, how).figure(value)


def exact_figure(value: Value, unit: str | None, language: Language, how: Format = AS_USUAL) -> str:
    """One value by itself as a pointer on a drawing tells it: money to the cent, rates to two decimals.

    >>> exact_figure(123456.789, "CNY", "zh"), exact_figure(0.31234, "percent", "en"), exact_figure(3.14159, None, "en")
    ('123,456.79', '31.23%', '3.14')
    >>> exact_figure(0.00004, "percent", "en"), exact_figure(-0.0, "percent", "en"), exact_figure(-0.001, "CNY", "en")
    ('0.004%', '0.00%', '0.00')
    """
    if not _is_number(value):
        return _plain(value, language) or _NOTHING
    if how.decimals is not None:
        return scale_of((value,), unit, language, Format(decimals=how.decimals)).bare(value)
    if unit == "percent":
        return f"{_two_decimals(value * 100)}%"
    if is_money(unit):
        return f"{round(value, 2) or 0.0:,.2f}"
    return f"{value:,.0f}" if value == int(value) and unit in (None, "count") else _two_decimals(value)


def change_figure(change: float, unit: str | None, language: Language, how: Format = AS_USUAL) -> str:
    """The size of a difference, without its sign; a rate's is in percentage points.

    >>> change_figure(-0.05, "percent", "zh"), change_figure(0.051, "percent", "en"), change_figure(-3, "count", "en")
    ('5.0 个百分点', '5.1 percentage points', '3')
    >>> change_figure(0.000087, "percent", "zh")
    '不到 0.1 个百分点'
    """
    return scale_of((change,), unit, language, how, is_change=True).figure(change)


def change_pct_figure(change_pct: float) -> str:
    """A relative change with its sign.

    >>> change_pct_figure(0.218), change_pct_figure(-0.05)
    ('+21.8%', '-5.0%')
    >>> change_pct_figure(-0.0004), change_pct_figure(-0.0)
    ('-0.04%', '0.0%')
    """
    return scale_of((change_pct,), "percent", "en").bare(change_pct, signed=True)


def threshold_figure(value: Value, unit: str | None, language: Language) -> str:
    """A value to compare with, as people say it: without decimals that say nothing.

    >>> threshold_figure(0.6, "percent", "en"), threshold_figure(0.125, "percent", "en")
    ('60%', '12.5%')
    >>> threshold_figure(1440, "minutes", "en"), threshold_figure(90, "minutes", "en")
    ('24 hours', '90 minutes')
    """
    if unit == "percent" and _is_number(value):
        return f"{round(value * 100, 4):g}%"
    if unit == "minutes" and _is_number(value) and value >= 60 and value % 60 == 0:
        return figure(value / 60, "hours", language)
    return figure(value, unit, language)


def lasting(hours: float | None, language: Language) -> str:
    """A time as it is read most easily: minutes for less than an hour, days from a day on.

    >>> lasting(0.23, "zh"), lasting(6.5, "en"), lasting(187.2, "en"), lasting(0.0, "en")
    ('13.8 分钟', '6.50 hours', '7.80 days', '0 days')
    """
    if hours is not None and 0 < hours < 1:
        return figure(hours * 60, "minutes", language)
    if hours is not None and 1 <= hours < _DAY:
        return figure(hours, "hours", language)
    return figure(hours if hours is None else hours / _DAY, "days", language)


def unit_name(unit: str | None, language: Language, how: Format = AS_USUAL) -> str:
    """The unit as an axis or column head names it; empty for plain counts."""
    if unit == "percent":
        return "%"
    if unit is not None and is_money(unit):
        own = {None: said(_CURRENCY, language, zh=CURRENCIES[unit].zh, code=unit), "symbol": CURRENCIES[unit].sign}
        return own.get(how.currency, unit).strip()
    if unit in _UNITS:
        return said(_UNITS[unit], language)
    return "" if unit in (None, "count") else str(unit)


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _plain(value: Value, language: Language) -> str:
    """What is no number, as text; nothing for what is no value."""
    match value:
        case bool():
            return said(_YES_NO[value], language)
        case datetime():
            return value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case str():
            return value
    return ""


def _size(numbers: list[float], language: Language, sizes: Iterable[tuple[float, Phrase]]) -> tuple[float, str]:
    """How amounts are shortened: by the largest size that leaves something of the least of them; where they are too far
    apart for that, not at all."""
    largest, least = max(numbers, default=0.0), min(filter(None, numbers), default=0.0)
    for size, phrase in sizes:
        name = said(phrase, language)
        is_near = least >= size * _HALF or (largest >= size * _MANY and least >= size * _LEAST)
        if name and largest >= size and is_near:
            return size, name
    return 1.0, ""


def _digits(largest: float, usual: int) -> int:
    """Decimals that show two digits of the greatest figure, no fewer than usual; what is smaller is next to nothing.

    >>> _digits(0.0123, 2), _digits(2.6e-27, 2)
    (3, 4)
    """
    return usual if largest >= 1 or not largest else max(usual, min(1 - floor(log10(largest)), _MOST_DECIMALS))


def _needed(numbers: list[float], size: float, decimals: int, least: int) -> int:
    """Decimals of a figure that stands alone, without zeros that say nothing: 282万, not 282.0万."""
    while (
        len(numbers) == 1
        and decimals > least
        and round(numbers[0] / size, decimals) == round(numbers[0] / size, decimals - 1)
    ):
        decimals -= 1
    return decimals


def _two_decimals(value: float) -> str:
    shown = value or 0.0
    return (
        f"{shown:,.2f}" if abs(value) >= 0.01 or not value else f"{value:.{1 - floor(log10(abs(value)))}f}".rstrip("0")
    )
