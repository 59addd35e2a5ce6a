"""What the HTTP routes stand on: settings, services opened when first needed, the dialogue, bounded work, the meters.

A database or model that cannot be opened does not keep the service down: each request says so by code, `/readyz`
tells it, and the next request tries again. A database that was replaced or written to is opened anew; what already
runs ends on the old one, which is closed after it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from prometheus_client import CollectorRegistry

from chat_service.access.admission import Admission
from chat_service.access.audit import Audit
from chat_service.access.rates import OwnRates, Rates
from chat_service.access.traces import Traces, open_traces
from chat_service.channels.dialogue import Dialogue
from chat_service.channels.http_middleware import Meters
from chat_service.channels.work import Work
from chat_service.conversation.memory import Store
from chat_service.saved.boards import Boards
from chat_service.saved.deeds import Desk
from chat_service.services import Services
from chat_service.settings import Settings, named_database
from semantic_layer import Caller, EngineError, HuitouError, NoticesChanges, Problem, QueryError, problem

_LOG = logging.getLogger("huitou.service")


@problem(
    "channel_not_installed",
    zh="`huitou {command}` 需要安装：pip install 'huitou[{extra}]'。",
    en="`huitou {command}` needs an extra: pip install 'huitou[{extra}]'.",
)
class ChannelNotInstalled(Problem):
    """A channel that needs an extra which this installation lacks."""

    command: str
    extra: str


@dataclass(eq=False)
class _Opened:
    """Services that are open, and how many requests use them."""

    dialogue: Dialogue
    users: int = 0


@dataclass(eq=False)
class Station:
    """One running service."""

    settings: Settings
    store: Store
    open_services: Callable[[Settings], Services]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    meters: Meters = field(default_factory=Meters)
    rates: Rates = field(default_factory=OwnRates)
    boards: Boards | None = None
    work: Work = field(init=False)
    admission: Admission = field(init=False)
    audit: Audit | None = field(init=False)
    traces: Traces | None = None
    _open: _Opened | None = None
    _retired: set[_Opened] = field(default_factory=set)
    _looked: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        chosen = self.settings
        self.admission = Admission(chosen)
        kept = chosen.audit
        self.audit = None if kept is None else Audit(kept, chosen.audit_max_bytes, chosen.audit_files)
        if chosen.traces and self.traces is None:
            try:
                self.traces = open_traces()
            except ImportError as error:
                raise HuitouError(ChannelNotInstalled("serve", "otel")) from error
        self.work = Work(
            at_once=chosen.answers_at_once,
            computing=_computing(chosen),
            waiting=chosen.waiting_at_most,
            per_reader=chosen.per_reader_at_most,
            seconds=chosen.answer_timeout_seconds + (chosen.llm_seconds if chosen.llm_api_key else 0),
            stage_seconds={"translate": chosen.translate_timeout_seconds},
            cancel=self._cancel,
            per_minute=chosen.requests_per_minute,
            rates=self.rates,
        )

    @contextmanager
    def using(self, *, look: bool = False) -> Iterator[Dialogue]:
        """The dialogue over the services, which stay open within the block. `look` has the database looked at now.

        Raises HuitouError where model or database cannot be opened.
        """
        with self._lock:
            if look or time.monotonic() - self._looked >= self.settings.data_check_seconds:
                self._reopen_if_changed()
                self._looked = time.monotonic()
            if self._open is None:
                self._open = self._newly_opened()
            mine = self._open
            mine.users += 1
        try:
            yield mine.dialogue
        finally:
            with self._lock:
                mine.users -= 1
                is_last = mine in self._retired and not mine.users
                if is_last:
                    self._retired.discard(mine)
            if is_last:
                mine.dialogue.services.close()

    def check(self) -> date:
        """The day of the data, once the database has run a statement and the store has taken a write.

        Raises HuitouError with what does not work.
        """
        with self.using(look=True) as dialogue:
            dialogue.services.engine.run("SELECT 1")
            found = dialogue.services.layer.as_of
        self.store.check()
        return found

    def model_meters(self) -> tuple[CollectorRegistry, ...]:
        """The meters of the language model, once there is one."""
        opened = self._open
        return () if opened is None else opened.dialogue.services.model_meters()

    def close(self) -> None:
        """Stop all work, let go of the database and the store."""
        self.work.stop()
        for opened in (self._open, *tuple(self._retired)):
            if opened is not None:
                opened.dialogue.services.engine.cancel()
                opened.dialogue.services.close()
        self._open = None
        if self.traces is not None:
            self.traces.close()
        self.store.close()

    def _cancel(self, caller: Caller) -> None:
        """Stop the statements that run for a caller. Asks no lock: an opening may take long."""
        for opened in (self._open, *tuple(self._retired)):
            if opened is not None:
                opened.dialogue.services.engine.cancel(caller)

    def _newly_opened(self) -> _Opened:
        services = self.open_services(self.settings)
        as_of = services.layer.as_of  # reads the data's range, so that a broken file is found here
        try:
            known = services.for_reader(services.reader)
            known.translator  # noqa: B018 - reads values, which no question has the time for
            known.warm_up()
        except QueryError as error:
            _LOG.info("who shows no key is told nothing: %s", error)
        except EngineError as error:
            _LOG.error("no question can be read: %s", error)
        _LOG.info("opened the database: data up to %s, model %s", as_of, services.model.hash[:12])
        boards, standing = self.boards, self.admission.standing
        desk = None if boards is None else Desk(boards, standing, self.now, self.new_id)
        return _Opened(Dialogue(services, self.store, self.now, self.new_id, desk))

    def _reopen_if_changed(self) -> None:
        if self._open is None:
            return
        engine = self._open.dialogue.services.engine
        if not isinstance(engine, NoticesChanges):
            return
        try:
            if not engine.has_changed():
                return
            _LOG.info("the database has changed and is opened anew")
        except HuitouError:
            self._retire()
            raise
        self._retire()

    def _retire(self) -> None:
        retired, self._open = self._open, None
        if retired is not None:
            if retired.users:
                self._retired.add(retired)
            else:
                retired.dialogue.services.close()


def _computing(settings: Settings) -> int:
    """How many answers at a time one process has cores for. Most of one from a server is waiting for it."""
    if isinstance(named_database(settings), str):
        return settings.answers_at_once
    return max(1, (os.cpu_count() or 1) // settings.workers)
