"""Saved answers and alerts in our own database. Nothing of what is asked about is ever written to.

Nobody holds a lock while they work. A run or a delivery is claimed by counting it up, and a run is finished only where
nobody has counted since: what two do at the same time, one of them has done. What a run finds, tells and knows next is
written in one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.exc import IntegrityError

from chat_service.conversation.database import failures, make_tables
from chat_service.saved.records import Alert, Delivery, Event, NameTaken, Saved
from chat_service.saved.schedule import SavedError

_CLOCKS = 300  # seconds by which the clocks of machines may differ; a moment further ahead is of a clock set back since
_METADATA = MetaData()
_ID = String(100)
_SAVED = Table(
    "saved",
    _METADATA,
    Column("saved_id", _ID, primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("readers", Text, nullable=False),
    Column("roles", Text, nullable=False),
    UniqueConstraint("owner", "name"),
)
_VERSIONS = Table(
    "saved_versions",
    _METADATA,
    Column("saved_id", _ID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("request", Text, nullable=False),
    Column("moves", String(20), nullable=False),
    Column("saved_on", String(10), nullable=False),
    Column("model_hash", String(100), nullable=False),
    Column("digest", String(100), nullable=False),
    Column("made_at", Float, nullable=False),
)
_ALERTS = Table(
    "alerts",
    _METADATA,
    Column("alert_id", _ID, primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("saved_id", _ID, nullable=False),
    Column("condition", Text, nullable=False),
    Column("schedule", String(100), nullable=False),
    Column("targets", Text, nullable=False),
    Column("language", String(2), nullable=False),
    Column("next_at", Float, nullable=False, index=True),
    Column("ran_at", Float, nullable=False),
    Column("runs", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("snoozed_until", Float, nullable=False),
    Column("trouble", String(100), nullable=False),
    Column("is_stopped", Boolean, nullable=False),
    UniqueConstraint("owner", "name"),
)
# the rows that met an alert's condition at its last run: each is told once while it stays here
_ROWS = Table(
    "alert_rows",
    _METADATA,
    Column("alert_id", _ID, primary_key=True),
    Column("key", String(2000), primary_key=True),
    Column("since", Float, nullable=False),
)
_EVENTS = Table(
    "alert_events",
    _METADATA,
    Column("event_id", _ID, primary_key=True),
    Column("alert_id", _ID, nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("count", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("acknowledged_by", String(200), nullable=False),
    Column("acknowledged_at", Float, nullable=False),
)
_DELIVERIES = Table(
    "alert_deliveries",
    _METADATA,
    Column("delivery_id", _ID, primary_key=True),
    Column("event_id", _ID, nullable=False, index=True),
    Column("alert_id", _ID, nullable=False, index=True),
    Column("target", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("try_at", Float, nullable=False),
    Column("status", String(20), nullable=False, index=True),
    Column("error", Text, nullable=False),
)
_RUNNER = Table(
    "alert_runner",
    _METADATA,
    Column("place", Integer, primary_key=True),
    Column("holder", _ID, nullable=False),
    Column("until", Float, nullable=False),
)
Record = TypeVar("Record", Alert, Event, Delivery)
_CHANGED = ("next_at", "version", "trouble", "is_stopped")  # by a run
_ENDED = (
    _ALERTS.update()
    .where(_ALERTS.c.alert_id == bindparam("its_alert_id"), _ALERTS.c.runs == bindparam("its_runs"))
    .values({name: bindparam(f"its_{name}") for name in _CHANGED})
)


class SavedStore:
    """Saved answers and alerts in a database that is open; the tables are made where they are missing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with failures():
            make_tables(_METADATA, engine)

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    # saved answers

    def save(self, wanted: Saved) -> Saved:
        """The request kept under its owner's name for it: as the next version where it is another than before, and
        with whom it is now shared. `saved_id` stays what it was."""
        with failures(), self._engine.begin() as connection:
            mine = (_SAVED.c.owner == wanted.owner) & (_SAVED.c.name == wanted.name)
            found = _latest(connection, mine)
            shared = {"readers": json.dumps(wanted.readers), "roles": json.dumps(wanted.roles)}
            if not found:
                named = {"saved_id": wanted.saved_id, "owner": wanted.owner, "name": wanted.name}
                connection.execute(_SAVED.insert().values(**named, **shared))
                saved_id, version = wanted.saved_id, 0
            else:
                connection.execute(_SAVED.update().where(mine).values(**shared))
                saved_id, version = found[0].saved_id, found[0].version
            if not version or not _is_same(found[0], wanted):
                own = {name: value for name, value in asdict(wanted).items() if name in _VERSIONS.c}
                connection.execute(_VERSIONS.insert().values(**{**own, "saved_id": saved_id, "version": version + 1}))
            return _latest(connection, _SAVED.c.saved_id == saved_id)[0]

    def saved(self, saved_id: str, version: int | None = None) -> Saved | None:
        """The saved answer of that id, as of its latest version or of one before."""
        with failures(), self._engine.connect() as connection:
            found = _latest(connection, _SAVED.c.saved_id == saved_id, version)
        return found[0] if found else None

    def all_saved(self, owner: str = "") -> tuple[Saved, ...]:
        """All saved answers as of their latest versions, by name; of one owner where one is named."""
        with failures(), self._engine.connect() as connection:
            return _latest(connection, _SAVED.c.owner == owner if owner else _SAVED.c.owner != "")

    def forget_saved(self, saved_id: str) -> None:
        """Delete a saved answer with all of its versions. Its alerts stop when they are next due."""
        with failures(), self._engine.begin() as connection:
            for each in (_VERSIONS, _SAVED):
                connection.execute(each.delete().where(each.c.saved_id == saved_id))

    # alerts

    def add_alert(self, alert: Alert) -> None:
        """Keep an alert. Raises SavedError (`name_taken`)."""
        with failures(), self._engine.begin() as connection:
            try:
                connection.execute(_ALERTS.insert().values(**asdict(alert)))
            except IntegrityError as error:
                raise SavedError(NameTaken(alert.name)) from error

    def alerts(self, owner: str) -> tuple[Alert, ...]:
        """An owner's alerts by name."""
        return self._read(Alert, _ALERTS, _ALERTS.c.owner == owner, _ALERTS.c.name)

    def alert(self, alert_id: str) -> Alert | None:
        """The alert of that id."""
        return next(iter(self._read(Alert, _ALERTS, _ALERTS.c.alert_id == alert_id, _ALERTS.c.name)), None)

    def forget_alert(self, alert_id: str) -> None:
        """Delete an alert with all that is known of it, and what was still to be sent."""
        with failures(), self._engine.begin() as connection:
            for each in (_ROWS, _DELIVERIES, _EVENTS, _ALERTS):
                connection.execute(each.delete().where(each.c.alert_id == alert_id))

    def snooze(self, alert_id: str, until: float) -> None:
        """No runs until then; a moment that is past ends the snooze."""
        with failures(), self._engine.begin() as connection:
            connection.execute(_ALERTS.update().where(_ALERTS.c.alert_id == alert_id).values(snoozed_until=until))

    def history(self, alert_id: str, limit: int = 100) -> tuple[tuple[Event, tuple[Delivery, ...]], ...]:
        """The events of an alert, the last first, each with its deliveries."""
        events = self._read(Event, _EVENTS, _EVENTS.c.alert_id == alert_id, _EVENTS.c.at.desc(), limit)
        mine = _DELIVERIES.c.event_id.in_([each.event_id for each in events])
        sent = self._read(Delivery, _DELIVERIES, mine, _DELIVERIES.c.delivery_id)
        return tuple((each, tuple(one for one in sent if one.event_id == each.event_id)) for each in events)

    def acknowledge(self, alert_id: str, reader: str, now: float) -> int:
        """Note who has seen to all that was raised so far. How many events that were."""
        news = (_EVENTS.c.alert_id == alert_id) & (_EVENTS.c.kind == "raised") & (_EVENTS.c.acknowledged_by == "")
        seen = _EVENTS.update().where(news).values(acknowledged_by=reader, acknowledged_at=now)
        with failures(), self._engine.begin() as connection:
            return connection.execute(seen).rowcount

    # runs

    def lead(self, holder: str, now: float, seconds: float) -> bool:
        """Whether this one is to run alerts for the next seconds: one of all who ask, until it asks no more."""
        free = or_(_RUNNER.c.holder == holder, _RUNNER.c.until <= now, _RUNNER.c.until > now + seconds + _CLOCKS)
        with failures(), self._engine.begin() as connection:
            taken = connection.execute(_RUNNER.update().where(free).values(holder=holder, until=now + seconds))
            if taken.rowcount or connection.execute(select(func.count()).select_from(_RUNNER)).scalar_one():
                return taken.rowcount > 0
            try:
                connection.execute(_RUNNER.insert().values(place=1, holder=holder, until=now + seconds))
            except IntegrityError:
                return False
            return True

    def due(self, now: float, limit: int) -> tuple[Alert, ...]:
        """The alerts that are to run now, the longest waiting first. What ran later than now, ran by a clock that was
        wrong: when it is due is found anew."""
        is_due = (_ALERTS.c.next_at <= now) | (_ALERTS.c.ran_at > now + _CLOCKS)
        awake = (_ALERTS.c.snoozed_until <= now) & ~_ALERTS.c.is_stopped
        return self._read(Alert, _ALERTS, is_due & awake, _ALERTS.c.next_at, limit)

    def claim(self, alerts: Sequence[Alert], now: float, again_at: float) -> tuple[Alert, ...]:
        """Take a run of each alert; if it comes to nothing, the next is at `again_at`. Those of them, as they are then,
        that nobody else has taken."""
        wanted = [(each.alert_id, each.runs) for each in alerts]
        values = {"runs": _ALERTS.c.runs + 1, "ran_at": now, "next_at": again_at}
        unclaimed = _ALERTS.update().where(tuple_(_ALERTS.c.alert_id, _ALERTS.c.runs).in_(wanted)).values(**values)
        with failures(), self._engine.begin() as connection:
            taken = set(connection.execute(unclaimed.returning(_ALERTS.c.alert_id)).scalars())
        mine = (each for each in alerts if each.alert_id in taken)
        return tuple(replace(each, runs=each.runs + 1, ran_at=now, next_at=again_at) for each in mine)

    def with_rows(self, alert_ids: Sequence[str]) -> frozenset[str]:
        """Those of the alerts that had rows which met the condition at the last run."""
        with failures(), self._engine.connect() as connection:
            some = select(_ROWS.c.alert_id).where(_ROWS.c.alert_id.in_(alert_ids)).distinct()
            return frozenset(connection.execute(some).scalars())

    def known_rows(self, alert_id: str) -> frozenset[str]:
        """The keys of the rows that met the condition at the last run."""
        with failures(), self._engine.connect() as connection:
            rows = connection.execute(select(_ROWS.c.key).where(_ROWS.c.alert_id == alert_id))
            return frozenset(row[0] for row in rows)

    def finish(
        self,
        alert: Alert,
        *,
        entered: Iterable[str] = (),
        left: Iterable[str] = (),
        events: Iterable[Event] = (),
        deliveries: Iterable[Delivery] = (),
    ) -> bool:
        """The end of a claimed run, all of it or nothing: `alert` as it is now, the rows that entered and left, what is
        to be told. Nothing where another run was claimed since, or the alert is gone."""
        with failures(), self._engine.begin() as connection:
            if not connection.execute(_ENDED, [_end(alert)]).rowcount:
                return False
            gone = _ROWS.delete().where(_ROWS.c.alert_id == alert.alert_id, _ROWS.c.key == bindparam("gone"))
            if keys := [{"gone": key} for key in left]:
                connection.execute(gone, keys)
            _insert(connection, _ROWS, [{"alert_id": alert.alert_id, "key": k, "since": alert.ran_at} for k in entered])
            _insert(connection, _EVENTS, [asdict(each) for each in events])
            _insert(connection, _DELIVERIES, [asdict(each) for each in deliveries])
            return True

    def finish_quiet(self, alerts: Sequence[Alert]) -> None:
        """The ends of claimed runs that have nothing to keep, but for those that another run was claimed of since."""
        if alerts:
            with failures(), self._engine.begin() as connection:
                connection.execute(_ENDED, [_end(each) for each in alerts])

    # deliveries

    def to_deliver(self, now: float, latest: float, limit: int) -> tuple[Delivery, ...]:
        """What is to be sent now: its time has come, or lies beyond `latest`, where no clock would have put it."""
        when = and_(_DELIVERIES.c.status == "waiting", or_(_DELIVERIES.c.try_at <= now, _DELIVERIES.c.try_at > latest))
        return self._read(Delivery, _DELIVERIES, when, _DELIVERIES.c.try_at, limit)

    def claim_delivery(self, delivery: Delivery, again_at: float) -> bool:
        """Take a try of the delivery; if it comes to nothing, the next is at `again_at`. Whether nobody else has."""
        untaken = (_DELIVERIES.c.tries == delivery.tries) & (_DELIVERIES.c.try_at == delivery.try_at)
        mine = (_DELIVERIES.c.delivery_id == delivery.delivery_id) & (_DELIVERIES.c.status == "waiting")
        taken = _DELIVERIES.update().where(mine, untaken)
        with failures(), self._engine.begin() as connection:
            return connection.execute(taken.values(tries=delivery.tries + 1, try_at=again_at)).rowcount > 0

    def put_off(self, target: str, now: float, until: float) -> None:
        """What waits to be sent to a target now, waits until then."""
        waiting = (_DELIVERIES.c.target == target) & (_DELIVERIES.c.status == "waiting")
        with failures(), self._engine.begin() as connection:
            connection.execute(_DELIVERIES.update().where(waiting, _DELIVERIES.c.try_at <= now).values(try_at=until))

    def send_again(self, alert_id: str, now: float) -> int:
        """Dead letters of an alert become what is to be sent now, with all their tries before them. How many."""
        dead = (_DELIVERIES.c.alert_id == alert_id) & (_DELIVERIES.c.status == "dead")
        revived = _DELIVERIES.update().where(dead).values(status="waiting", tries=0, try_at=now, error="")
        with failures(), self._engine.begin() as connection:
            return connection.execute(revived).rowcount

    def end_delivery(self, delivery_id: str, status: str, error: str = "") -> None:
        """Note how a try went."""
        with failures(), self._engine.begin() as connection:
            mine = _DELIVERIES.update().where(_DELIVERIES.c.delivery_id == delivery_id)
            connection.execute(mine.values(status=status, error=error))

    def _read(
        self,
        kind: type[Record],
        table: Table,
        where: ColumnElement[bool],
        order: ColumnElement[Any],
        limit: int = 1000,
    ) -> tuple[Record, ...]:
        columns = [table.c[each.name] for each in fields(kind)]
        query = select(*columns).where(where).order_by(order).limit(limit)
        with failures(), self._engine.connect() as connection:
            return tuple(kind(**row._mapping) for row in connection.execute(query))


def _end(alert: Alert) -> dict[str, object]:
    return {f"its_{name}": getattr(alert, name) for name in ("alert_id", "runs", *_CHANGED)}


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(table.insert(), rows)


def _is_same(before: Saved, wanted: Saved) -> bool:
    """Whether a request is saved as it is already, and means what it meant."""
    kept = (before.request, before.moves, before.digest)
    if before.moves not in ("", "stands") and before.saved_on != wanted.saved_on:
        return False
    return kept == (wanted.request, wanted.moves, wanted.digest)


def _latest(connection: Connection, where: ColumnElement[bool], version: int | None = None) -> tuple[Saved, ...]:
    other = _VERSIONS.alias()
    newest = select(func.max(other.c.version)).where(other.c.saved_id == _SAVED.c.saved_id).correlate(_SAVED)
    chosen = _VERSIONS.c.version == (newest.scalar_subquery() if version is None else version)
    columns = [(_SAVED if each.name in _SAVED.c else _VERSIONS).c[each.name] for each in fields(Saved)]
    both = _SAVED.join(_VERSIONS, _SAVED.c.saved_id == _VERSIONS.c.saved_id)
    query = select(*columns).select_from(both).where(where, chosen).order_by(_SAVED.c.name, _SAVED.c.saved_id)
    return tuple(
        Saved(**{**row._mapping, "readers": tuple(json.loads(row.readers)), "roles": tuple(json.loads(row.roles))})
        for row in connection.execute(query)
    )
