"""What a run of an alert does: look under its owner's rights, and keep what entered, what left and what is to be told.

Runs that were claimed together share what they see: what one owner watches of one saved answer is computed once for all
of their alerts on it. What found nothing new is kept together at the end; what has something to tell, at once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from chat_service.outcomes import Language
from chat_service.present.alerts import happened, rows_told, trouble
from chat_service.present.finding import Finding
from chat_service.present.names import Names
from chat_service.saved.boards import Boards
from chat_service.saved.conditions import CONDITIONS, Change, Digest, Every, NewRows, Unusual, Watching, met, watched
from chat_service.saved.looking import TARGETS, opened, owner_of, request_today
from chat_service.saved.records import Alert, Delivery, Event, EventKind
from chat_service.saved.schedule import read_schedule
from chat_service.saved.store import SavedStore
from chat_service.saved.telling import Told, told
from chat_service.services import Services
from semantic_layer import AppliedFilter, EngineError, HuitouError, Layer, Reader, Request, ResultTable

_LOG = logging.getLogger("huitou.alerts")
_STOPPING = {"owner_unknown", "unknown_saved", "unknown_dashboard"}


@dataclass(frozen=True)
class _Look:
    """What a reader sees of a saved answer."""

    request: Request
    table: ResultTable
    filters: tuple[AppliedFilter, ...]
    version: int
    layer: Layer

    def finding(self, language: Language) -> Finding:
        """As it is told."""
        return Finding(self.request, self.table, Names(self.layer.model, language), self.layer.as_of, self.filters)


@dataclass(eq=False)
class Runs:
    """Runs that were claimed together. `ends` are the alerts after those that found nothing new."""

    boards: Boards
    standing: Callable[[str], Reader | None]
    services: Services
    now: datetime
    with_rows: frozenset[str]
    ends: list[Alert]
    _looked: dict[object, _Look] = field(default_factory=dict)

    @property
    def store(self) -> SavedStore:
        """Where the alerts are."""
        return self.boards.saved

    def run(self, alert: Alert) -> None:
        """The run of one alert. Raises HuitouError where it comes to nothing."""
        zone = ZoneInfo(self.services.model.timezone)
        due = replace(alert, next_at=read_schedule(alert.schedule).after(self.now, zone).timestamp())
        condition = CONDITIONS.validate_json(alert.condition)
        reader = owner_of(self.standing(alert.owner), alert.owner)
        if isinstance(condition, Every | Digest):
            self._tell_all(due, told(due, condition, self.boards, reader, self.services))
            return
        look = self._look(due, condition, reader)
        self._tell(due, condition, look, met(condition, look.request, look.table, self.services.model))

    def _look(self, alert: Alert, condition: Watching, reader: Reader) -> _Look:
        """Under the rights that the alert's owner has now; the one before again, where it is the same."""
        key = (alert.saved_id, reader, condition.against if isinstance(condition, Change) else None)
        if key not in self._looked:
            saved = opened(self.store, alert.saved_id, reader)
            layer = self.services.layer
            request = watched(request_today(saved, layer.as_of), condition)
            prepared = layer.prepare(request, reader)
            table = layer.execute(prepared)
            if table.truncated:
                layer = self.services.layer_of_all_rows(None)
                prepared = layer.prepare(request, reader)
                table = layer.execute(prepared)
            self._looked = {key: _Look(request, table, prepared.filters, saved.version, layer)}
        return self._looked[key]

    def _tell(self, alert: Alert, condition: Watching, look: _Look, found: dict[str, int]) -> None:
        """Keep what entered and left, and what is to be told of it. A request saved anew has its rows known anew."""
        before = self.store.known_rows(alert.alert_id) if alert.alert_id in self.with_rows else frozenset[str]()
        is_new = look.version != alert.version
        known = frozenset[str]() if is_new else before
        entered, left = [key for key in found if key not in known], sorted(known - set(found))
        after = replace(alert, version=look.version, trouble="")
        gone = before if is_new else left
        begins = is_new and isinstance(condition, NewRows)
        if not (entered or gone or begins):
            self.ends.append(after)
            return
        events: list[Event] = []
        is_list = any(each.role == "dimension" for each in look.table.columns) and not isinstance(condition, Unusual)
        finding = look.finding(alert.language)
        if begins:
            events.append(_event(alert, "began", len(entered), is_list))
        elif entered:
            rows = rows_told(finding, [found[key] for key in entered], alert.language)
            events.append(_event(alert, "raised", len(entered), is_list, rows))
        if left:
            rows = rows_told(finding, [0], alert.language) if len(look.table.rows) == 1 else []
            events.append(_event(alert, "over", len(left), is_list, rows))
        deliveries = [each for event in events for each in _deliveries(alert, event)]
        self.store.finish(after, entered=entered, left=gone, events=events, deliveries=deliveries)

    def _tell_all(self, alert: Alert, told: Told) -> None:
        """Keep what is told at each run, whatever it is."""
        event = _event(alert, "told", 1, is_list=True, rows=told.lines)
        deliveries = _deliveries(alert, event, told.file)
        self.store.finish(replace(alert, trouble=""), events=[event], deliveries=deliveries)


def note_trouble(store: SavedStore, alert: Alert, error: HuitouError) -> None:
    """Keep why a run came to nothing, once while it stays so. What the owner must act on is told to them. Raises
    StoreError."""
    code = error.problems[0].code
    is_end = code in _STOPPING
    _LOG.warning("alert %s: %s", alert.alert_id, code)
    events: list[Event] = []
    if code != alert.trouble:
        kind: EventKind = "stopped" if is_end else "failed"
        is_told = not isinstance(error, EngineError)
        text = trouble(alert.name, error, is_end=is_end, language=alert.language) if is_told else code
        events = [Event(f"{alert.alert_id}-{alert.runs}-{kind}", alert.alert_id, alert.ran_at, kind, 0, text)]
    told = [] if is_end or isinstance(error, EngineError) else events
    deliveries = [each for event in told for each in _deliveries(alert, event)]
    store.finish(replace(alert, trouble=code, is_stopped=is_end), events=events, deliveries=deliveries)


def _event(alert: Alert, kind: EventKind, count: int, is_list: bool, rows: Sequence[str] = ()) -> Event:
    head = happened(kind, alert.name, count, is_list=is_list or kind == "began", language=alert.language)
    text = "\n".join((head, *rows))
    return Event(f"{alert.alert_id}-{alert.runs}-{kind}", alert.alert_id, alert.ran_at, kind, count, text)


def _deliveries(alert: Alert, event: Event, file: dict[str, str] | None = None) -> list[Delivery]:
    if event.kind == "began":
        return []
    told = {
        "event": event.event_id,
        "kind": event.kind,
        "alert": alert.alert_id,
        "name": alert.name,
        "at": event.at,
        "count": event.count,
        "text": event.text,
        **({} if file is None else {"file": file}),
    }
    body = json.dumps(told, ensure_ascii=False)
    targets = enumerate(TARGETS.validate_json(alert.targets))
    return [
        Delivery(
            f"{event.event_id}-{place}",
            event.event_id,
            alert.alert_id,
            target.model_dump_json(),
            body,
            0,
            event.at,
            "waiting",
        )
        for place, target in targets
    ]
