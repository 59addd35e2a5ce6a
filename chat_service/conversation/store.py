"""Conversations kept in our own database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    inspect,
    select,
    text,
    true,
)
from sqlalchemy.exc import IntegrityError

from chat_service.conversation.database import failures, make_tables, opened
from chat_service.conversation.memory import (
    ConversationSummary,
    Feedback,
    Share,
    Turn,
    TurnTakenError,
)

_METADATA = MetaData()
_TURNS = Table(
    "conversation_turns",
    _METADATA,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("request_id", String(100), nullable=False, index=True),
    Column("conversation_id", String(100), nullable=False),
    Column("number", Integer, nullable=False),
    Column("scope", String(300), nullable=False),
    Column("message_id", String(100), nullable=False),
    Column("reader", String(200), nullable=False, index=True),
    Column("message", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("asked_at", String(40), nullable=False),
    Column("status", String(20), nullable=False),
    Column("body", Text, nullable=False),
    Column("memory", Text, nullable=False),
    UniqueConstraint("conversation_id", "number"),
    UniqueConstraint("reader", "scope", "message_id"),
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
_TITLES = Table(
    "conversation_titles",
    _METADATA,
    Column("conversation_id", String(100), primary_key=True),
    Column("reader", String(200), primary_key=True),
    Column("title", String(200), nullable=False),
)
_SHARES = Table(
    "conversation_shares",
    _METADATA,
    Column("share_id", String(100), nullable=False, unique=True),
    Column("conversation_id", String(100), primary_key=True),
    Column("reader", String(200), primary_key=True),
    Column("rights", String(100), nullable=False),
    Column("until", Integer, nullable=False),
    Column("made_at", String(40), nullable=False),
)
# messages that platforms deliver, more than once where they are in doubt
_DELIVERIES = Table(
    "deliveries",
    _METADATA,
    Column("delivery", String(300), primary_key=True),
    Column("begun_at", String(40), nullable=False),
    Column("is_done", Boolean, nullable=False),
)
# what goes with the turns of a conversation
_BESIDE = (_TITLES, _SHARES)
_HEARTBEAT = Table("heartbeat", _METADATA, Column("beat", Integer, primary_key=True))
_TURN_COLUMNS = [column for column in _TURNS.columns if column.name != "position"]
_TURN_NAMES = [column.name for column in _TURN_COLUMNS]
_ADD_TURN = _TURNS.insert()  # made once: each made anew takes as long as it takes to run
_MUCH_BYTES = 16_000_000
# of the layout before turns had numbers: message ids counted over all conversations of a reader
_OLD = "turns"
_MOVE = """
INSERT INTO conversation_turns (request_id, conversation_id, number, scope, message_id, reader, message, request,
  asked_at, status, body, memory)
SELECT request_id, conversation_id, ROW_NUMBER() OVER (PARTITION BY conversation_id ORDER BY position),
  conversation_id, message_id, reader, message, '', asked_at, status, body, memory FROM turns
"""


class SqlStore:
    """Turns and feedback behind a SQLAlchemy URL; the tables are made where they are missing."""

    def __init__(self, url: str) -> None:
        with failures():
            self.engine = opened(url)
            make_tables(_METADATA, self.engine)
            # for what is one statement: no thread waits for its turn at the interpreter with the file locked
            self._alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            self._move_old_turns()

    def turns(self, conversation_id: str, reader: str, *, after: int = 0, limit: int = 1000) -> tuple[Turn, ...]:
        """The turns of a conversation in order."""
        query = select(*_TURN_COLUMNS).where(_TURNS.c.conversation_id == conversation_id, _TURNS.c.reader == reader)
        query = query.where(_TURNS.c.number > after).order_by(_TURNS.c.number).limit(limit)
        with failures(), self.engine.connect() as connection:
            return tuple(_turn(row) for row in connection.execute(query))

    def latest(self, conversation_id: str) -> Turn | None:
        """The last turn of a conversation."""
        query = select(*_TURN_COLUMNS).where(_TURNS.c.conversation_id == conversation_id)
        return self._first(query.order_by(_TURNS.c.number.desc()))

    def answered(self, reader: str, scope: str, message_id: str) -> Turn | None:
        """The turn of that message."""
        same = (_TURNS.c.reader == reader) & (_TURNS.c.scope == scope) & (_TURNS.c.message_id == message_id)
        return self._first(select(*_TURN_COLUMNS).where(same))

    def turn(self, request_id: str, reader: str) -> Turn | None:
        """The last turn of that request."""
        query = select(*_TURN_COLUMNS).where(_TURNS.c.request_id == request_id, _TURNS.c.reader == reader)
        return self._first(query.order_by(_TURNS.c.position.desc()))

    def add(self, turn: Turn) -> None:
        """Keep a turn."""
        values = {name: getattr(turn, name) for name in _TURN_NAMES}
        with failures(), self._alone.begin() as connection:
            try:
                connection.execute(_ADD_TURN, values)
            except IntegrityError as error:
                raise TurnTakenError from error

    def conversations(
        self, reader: str, *, before: str = "", limit: int = 50, search: str = ""
    ) -> tuple[ConversationSummary, ...]:
        """A reader's conversations, the last first."""
        last = func.max(_TURNS.c.asked_at)
        grouped = (
            select(_TURNS.c.conversation_id, func.min(_TURNS.c.asked_at), last.label("last_at"), func.count())
            .where(_TURNS.c.reader == reader, _with(search, reader))
            .group_by(_TURNS.c.conversation_id)
            .having(last < before if before else true())
            .order_by(last.desc(), _TURNS.c.conversation_id.desc())
            .limit(limit)
        )
        with failures(), self.engine.connect() as connection:
            rows = connection.execute(grouped).all()
            first = select(_TURNS.c.conversation_id, _TURNS.c.message).where(
                _TURNS.c.number == 1, _TURNS.c.conversation_id.in_([row[0] for row in rows])
            )
            began = {row[0]: row[1] for row in connection.execute(first)}
            named = select(_TITLES.c.conversation_id, _TITLES.c.title).where(
                _TITLES.c.reader == reader, _TITLES.c.conversation_id.in_([row[0] for row in rows])
            )
            titles = {row[0]: row[1] for row in connection.execute(named)}
        return tuple(
            ConversationSummary(name, began.get(name, ""), start, end, count, titles.get(name, ""))
            for name, start, end, count in rows
        )

    def rename(self, conversation_id: str, reader: str, title: str) -> bool:
        """Give a conversation a name."""
        mine = (_TITLES.c.conversation_id == conversation_id) & (_TITLES.c.reader == reader)
        with failures(), self.engine.begin() as connection:
            turns = select(func.count()).where(_TURNS.c.conversation_id == conversation_id, _TURNS.c.reader == reader)
            if not connection.execute(turns).scalar_one():
                return False
            connection.execute(_TITLES.delete().where(mine))
            connection.execute(_TITLES.insert().values(conversation_id=conversation_id, reader=reader, title=title))
            return True

    def title(self, conversation_id: str, reader: str) -> str:
        """The name that a conversation was given."""
        mine = (_TITLES.c.conversation_id == conversation_id) & (_TITLES.c.reader == reader)
        with failures(), self.engine.connect() as connection:
            return connection.execute(select(_TITLES.c.title).where(mine)).scalar() or ""

    def share(self, share: Share) -> Share:
        """Keep a share; the id of an earlier one of the same conversation stays."""
        mine = (_SHARES.c.conversation_id == share.conversation_id) & (_SHARES.c.reader == share.reader)
        with failures(), self.engine.begin() as connection:
            before = connection.execute(select(_SHARES.c.share_id).where(mine)).scalar()
            kept = share if before is None else replace(share, share_id=before)
            connection.execute(_SHARES.delete().where(mine))
            connection.execute(_SHARES.insert().values(**vars(kept)))
            return kept

    def shared(self, share_id: str) -> Share | None:
        """What is shared under that id."""
        columns = [_SHARES.c[each.name] for each in fields(Share)]
        with failures(), self.engine.connect() as connection:
            row = connection.execute(select(*columns).where(_SHARES.c.share_id == share_id)).first()
        return None if row is None else Share(**row._mapping)

    def unshare(self, conversation_id: str, reader: str) -> bool:
        """Share a conversation no longer."""
        mine = (_SHARES.c.conversation_id == conversation_id) & (_SHARES.c.reader == reader)
        with failures(), self.engine.begin() as connection:
            return connection.execute(_SHARES.delete().where(mine)).rowcount > 0

    def delete(self, conversation_id: str, reader: str) -> bool:
        """Forget a conversation."""
        mine = (_TURNS.c.conversation_id == conversation_id) & (_TURNS.c.reader == reader)
        return self._forget(mine) > 0

    def expire(self, before: str) -> int:
        """Forget the conversations that nobody went on with since."""
        grouped = select(_TURNS.c.conversation_id).group_by(_TURNS.c.conversation_id)
        old = grouped.having(func.max(_TURNS.c.asked_at) < before)
        with failures(), self.engine.connect() as connection:
            names = [row[0] for row in connection.execute(old)]
        for name in names:
            self._forget(_TURNS.c.conversation_id == name)
        with failures(), self.engine.begin() as connection:
            connection.execute(_DELIVERIES.delete().where(_DELIVERIES.c.begun_at < before))
        return len(names)

    def add_feedback(self, feedback: Feedback) -> None:
        """Keep a feedback in place of an earlier one."""
        same = (_FEEDBACK.c.request_id == feedback.request_id) & (_FEEDBACK.c.reader == feedback.reader)
        values = {column.name: getattr(feedback, column.name) for column in _FEEDBACK.columns}
        with failures(), self.engine.begin() as connection:
            connection.execute(_FEEDBACK.delete().where(same))
            connection.execute(_FEEDBACK.insert().values(**values))

    def feedback(self, request_ids: Iterable[str], reader: str) -> dict[str, Feedback]:
        """What a reader thought of answers."""
        given = select(_FEEDBACK).where(_FEEDBACK.c.reader == reader, _FEEDBACK.c.request_id.in_(list(request_ids)))
        with failures(), self.engine.connect() as connection:
            found = [Feedback(**row._mapping) for row in connection.execute(given)]
        return {each.request_id: each for each in found}

    def begin(self, delivery: str, now: str, stale: str) -> bool:
        """Take a delivery, unless another has."""
        left = (_DELIVERIES.c.delivery == delivery) & ~_DELIVERIES.c.is_done & (_DELIVERIES.c.begun_at < stale)
        with failures():
            try:
                with self.engine.begin() as connection:
                    connection.execute(_DELIVERIES.delete().where(left))
                    connection.execute(_DELIVERIES.insert().values(delivery=delivery, begun_at=now, is_done=False))
            except IntegrityError:
                return False
        return True

    def end(self, delivery: str, *, is_done: bool) -> None:
        """Keep that a delivery was answered, or forget that it was begun."""
        mine = _DELIVERIES.c.delivery == delivery
        with failures(), self.engine.begin() as connection:
            if is_done:
                connection.execute(_DELIVERIES.update().where(mine).values(is_done=True))
            else:
                connection.execute(_DELIVERIES.delete().where(mine))

    def check(self) -> None:
        """Write something."""
        with failures(), self.engine.begin() as connection:
            connection.execute(_HEARTBEAT.delete())
            connection.execute(_HEARTBEAT.insert().values(beat=1))

    def settle(self) -> None:
        """Move what stands in SQLite's log into the file, once that is much: an answer would wait for a busy disk."""
        log = Path(f"{self.engine.url.database}-wal")
        if self.engine.dialect.name == "sqlite" and log.exists() and log.stat().st_size > _MUCH_BYTES:
            with failures(), self._alone.connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(PASSIVE)"))

    def close(self) -> None:
        """Let go of the connections."""
        self.engine.dispose()

    def _first(self, query: Select[Any]) -> Turn | None:
        with failures(), self.engine.connect() as connection:
            row = connection.execute(query.limit(1)).first()
        return None if row is None else _turn(row)

    def _forget(self, which: ColumnElement[bool]) -> int:
        """Delete turns, and what was thought of them. How many turns there were."""
        own = select(_TURNS.c.request_id).where(which, _TURNS.c.reader == _FEEDBACK.c.reader)
        with failures(), self.engine.begin() as connection:
            for beside in _BESIDE:
                these = select(_TURNS.c.conversation_id).where(which, _TURNS.c.reader == beside.c.reader)
                connection.execute(beside.delete().where(beside.c.conversation_id.in_(these)))
            connection.execute(_FEEDBACK.delete().where(_FEEDBACK.c.request_id.in_(own)))
            return connection.execute(_TURNS.delete().where(which)).rowcount

    def _move_old_turns(self) -> None:
        if not inspect(self.engine).has_table(_OLD):
            return
        with self.engine.begin() as connection:
            connection.execute(text(_MOVE))
            connection.execute(text(f"DROP TABLE {_OLD}"))


def _with(search: str, reader: str) -> ColumnElement[bool]:
    """Turns of the conversations that have that in their name or in a message."""
    if not search:
        return true()
    said = select(_TURNS.c.conversation_id).where(
        _TURNS.c.reader == reader, _TURNS.c.message.icontains(search, autoescape=True)
    )
    named = select(_TITLES.c.conversation_id).where(
        _TITLES.c.reader == reader, _TITLES.c.title.icontains(search, autoescape=True)
    )
    return _TURNS.c.conversation_id.in_(said.union(named))


def _turn(row: Row[*tuple[str, ...]]) -> Turn:
    return Turn(**row._mapping)
