"""The engine for a database by the form of its name: a server's URL, or a path that DuckDB reads.

Servers' client libraries are optional and slow to load: each is imported when a URL asks for it.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.engines.protocol import Engine
from semantic_layer.engines.urls import scheme_of
from semantic_layer.errors import EngineError, EngineProblem, problem

# scheme -> module, class, the extra that brings its client library
_SERVERS: dict[str, tuple[str, str, str]] = {
    "postgresql": ("semantic_layer.engines.postgres", "PostgresEngine", "postgres"),
    "postgres": ("semantic_layer.engines.postgres", "PostgresEngine", "postgres"),
    "sc": ("semantic_layer.engines.spark", "SparkEngine", "spark"),
}


@problem(
    "engine_not_installed",
    zh="“{scheme}://”需要库“{library}”，但没有安装。请运行：pip install 'huitou[[{extra}]]'",
    en="'{scheme}://' needs the library '{library}', which is not installed. "
    "Install it with: pip install 'huitou[[{extra}]]'",
)
class EngineNotInstalled(EngineProblem):
    """The client library of that kind of server is not installed."""

    scheme: str
    extra: str
    library: str


@problem(
    "unknown_engine",
    zh="没有引擎能读“{scheme}://”。可用的有：postgresql://、sc://（Spark Connect），或 DuckDB 的文件路径。",
    en="No engine reads '{scheme}://'. Known: postgresql://, sc:// (Spark Connect), or a path for DuckDB.",
)
class UnknownEngine(EngineProblem):
    """A URL of a kind that no engine reads."""

    scheme: str


def open_engine(
    database: Path | str,
    *,
    memory_limit: str = "2GB",
    threads: int = 2,
    timeout_seconds: float = 30.0,
    timezone: str = "UTC",
) -> Engine:
    """A database opened for reading. `threads` are DuckDB's; servers keep their own. `timezone` is where days begin for
    what is kept as an instant: that of the model, whatever machine this runs on.

    Raises EngineError: `engine_not_installed`, `unknown_engine`, `database_missing`, `database_unreadable`.
    """
    scheme = scheme_of(database)
    if scheme is None:
        return DuckDBEngine(
            Path(database),
            memory_limit=memory_limit,
            threads=threads,
            timeout_seconds=timeout_seconds,
            timezone=timezone,
        )
    module = server_module(str(database))
    made: Engine = getattr(module, _SERVERS[scheme][1])(
        str(database), memory_limit=memory_limit, timeout_seconds=timeout_seconds, timezone=timezone
    )
    return made


def server_module(url: str) -> ModuleType:
    """The module of the engine that reads a URL. Raises EngineError (`unknown_engine`, `engine_not_installed`)."""
    scheme = scheme_of(url) or ""
    if scheme not in _SERVERS:
        raise EngineError(UnknownEngine(scheme))
    name, _, extra = _SERVERS[scheme]
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise EngineError(EngineNotInstalled(scheme, extra, error.name or extra)) from error
