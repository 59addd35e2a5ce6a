"""The one way from what is resolved to what is run: over rollups where they tell the same, past no policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sqlglot import exp

from semantic_layer.compiler.statement import compile_request
from semantic_layer.database.fresh_rollups import fresh
from semantic_layer.database.rollups import Rollups
from semantic_layer.database.sure_joins import SureJoins
from semantic_layer.database.views import View, guard
from semantic_layer.engines.protocol import Engine
from semantic_layer.engines.rollup_places import SCHEMA
from semantic_layer.model.model import Model
from semantic_layer.resolve.resolved import Population, Resolved


@dataclass(eq=False)
class Compiling:
    """Statements for a model over an engine, of all rows or of those in a view."""

    model: Model
    engine: Engine
    literals: Mapping[str, exp.Expr]
    joins: SureJoins
    view: View | None = None
    rollups: Rollups = field(default_factory=Rollups)

    def statement(self, resolved: Resolved, populations: Iterable[Population]) -> exp.Select:
        """The statement of a request. Raises EngineError."""
        model, swapped = self.model, self.rollups.swapped(resolved)
        if swapped is not resolved and self._are_fresh():
            resolved = swapped
            model = replace(model, datasets=MappingProxyType({**model.datasets, **self.rollups.datasets}))
        found = compile_request(resolved, populations, model, self.literals, self.joins.finds)
        if self.view is not None:
            guard(found, self.view)
        return found

    def _are_fresh(self) -> bool:
        """Whether the rollups still hold what the data do, now; once they do not, they are not asked again."""
        if len(fresh(self.rollups.cells, self.engine)) < len(self.rollups.cells):
            self.rollups = Rollups()
        return bool(self.rollups.cells)


def rollups_in(statement: exp.Expr) -> tuple[str, ...]:
    """The names of the rollups that a statement reads, in order."""
    return tuple(sorted({table.name for table in statement.find_all(exp.Table) if table.db == SCHEMA}))
