"""Every rule of the grammar of dates keeps the promises of its own examples."""

from __future__ import annotations

import ast
import re
from datetime import date

import pytest

from chat_service.language.dates import bounds, named, near, parts, said
from chat_service.language.dates.grammar import Rule
from chat_service.language.dates.read import RULES, find_dates
from chat_service.language.dates.rules import makers
from chat_service.language.dates.words import CLASSES, CONTEXTS, PIECES, by_beginning
from chat_service.language.folding import fold
from tests.structure.sources import sources

TODAY = date(2026, 6, 30)
FINDS = [pytest.param(rule, *example, id=f"{rule.name}: {example[0]}") for rule in RULES for example in rule.finds]
LEAVES = [pytest.param(rule, text, id=f"{rule.name}: {text}") for rule in RULES for text in rule.leaves]
# Rules that only pass on what others found.
WITHOUT_EXAMPLES = {"length", "said as it is"}


@pytest.mark.parametrize(("rule", "text", "claimed", "meaning"), FINDS)
def test_a_rule_finds(rule: Rule, text: str, claimed: str, meaning: str) -> None:
    found = [mention for mention in find_dates(fold(text), TODAY) if rule.name in mention.rules]
    assert (claimed, meaning) in [(mention.text, str(mention)) for mention in found]


@pytest.mark.parametrize(("rule", "text"), LEAVES)
def test_a_rule_leaves(rule: Rule, text: str) -> None:
    assert [mention.text for mention in find_dates(fold(text), TODAY) if rule.name in mention.rules] == []


def test_every_rule_has_an_example() -> None:
    assert {rule.name for rule in RULES if not rule.finds} == WITHOUT_EXAMPLES
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_every_maker_is_asked_for() -> None:
    known = makers(bounds, named, near, parts, said)
    assert set(known.values()) <= {rule.make for rule in RULES}


def test_every_context_is_one_and_is_asked_for() -> None:
    entries = [entry for words in by_beginning() for each in words.values() for entry in each]
    asked = {context for rule in RULES for _, context, _ in rule.guards}
    asked |= {context for each in entries for context in (each.before, each.not_before, each.not_behind)}
    assert {context for context in asked if re.fullmatch("[a-z_]+", context)} <= CONTEXTS.keys()
    nodes = (
        node for each in sources("chat_service") if "language.dates" in each.module for node in ast.walk(each.tree)
    )
    said_in_code = {node.value for node in nodes if isinstance(node, ast.Constant)}
    assert CONTEXTS.keys() - asked - said_in_code == set()


def test_every_class_and_piece_is_asked_for() -> None:
    patterns = " ".join((*(rule.pattern for rule in RULES), *PIECES.values(), *CLASSES.values()))
    nodes = (
        node for each in sources("chat_service") if "language.dates" in each.module for node in ast.walk(each.tree)
    )
    asked = {*re.findall(r"\w+", patterns), *(node.value for node in nodes if isinstance(node, ast.Constant))}
    assert {*CLASSES, *PIECES} - asked == set()
