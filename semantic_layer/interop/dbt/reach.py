"""Which entities and dimensions the rows of a semantic model have or find: their own, and those of other models
joined by entities, up to two hops away, never so that rows multiply.

A name matches by its last links: `user__home_state` is found as `listing__user__home_state` where rows have no user of
their own. Of several matches the shortest is meant; two ways of the same length are ambiguous.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

from semantic_layer.interop.dbt.project import DbtProject, Dimension, Entity, SemanticModel

MAX_HOPS = 2
# kinds of an entity on the left and right of a join that finds at most one row on the right
_SAFE = {
    "primary": ("primary", "unique", "natural"),
    "unique": ("primary", "unique", "natural"),
    "foreign": ("primary", "unique", "natural"),
    "natural": ("primary", "unique"),
}


@dataclass(frozen=True)
class Hop:
    """One join: the rows of `left` find a row of `right` by an entity that both have."""

    entity: str
    left: str
    right: str


@dataclass(frozen=True)
class Element:
    """An entity or dimension as rows of a model reach it; `links` are the entities of its full name."""

    links: tuple[str, ...]
    name: str
    hops: tuple[Hop, ...]
    model: SemanticModel
    entity: Entity | None
    dimension: Dimension | None

    @property
    def path(self) -> str:
        return "__".join((*self.links, self.name))


class AmbiguousElementError(LookupError):
    """Several ways of the same length lead to a name; `ways` are their full names or models."""

    def __init__(self, ways: tuple[str, ...]) -> None:
        super().__init__(", ".join(ways))
        self.ways = ways


class Reach:
    """What can be reached in a project. Remembers what it has found out."""

    def __init__(self, project: DbtProject) -> None:
        self._project = project
        self._by_entity: dict[str, list[SemanticModel]] = {}
        for model in project.models.values():
            for entity in model.entities:
                self._by_entity.setdefault(entity.name, []).append(model)
        self.elements = cache(self._elements)

    def matches(self, model: str, name: str, links: tuple[str, ...]) -> list[Element]:
        """The elements of that name whose links end with `links`."""
        known = self.elements(model).get(name, ())
        return [each for each in known if not links or each.links[-len(links) :] == links]

    def full_links(self, models: Collection[str], name: str, links: tuple[str, ...]) -> tuple[str, ...] | None:
        """The links of the shortest name that all models know; None where there is none.

        Raises AmbiguousElementError.
        """
        common: set[tuple[str, ...]] | None = None
        for model in models:
            found = {each.links for each in self.matches(model, name, links)}
            common = found if common is None else common & found
        if not common:
            return None
        if links in common:
            return links
        shortest = min(len(each) for each in common)
        best = sorted(each for each in common if len(each) == shortest)
        if len(best) > 1:
            raise AmbiguousElementError(tuple("__".join((*each, name)) for each in best))
        return best[0]

    def element(self, model: str, name: str, links: tuple[str, ...]) -> Element | None:
        """The element with exactly these links, by the fewest joins. Raises AmbiguousElementError."""
        found = [each for each in self.elements(model).get(name, ()) if each.links == links]
        if not found:
            return None
        fewest = min(len(each.hops) for each in found)
        best = [each for each in found if len(each.hops) == fewest]
        if len(best) > 1:
            ways = (" > ".join((model, *(hop.right for hop in each.hops))) for each in best)
            raise AmbiguousElementError(tuple(ways))
        return best[0]

    def names(self, models: Collection[str]) -> tuple[str, ...]:
        """The full names that all of the models know, shortest first."""
        common: set[str] | None = None
        for model in models:
            paths = {each.path for found in self.elements(model).values() for each in found}
            common = paths if common is None else common & paths
        return tuple(sorted(common or (), key=lambda path: (path.count("__"), path)))

    def _elements(self, name: str) -> dict[str, tuple[Element, ...]]:
        found: dict[str, list[Element]] = {}
        for each in self._all(self._project.models[name]):
            found.setdefault(each.name, []).append(each)
        return {key: tuple(each) for key, each in found.items()}

    def _all(self, model: SemanticModel) -> Iterator[Element]:
        prefixes = model.own_entities
        for entity in model.entities:
            yield Element((), entity.name, (), model, entity, None)
            for prefix in prefixes:
                if prefix != entity.name:
                    yield Element((prefix,), entity.name, (), model, entity, None)
        for dimension in model.dimensions:
            for prefix in prefixes:
                yield Element((prefix,), dimension.name, (), model, None, dimension)
        trails: list[tuple[SemanticModel, tuple[Hop, ...]]] = [(model, ())]
        for _ in range(MAX_HOPS):
            longer = []
            for last, hops in trails:
                for hop in self._hops(last, hops, model):
                    right = self._project.models[hop.right]
                    longer.append((right, (*hops, hop)))
                    yield from _joined(right, (*hops, hop))
            trails = longer

    def _hops(self, left: SemanticModel, before: tuple[Hop, ...], start: SemanticModel) -> Iterator[Hop]:
        used = {hop.entity for hop in before}
        seen = {start.name, *(hop.right for hop in before)}
        for entity in left.entities:
            if entity.name in used:
                continue
            for right in self._by_entity[entity.name]:
                if right.name not in seen and joins_safely(entity, right):
                    yield Hop(entity.name, left.name, right.name)


def joins_safely(entity: Entity, right: SemanticModel) -> bool:
    """Whether rows with this entity find at most one row of `right`; rows valid for a time only by natural keys."""
    kind = right.entity[entity.name].kind
    if right.validity("start") is not None and kind != "natural":
        return False
    return kind in _SAFE[entity.kind]


def _joined(right: SemanticModel, hops: tuple[Hop, ...]) -> Iterator[Element]:
    links = tuple(hop.entity for hop in hops)
    for entity in right.entities:
        if entity.name not in links:
            yield Element(links, entity.name, hops, right, entity, None)
    for dimension in right.dimensions:
        yield Element(links, dimension.name, hops, right, None, dimension)
