"""Conversations kept in a database, SQLite by default: SQLAlchemy is imported here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    select,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from chat_service.conversation.memory import Feedback, StoreError, StoreUnavailable, Turn

_METADATA = MetaData()
_TURNS = Table(
    "turns",
    _METADATA,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("request_id", String(100), nullable=False, unique=True),
    Column("conversation_id", String(100), nullable=False, index=True),
    Column("message_id", String(100), nullable=False),
    Column("reader", String(200), nullable=False),
    Column("message", Text, nullable=False),
    Column("asked_at", String(40), nullable=False),
    Column("status", String(20), nullable=False),
    Column("body", Text, nullable=False),
    Column("memory", Text, nullable=False),
    UniqueConstraint("reader", "message_id"),
)
_FEEDBACK = Table(
    "feedback",
    _METADATA,
    Column("request_id", String(100), primary_key=True),
    Column("reader", String(200), primary_key=True),
    Column("positive", Boolean, nullable=False),
    Column("comment", Text, nullable=False),
    Column("given_at", String(40), nullable=False),
)
_TURN_COLUMNS = [column for column in _TURNS.columns if column.name != "position"]


class SqlStore:
    """Turns and feedback behind a SQLAlchemy URL; the tables are made where they are missing."""

    def __init__(self, url: str) -> None:
        with _failures():
            self._engine = create_engine(url)
            if self._engine.dialect.name == "sqlite":
                _set_up_sqlite(self._engine)
            _METADATA.create_all(self._engine)

    def turns(self, conversation_id: str, reader: str) -> tuple[Turn, ...]:
        """The turns of a conversation in order."""
        query = select(*_TURN_COLUMNS).where(_TURNS.c.conversation_id == conversation_id, _TURNS.c.reader == reader)
        with _failures(), self._engine.connect() as connection:
            return tuple(_turn(row) for row in connection.execute(query.order_by(_TURNS.c.position)))

    def answered(self, message_id: str, reader: str) -> Turn | None:
        """The turn of that message."""
        query = select(*_TURN_COLUMNS).where(_TURNS.c.message_id == message_id, _TURNS.c.reader == reader)
        with _failures(), self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else _turn(row)

    def turn(self, request_id: str, reader: str) -> Turn | None:
        """The turn of that request."""
        query = select(*_TURN_COLUMNS).where(_TURNS.c.request_id == request_id, _TURNS.c.reader == reader)
        with _failures(), self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else _turn(row)

    def is_taken(self, conversation_id: str, reader: str) -> bool:
        """Whether the conversation belongs to another reader."""
        query = select(_TURNS.c.position).where(_TURNS.c.conversation_id == conversation_id, _TURNS.c.reader != reader)
        with _failures(), self._engine.connect() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def add(self, turn: Turn) -> None:
        """Keep a turn."""
        values = {column.name: getattr(turn, column.name) for column in _TURN_COLUMNS}
        with _failures(), self._engine.begin() as connection:
            connection.execute(_TURNS.insert().values(**values))

    def add_feedback(self, feedback: Feedback) -> None:
        """Keep a feedback in place of an earlier one."""
        same = (_FEEDBACK.c.request_id == feedback.request_id) & (_FEEDBACK.c.reader == feedback.reader)
        values = {column.name: getattr(feedback, column.name) for column in _FEEDBACK.columns}
        with _failures(), self._engine.begin() as connection:
            connection.execute(_FEEDBACK.delete().where(same))
            connection.execute(_FEEDBACK.insert().values(**values))

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, ModuleNotFoundError) as error:  # the latter for a driver that is not installed
        reason = str(error).strip().split("\n")[0]
        raise StoreError(StoreUnavailable(reason)) from error


def _set_up_sqlite(engine: Engine) -> None:
    """Readers and one writer side by side; a writer waits its turn."""

    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA busy_timeout = 5000")
        cursor.close()

    event.listen(engine, "connect", on_connect)


def _turn(row: Row[*tuple[str, ...]]) -> Turn:
    return Turn(**row._mapping)
