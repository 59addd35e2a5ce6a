"""Patterns over mentions, and the structure that the model's expressions have."""

from __future__ import annotations

from chat_service.translate.grammar.categories import Amount, Items, Node, mentions_of
from chat_service.translate.grammar.matching import match_at, pattern, rewrite
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.senses import Mention, NumberSense, WordSense
from semantic_layer.model.model import Model


def _word(text: str, role: str, meaning: str, at: int) -> Mention:
    return Mention(at, at + len(text), text, (WordSense(role, meaning),))


_OVER = _word("超过", "prefix", "gt", 0)
_ABOUT = _word("大概", "filler", "particle", 2)
_THREE = Mention(4, 5, "3", (NumberSense(3.0),))


def test_a_pattern_steps_over_words_without_meaning() -> None:
    items: Items = (_OVER, _ABOUT, _THREE)
    found = match_at(pattern("op=prefix.gt ~ n=number"), items, 0)
    assert found is not None
    assert (found.first, found.last) == (0, 3)
    assert found.one("n") == _THREE


def test_a_pattern_takes_back_what_it_took_too_much_of() -> None:
    items: Items = (_THREE, _THREE)
    found = match_at(pattern("all=number* last=number"), items, 0)
    assert found is not None
    assert len(found.captured["all"]) == 1


def test_rewriting_keeps_every_mention() -> None:
    items: Items = (_OVER, _ABOUT, _THREE)

    def build(found: object, _: Items) -> Node:
        del found
        return Amount((_ABOUT, _THREE), 3.0)

    rewritten = rewrite(items, ("~ n=number",), build)
    assert [mention for item in rewritten for mention in mentions_of(item)] == list(items)


def test_structure_is_read_from_expressions(loyalty: Model) -> None:
    structure = Structure(loyalty)
    assert structure.people_of("orders") == "buyers"
    assert structure.per_person("orders") == "purchase_frequency"
    assert structure.per_person("revenue") == "revenue_per_buyer"
    assert structure.ratio("revenue", "orders") == "aov"
    assert structure.row_field("revenue") == "orders.net_amount"
    assert structure.narrowing("complaints", "resolution_hours") == (("support_tickets.is_complaint", True),)
    assert structure.narrowing("orders", "refund_rate") == ()
