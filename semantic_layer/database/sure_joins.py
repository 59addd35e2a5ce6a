"""Joins of which it is certain that every row finds its partner, so that they may be written as inner joins.

Nothing is taken from the definitions: only a database that says so, of data that stays as it is, is believed. All
other joins keep rows without a partner, as the group null.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from semantic_layer.engines.protocol import Engine, KnowsReferences
from semantic_layer.model.model import Model, Step


@dataclass(frozen=True, eq=False)
class SureJoins:
    """Asks an engine about each join once."""

    model: Model
    engine: Engine
    _known: dict[Step, bool] = field(default_factory=dict)

    def finds(self, step: Step) -> bool:
        """Whether every row of the step's source finds a row of its target. Raises EngineError (`query_cancelled`)."""
        if step not in self._known:
            self._known[step] = self._asked(step)
        return self._known[step]

    def _asked(self, step: Step) -> bool:
        source, target = self.model.datasets.get(step.source), self.model.datasets.get(step.target)
        if source is None or target is None or step.validity is not None or len(step.on) != 1:
            return False
        tables = (source.definition.table, target.definition.table)
        if tables[0] is None or tables[1] is None or not isinstance(self.engine, KnowsReferences):
            return False
        if target.source is not None:  # a table of which a part is seen
            return False
        ((column, key),) = step.on
        return self.engine.always_finds(tables[0], tables[1], column, key)
