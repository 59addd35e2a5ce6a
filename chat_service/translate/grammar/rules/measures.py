"""What is measured: metrics by name, their averages and statistics, and comparisons with them."""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Found, Rule
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Amount, Bound, Condition, Measure
from chat_service.translate.senses import Ask, Names, Word
from semantic_layer import NumberOperator


def _measure(found: Found) -> Measure:
    names = found.one("m", Names)
    return Measure(names.names, names.text)


def _spread(found: Found) -> Measure | None:
    measure, word = found.one("m", Measure), found.get("q", Word)
    if word is not None and word.text in word_set("signifies") and found.edges["m"].end <= found.edges["q"].start:
        return None  # what churn rate means
    return None if measure.statistic else replace(measure, statistic=found.said("q"))


def _field(found: Found) -> Measure:
    names = found.one("f", Names)
    return Measure(names.names, names.text, found.said("q"))


def _bound(found: Found) -> Bound | None:
    measure, condition = found.one("m", Measure), found.one("c", Condition)
    if found.passes(*word_set("has_so_many")) and not condition.units:
        return None  # customers with at least one complaint: so many of what follows
    return Bound(measure.metrics, (), condition, measure.text)


def _passed(found: Found) -> Bound | None:
    """退款率过了4.5%, 比3.5%高: above the number, or below it."""
    measure, amount = found.one("m", Measure), found.one("n", Amount)
    if amount.is_ordinal or amount.upto is not None:
        return None
    op: NumberOperator = "<" if found.said("d") == "less" else ">"
    return Bound(measure.metrics, (), Condition(op, (amount.value,), amount.units), measure.text)


def _scored(found: Found) -> Bound | None:
    """满意度打5分, NPS给了9分: a score that was given, just so high."""
    measure, amount = found.one("m", Measure), found.one("n", Amount)
    given = found.passes(*word_set("gives_score")) and "points" in amount.units and amount.upto is None
    return Bound(measure.metrics, (), Condition("=", (amount.value,), amount.units), measure.text) if given else None


def _fact(found: Found) -> Bound:
    names = found.one("f", Names)
    return Bound((), names.names, found.one("c", Condition), names.text)


def _none(found: Found) -> Bound | None:
    measure, word = found.one("m", Measure), found.one("n", Word)
    if found.said("n") == "nor" or word.text.startswith(("not", "are", "is", "不是", "非")):
        return None  # are not churned: people are told by what they are
    return Bound(measure.metrics, (), Condition("=", (0.0,)), measure.text)


def _some(found: Found) -> Bound | None:
    measure, amount = found.one("m", Measure), found.one("n", Amount)
    if amount.is_ordinal or amount.upto is not None or measure.statistic or found.passes(*word_set("possessive")):
        return None
    if set(amount.units) - {"orders", "times", "each", "units", "people", "place", "points"}:
        return None
    return Bound(measure.metrics, (), Condition("=", (amount.value,), amount.units), measure.text)


_UNIT_ASKS = {
    "points": "points",
    "money": "money",
    "days": "long",
    "hours": "long",
    "minutes": "long",
    "times": "times",
}


def _asks_unit(found: Found) -> Ask | None:
    asks, unit = found.one("a", Ask), found.one("u", Ask)
    what = tuple(dict.fromkeys(_UNIT_ASKS[each] for each in unit.what if each in _UNIT_ASKS))
    what = ("how_much",) if unit.text in word_set("percentage_points") else what
    return Ask(what, f"{asks.text} {unit.text}") if {"how_many", "how_much"} & set(asks.what) and what else None


_SPREADS = "average|statistic.median|statistic.extreme"
RULES = (
    Rule("ask", ("a=ask u=unit",), _asks_unit, -0.3, "quantity asked for", ("how many points -> points",)),
    Rule("measure", ("m=metric",), _measure, 0.0, "metric", ("复购率 -> repurchase_rate",)),
    Rule(
        "measure",
        (f"q={_SPREADS} ~ m=measure", f"m=measure ~ q={_SPREADS}"),
        _spread,
        -0.4,
        "mean of a metric",
        ("人均订单数 -> orders per head", "average revenue per customer -> revenue per head"),
    ),
    Rule("measure", (f"q={_SPREADS} ~ f=field", f"f=field ~ q={_SPREADS}"), _field, -0.3, "statistic of a field"),
    Rule(
        "bound",
        ("m=measure ~ c=condition", "c=condition ~ m=measure"),
        _bound,
        -0.5,
        "metric compared",
        ("复购率低于20% -> < 0.2", "more than 3 orders -> orders > 3"),
    ),
    Rule(
        "bound",
        ("m=measure ~ p=prefix.past ~ n=amount", "m=measure ~ v=comparison.versus ~ n=amount ~ d=comparative"),
        _passed,
        -0.5,
        "metric past a number",
        ("退款率过了4.5% -> > 0.045", "退款率比3.5%高 -> > 0.035"),
    ),
    Rule("bound", ("m=measure ~ n=amount",), _scored, -0.5, "score given", ("满意度打5分 -> = 5",)),
    Rule("bound", ("f=field ~ c=condition", "c=condition ~ f=field"), _fact, -0.5, "field compared"),
    Rule("bound", ("n=negation ~ m=measure",), _none, 0.0, "none of a metric", ("no orders -> orders = 0",)),
    Rule("bound", ("n=amount ~ m=measure",), _some, 0.3, "so many of a metric", ("2 orders -> orders = 2",)),
)
