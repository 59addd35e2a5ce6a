"""URLs of databases: which kind of server one names, and how it may be shown."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit


def scheme_of(database: Path | str) -> str | None:
    """The scheme of a URL; None for a path.

    >>> scheme_of("postgresql://localhost/shop"), scheme_of("data/shop.duckdb")
    ('postgresql', None)
    """
    found = re.match(r"([a-z][a-z0-9+.-]*)://", database) if isinstance(database, str) else None
    return found[1] if found is not None else None


def without_secrets(url: str) -> str:
    """The URL as it may be shown: no password, no parameters, among which tokens may be.

    >>> without_secrets("postgresql://ann:secret@db.example:5432/shop?sslmode=require")
    'postgresql://ann@db.example:5432/shop'
    >>> without_secrets("sc://lake.example:443/;token=secret")
    'sc://lake.example:443/'
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    return urlunsplit((parts.scheme, user + host, parts.path.partition(";")[0], "", ""))
