"""Runs the alerts that are due, and delivers what they tell.

Any number of runners may work on one store: one of them leads, and what two do nevertheless, the store has once. A run
is claimed before it begins, with a time for another if this one comes to nothing; then, in one transaction, its rows,
events and deliveries are kept. So an event happens once, however often processes die. A delivery is repeated until it
arrived: only if a process dies between sending and noting it may a target see it twice, under the same id.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chat_service.access.admission import Admission
from chat_service.present.alerts import happened, rows_told, trouble
from chat_service.present.finding import Finding
from chat_service.present.names import Names
from chat_service.saved.boards import Boards
from chat_service.saved.conditions import CONDITIONS, Digest, Every, NewRows, Unusual, Watching, met, watched
from chat_service.saved.delivery import DeliveryError, send
from chat_service.saved.looking import TARGETS, check_target, opened, owner_of, request_today
from chat_service.saved.records import Alert, Delivery, Event, EventKind, Target
from chat_service.saved.schedule import SavedError, read_schedule
from chat_service.saved.store import SavedStore
from chat_service.saved.telling import Told, told
from chat_service.services import Services
from chat_service.settings import Settings
from semantic_layer import EngineError, HuitouError, Reader

_LOG = logging.getLogger("huitou.alerts")
_AGAIN = timedelta(minutes=5)  # a run that came to nothing
_LEAD_SECONDS = 60.0
_AT_ONCE = 100  # alerts or deliveries of one look
_FIRST_WAIT, _LONGEST_WAIT = 30.0, 6 * 3600.0
_TRIES = 9  # over some two hours and a half
_STOPPING = {"owner_unknown", "unknown_saved", "unknown_dashboard"}


@dataclass(frozen=True)
class _Look:
    """What a run saw: the rows that meet the condition, the place of each by its key."""

    found: dict[str, int]
    finding: Finding
    version: int
    is_first_of_list: bool
    is_list: bool


@dataclass(eq=False)
class Runner:
    """One worker on the alerts of a store. `using` gives the services over today's data for the length of a run."""

    boards: Boards
    settings: Settings
    admission: Admission
    using: Callable[[], AbstractContextManager[Services]]
    now: Callable[[], datetime]
    holder: str
    _stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def store(self) -> SavedStore:
        """Where the alerts are."""
        return self.boards.saved

    def stop(self) -> None:
        """No further run or delivery begins."""
        self._stopped.set()

    def leads(self) -> bool:
        """Whether this runner is the one that is to work now."""
        return self.store.lead(self.holder, self.now().timestamp(), _LEAD_SECONDS)

    def run_due(self, *, is_asked: bool = False) -> int:
        """Run what is due, a bounded number of alerts one after the other. How many were run. Who does not lead does
        nothing, unless somebody asks for it. Raises StoreError."""
        if not (is_asked or self.leads()):
            return 0
        found = self.store.due(self.now().timestamp(), _AT_ONCE)
        return sum(self.run(each) for each in found if not self._stopped.is_set())

    def run(self, alert: Alert) -> bool:
        """One run of one alert; False where another runner has it. Raises StoreError."""
        now = self.now()
        again = now + _AGAIN
        if not self.store.claim(alert, now.timestamp(), again.timestamp()):
            return False
        mine = replace(alert, runs=alert.runs + 1, ran_at=now.timestamp())
        condition = CONDITIONS.validate_json(alert.condition)
        try:
            with self.using() as services:
                zone = ZoneInfo(services.model.timezone)
                due = replace(mine, next_at=read_schedule(mine.schedule).after(now, zone).timestamp())
                reader = owner_of(self.admission.standing(alert.owner), alert.owner)
                if isinstance(condition, Every | Digest):
                    self._tell_all(due, told(due, condition, self.boards, reader, services))
                    return True
                look = self._look(due, condition, reader, services)
        except HuitouError as error:
            if not self._stopped.is_set():
                self._note_trouble(replace(mine, next_at=again.timestamp()), error)
            return True
        self._tell(due, look)
        return True

    def _look(self, alert: Alert, condition: Watching, reader: Reader, services: Services) -> _Look:
        """Under the rights that the alert's owner has now. Raises HuitouError."""
        saved = opened(self.store, alert.saved_id, reader)
        request = watched(request_today(saved, services.layer.as_of), condition)
        layer = services.layer
        prepared = layer.prepare(request, reader)
        table = layer.execute(prepared)
        if table.truncated:
            layer = services.layer_of_all_rows(None)
            prepared = layer.prepare(request, reader)
            table = layer.execute(prepared)
        found = met(condition, request, table, services.model)
        names = Names(services.model, alert.language)
        finding = Finding(request, table, names, layer.as_of, prepared.filters)
        is_new = saved.version != alert.version
        is_list = any(each.role == "dimension" for each in table.columns) and not isinstance(condition, Unusual)
        return _Look(found, finding, saved.version, is_new and isinstance(condition, NewRows), is_list)

    def _tell(self, alert: Alert, look: _Look) -> None:
        """Keep what entered and left, and what is to be told of it. A request saved anew has its rows known anew."""
        before = self.store.known_rows(alert.alert_id)
        known = before if look.version == alert.version else frozenset[str]()
        entered, left = [key for key in look.found if key not in known], sorted(known - set(look.found))
        events: list[tuple[Event, list[str]]] = []
        if look.is_first_of_list:
            events.append((self._event(alert, "began", len(entered), look.is_list), []))
        elif entered:
            rows = rows_told(look.finding, [look.found[key] for key in entered], alert.language)
            events.append((self._event(alert, "raised", len(entered), look.is_list), rows))
        if left:
            rows = rows_told(look.finding, [0], alert.language) if len(look.finding.table.rows) == 1 else []
            events.append((self._event(alert, "over", len(left), look.is_list), rows))
        gone = before if look.version != alert.version else left
        self.store.finish(
            replace(alert, version=look.version, trouble=""),
            entered=entered,
            left=gone,
            events=[event for event, _ in events],
            deliveries=[each for event, rows in events for each in self._deliveries(alert, event, rows)],
        )

    def _tell_all(self, alert: Alert, told: Told) -> None:
        """Keep what is told at each run, whatever it is."""
        event = self._event(alert, "told", 1, is_list=True)
        deliveries = self._deliveries(alert, event, list(told.lines), told.file)
        self.store.finish(replace(alert, trouble=""), events=[event], deliveries=deliveries)

    def _note_trouble(self, alert: Alert, error: HuitouError) -> None:
        """Keep why a run came to nothing, once while it stays so. What the owner must act on is told to them."""
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
        deliveries = [each for event in told for each in self._deliveries(alert, event, [])]
        self.store.finish(replace(alert, trouble=code, is_stopped=is_end), events=events, deliveries=deliveries)

    def _event(self, alert: Alert, kind: EventKind, count: int, is_list: bool) -> Event:
        text = happened(kind, alert.name, count, is_list=is_list or kind == "began", language=alert.language)
        return Event(f"{alert.alert_id}-{alert.runs}-{kind}", alert.alert_id, alert.ran_at, kind, count, text)

    def _deliveries(
        self, alert: Alert, event: Event, rows: list[str], file: dict[str, str] | None = None
    ) -> list[Delivery]:
        if event.kind == "began":
            return []
        told = {
            "event": event.event_id,
            "kind": event.kind,
            "alert": alert.alert_id,
            "name": alert.name,
            "at": event.at,
            "count": event.count,
            "text": "\n".join([event.text, *rows]),
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

    def deliver_due(self, *, is_asked: bool = False) -> int:
        """Send what is to be sent now, one after the other. How many arrived. Raises StoreError."""
        if not (is_asked or self.leads()):
            return 0
        now = self.now().timestamp()
        found = self.store.to_deliver(now, now + _LONGEST_WAIT * 2, _AT_ONCE)
        return sum(self._deliver(each) for each in found if not self._stopped.is_set())

    def _deliver(self, delivery: Delivery) -> bool:
        now = self.now().timestamp()
        wait = min(_FIRST_WAIT * 2**delivery.tries, _LONGEST_WAIT)
        if not self.store.claim_delivery(delivery, now + wait):
            return False
        target: Target = TARGETS.validate_json(f"[{delivery.target}]")[0]
        try:
            check_target(target, self.settings)
            send(target, delivery.body, delivery.delivery_id, self.settings, now)
        except (DeliveryError, SavedError) as error:
            is_last = delivery.tries + 1 >= _TRIES
            _LOG.warning("delivery %s, try %d: %s", delivery.delivery_id, delivery.tries + 1, error)
            self.store.end_delivery(delivery.delivery_id, "dead" if is_last else "waiting", str(error))
            return False
        self.store.end_delivery(delivery.delivery_id, "sent")
        return True
