"""The bodies of saved answers and alerts."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from chat_service.channels.wire import ID, Body, QueryBody
from chat_service.outcomes import Language
from chat_service.saved.conditions import Condition
from chat_service.saved.moving import Moves
from chat_service.saved.records import DeliveryStatus, EventKind, Target
from semantic_layer import Request

# a line of text, which may stand in the subject of a mail
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]*$")]
Names = Annotated[tuple[Name, ...], Field(max_length=100)]


class SaveRequest(Body):
    """A typed request to keep under a name, in place of the one before of that name. `moves` says of one with dates
    whether they stand, or move with the day by whole units. `readers` and `roles` may open it, each under their own
    rights."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=False)

    name: Name
    request: Request
    moves: Moves | None = None
    readers: Names = ()
    roles: Names = ()


class SavedBody(Body):
    """A saved answer. `definition_moved`: the model makes something else of it than when it was saved."""

    saved_id: str
    name: str
    owner: str
    version: int
    request: dict[str, JsonValue]
    moves: Moves | None
    saved_on: str
    made_at: str
    readers: tuple[str, ...]
    roles: tuple[str, ...]
    definition_moved: bool


class SavedListBody(Body):
    """Your saved answers, and those shared with you, by name."""

    saved: tuple[SavedBody, ...]


class SavedAnswerBody(Body):
    """A saved answer run now, under the rights of who asks for it."""

    saved: SavedBody
    answer: QueryBody


class DeletedBody(Body):
    """Gone."""

    id: str


class AlertRequest(Body):
    """A condition on a saved request, by a schedule in the model's zone."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=False)

    name: Name
    saved_id: str = Field(max_length=100, pattern=ID)
    condition: Condition
    schedule: str = Field("daily at 08:00", max_length=100, pattern=ID)
    targets: tuple[Target, ...] = Field(min_length=1, max_length=20)
    language: Language = "en"


class AlertBody(Body):
    """An alert. `trouble` is the code of why its last run failed, '' where it did not; one that is stopped runs no
    more."""

    alert_id: str
    name: str
    saved_id: str
    condition: Condition
    schedule: str
    targets: tuple[Target, ...]
    language: Language
    next_at: str
    ran_at: str
    snoozed_until: str
    trouble: str
    is_stopped: bool


class AlertsBody(Body):
    """Your alerts by name."""

    alerts: tuple[AlertBody, ...]


class SnoozeRequest(Body):
    """No runs for so many minutes; 0 ends a snooze."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=False)

    minutes: int = Field(ge=0, le=366 * 24 * 60)


class AcknowledgedBody(Body):
    """How many events were seen to now."""

    alert_id: str
    events: int


class ResentBody(Body):
    """How many dead letters are to be sent again."""

    alert_id: str
    deliveries: int


class DeliveryBody(Body):
    """An event on its way to a target."""

    target: Target
    status: DeliveryStatus
    tries: int
    error: str


class EventBody(Body):
    """Something that happened to an alert."""

    event_id: str
    at: str
    kind: EventKind
    count: int
    text: str
    acknowledged_by: str
    acknowledged_at: str
    deliveries: tuple[DeliveryBody, ...]


class HistoryBody(Body):
    """What happened to an alert, the last first."""

    alert_id: str
    events: tuple[EventBody, ...]
