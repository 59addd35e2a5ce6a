"""Dashboards: tiles of saved answers under a name, each put to the data under the rights of who looks.

A dashboard that a reader made names saved answers; one that stands in YAML beside the model (`dashboard_files.py`) has
typed requests of its own. Whoever may open a dashboard may open the saved answers of its owner that are on it: what
they see of each is theirs. Filters over all tiles are added to each tile's own conditions; a tile that they do not fit
says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from chat_service.answer import answer
from chat_service.asking import Answer, Asked
from chat_service.outcomes import Choice, Language, Question
from chat_service.saved.looking import may_open, request_today
from chat_service.saved.records import Saved, UnknownSaved
from chat_service.saved.schedule import SavedError, read_schedule
from chat_service.saved.store import SavedStore
from chat_service.services import Services
from semantic_layer import Compare, FieldFilter, MetricQuery, Period, Problem, QueryError, Reader, Request, problem

TileForm = Literal["number", "chart", "table", "list"]
MOST_TILES = 40
_LINE = r"^[^\x00-\x1f\x7f\u2028\u2029]*$"


class Tile(BaseModel):
    """A saved answer on a dashboard. `width` is in quarters of the page; without a title it has the answer's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    saved_id: str = Field(max_length=100, pattern=r"^[^\x00]+$")
    form: TileForm
    title: str = Field("", max_length=200, pattern=_LINE)
    width: int = Field(2, ge=1, le=4)


Tiles = Annotated[tuple[Tile, ...], Field(max_length=MOST_TILES)]
TILES: TypeAdapter[tuple[Tile, ...]] = TypeAdapter(Tiles)


@dataclass(frozen=True)
class Dashboard:
    """Tiles under a name of its owner's. `filters` are the fields by which all tiles may be narrowed; `refresh` is when
    it is computed anew while somebody looks. `version` counts its changes: who writes on an older one is told."""

    dashboard_id: str
    owner: str
    name: str
    tiles: tuple[Tile, ...]
    filters: tuple[str, ...] = ()
    refresh: str = "every 15 minutes"
    readers: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    version: int = 0
    made_at: float = 0


@dataclass(frozen=True)
class ShownTile:
    """A tile with what it asks for, or why it cannot be shown."""

    title: str
    form: TileForm
    width: int
    request: Request | None
    saved_id: str = ""
    trouble: Problem | None = None


@dataclass(frozen=True)
class Shown:
    """A dashboard as a reader has it open, whoever made it."""

    dashboard_id: str
    name: str
    owner: str
    tiles: tuple[ShownTile, ...]
    filters: tuple[str, ...]
    refresh: str
    version: int = 0
    readers: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """How a dashboard is looked at: in which language, narrowed to what; a period takes the place of those that tiles
    have."""

    language: Language = "en"
    filters: tuple[FieldFilter, ...] = ()
    period: Period | None = None


@problem(
    "unknown_dashboard",
    zh="没有这个看板，或没有分享给你。",
    en="There is no dashboard under this id that you may open.",
)
class UnknownDashboard(Problem):
    """A dashboard that is not there, or not for this reader."""


@problem(
    "dashboard_changed",
    zh="这个看板在此期间被改过了，请刷新后再改。",
    en="This dashboard was changed in the meantime. Load it anew, then change it.",
)
class DashboardChanged(Problem):
    """A change that was made on an older version."""


@problem(
    "filter_does_not_fit",
    zh="这一块不能按看板的条件筛选。",
    en="This tile cannot be narrowed by the dashboard's filters.",
)
class FilterDoesNotFit(Problem):
    """A kind of request that takes no conditions."""


@problem("unknown_tile", zh="看板上没有第 {place} 块。", en="The dashboard has no tile {place}.")
class UnknownTile(Problem):
    """A place beyond the last tile."""

    place: int


def may_open_dashboard(found: Dashboard, reader: Reader) -> bool:
    """Whether it is the reader's own, or shared with them or a role of theirs."""
    return reader.name == found.owner or reader.name in found.readers or bool(reader.roles & set(found.roles))


def checked_dashboard(wanted: Dashboard, reader: Reader, store: SavedStore, services: Services) -> Dashboard:
    """A dashboard that may be kept: its schedule is one, its fields are the model's, and the reader may open each saved
    answer on it. Raises SavedError, QueryError."""
    read_schedule(wanted.refresh)
    for each in wanted.filters:
        services.layer.prepare(MetricQuery(group_by=(each,)), reader)
    for tile in wanted.tiles:
        found = store.saved(tile.saved_id)
        if found is None or not may_open(found, reader):
            raise SavedError(UnknownSaved())
    return wanted


def shown_of(dashboard: Dashboard, reader: Reader, store: SavedStore, today: date) -> Shown:
    """A reader's dashboard with the requests of its tiles as of today."""
    tiles = tuple(_shown_tile(each, dashboard, reader, store, today) for each in dashboard.tiles)
    return Shown(
        dashboard.dashboard_id,
        dashboard.name,
        dashboard.owner,
        tiles,
        dashboard.filters,
        dashboard.refresh,
        dashboard.version,
        dashboard.readers,
        dashboard.roles,
    )


def _shown_tile(tile: Tile, dashboard: Dashboard, reader: Reader, store: SavedStore, today: date) -> ShownTile:
    saved = store.saved(tile.saved_id)
    shown = ShownTile(tile.title, tile.form, tile.width, None, tile.saved_id)
    if saved is None or not _comes_with(saved, dashboard, reader):
        return replace(shown, trouble=UnknownSaved())
    return replace(shown, title=tile.title or saved.name, request=request_today(saved, today))


def _comes_with(saved: Saved, dashboard: Dashboard, reader: Reader) -> bool:
    """Whether who may open the dashboard may open this: it is of the same owner, or the reader's anyway."""
    return saved.owner == dashboard.owner or may_open(saved, reader)


def tile_at(shown: Shown, place: int) -> ShownTile:
    """The tile at a place, from 0. Raises SavedError."""
    if not 0 <= place < len(shown.tiles):
        raise SavedError(UnknownTile(place))
    return shown.tiles[place]


def answered(tile: ShownTile, look: Look, reader: Reader, services: Services) -> Answer:
    """A tile's answer, under the reader's own rights. Raises SavedError where it has nothing to ask for, or takes no
    such conditions."""
    if tile.request is None:
        raise SavedError(tile.trouble or UnknownSaved())
    request = narrowed(tile.request, look)
    if tile.form == "number":
        request = _compared(request, reader, services)
    choice = Choice("tile", tile.title, tile.title, request)
    return answer(Asked(Question(tile.title, services.layer.as_of, look.language), reader, choice), services)


def narrowed(request: Request, look: Look) -> Request:
    """The request under the conditions of a look. Raises SavedError (`filter_does_not_fit`)."""
    changed: dict[str, object] = {}
    if look.filters:
        if "filters" not in type(request).model_fields:
            raise SavedError(FilterDoesNotFit())
        changed["filters"] = (*getattr(request, "filters"), *look.filters)  # noqa: B009 - not every kind has some
    if look.period is not None and "period" in type(request).model_fields and request.period is not None:
        changed["period"] = look.period
    return request.model_copy(update=changed) if changed else request


def _compared(request: Request, reader: Reader, services: Services) -> Request:
    """A number with its change since the period before, where there is one to compare with."""
    if not isinstance(request, MetricQuery) or request.compare is not None or request.group_by:
        return request
    if request.period is None or request.period.days is None:
        return request
    compared = request.model_copy(update={"compare": Compare(to="previous")})
    try:
        services.layer.prepare(compared, reader)
    except QueryError:
        return request
    return compared


def with_tile(dashboard: Dashboard, tile: Tile, now: datetime) -> Dashboard:
    """The dashboard with one more tile at its end."""
    return replace(dashboard, tiles=(*dashboard.tiles, tile), made_at=now.timestamp())


def form_for(request: Request) -> TileForm:
    """The form that shows a request best, where nobody says."""
    if not isinstance(request, MetricQuery):
        return "list" if request.kind == "list" else "table"
    return "chart" if request.group_by else "number"
