"""Alerts set: what they watch or tell, when, and whom, found to fit before they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from chat_service.outcomes import Language
from chat_service.saved.boards import Boards
from chat_service.saved.conditions import CONDITIONS, Condition, Digest, Every, check_fits, watched
from chat_service.saved.looking import TARGETS, check_target, opened, request_today
from chat_service.saved.records import Alert, Target
from chat_service.saved.schedule import read_schedule
from chat_service.saved.telling import check_telling
from chat_service.services import Services
from semantic_layer import Reader


def add_alert(
    boards: Boards,
    wanted: Alert,
    condition: Condition,
    targets: Sequence[Target],
    reader: Reader,
    services: Services,
    now: datetime,
) -> Alert:
    """The alert kept, once its request, condition, schedule and targets were found to fit. Raises SavedError,
    QueryError, ExportError."""
    if isinstance(condition, Every | Digest):
        check_telling(wanted, condition, boards, reader, services)
    else:
        saved = opened(boards.saved, wanted.saved_id, reader)
        prepared = services.layer.prepare(watched(request_today(saved, services.layer.as_of), condition), reader)
        check_fits(condition, prepared.columns)
    for each in targets:
        check_target(each, services.settings)
    due = read_schedule(wanted.schedule).after(now, ZoneInfo(services.model.timezone))
    alert = replace(
        wanted,
        condition=CONDITIONS.dump_json(condition).decode(),
        targets=TARGETS.dump_json(tuple(targets)).decode(),
        next_at=due.timestamp(),
    )
    boards.saved.add_alert(alert)
    return alert


def new_alert(alert_id: str, reader: Reader, name: str, saved_id: str, schedule: str, language: Language) -> Alert:
    """An alert that is not yet checked or kept."""
    return Alert(alert_id, reader.name, name, saved_id, "", schedule, "", language, 0)
