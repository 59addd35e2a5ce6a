"""Saved answers and alerts as readers have them: saved, found, and put to the data under the rights of who looks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from chat_service.saved.moving import Moves, moved
from chat_service.saved.records import (
    Alert,
    GroupRobot,
    Mail,
    OwnerUnknown,
    Saved,
    Target,
    TargetNotAllowed,
    UnknownAlert,
    UnknownSaved,
)
from chat_service.saved.schedule import SavedError
from chat_service.saved.store import SavedStore
from chat_service.services import Services
from chat_service.settings import SettingMissing, Settings
from semantic_layer import Engine, Layer, Model, QueryError, Reader, Request, as_asked, read_request

TARGETS: TypeAdapter[tuple[Target, ...]] = TypeAdapter(tuple[Target, ...])


@dataclass(frozen=True)
class Wish:
    """What a reader wants saved."""

    name: str
    request: Request
    moves: Moves | None = None
    readers: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


def save(store: SavedStore, wish: Wish, reader: Reader, services: Services, saved_id: str, now: datetime) -> Saved:
    """The request saved, once it was found to be one that the model answers. Raises SavedError, QueryError."""
    request, today = as_asked(wish.request), services.layer.as_of
    moved(request, wish.moves, today, today)
    services.layer.prepare(request, reader)
    return store.save(
        Saved(
            saved_id=saved_id,
            owner=reader.name,
            name=wish.name,
            readers=wish.readers,
            roles=wish.roles,
            version=0,
            request=request.model_dump_json(by_alias=True, exclude_defaults=False),
            moves=wish.moves or "",
            saved_on=today.isoformat(),
            model_hash=services.model.hash,
            digest=_digest(request, today, services),
            made_at=now.timestamp(),
        )
    )


def opened(store: SavedStore, saved_id: str, reader: Reader, version: int | None = None) -> Saved:
    """A saved answer that is the reader's own, or shared with them or a role of theirs. Raises SavedError."""
    found = store.saved(saved_id, version)
    if found is None or not may_open(found, reader):
        raise SavedError(UnknownSaved())
    return found


def may_open(saved: Saved, reader: Reader) -> bool:
    """Whether it is the reader's own, or shared with them."""
    return reader.name == saved.owner or reader.name in saved.readers or bool(reader.roles & set(saved.roles))


def own_alert(store: SavedStore, alert_id: str, reader: Reader) -> Alert:
    """A reader's alert. Raises SavedError."""
    found = store.alert(alert_id)
    if found is None or found.owner != reader.name:
        raise SavedError(UnknownAlert())
    return found


def request_today(saved: Saved, today: date) -> Request:
    """The saved request as of today."""
    moves: Moves | None = saved.moves or None  # type: ignore[assignment]
    return moved(read_request(saved.request), moves, date.fromisoformat(saved.saved_on), today)


def has_moved(saved: Saved, services: Services) -> bool:
    """Whether the model makes something else of the request than when it was saved: a definition that it stands on has
    changed, or is gone."""
    if saved.model_hash == services.model.hash:
        return False
    try:
        day = date.fromisoformat(saved.saved_on)
        return _digest(read_request(saved.request), day, services) != saved.digest
    except QueryError:
        return True


def _digest(request: Request, day: date, services: Services) -> str:
    """Of the statement that the model makes of a request on a day, whoever asks it."""
    sql = unruled_layer(services.model, services.engine, day).prepare(request).sql
    return hashlib.sha256(sql.encode()).hexdigest()


def unruled_layer(model: Model, engine: Engine, day: date | None) -> Layer:
    """The layer on a day without anybody's rights: to tell what the model makes of a request, never to run it."""
    unruled = replace(model, policies=MappingProxyType({}), field_rules=MappingProxyType({}))
    return Layer(unruled, engine, day)


def check_target(target: Target, settings: Settings) -> None:
    """Raises SavedError (`target_not_allowed`, `setting_missing`) where nothing may be sent to a target, or nothing can
    be: hosts and mail domains are named by the operator, so that no reader has the service call what they cannot."""
    if isinstance(target, GroupRobot):
        if target.name not in settings.robots:
            raise SavedError(TargetNotAllowed(target.name))
        return
    if isinstance(target, Mail):
        host, said, needed = target.to.rpartition("@")[2], target.to, "smtp_host"
    else:
        host, said, needed = urlsplit(target.url).hostname or "", target.url, "webhook_secret"
    if host.lower() not in settings.alert_hosts:
        raise SavedError(TargetNotAllowed(said))
    if getattr(settings, needed) is None:
        raise SavedError(SettingMissing(f"HUITOU_{needed.upper()}"))


def told_at(moment: float) -> str:
    """A moment as the interface tells it; '' for none."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds") if moment else ""


def owner_of(reader: Reader | None, name: str) -> Reader:
    """The reader behind a name, whose rights are known while they are not there. Raises SavedError."""
    if reader is None:
        raise SavedError(OwnerUnknown(name))
    return reader
