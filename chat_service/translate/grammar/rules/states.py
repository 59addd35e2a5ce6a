"""What people were at a time: who held gold at the end of 2025, 去年底还是银卡, 当时是金卡."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge, Found, Rule
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Held
from chat_service.translate.meaning.relations import Structure, versions
from chat_service.translate.senses import Ask, Values, When, Word

# rules of dates that read the end of a time, at which something was so
INSTANTS = frozenset({"edge of a year", "part of a month", "until"})

_HOLDING = "function.light.be_at|function.function.auxiliary"


def _says_held(found: Found) -> bool:
    asks = [word for name in ("h", "r") if (word := found.get(name, Ask)) is not None]
    if any("who" not in word.what for word in asks):
        return False
    said: list[Edge] = [*found.parts, *(found.edges[name] for name in ("h",) if name in found.edges)]
    words = (part.meaning.text if isinstance(part.meaning, Word) else part.meaning for part in said)
    return any(word in word_set("held_as") for word in words)


def _apart(found: Found) -> bool:
    """持有金卡的客户|今年: the time behind the people is not of what they held."""
    return found.edges["v"].start < found.edges["w"].start and found.passes(*word_set("possessive"))


def model_rules(structure: Structure) -> tuple[Rule, ...]:
    """Rules that look at which dimensions of people the model keeps versions of."""
    kept = versions(structure.model)

    def values_of(found: Found) -> Values | None:
        values = found.one("v", Values)
        held = any(name in kept for name in values.candidates)
        return values if held and not (values.only or values.both) else None

    def held(found: Found) -> Held | None:
        values, when = values_of(found), found.one("w", When)
        period = when.date.period
        if values is None or not _says_held(found) or period is None or period.end is None or _apart(found):
            return None
        return Held((), when, values)

    def then(found: Found) -> Held | None:
        values = values_of(found)
        return Held((), None, values) if values is not None and _says_held(found) else None

    return (
        Rule(
            "dated",
            (
                f"h=ask|{_HOLDING} ~ v=values ~ e=entity? ~ w=when",
                "w=when ~ j=connective.and? ~ v=values",
            ),
            held,
            -1.2,
            "state at a time",
            ("who held gold at the end of 2025 -> gold then", "去年底还是银卡 -> silver then"),
            ("6月为金卡会员发放的积分",),
        ),
        Rule("dated", ("t=date.same_period ~ v=values",), then, -1.2, "state then", ("当时是金卡 -> gold then",)),
    )
