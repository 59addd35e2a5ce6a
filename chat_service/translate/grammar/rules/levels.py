"""All levels from one up or down: 金卡及以上, at least gold, 35岁以上. The codes of an ordered dimension are levels."""

from __future__ import annotations

import re

from chat_service.language.grammar.rule import Found, Rule
from chat_service.translate.grammar.categories import Condition
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.senses import Values, ValueSense

BEYOND = "beyond"  # joins levels that are one group, not several to be told apart
_NO_LEVEL = "unknown"
_BAND = re.compile(r"(?P<lo>\d+)_(?P<hi>\d+)|under_(?P<under>\d+)|(?P<plus>\d+)_plus")


def model_rules(structure: Structure) -> tuple[Rule, ...]:
    """Rules over the ordered dimensions of a model, and over those whose levels are bands of years of age."""
    ordered = {
        name: _upward([str(code) for code in each.home.definition.values if code != _NO_LEVEL])
        for name, each in structure.model.dimensions.items()
        if each.home.definition.ordered and all(isinstance(code, str) for code in each.home.definition.values)
    }
    bands = {name: found for name, codes in ordered.items() if (found := _bands(codes))}

    def beyond(found: Found) -> Values | None:
        values, op = found.one("v", Values), found.said("op") or found.said("s")
        names = [name for name in values.candidates if name in ordered]
        if len(values.words) != 1 or values.negated or len(names) != 1 or op not in ("ge", "le"):
            return None
        name = names[0]
        code = next(str(s.value) for s in values.words[0] if s.dimension == name)
        at = ordered[name].index(code) if code in ordered[name] else None
        if at is None or (found.said("s") and name in bands):
            return None
        return _of(name, ordered[name][at:] if op == "ge" else ordered[name][: at + 1], values.text)

    def aged(found: Found) -> Values | None:
        """Years of age that begin or end where a band does; 25岁以下 is below 25, as 18岁以下 is."""
        condition = found.one("c", Condition)
        if condition.units != ("age",) or len(bands) != 1:
            return None
        name, levels = next(iter(bands.items()))
        low, high = condition.values[0], condition.values[-1]
        match condition.op:
            case ">=" | ">":
                first = low if condition.op == ">=" else low + 1
                kept, meets = (
                    [c for c, (lo, _) in levels.items() if lo >= first],
                    any(lo == first for lo, _ in levels.values()),
                )
            case "<=" | "<":
                last = high if any(hi == high for _, hi in levels.values()) and condition.op == "<=" else high - 1
                kept, meets = (
                    [c for c, (_, hi) in levels.items() if hi <= last],
                    any(hi == last for _, hi in levels.values()),
                )
            case "between":
                kept = [c for c, (lo, hi) in levels.items() if lo >= low and hi <= high]
                meets = bool(kept) and (levels[kept[0]][0], levels[kept[-1]][1]) == (low, high)
            case _:
                return None
        return _of(name, kept, "") if meets else None

    return (
        Rule(
            "values",
            ("v=value ~ s=suffix", "op=prefix ~ v=value"),
            beyond,
            -0.6,
            "levels from one on",
            ("金卡及以上 -> gold, platinum", "gold or above -> gold, platinum"),
        ),
        Rule("values", ("c=condition",), aged, -0.6, "years of age", ("35岁以上 -> 35_44, 45_54, 55_plus",)),
    )


def _upward(codes: list[str]) -> list[str]:
    """The least first, also where a model has high, medium, low."""
    falls = {"high", "low"} <= set(codes) and codes.index("high") < codes.index("low")
    return codes[::-1] if falls else codes


def _of(dimension: str, codes: list[str], text: str) -> Values | None:
    words = tuple((ValueSense(dimension, code),) for code in codes)
    return Values(words, text, dimensions=(dimension,), link=BEYOND) if words else None


def _bands(codes: list[str]) -> dict[str, tuple[float, float]]:
    """The first and the last number of each code; nothing where one of them is no band."""
    found = {code: _BAND.fullmatch(code) for code in codes}
    return {code: _ends(match) for code, match in found.items() if match} if all(found.values()) else {}


def _ends(match: re.Match[str]) -> tuple[float, float]:
    lo, hi, under, plus = match.group("lo", "hi", "under", "plus")
    if under:
        return float("-inf"), float(under) - 1
    return (float(plus), float("inf")) if plus else (float(lo), float(hi))
