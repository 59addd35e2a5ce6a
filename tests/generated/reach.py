"""What rows know of other rows, found by walking from row to row: nothing here is taken from the layer's own joins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from semantic_layer.query.result import Value
from tests.generated.company import Company, EntitySpec, ListSpec, Ref, Row

Hop = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Reach:
    """Ways between datasets, and from row to row."""

    company: Company

    @cached_property
    def hops(self) -> tuple[Hop, ...]:
        """Every to-one hop: from, to, columns."""
        found: list[Hop] = []
        for link in self.company.links:
            found.append((link.source, link.target, link.on))
            if link.is_one_to_one:
                found.append((link.target, link.source, tuple((b, a) for a, b in link.on)))
        return tuple(found)

    @cached_property
    def ways(self) -> Mapping[tuple[str, str], tuple[tuple[Hop, ...], ...]]:
        """All shortest ways between each two datasets."""
        found: dict[tuple[str, str], list[tuple[Hop, ...]]] = {}
        for dataset in self.company.datasets:
            self._walk(dataset.name, (), {dataset.name}, found)
        shortest: dict[tuple[str, str], tuple[tuple[Hop, ...], ...]] = {}
        for pair, ways in found.items():
            least = min(len(way) for way in ways)
            shortest[pair] = tuple(way for way in ways if len(way) == least)
        return shortest

    def _walk(
        self, at: str, way: tuple[Hop, ...], seen: set[str], found: dict[tuple[str, str], list[tuple[Hop, ...]]]
    ) -> None:
        for hop in self.hops:
            if hop[0] == at and hop[1] not in seen:
                longer = (*way, hop)
                found.setdefault((longer[0][0], hop[1]), []).append(longer)
                self._walk(hop[1], longer, {*seen, hop[1]}, found)

    def way(self, source: str, target: str) -> tuple[Hop, ...] | None:
        """The one shortest way; None where there is none, or several."""
        if source == target:
            return ()
        ways = self.ways.get((source, target), ())
        return ways[0] if len(ways) == 1 else None

    def sees(self, source: str, ref: Ref) -> bool:
        """Whether rows of `source` have the field without doubt, its neighbours' fields included."""
        if self.way(source, ref.dataset) is None:
            return False
        computed = self.company.spec(ref).computed
        if computed is None or computed.neighbour is None:
            return True
        # by the very way that the field's own rows take: anything else is another row
        there, inner = self.way(source, ref.dataset), self.way(ref.dataset, computed.neighbour.dataset)
        whole = self.way(source, computed.neighbour.dataset)
        return (
            there is not None
            and inner is not None
            and whole == (*there, *inner)
            and self.sees(ref.dataset, computed.neighbour)
        )

    def carrier(self, source: str, dimension: str) -> Ref | None:
        """The nearest field that carries the dimension; None where there is none, or two equally near."""
        near: dict[int, list[Ref]] = {}
        for ref in self.company.dimensions[dimension]:
            way = self.way(source, ref.dataset)
            if way is not None:
                near.setdefault(len(way), []).append(ref)
        if not near or len(near[min(near)]) > 1:
            return None
        found = near[min(near)][0]
        return found if self.sees(source, found) else None

    # ---- rows ----

    @cached_property
    def _found(self) -> dict[tuple[Hop, tuple[Value, ...]], Row]:
        known: dict[tuple[Hop, tuple[Value, ...]], Row] = {}
        for hop in self.hops:
            for row in self.company.dataset[hop[1]].rows:
                key = tuple(row[column] for _, column in hop[2])
                if None not in key:
                    assert (hop, key) not in known, "to-one hops find one row"
                    known[hop, key] = row
        return known

    def row_there(self, row: Row | None, way: tuple[Hop, ...]) -> Row | None:
        """The row at the end of a way."""
        for hop in way:
            if row is None:
                return None
            row = self._found.get((hop, tuple(row[column] for column, _ in hop[2])))
        return row

    def value(self, dataset: str, row: Row, ref: Ref) -> Value:
        """The field's value for a row of `dataset`."""
        way = self.way(dataset, ref.dataset)
        assert way is not None, f"{dataset} sees {ref}"
        there = self.row_there(row, way)
        if there is None:
            return None
        computed = self.company.spec(ref).computed
        if computed is None:
            return there[ref.field]
        if computed.neighbour is not None:
            return self.value(ref.dataset, there, computed.neighbour)
        return computed.of_value(there[computed.of])

    def knows(self, dataset: str, entity: EntitySpec) -> bool:
        """Whether rows of `dataset` belong to such an entity."""
        return self.way(dataset, entity.dataset) is not None

    def tells_of(self, dataset: str, listed: ListSpec) -> bool:
        """Whether rows of `dataset` tell if their entity is on the list: by the very way that the entity's own row
        takes."""
        home, ref = listed.entity.dataset, listed.ref
        there = self.way(dataset, home)
        if there is None or ref is None:
            return there is not None
        inner = self.way(home, ref.dataset)
        return inner is not None and self.way(dataset, ref.dataset) == (*there, *inner) and self.sees(dataset, ref)

    def key(self, dataset: str, row: Row, entity: EntitySpec) -> Value:
        """The entity that a row belongs to, as the row itself says, whether or not there is such an entity."""
        way = self.way(dataset, entity.dataset)
        assert way is not None, "asked of datasets that know the entity"
        if not way:
            return row[entity.key]
        column = next((a for a, b in way[-1][2] if b == entity.key), None)
        if column is None:
            there = self.row_there(row, way)
            return there[entity.key] if there is not None else None
        before = self.row_there(row, way[:-1])
        return before[column] if before is not None else None
