"""Numbers with what they count, and comparisons with them."""

from __future__ import annotations

import math

from chat_service.language.grammar.rule import Found, Rule
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Amount, Condition
from chat_service.translate.senses import Ask, NumberSense, Word
from semantic_layer import NumberOperator

_OPERATORS: dict[str, NumberOperator] = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "="}
_MIRRORED: dict[NumberOperator, NumberOperator] = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}

_COUNTING = tuple(word_set("counting_noun"))
_NUMBER_OF = tuple(word_set("number_of"))


def is_number(text: str) -> bool:
    """Whether words ask for a number of things: number of customers, 客户数."""
    return text.endswith(_COUNTING) or text.startswith(_NUMBER_OF)


def negated(op: NumberOperator) -> NumberOperator | None:
    """The comparison that holds where this one does not, if there is one."""
    return _MIRRORED.get(op)


def _amount(found: Found) -> Amount:
    number, unit = found.one("n", NumberSense), found.get("u", Ask)
    units = (*((number.unit,) if number.unit else ()), *(unit.what if unit is not None else ()))
    return Amount(number.value, units, number.is_ordinal, number.upto)


def _one_sided(found: Found) -> Condition | None:
    amount, before, after = found.one("n", Amount), found.said("op"), found.said("s")
    word = found.get("op", Word)
    if word is not None and word.text == "top":
        return None  # top 5: a rank; topped 5 and topping 5 compare
    if amount.is_ordinal or (before and before not in _OPERATORS) or (after and after not in _OPERATORS):
        return None
    op = _OPERATORS[after or before]
    if before and after and before not in ("eq", after):
        return None
    if word is not None and before == "eq" and word.text in word_set("no_more_than_it"):
        return None if not amount.units else Condition("=", (amount.value,), amount.units)
    value = amount.upto if amount.upto is not None and op in (">", "<=") else amount.value
    return Condition(op, (value,), amount.units)


def _passed(found: Found) -> Condition | None:
    """消费过万: so much or more."""
    amount = found.one("n", Amount)
    return Condition(">=", (amount.value,), amount.units) if amount.upto == math.inf else None


def _reached(found: Found) -> Word | None:
    """Fell below 55 %: where a number came to, told by the way it went; rose over 20 % says by how much."""
    word = found.one("o", Word)
    return word if word.text in word_set("level_passed") else None


def _range(found: Found) -> Condition | None:
    low, high = found.one("a", Amount), found.one("b", Amount)
    if low.value > high.value or low.is_ordinal or high.is_ordinal:
        return None
    marked = found.edges.get("open") or found.edges.get("close") or low.units or high.units
    to = found.one("to", Word)
    if not marked and to.text not in ("-", "~", *word_set("up_to")):
        return None
    return Condition("between", (low.value, high.value), high.units or low.units)


def _or_beyond(found: Found) -> Condition | None:
    """10次或者10次以上: the number once more, with what lies beyond it."""
    amount, condition = found.one("a", Amount), found.one("c", Condition)
    return condition if condition.op in (">=", "<=", ">", "<") and condition.values == (amount.value,) else None


def _choice(found: Found) -> Condition | None:
    low, high = sorted((found.one("a", Amount), found.one("b", Amount)), key=lambda each: each.value)
    if high.value - low.value != 1:
        return None
    return Condition("between", (low.value, high.value), high.units or low.units)


RULES = (
    Rule("amount", ("n=number u=unit?",), _amount, 0.0, "amount", ("3次 -> 3 times", "1000元 -> 1000 money")),
    Rule("prefix.lt", ("c=change.down o=prefix.lt",), _reached, -0.9, "fell below", ("fell below 3 -> < 3",)),
    Rule("prefix.gt", ("c=change.up o=prefix.gt",), _reached, -0.9, "rose above"),
    Rule(
        "condition",
        ("op=prefix ~ n=amount s=suffix?", "n=amount ~ s=suffix"),
        _one_sided,
        name="comparison",
        finds=("超过1000元 -> > 1000", "3次以上 -> >= 3", "at least twice -> >= 2", "6 or lower -> <= 6"),
        leaves=("前3个城市", "top 5 cities"),
    ),
    Rule("condition", ("n=amount",), _passed, -0.2, "so much or more", ("过万 -> >= 10000",)),
    Rule(
        "condition",
        (
            "open=prefix.between ~ a=amount to=range.to b=amount ~ close=suffix.between?",
            "a=amount to=range.to b=amount ~ close=suffix.between?",
        ),
        _range,
        -0.5,
        "range",
        ("1000到3000元之间 -> between 1000 3000", "between 18 and 24 -> between 18 24"),
    ),
    Rule(
        "condition",
        ("a=amount o=connective.or ~ c=condition",),
        _or_beyond,
        -1.5,
        "number or beyond",
        ("10次或者10次以上 -> >= 10",),
    ),
    Rule(
        "condition", ("a=amount o=connective.or ~ b=amount",), _choice, -0.4, "choice", ("a 9 or 10 -> between 9 10",)
    ),
)
