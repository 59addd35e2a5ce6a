"""What was computed beforehand, computed anew: the rollups of a model over a database."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

from semantic_layer.database.fresh_rollups import Refreshed, RollupUnavailable, refreshed
from semantic_layer.engines.opening import open_engine
from semantic_layer.layer import Layer
from semantic_layer.model.model import Model


def refresh_rollups(database: Path | str, model: Model, as_of: date | None = None) -> tuple[Refreshed, ...]:
    """The model's rollups, built from the data as they are now unless they were: in a schema of our own on a server, in
    a file of our own beside a file. The data themselves are only read; a running service sees the new ones when they
    are whole. Raises EngineError."""
    with closing(open_engine(database, timezone=model.timezone)) as engine:
        cells = Layer(model, engine, as_of).rollups
        found = {each.name: each for each in refreshed(database, model.timezone, cells, engine)}
    absent = (name for name in model.rollups if name not in found)
    found |= {name: Refreshed(name, 0, 0, is_new=False, problem=RollupUnavailable(name)) for name in absent}
    return tuple(found[name] for name in model.rollups)
