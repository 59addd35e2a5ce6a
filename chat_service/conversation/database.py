"""The database of our own, where conversations, saved answers and alerts are kept: SQLite by default, or PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from chat_service.conversation.memory import StoreError, StoreUnavailable

_TRIES = 5


def opened(url: str) -> Engine:
    """The database behind a SQLAlchemy URL; a file of SQLite's is its user's alone. Raises StoreError."""
    with failures():
        where = _with_driver(url)
        if where.get_backend_name() != "sqlite":
            # a connection that a server has ended is made anew before it is used
            return create_engine(where, pool_pre_ping=True)
        is_memory = where.database in (None, "", ":memory:")
        # what is kept in memory is there on one connection only, and so in every thread on that one
        found = (
            create_engine(where, poolclass=StaticPool, connect_args={"check_same_thread": False})
            if is_memory
            else create_engine(where)
        )
        _make_private(where.database)
        _set_up_sqlite(found)
        return found


def make_tables(tables: MetaData, engine: Engine) -> None:
    """The tables, made where they are missing."""
    for _ in range(_TRIES):
        try:
            tables.create_all(engine)
        except SQLAlchemyError:
            continue  # another process was making them: one of them each time, at worst
        return
    tables.create_all(engine)


def _with_driver(url: str) -> URL:
    """PostgreSQL by psycopg, unless another driver is named."""
    found = make_url(url)
    return found.set(drivername="postgresql+psycopg") if found.drivername in ("postgresql", "postgres") else found


@contextmanager
def failures() -> Iterator[None]:
    """What the database cannot do becomes a StoreError."""
    try:
        yield
    except (SQLAlchemyError, ModuleNotFoundError) as error:  # the latter for a driver that is not installed
        # without the statement, which holds what people asked
        found = getattr(error, "orig", None) or error
        raise StoreError(StoreUnavailable(str(found).strip().split("\n")[0])) from error


def _make_private(path: str | None) -> None:
    """The file, made where it is missing, for its user's eyes only; so are those that SQLite makes beside it."""
    if path is None or path in ("", ":memory:"):
        return
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        os.chmod(path, 0o600)
    except OSError as error:
        raise StoreError(StoreUnavailable(f"{path}: {error.strerror}")) from error


def _set_up_sqlite(engine: Engine) -> None:
    """Readers and one writer side by side; a writer waits its turn. What is written outlives the process at once, the
    machine's power a moment later: waiting for the disk would bound all answers together to some tens a second."""

    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA busy_timeout = 5000")
        cursor.execute("PRAGMA synchronous = NORMAL")
        # by who writes only where `SqlStore.settle` does not; the log's size then tells how much stands in it
        cursor.execute("PRAGMA wal_autocheckpoint = 10000")
        cursor.execute("PRAGMA journal_size_limit = 0")
        cursor.close()

    event.listen(engine, "connect", on_connect)
