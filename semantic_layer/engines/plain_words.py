"""DuckDB's many words for a thing made one, for all other dialects: what they rewrite then is one form of each.

After it: parts of an instant are EXTRACT; percentiles are a value and a share, never WITHIN GROUP; days are added as
intervals; an interval of a computed length is that many times an interval of one; truths are never summed or compared.
"""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.engines.rewriting import Rewrite, call, cast, parts
from semantic_layer.sql.value_types import kind_of

_PARTS: dict[type[exp.Expr], str] = {
    exp.Year: "YEAR",
    exp.Quarter: "QUARTER",
    exp.Month: "MONTH",
    exp.Week: "WEEK",
    exp.WeekOfYear: "WEEK",
    exp.Day: "DAY",
    exp.DayOfMonth: "DAY",
    exp.DayOfYear: "DOY",
    exp.DayOfWeek: "DOW",
    exp.DayOfWeekIso: "ISODOW",
    exp.Hour: "HOUR",
    exp.Minute: "MINUTE",
    exp.Second: "SECOND",
    exp.TimeToUnix: "EPOCH",
}
# names that sqlglot does not know as functions, and other spellings of a part
_NAMED_PARTS = {"isoyear": "ISOYEAR", "weekday": "DOW"}
_SPELLINGS = {"DAYOFWEEK": "DOW", "WEEKDAY": "DOW", "DAYOFYEAR": "DOY", "WEEKOFYEAR": "WEEK", "DAYS": "DAY"}
_FIRSTS = (exp.First, exp.Last)


def _extract(node: exp.Expr) -> exp.Expr:
    if type(node) in _PARTS:
        return exp.Extract(this=exp.var(_PARTS[type(node)]), expression=node.this)
    if isinstance(node, exp.Anonymous):
        name, arguments = node.name.lower(), node.expressions
        if name in _NAMED_PARTS and len(arguments) == 1:
            return exp.Extract(this=exp.var(_NAMED_PARTS[name]), expression=arguments[0])
        if name in ("date_part", "datepart") and len(arguments) == 2 and isinstance(arguments[0], exp.Literal):
            node = exp.Extract(this=exp.var(arguments[0].name), expression=arguments[1])
    if isinstance(node, exp.Extract):
        part = node.name.upper()
        node.set("this", exp.var(_SPELLINGS.get(part, part)))
    return node


def _since(node: exp.Expr) -> exp.Expr:
    """The seconds of a difference of instants as a difference of seconds, as few dialects take parts of intervals."""
    if not isinstance(node, exp.Extract) or node.name != "EPOCH":
        return node
    inner = node.expression.unnest()
    if not isinstance(inner, exp.Sub) or isinstance(inner.expression.unnest(), exp.Interval):
        return node
    sides = (exp.Extract(this=exp.var("EPOCH"), expression=side) for side in (inner.this, inner.expression))
    one, other = sides
    return exp.Paren(this=exp.Sub(this=one, expression=other))


def _years_of_age(node: exp.Expr) -> exp.Expr:
    """The whole years from one day to another, `date_part('year', age(day, birth_date))`: few dialects have AGE."""
    age = node.expression if isinstance(node, exp.Extract) and node.name == "YEAR" else None
    if not isinstance(age, exp.Anonymous) or age.name.lower() != "age" or len(age.expressions) != 2:
        return node
    if any(kind_of(each) != "date" for each in age.expressions):
        return node
    (last, last_day), (first, first_day) = ((_part("YEAR", each), _day_of_year(each)) for each in age.expressions)
    is_short = exp.If(this=exp.LT(this=last_day, expression=first_day), true=exp.Literal.number(1))
    rest = exp.Case(ifs=[is_short], default=exp.Literal.number(0))
    return exp.Paren(this=exp.Sub(this=exp.Sub(this=last, expression=first), expression=rest))


def _day_of_year(day: exp.Expr) -> exp.Expr:
    """Month and day as one number, such as 229."""
    month = exp.Mul(this=_part("MONTH", day), expression=exp.Literal.number(100))
    return exp.Add(this=month, expression=_part("DAY", day))


def _part(name: str, day: exp.Expr) -> exp.Extract:
    return exp.Extract(this=exp.var(name), expression=day.copy())


def _interval(node: exp.Expr) -> exp.Expr:
    """`INTERVAL (90) DAY` with its number alone; of a computed length, that many times one."""
    if not isinstance(node, exp.Interval) or node.this is None:
        return node
    length = node.this.unnest()
    if isinstance(length, exp.Literal):
        node.set("this", exp.Literal.string(length.name))
        return node
    if isinstance(length, exp.Neg) and isinstance(length.this, exp.Literal):
        node.set("this", exp.Literal.string(f"-{length.this.name}"))
        return node
    one = exp.Interval(this=exp.Literal.string("1"), unit=node.args["unit"])
    return exp.Paren(this=exp.Mul(this=parts(length), expression=one))


def _added(node: exp.Expr) -> exp.Expr:
    """`date_add(day, INTERVAL 1 DAY)`."""
    if isinstance(node, exp.DateAdd) and isinstance(node.expression.unnest(), exp.Interval | exp.Mul):
        return exp.Add(this=parts(node.this), expression=node.expression)
    return node


def _weeks(node: exp.Expr) -> exp.Expr:
    """Weeks between are whole sevens of days, as DuckDB counts them."""
    if isinstance(node, exp.DateDiff) and node.args.get("unit") is not None and node.args["unit"].name == "WEEK":
        days = exp.DateDiff(this=node.this, expression=node.expression, unit=exp.var("DAY"))
        return exp.IntDiv(this=days, expression=exp.Literal.number(7))
    return node


def _percentile(node: exp.Expr) -> exp.Expr:
    if type(node) is exp.Quantile:
        return exp.PercentileDisc(this=node.this, expression=node.args["quantile"])
    if not isinstance(node, exp.WithinGroup) or not isinstance(node.this, exp.PercentileCont | exp.PercentileDisc):
        return node
    order = node.expression.expressions[0]
    share = node.this.this
    if order.args.get("desc"):
        if isinstance(node.this, exp.PercentileDisc):
            return node
        share = exp.Paren(this=exp.Sub(this=exp.Literal.number(1), expression=share))
    return type(node.this)(this=order.this, expression=share)


def _truth(node: exp.Expr) -> exp.Expr:
    """Whether any, or all, of truths hold, and how many do."""
    if isinstance(node, exp.Max | exp.Min) and kind_of(node.this) == "boolean":
        return exp.LogicalOr(this=node.this) if isinstance(node, exp.Max) else exp.LogicalAnd(this=node.this)
    if isinstance(node, exp.Sum) and kind_of(node.this) == "boolean":
        node.set("this", cast(node.this, exp.DataType.Type.INT))
    return node


def _chosen(node: exp.Expr) -> exp.Expr:
    """`arg_max(a, b)` looks at rows that have both; `first(a ORDER BY b)` is the a of the least b."""
    if isinstance(node, exp.ArgMax | exp.ArgMin) and node.args.get("count") is None:
        known = exp.Not(this=exp.Is(this=parts(node.this.copy()), expression=exp.Null()))
        holder = node.parent
        if isinstance(holder, exp.Filter):
            holder.expression.set("this", exp.and_(holder.expression.this, known, copy=False))
            return node
        return exp.Filter(this=node, expression=exp.Where(this=known))
    if isinstance(node, _FIRSTS) and isinstance(node.this, exp.Order) and len(node.this.expressions) == 1:
        by = node.this.expressions[0]
        is_least = isinstance(node, exp.First) != bool(by.args.get("desc"))
        return (exp.ArgMin if is_least else exp.ArgMax)(this=node.this.this, expression=by.this)
    return node


def _geomean(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and node.name.lower() in ("geomean", "geometric_mean"):
        return exp.Exp(this=exp.Avg(this=exp.Ln(this=node.expressions[0])))
    return node


def _any_value(node: exp.Expr) -> exp.Expr:
    """Any value that is known; FILTER stands outside."""
    if isinstance(node, exp.IgnoreNulls) and isinstance(node.this, exp.AnyValue):
        return node.this
    return node


def _text(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Contains):
        return exp.Paren(
            this=exp.GT(this=exp.StrPosition(this=node.this, substr=node.expression), expression=exp.Literal.number(0))
        )
    name = node.name.lower() if isinstance(node, exp.Anonymous) else ""
    if name in ("suffix", "prefix") and len(node.expressions) == 2:
        one, other = node.expressions
        kind = exp.EndsWith if name == "suffix" else exp.StartsWith
        return _text(kind(this=one, expression=other))
    if isinstance(node, exp.EndsWith):
        wanted = node.expression
        end = exp.Substring(
            this=exp.Reverse(this=node.this), start=exp.Literal.number(1), length=exp.Length(this=wanted.copy())
        )
        return exp.Paren(this=exp.EQ(this=end, expression=exp.Reverse(this=wanted)))
    if isinstance(node, exp.Log) and node.args.get("expression") is None:
        # DuckDB's log is that of ten
        return exp.Log(this=exp.Literal.number(10), expression=node.this)
    return node


PLAIN: tuple[Rewrite, ...] = (
    _extract,
    _years_of_age,
    _since,
    _interval,
    _added,
    _weeks,
    _percentile,
    _truth,
    _chosen,
    _geomean,
    _any_value,
    _text,
)


def named(function: str) -> Rewrite:
    """Gives CALLs of another name: `named("MAKE_DATE")` for dates made of parts."""

    def rewrite(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.DateFromParts):
            return call(function, *(node.args[each] for each in ("year", "month", "day")))
        return node

    return rewrite
