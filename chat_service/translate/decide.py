"""A frame -> what to do: a request, definitions, the catalogue; or a stop with the reason.

The order of the checks is the order in which a reader would object: words that change data, what cannot be computed;
then whether the request shows all that was said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.outcomes import Previous, Question
from chat_service.translate.checks.accounting import refuse_unaccounted
from chat_service.translate.checks.conflicts import refuse_conflicts
from chat_service.translate.checks.contradictions import refuse_contradiction
from chat_service.translate.checks.one_by_one import refuse_one_by_one
from chat_service.translate.checks.refusals import refuse_order, refuse_second, refuse_uncomputable, refuse_writing
from chat_service.translate.requests.about import choose_entity, refuse_two
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.benchmarks import beside_others
from chat_service.translate.requests.choose import defined, new_request
from chat_service.translate.requests.due import read_due
from chat_service.translate.requests.explained import asks_what, compared, explained, underlying
from chat_service.translate.requests.faring import of_chosen, of_ourselves, read_faring
from chat_service.translate.requests.follow import change_of_nothing, follow_up
from chat_service.translate.requests.following import read_follows
from chat_service.translate.requests.journeys import read_journey
from chat_service.translate.requests.lifted import put_right, widened
from chat_service.translate.requests.loop import changed_loop, of_list, read_loop
from chat_service.translate.requests.paths import read_paths
from chat_service.translate.requests.pointing import pointer, points_at
from chat_service.translate.requests.reasons import reasons_column
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.sorting import placed, sort_items
from chat_service.translate.requests.that_time import beside_that
from chat_service.translate.requests.trials import read_lift
from chat_service.translate.stops import StopError
from semantic_layer import (
    CausesQuery,
    ExplainQuery,
    ListQuery,
    MetricQuery,
    PlaybookQuery,
    ProfileQuery,
    Request,
    of_entity,
)

CATALOGUE: Literal["catalogue"] = "catalogue"
GREETING: Literal["greeting"] = "greeting"
# reasons said beside a list are rather a column by its name
_REASONS_OF_EACH = 0.25
_SAYS_MORE = ("measure", "values", "clauses", "listed", "bound", "group", "ranking")


@dataclass(frozen=True)
class Definitions:
    """Metrics whose meaning is asked for."""

    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """A request, or something else that is asked for."""

    request: Request | None = None
    other: Definitions | Literal["catalogue", "greeting"] | None = None
    follow_up: bool = False


def decide(question: Question, assembly: Assembly, *, goes_on: bool = False) -> Decision:
    """What the frame of an assembly asks for, as a change of the question before where it is known that it `goes_on`.

    Raises StopError with a doubt or a denial.
    """
    edges = assembly.frame.covering.edges
    rests = not word_set("rests_on").isdisjoint(map(assembly.frame.folded, edges))  # 在此基础上
    then = {"date.same_period", "when"} & {edge.category for edge in edges} == {"date.same_period"}  # 同期获客成本
    rests = question.previous is not None and (rests or then)
    found, entity = _decided(question, assembly, goes_on=goes_on or rests), assembly.entity
    is_first = entity is None or entity.name == next(iter(assembly.scope.model.entities))
    if found.request is None or is_first or entity is None:
        return found  # a request that leaves its entity open is about the first
    return replace(found, request=of_entity(found.request, entity.name))


def _decided(question: Question, assembly: Assembly, *, goes_on: bool) -> Decision:
    frame = assembly.frame
    alone = beside_that(frame, question.previous, assembly) or widened(frame, question.previous, assembly)
    if alone is not None:
        return Decision(alone, follow_up=True)
    if not frame.items:
        return _of_nothing(question, assembly)
    refuse_writing(frame, assembly, goes_on=question.previous is not None)
    asks_more = any(item.category in ("measure", "clauses", "values", "ranking") for item in frame.items)
    if frame.said("intent.help") and not asks_more:
        return Decision(other=CATALOGUE)
    choose_entity(frame, question.previous, assembly)
    refuse_second(frame, assembly)
    points = pointer(frame) if question.previous is not None else None
    reads = (read(placed(frame), assembly) for read in (read_paths, read_follows, read_lift, read_due))
    asked = next((each for each in reads if each is not None), None)
    if asked is not None:
        return Decision(_of_everybody(asked, points, assembly))
    slots = sort_items(frame, assembly)
    put_right(slots, assembly)
    refuse_two(slots, assembly)
    if not read_faring(slots, assembly, goes_on=question.previous is not None) and frame.said("intent.define"):
        return Decision(other=_definitions(slots, assembly))
    whole = _of_before(slots, question, assembly)
    if whole is not None:
        return Decision(whole)
    whole = read_journey(slots, assembly) or read_loop(slots, assembly) or beside_others(slots, assembly)
    if whole is not None:
        return Decision(_of_everybody(whole, points, assembly))
    refuse_uncomputable(slots, assembly)
    refuse_order(slots, assembly, goes_on=question.previous is not None)
    changed = _change(slots, question, assembly, goes_on=goes_on)
    if changed is not None:
        return changed
    if points is not None:
        raise assembly.deny(points)
    return Decision(_checked(slots, assembly, new_request(slots, assembly), goes_on=False))


def _of_nothing(question: Question, assembly: Assembly) -> Decision:
    """What words ask for that name nothing: how we do; else a greeting."""
    frame = assembly.frame
    if question.previous is not None and (points := pointer(frame)) is not None:
        raise assembly.deny(points)
    about = of_ourselves(frame)
    return Decision(other=GREETING) if about is None else Decision(of_chosen(Slots(frame), assembly, about))


def _change(slots: Slots, question: Question, assembly: Assembly, *, goes_on: bool) -> Decision | None:
    """The question before with what this one changes of it; None where it stands on its own."""
    before, frame = _number_before(question), assembly.frame
    if before is None:
        change = change_of_nothing(slots)
        if change is not None:
            raise assembly.deny(change, "not_supported" if points_at(change, frame) else "nothing_before")
        return None
    bare = frame.said("intent.why") and not any(i.category in _SAYS_MORE for i in frame.items) and not slots.whens
    changed = before.request if bare else follow_up(slots, before, assembly, goes_on=goes_on)
    if changed is None:
        return None
    found = _checked(slots, assembly, changed, goes_on=True)
    still_explains = before is not question.previous
    return Decision((explained(found) if still_explains else None) or found, follow_up=True)


def _of_everybody(request: Request, points: Edge | None, assembly: Assembly) -> Request:
    """A request of a kind that is read of all words at once, and keeps to nobody whom the answer before named."""
    if points is not None:
        raise assembly.deny(points)
    return request


def _of_before(slots: Slots, question: Question, assembly: Assembly) -> Request | None:
    """Why, or what to do, of the list before; the profile, causes or playbook before, of others."""
    before = question.previous.request if question.previous is not None else None
    says_more = any(item.category in _SAYS_MORE for item in assembly.frame.items) or slots.has("one")
    if isinstance(before, ListQuery | MetricQuery):
        return None if says_more or slots.whens else of_list(before, slots, assembly)
    if isinstance(before, CausesQuery | ProfileQuery | PlaybookQuery) and not slots.has("one"):
        return changed_loop(before, slots, assembly)
    return None


def _number_before(question: Question) -> Previous | None:
    """What a follow-up changes; of an explanation, the number behind it."""
    before = question.previous
    if before is None or not isinstance(before.request, ExplainQuery):
        return before
    return replace(before, request=underlying(before.request))


def _checked(slots: Slots, assembly: Assembly, request: Request, *, goes_on: bool) -> Request:
    """The request, if it shows all that was said; why its number changed, where reasons are asked for."""
    why = slots.frame.said("intent.why")
    if why and asks_what(why[-1], slots):
        raise assembly.deny(why[-1])  # 续费率为何 is asked for a value: another reading has it so
    if not why:
        return _shown(slots, assembly, request, goes_on=goes_on)
    if isinstance(request, ListQuery) and slots.listed and (column := reasons_column(assembly)):
        for word in why:
            assembly.use(word, "dimension", column)
        assembly.doubt += _REASONS_OF_EACH
        columns = tuple(dict.fromkeys((*request.columns, column)))
        return _shown(slots, assembly, request.model_copy(update={"columns": columns}), goes_on=goes_on)
    found = _shown(slots, assembly, compared(request), goes_on=goes_on)
    if slots.against and isinstance(found, MetricQuery) and found.group_by:
        # both periods and the groups are named: a table of these is asked for, and no more rows
        assembly.assume("why_as_comparison")
        return found
    reasons = explained(found)
    if reasons is None:
        raise assembly.deny(why[0], "not_supported_yet")
    return reasons


def _shown(slots: Slots, assembly: Assembly, request: Request, *, goes_on: bool) -> Request:
    refuse_unaccounted(slots, assembly, request)
    refuse_one_by_one(slots, assembly, request)
    refuse_conflicts(slots, assembly, request, goes_on=goes_on)
    refuse_contradiction(request, assembly)
    return request


def _definitions(slots: Slots, assembly: Assembly) -> Definitions:
    """What a metric means is asked only of the metric: with a time, a place or a rank, its number is asked for."""
    words = slots.frame.said("intent.define")
    names = defined(slots, assembly)
    if len(names) == 1 and slots.has("change"):
        raise assembly.deny(slots.frame.said("change")[0])  # treated as lost: more is said than what is defined
    done = slots.clauses and slots.frame.folded(words[0]) in word_set("what_did")
    if done or slots.has("rank"):
        raise assembly.deny(words[0])  # what do people complain about, what do they buy: no meaning of a word
    if not names or slots.whens or slots.has("date") or slots.values or slots.groups or slots.against or slots.ranks:
        raise assembly.deny(words[0])
    for item in slots.frame.items:
        if item.category in ("measure", "clauses", "listed", "bound"):
            assembly.use(item, "metric", names[0])
    return Definitions(names)


__all__ = ["CATALOGUE", "Decision", "Definitions", "StopError", "decide"]
