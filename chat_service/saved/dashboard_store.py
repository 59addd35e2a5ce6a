"""Dashboards in our own database, beside the saved answers that are on them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Column, Engine, Float, Integer, MetaData, Row, String, Table, Text, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError

from chat_service.conversation.database import failures, make_tables
from chat_service.saved.dashboards import TILES, Dashboard, DashboardChanged, UnknownDashboard
from chat_service.saved.records import NameTaken
from chat_service.saved.schedule import SavedError

_METADATA = MetaData()
_LISTS = ("filters", "readers", "roles")
_DASHBOARDS = Table(
    "dashboards",
    _METADATA,
    Column("dashboard_id", String(100), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("tiles", Text, nullable=False),
    Column("filters", Text, nullable=False),
    Column("refresh", String(100), nullable=False),
    Column("readers", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_at", Float, nullable=False),
    UniqueConstraint("owner", "name"),
)


class DashboardStore:
    """Dashboards in a database that is open; the table is made where it is missing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with failures():
            make_tables(_METADATA, engine)

    def add(self, wanted: Dashboard) -> Dashboard:
        """Keep a new dashboard. Raises SavedError (`name_taken`)."""
        made = replace(wanted, version=1)
        with failures(), self._engine.begin() as connection:
            try:
                connection.execute(_DASHBOARDS.insert().values(**_values(made)))
            except IntegrityError as error:
                raise SavedError(NameTaken(wanted.name)) from error
        return made

    def change(self, wanted: Dashboard) -> Dashboard:
        """Keep a dashboard as its next version, where `wanted.version` is the one that was changed. Raises SavedError
        (`dashboard_changed`, `unknown_dashboard`, `name_taken`)."""
        made = replace(wanted, version=wanted.version + 1)
        mine = (_DASHBOARDS.c.dashboard_id == wanted.dashboard_id) & (_DASHBOARDS.c.version == wanted.version)
        with failures(), self._engine.begin() as connection:
            try:
                found = connection.execute(_DASHBOARDS.update().where(mine).values(**_values(made))).rowcount
            except IntegrityError as error:
                raise SavedError(NameTaken(wanted.name)) from error
        if not found:
            known = self.dashboard(wanted.dashboard_id)
            raise SavedError(UnknownDashboard() if known is None else DashboardChanged())
        return made

    def dashboard(self, dashboard_id: str) -> Dashboard | None:
        """The dashboard of that id."""
        wanted = select(_DASHBOARDS).where(_DASHBOARDS.c.dashboard_id == dashboard_id)
        with failures(), self._engine.connect() as connection:
            found = connection.execute(wanted).one_or_none()
        return None if found is None else _dashboard(found)

    def dashboards(self) -> tuple[Dashboard, ...]:
        """Everybody's dashboards by name."""
        wanted = select(_DASHBOARDS).order_by(_DASHBOARDS.c.name, _DASHBOARDS.c.dashboard_id)
        with failures(), self._engine.connect() as connection:
            return tuple(map(_dashboard, connection.execute(wanted)))

    def forget(self, dashboard_id: str) -> None:
        """Delete a dashboard; the saved answers on it stay. What tells of it stops when it is next due."""
        with failures(), self._engine.begin() as connection:
            connection.execute(_DASHBOARDS.delete().where(_DASHBOARDS.c.dashboard_id == dashboard_id))


def _values(each: Dashboard) -> dict[str, Any]:
    lists = {name: json.dumps(getattr(each, name), ensure_ascii=False) for name in _LISTS}
    return {**asdict(each), **lists, "tiles": TILES.dump_json(each.tiles).decode()}


def _dashboard(row: Row[Any]) -> Dashboard:
    told = dict(row._mapping)
    lists = {name: tuple(json.loads(told[name])) for name in _LISTS}
    return Dashboard(**{**told, **lists, "tiles": TILES.validate_json(told["tiles"])})
