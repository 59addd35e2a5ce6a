"""A frame -> what to do: a request, definitions, the catalogue; or a stop with the reason.

The order of the checks is the order in which a reader would object: words that change data, words that are not
understood, what cannot be computed; then what is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chat_service.language.words.tables import word_set
from chat_service.outcomes import Question
from chat_service.translate.checks.accounting import refuse_unaccounted
from chat_service.translate.checks.conflicts import refuse_conflicts
from chat_service.translate.checks.contradictions import without_contradiction, without_excluded
from chat_service.translate.checks.refusals import refuse_uncomputable, refuse_unknown, refuse_writing
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.parse import Parsed
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.choose import new_request
from chat_service.translate.requests.completeness import change_of_nothing
from chat_service.translate.requests.journeys import read_journey
from chat_service.translate.requests.overlay import follow_up
from chat_service.translate.senses import Mention
from chat_service.translate.stops import Denial, StopError
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


def decide(parsed: Parsed, question: Question, assembly: Assembly) -> Decision:
    """What a parsed question asks for. Raises StopError with a doubt or a denial."""
    frame = parsed.frame
    refuse_writing(frame, goes_on=question.previous is not None)
    if _asks_catalogue(frame, parsed):
        return Decision(other=CATALOGUE)
    if (names := _defined(frame, assembly)) and not parsed.unknown:
        return Decision(other=Definitions(names))
    journey = read_journey(parsed, assembly)
    if journey is not None:
        return Decision(journey)
    frame = without_excluded(frame, assembly)
    refuse_unknown(parsed, frame, assembly)
    refuse_uncomputable(frame, assembly)
    if question.previous is not None:
        changed = follow_up(frame, question.previous, assembly)
        if changed is not None:
            refuse_unaccounted(frame, assembly, changed, goes_on=True)
            refuse_conflicts(frame, assembly, changed)
            return Decision(without_contradiction(changed, assembly), follow_up=True)
    elif (change := change_of_nothing(frame)) is not None:
        raise StopError(Denial("nothing_before", change))
    request = new_request(frame, assembly)
    refuse_unaccounted(frame, assembly, request, goes_on=question.previous is not None)
    refuse_conflicts(frame, assembly, request)
    return Decision(without_contradiction(request, assembly))


# --- reasons to refuse ---


def _asks_catalogue(frame: Frame, parsed: Parsed) -> bool:
    strong = [mention for mention in frame.said("intent.help") if not mention.is_filler]
    if frame.said("intent.help") and all(mention.is_filler for mention in parsed.mentions):
        return True
    return bool(strong) and not frame.measures and not parsed.unknown and not frame.clauses


def _defined(frame: Frame, assembly: Assembly) -> tuple[str, ...]:
    """The metrics that a question about meaning names; a named population stands for the metric that counts it."""
    strong = [m for m in frame.said("intent.define") if not m.is_filler]
    if not strong and not _asks_from_when(frame):
        return ()
    found = [name for measure in (*frame.measures, *frame.conditions, *frame.populations) for name in measure.metrics]
    for clause in frame.clauses:
        found.append(clause.metric)
    for item in frame.items:
        found.extend(
            assembly.scope.model.behaviours[name].metric
            for name in (item.behaviours() if isinstance(item, Mention) else ())
        )
    for mention in frame.lists:
        metric = assembly.scope.model.lists[mention.lists()[0]].metric
        found.extend([metric] if metric else [])
    for measure in frame.measures:
        assembly.use(measure, "metric", measure.metrics[0])
    return tuple(dict.fromkeys(found))


def _asks_from_when(frame: Frame) -> bool:
    """多久没买东西算流失: how long counts as what."""
    counts_as = any(isinstance(item, Mention) and item.text in word_set("counts_as") for item in frame.items)
    return counts_as and frame.has("quantity.long")
