"""Filters of a request to bound conditions on the rows of one dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlglot import exp

from semantic_layer.engines.callers import ensure_wanted
from semantic_layer.model.lookup import find_field, policy_field, ways_in_doubt
from semantic_layer.model.model import Field, Model
from semantic_layer.query.requests import AllOf, AnyOf, FieldFilter, Filter, ListFilter, MetricFilter, NotOf, Scalar
from semantic_layer.query.result import ColumnType
from semantic_layer.resolve.binding import Binder, Bound, UnbindableError, wrapped
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.shown import AppliedFilter
from semantic_layer.sql.nodes import all_of, any_of, day_literal, number_literal
from semantic_layer.time.periods import Period

_TEXT_OPERATORS = ("contains", "not contains", "starts with", "ends with")
_LARGEST = 10**308
_COMPARISONS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


class BadValueError(ValueError):
    """A value does not fit the field's type."""

    def __init__(self, field_name: str, type_name: str, value: Scalar) -> None:
        super().__init__(field_name)
        self.field_name, self.type_name, self.value = field_name, type_name, value


@dataclass
class FilterBinder:
    """Binds filters for rows of one dataset, gathering the `datasets` that must be joined for them; what conditions on
    behaviour speak of is wanted of the context.

    `event_time` is the field of the time at which the rows happen, whose parts may be filtered by (`day_of_week`).
    """

    context: Context
    dataset: str
    event_time: Field | None = None
    datasets: set[str] = field(default_factory=set)

    def bind(self, condition: Filter) -> exp.Expr:
        """One bound boolean expression.

        Raises UnbindableError, TimePartError, BadValueError, KeyError (unknown name), CallerLeft.
        """
        ensure_wanted()
        if isinstance(condition, FieldFilter):
            return self._asked(condition)
        if isinstance(condition, MetricFilter):
            return self._population(condition)
        if isinstance(condition, AllOf):
            return exp.Paren(this=all_of(self.bind(each) for each in condition.all))
        if isinstance(condition, AnyOf):
            return any_of(self.bind(each) for each in condition.any)
        assert isinstance(condition, NotOf), "lists stand for their members' conditions by now"
        # unknown counts as not holding, so that its negation keeps the row
        inner = exp.Coalesce(this=exp.Paren(this=self.bind(condition.negated)), expressions=[exp.false()])
        return exp.Not(this=inner)

    def bind_policy(self, condition: FieldFilter) -> exp.Expr:
        """A row policy of the reader's, bound: the one way to a field that reaches through roles.

        Never for a filter of a request, whatever origin it claims. Raises as `bind` does.
        """
        limited = policy_field(self.context.model, condition.field, self.dataset)
        if limited is None:
            return self.bind(condition)
        return self._compared(condition, self.context.binder.field(limited, self.dataset), limited)

    def _asked(self, condition: FieldFilter) -> exp.Expr:
        model, binder = self.context.model, self.context.binder
        bound, found = bound_name(model, binder, condition.field, self.dataset, self.event_time)
        if condition.owner:
            binder.ensure_way(condition.owner, found.dataset, self.dataset)
        return self._compared(condition, bound, found)

    def _compared(self, condition: FieldFilter, bound: Bound, found: Field) -> exp.Expr:
        self.datasets |= bound.datasets
        return compare(wrapped(bound.expression), condition, found)

    def _population(self, condition: MetricFilter) -> exp.Expr:
        entity = self.context.model.entities[condition.per]
        key = self.context.binder.key(self.dataset, entity.dataset, entity.key)
        self.datasets |= key.datasets
        return self.context.want(key.expression, condition)


def bound_name(
    model: Model, binder: Binder, name: str, dataset: str, event_time: Field | None = None
) -> tuple[Bound, Field]:
    """What a group or filter names, bound for rows of `dataset`, and its field: a key by the foreign key where there
    is one. Raises UnbindableError, TimePartError, KeyError for a name that the model does not have."""
    if len(model.keys.get(name, ())) == 1:
        (home,) = model.keys[name]
        try:
            return binder.key(dataset, home.dataset, home.name), home
        except UnbindableError as error:
            raise UnbindableError(dataset, name, error.ways) from error
    found = find_field(model, name, dataset, event_time)
    if found is None:
        raise UnbindableError(dataset, name, ways_in_doubt(model, name, dataset))
    return binder.field(found, dataset), found


def fields_named(conditions: Iterable[Filter]) -> Iterator[str]:
    """The names of fields in filters on rows, however deep; those inside a metric's own filters are not on rows."""
    for condition in conditions:
        match condition:
            case FieldFilter():
                yield condition.field
            case AllOf():
                yield from fields_named(condition.all)
            case AnyOf():
                yield from fields_named(condition.any)
            case NotOf():
                yield from fields_named((condition.negated,))
            case MetricFilter() | ListFilter():
                pass


def behaviours(conditions: Iterable[Filter]) -> Iterator[MetricFilter]:
    """The conditions on behaviour in filters on rows, however deep; those inside a metric's own filters are not."""
    for condition in conditions:
        match condition:
            case MetricFilter():
                yield condition
            case AllOf():
                yield from behaviours(condition.all)
            case AnyOf():
                yield from behaviours(condition.any)
            case NotOf():
                yield from behaviours((condition.negated,))
            case FieldFilter() | ListFilter():
                pass


def holds(value: float, op: str, values: tuple[float, ...]) -> bool:
    """Whether a number meets a condition.

    >>> holds(0, "between", (0, 2)), holds(0, ">", (0,))
    (True, False)
    """
    first = values[0]
    match op:
        case "=":
            return value == first
        case "!=":
            return value != first
        case "<":
            return value < first
        case "<=":
            return value <= first
        case ">":
            return value > first
        case ">=":
            return value >= first
        case "top share":
            return False  # of nothing, nobody is at the top
        case _:
            return first <= value <= values[1]


def compare(left: exp.Expr, condition: FieldFilter, found: Field) -> exp.Expr:
    """The SQL of one comparison; values are checked against the field's type. Raises BadValueError.

    A day that a time is compared with is all of that day: times `<= 2026-01-31` include its last second.
    """
    values = literals(condition, found.qualified, found.type)
    if found.type != "timestamp" or condition.op in ("<", ">="):
        return comparison(left, condition.op, values)
    ends = tuple(_end_of_day(value) for value in condition.values)
    if not any(ends):
        return comparison(left, condition.op, values)
    return _by_day(left, condition.op, values, ends)


def _end_of_day(value: Scalar) -> exp.Expr | None:
    """The first moment after a day; None for a moment, and for the last of all days."""
    day = _moment(str(value))
    if isinstance(day, datetime) or day == date.max:
        return None
    return day_literal(day + timedelta(days=1))


def _by_day(left: exp.Expr, op: str, values: Sequence[exp.Expr], ends: Sequence[exp.Expr | None]) -> exp.Expr:
    """A comparison of a time with days, each from its value to before its end; without an end it is a moment."""
    value, end = values[-1], ends[-1]
    match op:
        case "=" | "in":
            return any_of(_within_day(left, *pair) for pair in zip(values, ends, strict=True))
        case "!=" | "not in":
            outside = exp.Not(this=any_of(_within_day(left, *pair) for pair in zip(values, ends, strict=True)))
            return exp.Paren(this=exp.Or(this=outside, expression=exp.Is(this=left.copy(), expression=exp.Null())))
        case "between":
            since = exp.GTE(this=left, expression=values[0])
            return exp.Paren(this=all_of([since, _until(left.copy(), value, end)]))
        case "<=":
            return _until(left, value, end)
        case _:
            assert op == ">" and end is not None, "the other comparisons of times"
            return exp.GTE(this=left, expression=end)


def _within_day(left: exp.Expr, value: exp.Expr, end: exp.Expr | None) -> exp.Expr:
    if end is None:
        return exp.EQ(this=left.copy(), expression=value)
    return exp.Paren(this=all_of([exp.GTE(this=left.copy(), expression=value), _until(left.copy(), value, end)]))


def _until(left: exp.Expr, value: exp.Expr, end: exp.Expr | None) -> exp.Expr:
    return exp.LTE(this=left, expression=value) if end is None else exp.LT(this=left, expression=end)


def comparison(left: exp.Expr, op: str, values: Sequence[exp.Expr]) -> exp.Expr:
    """The SQL of one comparison with literals."""
    match op:
        case "is null":
            return exp.Is(this=left, expression=exp.Null())
        case "is not null":
            return exp.Not(this=exp.Is(this=left, expression=exp.Null()))
        case "!=":
            return exp.NullSafeNEQ(this=left, expression=values[0])
        case "in":
            return exp.In(this=left, expressions=list(values))
        case "not in":
            outside = exp.Not(this=exp.In(this=left, expressions=list(values)))
            return exp.Paren(this=exp.Or(this=outside, expression=exp.Is(this=left.copy(), expression=exp.Null())))
        case "between":
            return exp.Between(this=left, low=values[0], high=values[1])
        case "contains" | "not contains" | "starts with" | "ends with":
            return _like(left, op, values[0].name)
        case op:
            return _COMPARISONS[op](this=left, expression=values[0])


def _like(left: exp.Expr, op: str, value: str) -> exp.Expr:
    text = value.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    before = "" if op == "starts with" else "%"
    after = "" if op == "ends with" else "%"
    like = exp.Escape(
        this=exp.Like(this=exp.Lower(this=left), expression=exp.Literal.string(before + text + after)),
        expression=exp.Literal.string("!"),
    )
    if op != "not contains":
        return like
    return exp.Not(this=exp.Coalesce(this=exp.Paren(this=like), expressions=[exp.false()]))


def literals(condition: FieldFilter, name: str, kind: ColumnType) -> tuple[exp.Expr, ...]:
    """The values of a condition as SQL of the type that `name` has. Raises BadValueError."""
    if condition.op in _TEXT_OPERATORS and kind != "text":
        raise BadValueError(name, kind, condition.values[0])
    return tuple(_literal(value, name, kind) for value in condition.values)


def _literal(value: Scalar, name: str, kind: ColumnType) -> exp.Expr:
    if kind in ("integer", "number") and isinstance(value, int | float) and not isinstance(value, bool):
        # compared as it is: a whole number may be too large to be made a float, and nan is less than nothing
        if -_LARGEST < value < _LARGEST:
            return number_literal(value)
        raise BadValueError(name, kind, value)
    if kind == "boolean" and isinstance(value, bool):
        return exp.true() if value else exp.false()
    if kind == "text" and isinstance(value, str):
        return exp.Literal.string(value)
    if kind in ("date", "timestamp") and isinstance(value, str):
        try:
            return day_literal(_moment(value) if kind == "timestamp" else date.fromisoformat(value))
        except ValueError:
            raise BadValueError(name, kind, value) from None
    raise BadValueError(name, kind, value)


def _moment(text: str) -> date:
    """A day, or a moment of one without a time zone. ValueError if the text is neither."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            raise
        return found


def told(asked: Iterable[Filter], policies: Iterable[FieldFilter]) -> tuple[AppliedFilter, ...]:
    """A request's conditions and the reader's policies as people are shown them; only the latter are of policies."""
    own = (each for condition in asked for each in applied(condition))
    found = [replace(each, origin="asked") if each.origin == "policy" else each for each in own]
    return (*found, *(replace(each, origin="policy") for condition in policies for each in applied(condition)))


def applied(condition: Filter) -> tuple[AppliedFilter, ...]:
    """The condition as people are shown it: one entry for each field comparison, one text for anything composed."""
    if isinstance(condition, FieldFilter):
        return (AppliedFilter(condition.field, condition.op, condition.values, condition.origin),)
    if isinstance(condition, MetricFilter):
        text = str(condition.period or Period())
        return (AppliedFilter(condition.metric, condition.op, condition.values, condition.origin, text),)
    if isinstance(condition, ListFilter):
        return (AppliedFilter(condition.list, "list", (), condition.origin),)
    if isinstance(condition, AllOf):
        return tuple(each for part in condition.all for each in applied(part))
    parts = condition.any if isinstance(condition, AnyOf) else (condition.negated,)
    word = "or" if isinstance(condition, AnyOf) else "not"
    inner = [each for part in parts for each in applied(part)]
    text = f" {word} ".join(_written(each) for each in inner)
    origin = inner[0].origin if inner else "asked"
    field_name = inner[0].field if inner else ""
    return (AppliedFilter(field_name, word, (), origin, f"not ({text})" if isinstance(condition, NotOf) else text),)


def _written(each: AppliedFilter) -> str:
    return each.text if each.op in ("or", "not") else f"{each.field} {each.op} {', '.join(map(str, each.values))}"
