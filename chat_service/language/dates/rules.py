"""The rules of the grammar of dates, read from `rules/*.toml`: a pattern, what it makes, and the maker of its meaning.

A table is a rule by its name:

    pattern    over symbols, classes and <PIECES> (symbols.toml)
    makes      the symbol of what it joins
    make       the maker of the meaning, a function of one of the modules given here; or
    says       the kind of mention that it simply is
    with       what the maker is told: names of symbols, or of a mention's own parts
    before, after, text, and each with not_:  contexts (words/*/dates.toml) that must, or must not, stand there
    unit       the only unit of time that it may be about
    otherwise  the kind of mention that it is where a context fails
    finds, leaves  its examples
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from importlib.resources import files
from types import FunctionType, ModuleType
from typing import Any, cast

from chat_service.language.dates.grammar import Found, Make, Rule
from chat_service.language.dates.mention import DateMention, MentionKind

_STANDS: dict[str, Callable[[Found, str], bool]] = {"before": Found.before, "after": Found.after, "text": Found.says}


def makers(*modules: ModuleType) -> dict[str, Make]:
    """The public functions of modules, by name."""
    return {
        name: cast(Make, each)
        for module in modules
        for name, each in vars(module).items()
        if isinstance(each, FunctionType) and each.__module__ == module.__name__ and not name.startswith("_")
    }


def read_rules(name: str, known: Mapping[str, Make]) -> tuple[Rule, ...]:
    """The rules of a file, in order."""
    text = files(__package__).joinpath("rules", f"{name}.toml").read_text(encoding="utf-8")
    return tuple(_rule(rule, row, known) for rule, row in tomllib.loads(text).items())


def _rule(name: str, row: dict[str, Any], known: Mapping[str, Make]) -> Rule:
    guards = [
        (stands, context, not prefix)
        for side, stands in _STANDS.items()
        for prefix in ("", "not_")
        for context in _listed(row.get(prefix + side, ()))
    ]
    return Rule(
        name,
        row["pattern"],
        row["makes"],
        _said(row["says"]) if "says" in row else known[row["make"]],
        tuple(guards),
        row.get("unit"),
        DateMention(row["otherwise"]) if "otherwise" in row else None,
        row.get("with", {}),
        tuple(tuple(example) for example in row.get("finds", ())),
        tuple(row.get("leaves", ())),
    )


def _listed(names: str | list[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _said(kind: MentionKind) -> Make:
    """A mention of a kind, with what the rule tells of it: `unit` by its symbol, and more by its value."""

    def make(found: Found) -> DateMention:
        units = found.all(*found.told("unit").split()) if found.told("unit") else []
        grain = next((piece.grain for piece in units if piece.grain is not None), None)
        weekdays = tuple(int(day) for day in found.told("weekdays"))
        against: Any = found.told("against") or None
        return DateMention(kind, unit=grain, against=against, weekdays=weekdays, asked=bool(found.told("asked")))

    return make
