"""All dashboards that a reader may open: those kept by readers, and those that stand in YAML beside the model."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chat_service.outcomes import Language
from chat_service.saved.dashboard_files import OWNER, PREFIX, file_dashboard, file_names
from chat_service.saved.dashboard_store import DashboardStore
from chat_service.saved.dashboards import Dashboard, Shown, UnknownDashboard, may_open_dashboard, shown_of
from chat_service.saved.schedule import SavedError
from chat_service.saved.store import SavedStore
from semantic_layer import DefinitionsError, Reader

_LOG = logging.getLogger("huitou.service")


@dataclass(frozen=True)
class BoardHead:
    """A dashboard in a list."""

    dashboard_id: str
    name: str
    owner: str


@dataclass(frozen=True, eq=False)
class Boards:
    """Where dashboards are found. `model` is the path of the model beside which some stand; None for the shipped."""

    saved: SavedStore
    kept: DashboardStore
    model: Path | None

    def heads(self, reader: Reader, language: Language) -> tuple[BoardHead, ...]:
        """What the reader may open: their own first, then others' and the model's."""
        mine = [each for each in self.kept.dashboards() if may_open_dashboard(each, reader)]
        mine.sort(key=lambda each: each.owner != reader.name)
        kept = (BoardHead(each.dashboard_id, each.name, each.owner) for each in mine)
        return (*kept, *self._of_files(language))

    def _of_files(self, language: Language) -> Iterator[BoardHead]:
        for name in file_names(self.model):
            try:
                found = file_dashboard(self.model, name)
            except DefinitionsError as error:
                _LOG.error("a dashboard beside the model is left out: %s", error)
                continue
            if found is not None:
                yield BoardHead(PREFIX + name, getattr(found.said.label, language), OWNER)

    def own(self, dashboard_id: str, reader: Reader) -> Dashboard:
        """A dashboard of the reader's own, to be changed. Raises SavedError (`unknown_dashboard`)."""
        found = self.kept.dashboard(dashboard_id)
        if found is None or found.owner != reader.name:
            raise SavedError(UnknownDashboard())
        return found

    def shown(self, dashboard_id: str, reader: Reader, today: date, language: Language) -> Shown:
        """A dashboard with the requests of its tiles as of today. Raises SavedError (`unknown_dashboard`),
        DefinitionsError."""
        if dashboard_id.startswith(PREFIX):
            beside = file_dashboard(self.model, dashboard_id.removeprefix(PREFIX))
            if beside is None:
                raise SavedError(UnknownDashboard())
            return beside.shown(language, today)
        found = self.kept.dashboard(dashboard_id)
        if found is None or not may_open_dashboard(found, reader):
            raise SavedError(UnknownDashboard())
        return shown_of(found, reader, self.saved, today)
