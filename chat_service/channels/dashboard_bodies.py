"""Dashboards and their tiles as the interface tells them."""

from __future__ import annotations

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

from chat_service.channels.bodies import chat_body
from chat_service.channels.wire import ChartPart, InterpretationPart, TablePart, TextPart
from chat_service.channels.wire_dashboards import DashboardBody, DashboardHeadBody, TileBody, TileHeadBody
from chat_service.saved.boards import BoardHead
from chat_service.saved.dashboards import Look, Shown, ShownTile, answered
from chat_service.saved.schedule import read_schedule
from chat_service.services import Services
from semantic_layer import Reader


def head_body(head: BoardHead, reader: Reader) -> DashboardHeadBody:
    """A dashboard in a list."""
    is_own = head.owner == reader.name
    return DashboardHeadBody(dashboard_id=head.dashboard_id, name=head.name, owner=head.owner, is_own=is_own)


def dashboard_body(shown: Shown, reader: Reader, services: Services, now: datetime) -> DashboardBody:
    """A dashboard before its tiles are computed."""
    due = read_schedule(shown.refresh).after(now, ZoneInfo(services.model.timezone))
    return DashboardBody(
        dashboard_id=shown.dashboard_id,
        name=shown.name,
        owner=shown.owner,
        is_own=shown.owner == reader.name and shown.version > 0,
        tiles=tuple(
            TileHeadBody(title=each.title, form=each.form, width=each.width, saved_id=each.saved_id)
            for each in shown.tiles
        ),
        filters=shown.filters,
        refresh=shown.refresh,
        refresh_seconds=max(1, round((due - now).total_seconds())),
        data_stamp=services.opening,
        version=shown.version,
        readers=shown.readers,
        roles=shown.roles,
    )


def tile_body(tile: ShownTile, look: Look, reader: Reader, services: Services, request_id: str) -> TileBody:
    """A tile as it is now, under the rights of the reader. Raises SavedError."""
    found = answered(tile, look, reader, services)
    body = chat_body(found, services.layer, request_id=request_id, shows_sql=False)
    text = next(part.text for part in body.content if isinstance(part, TextPart))
    reading = next(part for part in body.content if isinstance(part, InterpretationPart))
    table = next((part for part in body.content if isinstance(part, TablePart)), None)
    chart = next((part.spec for part in body.content if isinstance(part, ChartPart)), None)
    made = TileBody(
        request_id="",
        title=tile.title,
        form=tile.form,
        status=body.status,
        text=text,
        restated=reading.restated,
        query=reading.query,
        table=table,
        chart=chart,
        warnings=body.warnings,
        problem=body.problem,
        data_as_of=body.provenance.data_as_of or "",
        stamp="",
    )
    stamp = hashlib.sha256(made.model_dump_json().encode()).hexdigest()[:16]
    return made.model_copy(update={"request_id": request_id, "stamp": stamp})
