"""Every reading of every stretch of a text, as far as rules can make it: a chart that saturates, within bounds.

Positions are worked from the right to the left. At each, every edge that begins there is offered to the rules whose
first element it can be; the rest of a pattern is found among the edges that begin further right, which are all known.
Two derivations of one meaning over one stretch are one edge, the cheaper. Work is bounded: edges and steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from chat_service.language.grammar.rule import EMPTY, Edge, Element, Found, Rule

_MOST_EDGES, _MOST_AT_ONE_PLACE, _MOST_SKIPPED, _MOST_STEPS = 2500, 160, 4, 8000
_EPSILON = 1e-9
_Way = tuple[tuple[Edge, ...], dict[str, Edge]]  # the edges of a row so far, and those with a name


class Grammar:
    """Rules, found by what their first element can be."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self.by_first: dict[str, list[tuple[Rule, tuple[Element, ...]]]] = defaultdict(list)
        for rule in self.rules:
            for row in rule.rows:
                for category in row[0].categories:
                    self.by_first[category].append((rule, row))


class Chart:
    """The edges over `length` tokens that the grammar makes of the leaves."""

    def __init__(self, leaves: Iterable[Edge], length: int, grammar: Grammar) -> None:
        self.length = length
        self._grammar = grammar
        self._at: list[dict[str, list[Edge]]] = [defaultdict(list) for _ in range(length + 1)]
        self._best: dict[tuple[int, int, str, object], Edge] = {}
        self._skips: dict[int, tuple[tuple[int, tuple[Edge, ...]], ...]] = {}
        self._begun: dict[int, tuple[frozenset[str], frozenset[str]]] = {}
        self._count = self._steps = 0
        beginning: list[list[Edge]] = [[] for _ in range(length + 1)]
        for leaf in leaves:
            beginning[leaf.start].append(leaf)
        for at in range(length - 1, -1, -1):
            self._fill(beginning[at])

    def edges(self) -> Iterator[Edge]:
        """Every edge, the cheapest of each meaning."""
        yield from self._best.values()

    def _fill(self, agenda: list[Edge]) -> None:
        made = 0
        while agenda:
            edge = agenda.pop()
            if not self._add(edge):
                continue
            made += 1
            if self._count >= _MOST_EDGES or made > _MOST_AT_ONE_PLACE or self._steps > _MOST_STEPS:
                agenda = [leaf for leaf in agenda if not leaf.parts]
                continue
            beside, beyond = self._next(edge.end)
            for key in edge.keys:
                for rule, row in self._grammar.by_first.get(key, ()):
                    if len(row) == 1 or not (beyond if row[1].loose else beside).isdisjoint(row[1].categories):
                        agenda.extend(self._made(rule, row, edge))

    def _add(self, edge: Edge) -> bool:
        key = (edge.start, edge.end, edge.category, edge.meaning)
        known = self._best.get(key)
        if known is not None and known.cost <= edge.cost + _EPSILON:
            return False
        self._best[key] = edge
        self._count += 1
        for each in edge.keys:
            here = self._at[edge.start][each]
            if known is not None and known in here:
                here.remove(known)
            here.append(edge)
        return True

    def _made(self, rule: Rule, row: tuple[Element, ...], first: Edge) -> list[Edge]:
        found: list[_Way] = [((first,), {row[0].name: first})]
        for element in row[1:]:
            found = [longer for way in found for longer in self._longer(way, element)]
            self._steps += len(found)
        made = []
        for parts, named in found:
            meaning = rule.make(Found(named, parts))
            if meaning is not None:
                cost = sum(part.cost for part in parts) + rule.cost
                made.append(Edge(first.start, parts[-1].end, rule.category, meaning, cost, parts, rule.name))
        return made

    def _longer(self, way: _Way, element: Element) -> list[_Way]:
        """What has been found of a row, with each edge that can be its next element."""
        (parts, named), at = way, way[0][-1].end
        return [
            ((*parts, *skipped, edge), {**named, element.name: edge})
            for place, skipped in (self.skips(at) if element.loose else ((at, ()),))
            for category in element.categories
            for edge in self._at[place].get(category, ())
        ]

    def _next(self, at: int) -> tuple[frozenset[str], frozenset[str]]:
        """The categories of what begins at a place, and with words without meaning before it."""
        if at not in self._begun:
            ahead = [frozenset(self._at[place]) for place, _ in self.skips(at)]
            self._begun[at] = ahead[0], ahead[0].union(*ahead[1:])
        return self._begun[at]

    def skips(self, at: int) -> tuple[tuple[int, tuple[Edge, ...]], ...]:
        """The places that words without meaning lead to from here, itself first, with the cheapest way to each."""
        known = self._skips.get(at)
        if known is not None:
            return known
        ways: dict[int, tuple[float, tuple[Edge, ...]]] = {at: (0.0, ())}
        reached = [at]
        for place in reached:
            cost, way = ways[place]
            for edge in self._at[place].get(EMPTY, ()) if len(way) < _MOST_SKIPPED else ():
                if edge.end not in ways or cost + edge.cost < ways[edge.end][0]:
                    if edge.end not in ways:
                        reached.append(edge.end)
                    ways[edge.end] = (cost + edge.cost, (*way, edge))
        found = tuple((place, way) for place, (_, way) in ways.items())
        self._skips[at] = found
        return found
