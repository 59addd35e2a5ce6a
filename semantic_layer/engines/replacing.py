"""Writing a database beside the one that is read, which it then replaces in one step.

Who has the old file open goes on reading it, and nobody ever sees half a write; a write that fails leaves what was
there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from semantic_layer.engines.duckdb import DuckDBTables
from semantic_layer.engines.problems import DatabaseUnreadable
from semantic_layer.errors import EngineError


@contextmanager
def written_beside(path: Path, *, starting_as_copy: bool = False) -> Iterator[Path]:
    """A file beside `path` to be written within the block, which takes its place when the block ends well.

    A copy is taken while nobody writes to the original: raises EngineError (`database_missing`,
    `database_unreadable`) where it is not there, or somebody does, or it is a folder.
    """
    if path.is_dir():
        raise EngineError(DatabaseUnreadable(str(path), "it is a folder"))
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        if starting_as_copy:
            with DuckDBTables(path):
                for source, target in ((path, partial), (_log(path), _log(partial))):
                    if source.exists():
                        shutil.copy(source, target)
        yield partial
        _log(path).unlink(missing_ok=True)
        os.replace(partial, path)
    finally:
        for left in (partial, _log(partial)):
            left.unlink(missing_ok=True)
        shutil.rmtree(partial.with_name(partial.name + ".tmp"), ignore_errors=True)


def _log(path: Path) -> Path:
    """What DuckDB keeps beside a database whose last writes are not in the file yet."""
    return path.with_name(path.name + ".wal")
