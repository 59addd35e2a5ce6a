"""What the HTTP routes stand on: settings, services opened when first needed, the dialogue, the meters.

A database or model that cannot be opened does not keep the service down: each request says so by code, `/readyz`
tells it, and the next request tries again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from chat_service.channels.dialogue import Dialogue
from chat_service.channels.http_middleware import Meters
from chat_service.conversation.memory import Store
from chat_service.services import Services
from chat_service.settings import Settings
from semantic_layer import ANONYMOUS, Caller, Reader


@dataclass(eq=False)
class Station:
    """One running service."""

    settings: Settings
    store: Store
    open_services: Callable[[Settings], Services]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    meters: Meters = field(default_factory=Meters)
    _dialogue: Dialogue | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def dialogue(self) -> Dialogue:
        """The dialogue over the services. Raises HuitouError where model or database cannot be opened."""
        with self._lock:
            if self._dialogue is None:
                services = self.open_services(self.settings)
                services.layer.as_of  # noqa: B018 - reads the data's range, so that a broken file is found here
                self._dialogue = Dialogue(services, self.store, self.now, self.new_id)
            return self._dialogue

    @property
    def services(self) -> Services:
        """The services. Raises HuitouError."""
        return self.dialogue().services

    @property
    def reader(self) -> Reader:
        """Who asks: nobody is named yet, so the anonymous reader."""
        return self.services.reader if self._dialogue is not None else ANONYMOUS

    def give_up(self, caller: Caller) -> None:
        """Stop what runs for a client that went away."""
        with self._lock:
            dialogue = self._dialogue
        if dialogue is not None:
            dialogue.services.engine.cancel(caller)

    def close(self) -> None:
        """Let go of the database and the store."""
        self.store.close()
        with self._lock:
            if self._dialogue is not None:
                self._dialogue.services.close()
                self._dialogue = None
