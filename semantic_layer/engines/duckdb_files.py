"""What a DuckDB database is made of on the disk: a file, or a Parquet or CSV file (or a folder of them) seen as tables,
and the rollups beside it. Tells a state from another, and writes the statements that open them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from semantic_layer.engines.problems import DatabaseMissing
from semantic_layer.engines.rollup_places import SCHEMA, rollups_beside
from semantic_layer.errors import EngineError

State = tuple[tuple[str, int, int, int], ...]
FILE_READERS = {".parquet": "read_parquet", ".csv": "read_csv"}


def catalog_of(path: Path) -> str:
    """The name of a database in its instance: that of its file, unless the instance has one of that name."""
    return f"{path.stem}_database" if path.stem.lower() in ("memory", "temp", "system", "") else path.stem


def state_of(path: Path) -> State:
    """What tells a file from one that replaced it or was written again; of a folder, its files that are read.

    Raises EngineError (`database_missing`).
    """
    try:
        files = sorted(each for each in path.iterdir() if each.suffix in FILE_READERS) if path.is_dir() else [path]
        return tuple((each.name, (s := each.stat()).st_ino, s.st_mtime_ns, s.st_size) for each in files)
    except OSError as error:
        raise EngineError(DatabaseMissing(str(path))) from error


def state_of_rollups(path: Path) -> State:
    """The state of the rollups beside a database; empty where there are none."""
    beside = rollups_beside(path)
    return state_of(beside) if beside.exists() else ()


def spilled_to(path: Path) -> str:
    """Where what does not fit into memory is put: beside the data, or with all that is temporary where these are only
    to be read."""
    if os.access(path.parent, os.W_OK):
        return f"{path}.tmp"
    return str(Path(tempfile.gettempdir(), f"{path.name}.{os.getpid()}.tmp"))


def view_of(file: Path) -> str:
    """The statement that makes a file of rows a table of its name."""
    source = f"{FILE_READERS[file.suffix]}({quoted(str(file.resolve()))})"
    return f"CREATE VIEW {identifier(file.stem)} AS SELECT * FROM {source}"  # noqa: S608


def opening_beside(path: Path, beside: Path, timezone: str) -> tuple[str, ...]:
    """The statements by which a writer that keeps nothing itself reads a database, and writes into the file `beside` it
    as the schema of rollups."""
    if path.is_dir() or path.suffix in FILE_READERS:
        files = sorted(each for each in path.iterdir() if each.suffix in FILE_READERS) if path.is_dir() else [path]
        reading = [view_of(file) for file in files]
    else:
        catalog = identifier(catalog_of(path))
        reading = [f"ATTACH {quoted(str(path))} AS {catalog} (READ_ONLY)", f"USE {catalog}"]
    spilling = f"SET temp_directory = {quoted(str(beside) + '.tmp')}"
    return (*reading, f"ATTACH {quoted(str(beside))} AS {SCHEMA}", f"SET TimeZone = {quoted(timezone)}", spilling)


def identifier(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def quoted(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"
