"""Numbers with what they count, and comparisons with them.

超过1000元, 3次以上, 两次及以上, 不足20%, 1000到3000元之间
more than 3, at least twice, 6 or lower, between 1,000 and 3,000 yuan, a 9 or 10
"""

from __future__ import annotations

from chat_service.translate.grammar.categories import Amount, Condition, Items, Node
from chat_service.translate.grammar.matching import Found, is_a, parts, rewrite
from chat_service.translate.senses import Mention
from chat_service.translate.words.scope import Scope
from semantic_layer import NumberOperator

_AMOUNT = ("n=number joined=filler.mark? u=unit", "n=number")
_RANGE = (
    "open=prefix.between? ~ a=amount to=range.to b=amount ~ close=suffix.between",
    "open=prefix.between ~ a=amount to=range.to b=amount",
    "a=amount to=range.to b=amount",
)
_CHOICE = ("a=amount or=connective.or ~ b=amount",)
_ONE_SIDED = (
    "op=prefix n=amount s=suffix",
    "n=amount s=suffix",
    "op=prefix n=amount",
    "op=prefix joined=filler ~ n=amount",
)
_OPERATORS: dict[str, NumberOperator] = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "="}
_MIRRORED: dict[NumberOperator, NumberOperator] = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def read_quantities(items: Items, scope: Scope) -> Items:
    """Numbers become amounts, amounts with comparators become conditions."""
    del scope
    items = _prefix_behind_verb(items)
    items = rewrite(items, _AMOUNT, _amount)
    items = rewrite(items, _RANGE, _range)
    items = rewrite(items, _CHOICE, _choice)
    return rewrite(items, _ONE_SIDED, _one_sided)


def _prefix_behind_verb(items: Items) -> Items:
    """至少投诉过一次: a comparator before a verb compares the number behind it."""
    result = list(items)
    for at in range(len(result) - 2):
        opener, verb, number = result[at : at + 3]
        if not (isinstance(opener, Mention) and is_a(opener, "prefix") and not is_a(opener, "prefix.between")):
            continue
        if isinstance(verb, Mention) and verb.behaviours() and is_a(number, "number") and not is_a(verb, "number"):
            result[at : at + 2] = [verb, opener]
    return tuple(result)


def _amount(found: Found, items: Items) -> Node | None:
    number = found.one("n")
    if not isinstance(number, Mention) or number.number is None:
        return None
    if any(sense_is_date(m) for m in (number,)):
        return None
    unit = found.one("u")
    units = unit.words("unit") if isinstance(unit, Mention) else ()
    sense = number.number
    if sense.unit is not None:
        units = (sense.unit, *units)
    return Amount(parts(items[found.first : found.last]), sense.value, units, sense.is_ordinal, sense.upto)


def sense_is_date(mention: Mention) -> bool:
    """Whether the same stretch is a date too, which is read first."""
    return mention.date is not None


def _range(found: Found, items: Items) -> Node | None:
    low, high = found.one("a"), found.one("b")
    if not isinstance(low, Amount) or not isinstance(high, Amount) or low.value > high.value:
        return None
    if low.is_ordinal or high.is_ordinal:
        return None
    bare = not (low.units or high.units or found.one("close") or found.one("open"))
    to = found.one("to")
    if bare and not (isinstance(to, Mention) and to.text in ("-", "~", "to", "到", "至")):
        return None
    units = high.units or low.units
    return Condition(parts(items[found.first : found.last]), "between", (low.value, high.value), units)


def _choice(found: Found, items: Items) -> Node | None:
    """'a 9 or 10': the values from the one to the other, where they are neighbours."""
    low, high = found.one("a"), found.one("b")
    if not isinstance(low, Amount) or not isinstance(high, Amount) or abs(high.value - low.value) != 1:
        return None
    ends = (min(low.value, high.value), max(low.value, high.value))
    return Condition(parts(items[found.first : found.last]), "between", ends, high.units or low.units)


def _one_sided(found: Found, items: Items) -> Node | None:
    amount, op, suffix = found.one("n"), found.one("op"), found.one("s")
    if not isinstance(amount, Amount) or amount.is_ordinal:
        return None
    meaning = None
    if isinstance(op, Mention):
        kinds = [kind for kind in op.words("prefix") if kind in _OPERATORS]
        ranks = op.words("rank") and set(amount.units) <= {"place", "each", "people"}
        if ranks or not kinds:
            return None
        if kinds[0] == "eq" and found.one("joined") is not None:
            return None
        meaning = _OPERATORS[kinds[0]]
    if isinstance(suffix, Mention):
        kinds = [kind for kind in suffix.words("suffix") if kind in _OPERATORS]
        if not kinds:
            return None
        after = _OPERATORS[kinds[0]]
        if meaning is None or meaning == "=":
            meaning = after
        elif meaning != after and meaning[0] != after[0]:
            return None
    if meaning is None:
        return None
    value = amount.upto if amount.upto is not None and meaning in (">", "<=") else amount.value
    return Condition(parts(items[found.first : found.last]), meaning, (value,), amount.units)


def negated(op: NumberOperator) -> NumberOperator | None:
    """The comparison that holds where this one does not, if there is one."""
    return _MIRRORED.get(op)
