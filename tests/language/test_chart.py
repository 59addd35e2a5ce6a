"""The engine of grammar: patterns, a chart that saturates within bounds, the cheapest covers."""

from __future__ import annotations

from chat_service.language.grammar.chart import Chart, Grammar
from chat_service.language.grammar.ranking import coverings
from chat_service.language.grammar.rule import EMPTY, Edge, Found, Piece, Rule


def _sum(found: Found) -> int:
    return found.one("a", int) + found.one("b", int)


_PLUS = Rule("number", ("a=number p=plus ~ b=number",), _sum, -0.5, "sum")
_PAIR = Rule("pair", ("a=number b=number?",), lambda found: (found.get("a", int), found.get("b", int)), 0.0, "pair")


def _leaves(*words: int | str) -> list[Edge]:
    kinds = {"+": "plus", "the": EMPTY}
    return [Edge(at, at + 1, kinds.get(str(word), "number"), word, 1.0) for at, word in enumerate(words)]


def _made(rule: Rule, *words: int | str) -> set[object]:
    chart = Chart(_leaves(*words), len(words), Grammar([rule]))
    return {edge.meaning for edge in chart.edges() if edge.rule == rule.name and edge.end - edge.start == len(words)}


def test_a_rule_applies_to_what_it_made() -> None:
    assert _made(_PLUS, 1, "+", 2, "+", 3) == {6}


def test_words_without_meaning_stand_only_where_a_pattern_is_loose() -> None:
    assert _made(_PLUS, 1, "+", "the", 2) == {3}
    assert _made(_PLUS, 1, "the", "+", 2) == set()


def test_an_optional_element_makes_two_rows() -> None:
    assert _made(_PAIR, 1, 2) == {(1, 2)}
    assert _made(_PAIR, 1) == {(1, None)}


def test_two_derivations_of_one_meaning_are_one_edge_the_cheaper() -> None:
    chart = Chart(_leaves(1, "+", 2, "+", 3), 5, Grammar([_PLUS]))
    whole = [edge for edge in chart.edges() if (edge.start, edge.end) == (0, 5)]
    assert [edge.cost for edge in whole] == [4.0]


def test_the_cheapest_cover_comes_first_and_covers_every_token() -> None:
    chart = Chart(_leaves(1, "+", 2), 3, Grammar([_PLUS]))
    found = coverings(chart.edges(), 3, 4)
    assert [edge.meaning for edge in found[0].edges] == [3]
    assert [len(each.edges) for each in found] == [1, 3]
    assert all(sum(edge.end - edge.start for edge in each.edges) == 3 for each in found)


def test_a_cover_has_all_pieces_of_a_name_or_none() -> None:
    first, last = (Edge(at, at + 1, "piece", Piece("wait", number, (0, 2)), 0.1) for number, at in enumerate((0, 2)))
    plain = [Edge(at, at + 1, "word", at, 1.0) for at in range(3)]
    assert [len(each.edges) for each in coverings([*plain, first, last], 3, 1)] == [3]
    found = coverings([*plain, first, last], 3, 9)
    assert [sum(isinstance(e.meaning, Piece) for e in each.edges) for each in found] == [2, 0]
    alone = coverings([*plain, first], 3, 1)  # however cheap, a piece without its other never crowds out the whole
    assert [[edge.meaning for edge in each.edges] for each in alone] == [[0, 1, 2]]


def test_a_token_in_no_edge_leaves_no_cover() -> None:
    assert coverings(_leaves(1, 2)[:1], 2, 4) == ()


def test_work_is_bounded_whatever_the_text() -> None:
    words: list[int | str] = []
    for number in range(200):
        words.extend((number, "+"))
    chart = Chart(_leaves(*words), len(words), Grammar([_PLUS]))
    assert sum(1 for _ in chart.edges()) <= 4000 + len(words)


def test_a_name_that_is_never_whole_crowds_out_no_covering() -> None:
    torn = Edge(0, 1, "piece", Piece("reply", 0, (0, 5)), 0.1)
    found = coverings([torn, *_leaves(1, 2)], 2, 1)
    assert [edge.meaning for each in found for edge in each.edges] == [1, 2]
