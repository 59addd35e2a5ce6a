"""What is done when an offer is taken: through the same code as the API, under the reader's own name and rights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from chat_service.language.phrases import said, sentences
from chat_service.outcomes import Language
from chat_service.present.offers import ENDED, KEPT, LEFT, ON_BOARD, SET
from chat_service.saved.alerting import add_alert, new_alert
from chat_service.saved.boards import Boards
from chat_service.saved.conditions import Condition
from chat_service.saved.dashboards import Dashboard, Tile, TileForm, checked_dashboard, form_for, with_tile
from chat_service.saved.looking import Wish, own_alert, owner_of, save
from chat_service.saved.moving import Moves
from chat_service.saved.records import Saved, Target
from chat_service.services import Services
from semantic_layer import Reader, Request


class Deed(BaseModel):
    """Something that was offered: an answer kept, put on a dashboard (an id, or a new one's name), watched or told; or,
    without a request, a dashboard told. `ends` is an alert to be deleted. Without any of these nothing is done."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str = ""
    request: Request | None = Field(None)
    moves: Moves | None = None
    board_id: str = ""
    board_name: str = ""
    condition: Condition | None = None
    schedule: str = ""
    target: Target | None = None
    ends: str = ""


@dataclass(frozen=True, eq=False)
class Desk:
    """What deeds are done with: where things are kept, whose rights stand while they are away, clock and ids."""

    boards: Boards
    standing: Callable[[str], Reader | None]
    now: Callable[[], datetime]
    new_id: Callable[[], str]


def done(deed: Deed, reader: Reader, language: Language, services: Services, desk: Desk) -> str:
    """What was done, in words. Raises SavedError, QueryError, StoreError; what was kept before stays kept."""
    if deed.ends:
        ended = own_alert(desk.boards.saved, deed.ends, reader)
        desk.boards.saved.forget_alert(ended.alert_id)
        return said(ENDED, language, name=ended.name)
    if deed.request is None and deed.condition is None:
        return said(LEFT, language)
    if deed.condition is not None or reader.audience:  # of several people nobody could open it again
        owner_of(desk.standing(reader.name), reader.name)
    told, subject = [], deed.board_id
    if deed.request is not None:
        wish = Wish(deed.name, deed.request, deed.moves)
        saved = save(desk.boards.saved, wish, reader, services, desk.new_id(), desk.now())
        told, subject = [said(KEPT, language, name=saved.name, version=saved.version)], saved.saved_id
        if deed.board_id or deed.board_name:
            board = _put(saved, form_for(deed.request), deed, reader, services, desk)
            told.append(said(ON_BOARD, language, board=board.name))
    if deed.condition is not None and deed.target is not None:
        wanted = new_alert(desk.new_id(), reader, deed.name, subject, deed.schedule, language)
        alert = add_alert(desk.boards, wanted, deed.condition, (deed.target,), reader, services, desk.now())
        told.append(said(SET, language, name=alert.name, next=local_time(alert.next_at, services)))
    return sentences(told, language)


def local_time(moment: float, services: Services) -> str:
    """A moment in the model's zone."""
    found = datetime.fromtimestamp(moment, ZoneInfo(services.model.timezone))
    return f"{found:%Y-%m-%d %H:%M} ({services.model.timezone})"


def _put(saved: Saved, form: TileForm, deed: Deed, reader: Reader, services: Services, desk: Desk) -> Dashboard:
    kept, now = desk.boards.kept, desk.now()
    tile = Tile(saved_id=saved.saved_id, form=form)
    if deed.board_id:
        found = with_tile(desk.boards.own(deed.board_id, reader), tile, now)
        return kept.change(checked_dashboard(found, reader, desk.boards.saved, services))
    made = with_tile(Dashboard(desk.new_id(), reader.name, deed.board_name, ()), tile, now)
    return kept.add(checked_dashboard(made, reader, desk.boards.saved, services))
