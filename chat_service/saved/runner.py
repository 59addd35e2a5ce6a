"""Runs the alerts that are due, and delivers what they tell.

Any number of runners may work on one store: one of them leads, and what two do nevertheless, the store has once. Runs
are claimed before they begin, some together, with a time for others if these come to nothing; what a run finds is kept
in one transaction (`runs.py`). So an event happens once, however often processes die. A delivery is repeated until it
arrived: only if a process dies between sending and noting it may a target see it twice, under the same id.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chat_service.access.admission import Admission
from chat_service.conversation.memory import StoreError
from chat_service.saved.boards import Boards
from chat_service.saved.delivery import DeliveryError, send
from chat_service.saved.looking import TARGETS, check_target
from chat_service.saved.records import Alert, Delivery
from chat_service.saved.runs import Runs, note_trouble
from chat_service.saved.schedule import SavedError
from chat_service.saved.store import SavedStore
from chat_service.services import Services
from chat_service.settings import Settings
from semantic_layer import HuitouError

_LOG = logging.getLogger("huitou.alerts")
_AGAIN = timedelta(minutes=5)  # a run that came to nothing
_LEAD_SECONDS = 60.0
_AT_ONCE = 500  # alerts or deliveries of one look
_TOGETHER = 50  # of the alerts are claimed at a time
_FIRST_WAIT, _LONGEST_WAIT = 30.0, 6 * 3600.0
_TRIES = 9  # over some two hours and a half


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
        """No further run or delivery begins, and another may lead."""
        self._stopped.set()
        with suppress(StoreError):
            self.store.lead(self.holder, self.now().timestamp(), 0)

    def leads(self) -> bool:
        """Whether this runner is the one that is to work now."""
        return not self._stopped.is_set() and self.store.lead(self.holder, self.now().timestamp(), _LEAD_SECONDS)

    def run_due(self, *, is_asked: bool = False) -> int:
        """Run what is due, a bounded number of alerts one after the other. How many were run. Who does not lead does
        nothing, unless somebody asks for it. Raises StoreError."""
        if not (is_asked or self.leads()):
            return 0
        # those that may share what they see come one after the other
        found = sorted(self.store.due(self.now().timestamp(), _AT_ONCE), key=lambda each: (each.saved_id, each.owner))
        ran = 0
        for start in range(0, len(found), _TOGETHER):
            if self._stopped.is_set() or not (is_asked or self.leads()):
                break
            ran += self.run(*found[start : start + _TOGETHER])
        return ran

    def run(self, *alerts: Alert) -> int:
        """One run of each alert that no other runner has. How many that were. Raises StoreError."""
        now, ends = self.now(), list[Alert]()
        waiting = list(self.store.claim(alerts, now.timestamp(), (now + _AGAIN).timestamp()))
        count = len(waiting)
        try:
            self._run_all(waiting, ends, now)
        finally:
            # what has not begun is due still
            self.store.finish_quiet([*ends, *(replace(each, next_at=now.timestamp()) for each in waiting)])
        return count

    def _run_all(self, waiting: list[Alert], ends: list[Alert], now: datetime) -> None:
        """Run what waits, each taken out as it begins; into `ends` comes what found nothing new. Raises StoreError."""
        with ExitStack() as opened:
            try:
                services = opened.enter_context(self.using())
            except HuitouError as error:
                while waiting and not self._stopped.is_set():
                    note_trouble(self.store, waiting.pop(0), error)
                return
            known = self.store.with_rows([each.alert_id for each in waiting])
            runs = Runs(self.boards, self.admission.standing, services, now, known, ends)
            while waiting and not self._stopped.is_set():
                each = waiting.pop(0)
                try:
                    runs.run(each)
                except HuitouError as error:
                    if self._stopped.is_set():  # its statement was stopped
                        waiting.append(each)
                    else:
                        note_trouble(self.store, each, error)

    def deliver_due(self, *, is_asked: bool = False) -> int:
        """Send what is to be sent now, one after the other; who does not take one is left alone for a while, so that
        they hold up no others. How many arrived. Raises StoreError."""
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
        (target,) = TARGETS.validate_json(f"[{delivery.target}]")
        try:
            check_target(target, self.settings)
            send(target, delivery.body, delivery.delivery_id, self.settings, now)
        except (DeliveryError, SavedError) as error:
            is_last = delivery.tries + 1 >= _TRIES
            _LOG.warning("delivery %s, try %d: %s", delivery.delivery_id, delivery.tries + 1, error)
            self.store.end_delivery(delivery.delivery_id, "dead" if is_last else "waiting", str(error))
            self.store.put_off(delivery.target, now, now + _FIRST_WAIT)
            return False
        self.store.end_delivery(delivery.delivery_id, "sent")
        return True
