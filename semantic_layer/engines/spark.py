"""Apache Spark through Spark Connect: one machine's session, a cluster, or a hosted lakehouse, by URL.

The only module that imports pyspark. Where the tables are is said in the URL's own manner of parameters:
`sc://host:15002/;schema=shop` (or `catalog.schema`; `shop,crm` also lists the tables of `crm`, as `crm.tickets`) for
tables of a catalog, `sc://host:15002/;parquet=/data/shop`
for a folder that the server reads, in which each Parquet file or folder is a table of that name. All other
parameters (`token`, `use_ssl`, ...) are the client library's.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from semantic_layer.engines.arrow_rows import rows_of
from semantic_layer.engines.callers import Caller, Running
from semantic_layer.engines.dialects import printed
from semantic_layer.engines.problems import (
    DatabaseMissing,
    DatabaseUnreadable,
    OutOfMemory,
    QueryCancelled,
    QueryTimeout,
    StatementFailed,
)
from semantic_layer.engines.protocol import RawTable
from semantic_layer.engines.urls import without_secrets
from semantic_layer.errors import EngineError, EngineProblem, Phrase

with warnings.catch_warnings():
    # it warns of newer pandas, which nothing here uses: results come in Arrow
    warnings.simplefilter("ignore", FutureWarning)
    from pyspark.errors import PySparkException
    from pyspark.sql.catalog import Table
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.session import SparkSession

# it writes each failed statement with its stack to the standard error; a problem says what a reader needs
logging.getLogger("SQLQueryContextLogger").disabled = True

DEFAULT_PORT = 15002
CONNECT_SECONDS = 10
_RETRIES = 3
_OURS = ("schema", "parquet")
_STOPPED = ("OPERATION_CANCELED", "SQLSTATE: HY008", "cancelled part of cancelled job")
_LOST = ("UNAVAILABLE", "SESSION_CLOSED", "SESSION_NOT_FOUND", "SESSION_CHANGED", "UNAUTHENTICATED")


class SparkEngine:
    """A session on a Spark Connect server. Queries only; each is stopped by the client when its time is over."""

    dialect: ClassVar[str] = "spark"

    def __init__(
        self, url: str, *, memory_limit: str = "2GB", timeout_seconds: float = 30.0, timezone: str = "UTC"
    ) -> None:
        """Connect, and find the tables. Raises EngineError (`database_missing`, `database_unreadable`).

        `memory_limit` names the limit in problems; the server's own settings set it.
        """
        self._timeout_seconds, self._memory_limit = timeout_seconds, memory_limit
        self._timezone = timezone
        address, chosen = split_url(url)
        self._shown = without_secrets(address)
        _check_reachable(self._shown)
        self._running: Running[str] = Running(self._interrupt)
        self._views: tuple[str, ...] | None = None
        try:
            self._session = _session(address, timezone)
            first, *self._others = chosen.get("schema", "").split(",")
            if first:
                self._session.sql(f"USE {_path(first)}")
            if "parquet" in chosen:
                self._views = _views_over(self._session, chosen["parquet"])
        except (PySparkException, OSError) as error:
            raise EngineError(DatabaseUnreadable(self._shown, _reason(error))) from error
        if self._views == ():
            raise EngineError(
                DatabaseUnreadable(
                    self._shown,
                    Phrase(f"{chosen['parquet']} 里没有 Parquet 文件", f"{chosen['parquet']} holds no Parquet file"),
                )
            )

    def run(self, statement: exp.Query | str) -> RawTable:
        """The statement's rows. Raises EngineError; a statement that timed out or was cancelled is stopped there."""
        if isinstance(statement, str) and not _reads_only(statement):
            raise EngineError(StatementFailed(Phrase("只能执行查询", "only queries are run")))
        sql = statement if isinstance(statement, str) else printed(statement, self.dialect)
        return rows_of(self._fetched(sql), self._timezone)

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Tables and views with their columns in order."""
        try:
            names = self._views
            if names is None:
                names = tuple(sorted(table.name for table in self._session.catalog.listTables()))
            others = [f"{schema}.{table.name}" for schema in self._others for table in self._tables_of(schema)]
            found = {name: tuple(self._session.table(_quoted(name)).columns) for name in names}
            return found | {name: tuple(self._session.table(_path(name)).columns) for name in sorted(others)}
        except PySparkException as error:
            raise EngineError(DatabaseUnreadable(self._shown, _reason(error))) from error

    def _tables_of(self, schema: str) -> list[Table]:
        """The tables of another schema, without the session's own views, which every listing has."""
        return [each for each in self._session.catalog.listTables(schema) if not each.isTemporary]

    def cancel(self, caller: Caller | None = None) -> None:
        """Stop what runs for the caller, or everything, from any thread; nothing happens when nothing does."""
        self._running.cancel(caller)

    def close(self) -> None:
        self._session.stop()

    def _fetched(self, sql: str) -> pa.Table:
        tag, timed_out = str(uuid.uuid4()), threading.Event()

        def stop() -> None:
            timed_out.set()
            self._interrupt(tag)

        timer = threading.Timer(self._timeout_seconds, stop)
        with self._running.begun(tag) as running, self._tagged(tag):
            timer.start()
            try:
                return self._session.sql(sql).toArrow()
            except (PySparkException, pa.ArrowException) as error:
                raise EngineError(self._problem(error, timed_out.is_set() and not running.is_cancelled)) from error
            finally:
                timer.cancel()
                timer.join()

    def _interrupt(self, tag: str) -> None:
        self._session.interruptTag(tag)

    @contextmanager
    def _tagged(self, tag: str) -> Iterator[None]:
        # tags belong to the thread, so that statements of one session are stopped one by one
        self._session.addTag(tag)
        try:
            yield
        finally:
            self._session.removeTag(tag)

    def _problem(self, error: Exception, was_late: bool) -> EngineProblem:
        text = str(error)
        if any(each in text for each in _STOPPED):
            return QueryTimeout(self._timeout_seconds) if was_late else QueryCancelled()
        if "OutOfMemory" in text or "OUT_OF_MEMORY" in text or "maxResultSize" in text:
            return OutOfMemory(self._memory_limit)
        if any(each in text for each in _LOST):
            return DatabaseUnreadable(self._shown, _reason(error))
        return StatementFailed(_reason(error))


def split_url(url: str) -> tuple[str, dict[str, str]]:
    """The client library's part of a URL, and what it says of the tables.

    >>> split_url("sc://lake.example:443/;use_ssl=true;schema=main.shop")
    ('sc://lake.example:443/;use_ssl=true', {'schema': 'main.shop'})
    """
    address, *parameters = url.split(";")
    chosen: dict[str, str] = {}
    kept = [address if address.count("/") > 2 else address + "/"]
    for each in parameters:
        name, _, value = each.partition("=")
        if name in _OURS:
            chosen[name] = unquote(value)
        elif each:
            kept.append(each)
    return ";".join(kept), chosen


def _session(address: str, timezone: str) -> SparkSession:
    session = SparkSession.builder.remote(address).create()
    # its own policy would try a server that is gone for ten minutes
    session.client.set_retry_policies([DefaultPolicy(max_retries=_RETRIES)])
    session.conf.set("spark.sql.session.timeZone", timezone)
    return session


def _check_reachable(address: str) -> None:
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname or "", parts.port or DEFAULT_PORT), CONNECT_SECONDS).close()
    except OSError as error:
        raise EngineError(DatabaseMissing(address)) from error


def _views_over(session: SparkSession, folder: str) -> tuple[str, ...]:
    """Make a view of each Parquet file or folder of Parquet files; their names. The server lists and reads them."""
    root = folder.rstrip("/")
    listed = session.read.format("binaryFile").option("pathGlobFilter", "*.parquet").option("recursiveFileLookup", True)
    found: dict[str, str] = {}
    for (path,) in listed.load(root).select("path").collect():
        entry = unquote(urlsplit(path).path).rpartition(urlsplit(root).path + "/")[2].split("/")[0]
        found[entry.removesuffix(".parquet")] = f"{root}/{entry}"
    for name, path in found.items():
        session.read.parquet(path).createOrReplaceTempView(_quoted(name))
    return tuple(sorted(found))


def _reads_only(sql: str) -> bool:
    try:
        return isinstance(sqlglot.parse_one(sql, dialect=SparkEngine.dialect), exp.Query)
    except SqlglotError:
        # the server tells better than the parser what is wrong, and what does not parse changes nothing either
        return not re.match(r"\s*(insert|update|delete|merge|create|drop|alter|truncate|set|use)\b", sql, re.IGNORECASE)


def _path(name: str) -> str:
    return ".".join(_quoted(part) for part in name.split("."))


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _reason(error: Exception) -> str:
    """The server's own sentence, without the plan and the stack that follow it."""
    lines = [line.strip() for line in str(error).split("\n") if line.strip()]
    return re.sub(r"^\([\w.$]+\) ", "", lines[0]) if lines else type(error).__name__
