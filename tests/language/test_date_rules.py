"""Every rule of the grammar of dates keeps the promises of its own examples."""

from __future__ import annotations

from datetime import date

import pytest

from chat_service.language.dates.grammar import Rule
from chat_service.language.dates.read import RULES, find_dates
from chat_service.language.folding import fold

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
