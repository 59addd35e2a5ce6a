"""Conditions and periods whose names are right, and that still make no sense: values that nothing has, 80 for 80 %,
months that are none. What is surely wrong is a problem, what may be right is a caution of the context."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from semantic_layer.engines.callers import ensure_wanted
from semantic_layer.errors import Problem
from semantic_layer.model.model import Field, Model
from semantic_layer.query.cautions import FuturePeriod, LargeFraction, ValueNotInData
from semantic_layer.query.problems import NotAFraction, UnknownValue
from semantic_layer.query.requests import FieldFilter, Scalar
from semantic_layer.query.time_problems import EmptyPeriod, PeriodNotAUnit, PeriodOutOfRange
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.suggest import called, nearest_called, value_words
from semantic_layer.time.periods import Period, start_of, unit

FIRST_YEAR, LAST_YEAR = 1000, 9000
# a rate of twenty is 2,000 %: nobody asks for that, but many write percents so
_SURELY_PERCENT = 20
_NAMING = ("=", "!=", "in", "not in")


# ---- periods ----


def period_problems(period: Period | None, part: str, context: Context) -> Iterator[Problem]:
    """What is wrong with a period; an open or far end is cut, and one that is all to come is a caution."""
    if period is None:
        return
    starts = period.start is not None and not FIRST_YEAR <= period.start.year <= LAST_YEAR
    ends = period.end is not None and period.end.year < FIRST_YEAR
    if starts or ends:
        yield PeriodOutOfRange(part, str(period), FIRST_YEAR, LAST_YEAR)
        return
    if period.start is not None and period.start == period.end:
        yield EmptyPeriod(part, period.start)
    elif period.grain is not None and not _is_unit(whole_unit(period, context.as_of)):
        near = unit(period.grain, period.start or context.as_of)
        yield PeriodNotAUnit(part, str(period), period.grain, str(near))
    elif period.start is not None and period.start > context.as_of:
        context.cautions.append(FuturePeriod(part, str(period), str(context.as_of)))


def whole_unit(period: Period, today: date) -> Period:
    """A unit of time that is given up to today is the whole unit, which is not over: a comparison then cuts both
    sides alike. Any other period as it is.

    >>> str(whole_unit(Period(date(2026, 6, 29), date(2026, 7, 1), "week"), date(2026, 6, 30)))
    '2026-06-29/2026-07-06'
    """
    if period.grain is None or period.start is None or period.end != today + timedelta(days=1):
        return period
    whole = unit(period.grain, period.start)
    is_begun = whole.start == period.start and whole.end is not None and whole.end > period.end
    return whole if is_begun else period


def _is_unit(period: Period) -> bool:
    if period.grain is None or period.start is None or period.end is None:
        return False
    return period == unit(period.grain, start_of(period.grain, period.start))


# ---- values ----


def value_problems(condition: FieldFilter, found: Field, part: str, context: Context) -> Iterator[Problem]:
    """Values that the field never has. Those of a closed set are told from its codes; others, and codes that the model
    does not list, are looked up in the data: one query for each condition, until they were found once."""
    if context.values is None or context.model.is_guarded(found) or found.type not in ("text", "integer"):
        return
    words = {code: each for home in _homes(condition.field, found, context.model) for code, each in _words(home)}
    is_closed = bool(words) and not found.definition.open
    given = tuple(each for each in condition.values if isinstance(each, str if found.type == "text" else int))
    if condition.op not in _NAMING:
        if is_closed and found.type == "text" and not any(_matches(condition.op, str(v), words) for v in given):
            yield from (UnknownValue(part, condition.field, str(each), tuple(words)[:3]) for each in given)
        return
    if found.definition.role not in ("dimension", "key"):
        return
    doubtful = tuple(each for each in given if not is_closed or str(each) not in words)
    for value in context.values.absent(condition.field, doubtful) if doubtful else ():
        ensure_wanted()
        known = called(str(value), words)
        if is_closed or (known and str(value) not in known):
            yield UnknownValue(part, condition.field, str(value), nearest_called(str(value), words))
        else:
            yield from _not_in_data(value, condition.field, part, context)


def _not_in_data(value: Scalar, field: str, part: str, context: Context) -> Iterator[Problem]:
    assert context.values is not None, "checked by the caller"
    nearest = context.values.nearest(field, value) if isinstance(value, str) else ()
    context.cautions.append(ValueNotInData(part, field, str(value), nearest))
    yield from ()


def _homes(name: str, found: Field, model: Model) -> Iterable[Field]:
    return model.dimensions[name].fields if name in model.dimensions else (found,)


def _words(field: Field) -> Iterable[tuple[str, tuple[str, ...]]]:
    return value_words(field.definition.values).items()


def _matches(op: str, value: str, codes: Iterable[str]) -> bool:
    """Whether any code is chosen by a condition on text."""
    wanted, known = value.lower(), [code.lower() for code in codes]
    match op:
        case "contains":
            return any(wanted in code for code in known)
        case "starts with":
            return any(code.startswith(wanted) for code in known)
        case "ends with":
            return any(code.endswith(wanted) for code in known)
    return True


# ---- fractions ----


def fraction_problems(
    name: str, column_part: str, unit_of_it: str | None, values: Iterable[Scalar], part: str, context: Context
) -> Iterator[Problem]:
    """80 for 80 %: rates are fractions. A share is never over 1, and a rate never over 20; a change may be."""
    if unit_of_it != "percent":
        return
    for value in values:
        if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) <= 1:
            continue
        shown, percent = f"{value:g}", f"{value * 100:,g}"
        if column_part == "share" or (column_part != "change_pct" and abs(value) >= _SURELY_PERCENT):
            yield NotAFraction(part, name, shown, percent)
        elif column_part != "change_pct" or abs(value) > 2:
            context.cautions.append(LargeFraction(part, name, shown, percent))
