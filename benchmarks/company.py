"""A company of the loyalty contract with as many orders as asked, made by arithmetic in the database itself.

Ten million orders take a minute or two, where the demo company (people with lives, and truths planted in them) would
take most of an hour. Nothing here is random: the same size gives the same rows.
"""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

from semantic_layer import DATA, DuckDBWriter

AS_OF = date(2026, 6, 30)
MADE_BY = Path(__file__).parent / "expert" / "company.sql"
_KEYS = re.compile(r",\s*PRIMARY KEY \([^)]*\)| PRIMARY KEY")


def make_company(path: Path, orders: int, *, memory_limit: str = "4GB") -> None:
    """The database at `path`, which appears only once it is complete. Raises EngineError.

    Keys are not declared: their indexes would take longer to build than all rows, and no question reads them.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    schema = _KEYS.sub("", (DATA / "schema.sql").read_text(encoding="utf-8"))
    try:
        with DuckDBWriter(partial, memory_limit=memory_limit) as writer:
            writer.execute(schema)
            writer.execute(f"SET VARIABLE orders = {int(orders)}; SET VARIABLE as_of = DATE '{AS_OF.isoformat()}'")
            writer.execute(MADE_BY.read_text(encoding="utf-8"))
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
        partial.with_name(partial.name + ".wal").unlink(missing_ok=True)
