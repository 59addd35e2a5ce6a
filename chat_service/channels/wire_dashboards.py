"""The bodies of dashboards."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, JsonValue

from chat_service.asking import Status
from chat_service.channels.wire import ID, Body, ProblemBody, TablePart, WarningBody
from chat_service.channels.wire_saved import Name, Names
from chat_service.outcomes import Language
from chat_service.saved.dashboards import TileForm, Tiles
from semantic_layer import FieldFilter, Period


class DashboardRequest(Body):
    """A dashboard to keep: tiles of saved answers, in their order. `filters` are the fields that narrow all tiles;
    `refresh` is when it is computed anew for who has it open. `readers` and `roles` may open it, each under their own
    rights. `version` is the one that was changed; it is left out of a new one."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=False)

    name: Name
    tiles: Tiles = ()
    filters: Annotated[tuple[Name, ...], Field(max_length=20)] = ()
    refresh: str = Field("every 15 minutes", max_length=100, pattern=ID)
    readers: Names = ()
    roles: Names = ()
    version: int = Field(0, ge=0, le=2**31 - 1)


class TileHeadBody(Body):
    """A tile before it is computed. `saved_id` is '' on a dashboard that stands beside the model."""

    title: str
    form: TileForm
    width: int
    saved_id: str


class DashboardBody(Body):
    """A dashboard. `refresh_seconds` is how long until it is next computed anew; `data_stamp` is another when the data
    are. One that is not `is_own` is not yours to change."""

    dashboard_id: str
    name: str
    owner: str
    is_own: bool
    tiles: tuple[TileHeadBody, ...]
    filters: tuple[str, ...]
    refresh: str
    refresh_seconds: int
    data_stamp: str
    version: int
    readers: tuple[str, ...]
    roles: tuple[str, ...]


class DashboardHeadBody(Body):
    """A dashboard in a list."""

    dashboard_id: str
    name: str
    owner: str
    is_own: bool


class DashboardsBody(Body):
    """Yours, those shared with you, and those of the model."""

    dashboards: tuple[DashboardHeadBody, ...]


class LookRequest(Body):
    """How tiles are looked at: conditions on all of them, and a period in place of those that tiles have."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=False)

    language: Language = "en"
    filters: Annotated[tuple[FieldFilter, ...], Field(max_length=20)] = ()
    period: Period | None = None


class TileBody(Body):
    """A tile as it is now, for who looks. `stamp` changes when anything that it shows does."""

    request_id: str
    title: str
    form: TileForm
    status: Status
    text: str
    restated: str
    query: dict[str, JsonValue]
    table: TablePart | None
    chart: dict[str, Any] | None
    warnings: tuple[WarningBody, ...]
    problem: ProblemBody | None
    data_as_of: str
    stamp: str
