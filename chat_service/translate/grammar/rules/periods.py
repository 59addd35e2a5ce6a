"""Dates as what is asked about, or as the other side of a comparison.

上个月 -> when; 跟去年同期比, vs last year, 比上周, the month before -> against; 6月生日 -> a value; 周末 -> values
"""

from __future__ import annotations

from datetime import date as day
from datetime import timedelta

from chat_service.language.dates.mention import DateMention
from chat_service.translate.grammar.categories import Against, Dated, Group, Item, Items, Node, Values, When
from chat_service.translate.grammar.matching import Found, is_a, is_any, parts, rewrite
from chat_service.translate.senses import DimensionSense, Mention, ValueSense
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.vocabulary import phrase_keys
from semantic_layer import GRAINS, Grain, Period

PERIOD_KINDS = ("period", "rolling", "open")
_PERIOD = "|".join(f"date.{kind}" for kind in PERIOD_KINDS)
_BIRTH_MONTH = (
    f"d=dimension|field ~ p={_PERIOD}",
    f"p={_PERIOD} ~ d=dimension|field",
)
_DATED = ("w=when ~ f=field", "f=field ~ w=when")
_COMPARED = (
    "v=versus|connective.and ~ b=date.relative_previous|date.comparison ~ w=versus?",
    f"v=versus ~ p={_PERIOD} ~ w=versus",
    f"v=versus|connective.and ~ p={_PERIOD} ~ w=versus",
    "b=date.relative_previous|date.comparison ~ w=versus",
    "b=date.relative_previous|date.comparison",
    "v=versus ~ l=date.duration t=follow.ever ~",
    f"o=prefix.gt ~ p={_PERIOD}",
    "o=prefix.gt y=number",
    f"v=versus ~ p={_PERIOD}",
)
# 和/跟/与 open a comparison only where 比 closes it, or nothing else could be joined
_WEAK_VERSUS = ("和", "与", "跟", "同", "than")


def read_calendar(items: Items, scope: Scope) -> Items:
    """Dates become periods, comparisons, grains, or values of the calendar's dimensions."""
    items = rewrite(items, _BIRTH_MONTH, lambda found, all_items: _birth_month(found, all_items, scope))
    items = rewrite(items, ("w=date.weekday_filter",), lambda found, all_items: _weekdays(found, scope))
    items = rewrite(items, (f"p={_PERIOD} b=date.relative_previous",), _right_before)
    items = rewrite(items, ("h=hours",), lambda found, all_items: _hours(found, scope))
    items = rewrite(items, _COMPARED, lambda found, all_items: _compared(found, all_items, scope))
    items = rewrite(items, (f"p={_PERIOD}",), _when)
    items = rewrite(items, ("w=when ~ d=date.duration",), _as_long)
    if any(is_any(item, "negation", "behaviour") for item in items):
        items = rewrite(items, ("o=prefix.gt|prefix.ge p=date.duration", "p=date.duration"), _lasting)
    items = rewrite(items, _DATED, lambda found, all_items: _dated(found, all_items, scope))
    return rewrite(items, ("g=date.grain|grain_noun",), _grain)


def _birth_month(found: Found, items: Items, scope: Scope) -> Node | None:
    """A month beside a dimension whose values are months of the year: born in June."""
    named, when = found.one("d"), found.one("p")
    if not isinstance(named, Mention) or not isinstance(when, Mention) or when.date is None or when.date.month is None:
        return None
    names = list(named.dimensions())
    if named.fields():  # a birthday by its date: the months of the same dataset stand for it
        datasets = {
            scope.model.fields[field].dataset for field in named.fields() if scope.model.fields[field].type == "date"
        }
        names += [
            d.name for d in scope.model.dimensions.values() if d.home.dataset in datasets and _is_month(d.name, scope)
        ]
    for name in names:
        if _is_month(name, scope):
            word = (ValueSense(name, when.date.month),)
            return Values(parts(items[found.first : found.last]), (word,), named=True)
    return None


def _is_month(dimension: str, scope: Scope) -> bool:
    return {str(code) for code in scope.model.dimensions[dimension].home.definition.values} == {
        str(n) for n in range(1, 13)
    }


def _weekdays(found: Found, scope: Scope) -> Node | None:
    item = found.one("w")
    assert isinstance(item, Mention), "dates and words are mentions"
    days = item.date.weekdays if item.date is not None and item.date.kind == "weekday_filter" else ()
    sundays = [s for s in scope.lexicon.senses(phrase_keys("sunday")) if isinstance(s, ValueSense) and not s.weak]
    if not days or not sundays:
        return None
    words = tuple(tuple(ValueSense(s.dimension, day) for s in sundays) for day in days)
    return Values((item,), words, named=True)


def _right_before(found: Found, items: Items) -> Node | None:
    """春节前一周: so long a time right before a day or holiday that is named, not a comparison with it."""
    named, before = found.one("p"), found.one("b")
    if not isinstance(named, Mention) or not isinstance(before, Mention) or named.end != before.start:
        return None
    period, unit = named.date.period if named.date is not None else None, before.date.unit if before.date else None
    days = {"day": 1, "week": 7}.get(unit or "")
    behind = items[found.last] if found.last < len(items) else None
    near = period is not None and period.days is not None and period.days <= 31 and period.grain in (None, "day")
    if not near or days is None or period is None or period.start is None or before.text[:1] != "前":
        return None
    if behind is not None and is_any(behind, "comparison.versus", "date.versus"):
        return None
    then = Period(period.start - timedelta(days=days), period.start)
    return When((named, before), DateMention("period", then, text=named.text + before.text))


def _as_long(found: Found, items: Items) -> Node | None:
    """端午假期三天: the length of the very time that is named says nothing more."""
    when, length = found.one("w"), found.one("d")
    date = length.date if isinstance(length, Mention) else None
    if not isinstance(when, When) or date is None or when.date.period is None or date.days != when.date.period.days:
        return None
    return When(parts(items[found.first : found.last]), when.date)


def _hours(found: Found, scope: Scope) -> Node | None:
    """After 8pm: the hours of the day, by the dimension that is called so."""
    item = found.one("h")
    assert isinstance(item, Mention), "hours are mentions"
    named = [s for s in scope.lexicon.senses(phrase_keys("hour of day")) if isinstance(s, DimensionSense)]
    if not named or item.date is not None:
        return None
    return Values((item,), tuple(tuple(ValueSense(s.name, hour) for s in named) for hour in item.hours()), named=True)


def _compared(found: Found, items: Items, scope: Scope) -> Node | None:
    del scope
    stretch = parts(items[found.first : found.last])
    before = found.one("b")
    if isinstance(before, Mention) and before.date is not None:
        date = before.date
        if date.kind == "comparison":
            return Against(stretch, date.against or "previous", unit=date.unit)
        return Against(stretch, "previous", unit=date.unit)
    if found.one("l") is not None:
        return _as_long_before(found, items)
    if found.one("o") is not None:
        return _over(found, items)
    opener, closer, when = found.one("v"), found.one("w"), found.one("p")
    if not isinstance(opener, Mention) or not isinstance(when, Mention) or when.date is None:
        return None
    if opener.text in (",", "、", ";", "+"):
        return None
    earlier = any(
        is_any(item, _PERIOD, *(f"date.{k}" for k in PERIOD_KINDS)) or isinstance(item, When)
        for item in items[: found.first]
    )
    if not _closed(opener, closer):
        return None
    later = any(is_any(item, *(f"date.{k}" for k in PERIOD_KINDS)) for item in items[found.last :])
    if not earlier and not later and opener.words("filler"):
        return None
    return Against(stretch, "period", when.date)


def _closed(opener: Mention, closer: Item | None) -> bool:
    """Whether a comparison that 和 or 跟 opens is closed by 比; others need no end, but no wrong one."""
    if closer is None:
        return opener.text not in _WEAK_VERSUS[:-1]
    return isinstance(closer, Mention) and is_any(closer, "comparison.versus", "date.versus")


def _as_long_before(found: Found, items: Items) -> Node | None:
    """'The past 90 days vs the 90 days before that': as long a time, right before the one asked for."""
    length, before = found.one("l"), found.one("t")
    asked = next((d for item in items[: found.first] if (d := dates_of(item)) is not None), None)
    if not isinstance(length, Mention) or length.date is None or asked is None or asked.kind != "rolling":
        return None
    if not isinstance(before, Mention) or before.text not in ("before", "previously"):
        return None
    if (asked.unit, asked.count) != (length.date.unit, length.date.count):
        return None
    return Against(parts(items[found.first : found.last]), "previous")


def _over(found: Found, items: Items) -> Node | None:
    """'Grew in 2025 over 2024': a change over a period of the same kind as the one asked for."""
    opener, year, when = found.one("o"), found.one("y"), found.one("p")
    if not isinstance(opener, Mention) or opener.text != "over" or not any(is_a(item, "change") for item in items):
        return None
    asked = next((d for item in items[: found.first] if (d := dates_of(item)) is not None), None)
    if asked is None or asked.kind != "period" or asked.period is None or asked.period.grain is None:
        return None
    date = when.date if isinstance(when, Mention) else None
    if isinstance(year, Mention) and year.number is not None and year.text.isdigit() and len(year.text) == 4:
        named = Period(day(int(year.text), 1, 1), day(int(year.text) + 1, 1, 1), "year")
        date = DateMention("period", named, unit="year", text=year.text)
    if date is None or date.period is None or date.period.grain != asked.period.grain:
        return None
    return Against(parts(items[found.first : found.last]), "period", date)


def _when(found: Found, items: Items) -> Node | None:
    item = found.one("p")
    assert isinstance(item, Mention) and item.date is not None, "the pattern asks for a date"
    return When(parts(items[found.first : found.last]), item.date)


def _dated(found: Found, items: Items, scope: Scope) -> Node | None:
    """A date that an entity carries, with a period: who registered this year."""
    field, when = found.one("f"), found.one("w")
    if not isinstance(field, Mention) or not isinstance(when, When) or field.metrics():
        return None
    times = tuple(name for name in field.fields() if scope.model.fields[name].definition.role == "time")
    if not times:
        return None
    return Dated(parts(items[found.first : found.last]), times, when)


def _lasting(found: Found, items: Items) -> Node | None:
    """三个月没下单, in 3 months: a length of time beside what was (not) done is the time up to today."""
    item = found.one("p")
    if not isinstance(item, Mention) or item.date is None or item.date.period is None:
        return None
    after = next((each for each in items[found.last :] if not is_a(each, "filler") or is_a(each, "negation")), None)
    before = item.text.isascii() and any(is_a(each, "negation") for each in items[: found.first])
    if not before and (after is None or not is_a(after, "negation")):
        return None
    return When(parts(items[found.first : found.last]), item.date)


def _grain(found: Found, items: Items) -> Node | None:
    item = found.one("g")
    assert isinstance(item, Mention), "grains are mentions"
    grain: Grain | None = None
    asked = item.text.startswith(("which", "what", "哪"))
    if item.date is not None and item.date.kind == "grain":
        grain, asked = item.date.unit, item.date.asked or asked
    nouns = item.words("grain_noun")
    grain = grain or next((each for each in GRAINS if nouns and each == nouns[0]), None)
    if grain is None or (nouns and item.is_filler):
        return None
    return Group(parts(items[found.first : found.last]), grain=grain, asked_which=asked)


def dates_of(item: Item) -> DateMention | None:
    """The date that an item is, if it is one."""
    return item.date if isinstance(item, (When, Mention)) else None
