"""Where what is computed beforehand stands: in a schema of our own on a server, in a file of our own beside a file."""

from __future__ import annotations

from pathlib import Path

SCHEMA = "huitou_rollups"
# the table that tells what each of the others was built from, and by
BUILT = "built"


def rollups_beside(path: Path) -> Path:
    """The file of the rollups of a database file, or of a folder of files.

    >>> rollups_beside(Path("shop/company.duckdb")).as_posix()
    'shop/company.duckdb.rollups'
    """
    return path.with_name(path.name + ".rollups")
