"""A frame -> what to do: a request, definitions, the catalogue; or a stop with the reason.

The order of the checks is the order in which a reader would object: words that change data, what cannot be computed;
then what is asked for, and whether the request shows all that was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chat_service.outcomes import Question
from chat_service.translate.checks.accounting import refuse_unaccounted
from chat_service.translate.checks.conflicts import refuse_conflicts
from chat_service.translate.checks.contradictions import without_contradiction
from chat_service.translate.checks.refusals import refuse_uncomputable, refuse_writing
from chat_service.translate.checks.vanishing import refuse_vanished
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.choose import defined, new_request
from chat_service.translate.requests.follow import change_of_nothing, follow_up
from chat_service.translate.requests.journeys import read_journey
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.sorting import sort_items
from chat_service.translate.stops import StopError
from semantic_layer import Request

CATALOGUE: Literal["catalogue"] = "catalogue"


@dataclass(frozen=True)
class Definitions:
    """Metrics whose meaning is asked for."""

    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """A request, or something else that is asked for."""

    request: Request | None = None
    other: Definitions | Literal["catalogue"] | None = None
    follow_up: bool = False


def decide(question: Question, assembly: Assembly) -> Decision:
    """What the frame of an assembly asks for. Raises StopError with a doubt or a denial."""
    frame = assembly.frame
    refuse_writing(frame, assembly, goes_on=question.previous is not None)
    if frame.said("intent.help") and not any(i.category in ("measure", "clauses", "values") for i in frame.items):
        return Decision(other=CATALOGUE)
    slots = sort_items(frame, assembly)
    if frame.said("intent.define"):
        return Decision(other=_definitions(slots, assembly))
    journey = read_journey(slots, assembly)
    if journey is not None:
        return Decision(journey)
    refuse_uncomputable(slots, assembly)
    if question.previous is not None:
        changed = follow_up(slots, question.previous, assembly)
        if changed is not None:
            return Decision(_checked(slots, assembly, changed, goes_on=True), follow_up=True)
    elif (change := change_of_nothing(slots)) is not None:
        raise assembly.deny(change, "nothing_before")
    return Decision(_checked(slots, assembly, new_request(slots, assembly), goes_on=False))


def _checked(slots: Slots, assembly: Assembly, request: Request, *, goes_on: bool) -> Request:
    refuse_unaccounted(slots, assembly, request)
    refuse_vanished(slots, assembly, request, goes_on=goes_on)
    refuse_conflicts(slots, assembly, request)
    return without_contradiction(request, assembly)


def _definitions(slots: Slots, assembly: Assembly) -> Definitions:
    """What a metric means is asked only of the metric: with a time, a place or a rank, its number is asked for."""
    words = slots.frame.said("intent.define")
    names = defined(slots, assembly)
    if not names or slots.whens or slots.values or slots.groups or slots.against or slots.ranks:
        raise assembly.deny(words[0])
    for item in slots.frame.items:
        if item.category in ("measure", "clauses", "listed", "bound"):
            assembly.use(item, "metric", names[0])
    return Definitions(names)


__all__ = ["CATALOGUE", "Decision", "Definitions", "StopError", "decide"]
