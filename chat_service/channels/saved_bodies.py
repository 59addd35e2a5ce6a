"""Saved answers and alerts as the interface tells them."""

from __future__ import annotations

import json

from chat_service.channels.wire_saved import AlertBody, DeliveryBody, EventBody, HistoryBody, SavedBody
from chat_service.saved.conditions import CONDITIONS
from chat_service.saved.looking import TARGETS, has_moved, told_at
from chat_service.saved.records import Alert, Saved
from chat_service.saved.store import SavedStore
from chat_service.services import Services


def saved_body(saved: Saved, services: Services) -> SavedBody:
    """A saved answer."""
    return SavedBody(
        saved_id=saved.saved_id,
        name=saved.name,
        owner=saved.owner,
        version=saved.version,
        request=json.loads(saved.request),
        moves=saved.moves or None,
        saved_on=saved.saved_on,
        made_at=told_at(saved.made_at),
        readers=saved.readers,
        roles=saved.roles,
        definition_moved=has_moved(saved, services),
    )


def alert_body(alert: Alert) -> AlertBody:
    """An alert."""
    return AlertBody(
        alert_id=alert.alert_id,
        name=alert.name,
        saved_id=alert.saved_id,
        condition=CONDITIONS.validate_json(alert.condition),
        schedule=alert.schedule,
        targets=TARGETS.validate_json(alert.targets),
        language=alert.language,
        next_at=told_at(alert.next_at),
        ran_at=told_at(alert.ran_at),
        snoozed_until=told_at(alert.snoozed_until),
        trouble=alert.trouble,
        is_stopped=alert.is_stopped,
    )


def history_body(store: SavedStore, alert: Alert) -> HistoryBody:
    """What happened to an alert."""
    events = tuple(
        EventBody(
            event_id=event.event_id,
            at=told_at(event.at),
            kind=event.kind,
            count=event.count,
            text=event.text,
            acknowledged_by=event.acknowledged_by,
            acknowledged_at=told_at(event.acknowledged_at),
            deliveries=tuple(
                DeliveryBody(
                    target=TARGETS.validate_json(f"[{each.target}]")[0],
                    status=each.status,
                    tries=each.tries,
                    error=each.error,
                )
                for each in deliveries
            ),
        )
        for event, deliveries in store.history(alert.alert_id)
    )
    return HistoryBody(alert_id=alert.alert_id, events=events)
