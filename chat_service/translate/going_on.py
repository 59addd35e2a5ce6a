"""To what a question is bound: to nothing, to the one that was last answered, or to one that was not answered.

A question can be whole and still go on from the one before; and one that goes on may go on from what was said in the
meantime and got no answer. Where the bindings ask for different things and are near, the asker chooses.
"""

from __future__ import annotations

from chat_service.language.bindings import binding
from chat_service.language.folding import fold
from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.outcomes import Choice, Clarification, Previous, Question
from chat_service.translate.decide import decide
from chat_service.translate.grammar.categories import Amount
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.replies.reading import make_reading
from chat_service.translate.replies.reworded import ENDS
from chat_service.translate.replies.sentences import question_text
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.pointing import pointer
from chat_service.translate.rivals import Reader, asked_for
from chat_service.translate.senses import Values, When
from chat_service.translate.stops import Denial, StopError
from chat_service.translate.words.spelling import Correction
from semantic_layer import ListQuery, MetricFilter, MetricQuery, Request

_MOST_PENDING, _MOST_NAMED = 3, 2
_SAYS_NOTHING = frozenset({"follow", "only", "unit", "connective", "ask", "entity"})
_WHO = frozenset({"values", "clauses", "listed", "bound", "dated"})
_KINDS = {
    "measure": "measure",
    "group": "group",
    "grouping": "group",
    "kind_of": "group",
    "ranking": "rank",
    "rank": "rank",
    "amount": "number",
    "condition": "number",
    "share": "share",
}
_GOING_ON = frozenset({"follow.what_about", "follow.also", "follow.those"})
_TIMES = frozenset({"when", "against", "date"})


def going_on(best: Reader, question: Question) -> Reader | None:
    """The same words as a change of the question before, where that is as likely meant as a question of its own."""
    before = question.previous.request if question.previous is not None else None
    asked, frame = best.decision.request, best.assembly.frame
    if best.decision.follow_up or not isinstance(before, MetricQuery | ListQuery) or not isinstance(asked, MetricQuery):
        return None
    if not (opens_on(frame) or _is_untimed(asked, before, best.assembly)):
        return None
    found = _bound(best, question)
    if found is None or found.decision.request is None or asked_for(found.decision.request) == asked_for(asked):
        return None
    return found


def _bound(best: Reader, question: Question) -> Reader | None:
    """The frame of a reading as a change of the question before; None where it is none."""
    assembly = Assembly(best.assembly.scope, best.assembly.index, best.assembly.frame)
    try:
        decision = decide(question, assembly, goes_on=True)
    except StopError:
        return None
    return Reader(best.cost, assembly, decision) if decision.follow_up else None


def opens_on(frame: Frame) -> bool:
    """Whether a question begins or ends as one that goes on: and …, 那…, …呢."""
    edges = [edge for edge in frame.covering.edges if any(map(str.isalnum, frame.folded(edge)))]
    return any(_goes_on(edge, frame) for edge in edges[:1] + edges[-1:])


def opens_inside(frame: Frame) -> bool:
    """Whether a question opens within what was answered: 里头只算物流的投诉."""
    return frame.folded(frame.covering.edges[0]) in word_set("opens_inside")


def _goes_on(edge: Edge, frame: Frame) -> bool:
    """Whether the words of an edge go on from something, whatever a reading takes them for."""
    if frame.folded(edge) in word_set("only_leads"):
        return False
    here = (leaf for leaf in frame.lattice.leaves if (leaf.start, leaf.end) == (edge.start, edge.end))
    return any(set(leaf.keys) & _GOING_ON for leaf in here)


def _is_untimed(asked: MetricQuery, before: MetricQuery | ListQuery, assembly: Assembly) -> bool:
    """No time is named, after a number of one: 各城市的订单数 behind the revenue of last month."""
    frame, metrics = assembly.frame, assembly.scope.model.metrics
    timed = isinstance(before, MetricQuery) and before.period is not None
    said = (leaf.meaning for item in frame.items for leaf in item.leaves())
    timed = timed and not any(isinstance(each, When) and each.date.kind != "comparison" for each in said)
    own = any(isinstance(each, MetricFilter) and each.period is not None for each in asked.filters)
    says_ever = frame.said("follow.ever", "date.all_history") or any(
        edge.category == "function.quantifier.total" for edge in frame.covering.edges
    )
    flows = not all(metrics[name].is_stock for name in asked.metrics)
    return timed and flows and not own and not says_ever


# --- after a message that got no answer ---


def replied(pending: Clarification, frame: Frame) -> Choice | None:
    """The choice that a reply names in its own words: the second one, 就活动的那个; None where it names none or two."""
    said = [item for item in frame.items if not set(item.keys) & _SAYS_NOTHING]
    places = [item.meaning for item in said if isinstance(item.meaning, Amount)]
    if len(said) == 1 and places and places[0].is_ordinal and 1 <= places[0].value <= len(pending.choices):
        return pending.choices[int(places[0].value) - 1]
    if not said or frame.unknown or len(said) > _MOST_NAMED:
        return None
    words = [frame.folded(item) for item in said]
    found = [each for each in pending.choices if all(word in fold(each.label).text for word in words)]
    return found[0] if len(found) == 1 and len(pending.choices) > 1 and found[0].request is not None else None


def named_choice(question: Question) -> Request | None:
    """The request of the choice that the asker names in answer to a question back."""
    pending = question.previous.pending if question.previous is not None else question.pending
    if pending is None:
        return None
    said = fold(question.text).text.strip(ENDS)
    for number, each in enumerate(pending.choices, 1):
        if said in (fold(each.label).text, fold(each.message).text, each.id, str(number)) and each.request is not None:
            return each.request
    return None


def leaves_out(unread: Frame, frame: Frame) -> bool:
    """Whether a question says less than one that was not answered: that one is no slip which it only says again."""
    return bool(_says(unread) - _says(frame))


def _says(frame: Frame) -> frozenset[str]:
    """Of what kinds the content of a frame is: which values, whom, when, what is measured, by what, how many."""
    found: set[str | None] = set()
    for item in frame.items:
        root = item.category.partition(".")[0]
        named = item.meaning.candidates if isinstance(item.meaning, Values) else ()
        found.update(named or [root if root in _WHO else "when" if root in _TIMES else _KINDS.get(root)])
    return frozenset(each for each in found if each is not None)


def needs_unread(best: Reader, question: Question) -> bool:
    """Whether a question goes on from another, so that one without an answer may be meant."""
    if best.decision.follow_up:
        return True
    frame = best.assembly.frame
    if best.decision.request is None:
        return False
    return question.previous is None and (opens_on(frame) or _narrows(frame) or pointer(frame) is not None)


def _narrows(frame: Frame) -> bool:
    """Whether a question opens with what it is kept to, or is to leave out: 只看女的."""
    return bool(set(frame.items[0].keys) & {"only", "exclusion"})


def after_unread(best: Reader, question: Question, corrections: tuple[Correction, ...] = ()) -> Clarification | Denial:
    """What a question goes on from: the last answer, or a reading that was offered since and not taken.

    Nobody asks for the list of all women by 只看女的: that goes on from what got no answer, or from nothing.
    """
    frame, language, said = best.assembly.frame, best.assembly.scope.language, question.text.strip(ENDS)
    bare = not best.decision.follow_up and (_narrows(frame) or best.decision.request is None)
    label = binding("answered" if best.decision.follow_up else "alone", said, language)
    choices = [] if bare else [Choice("answered", label, label, best.decision.request)]
    for number, (other, request) in enumerate(_after_pending(best, question), 1):
        if request != best.decision.request:
            then = binding("then", said, language, other)
            choices.append(Choice(f"then_{number}", then, then, request))
    if not choices:
        return Denial("nothing_before", said)
    text = question_text("after_unread", said, language)
    return Clarification("after_unread", said, text, tuple(choices), make_reading(frame, language, corrections))


def _after_pending(best: Reader, question: Question) -> list[tuple[str, Request]]:
    """The question as a change of each reading that was offered and not taken: its label, and the request."""
    pending = question.previous.pending if question.previous is not None else question.pending
    found = []
    for choice in pending.choices[:_MOST_PENDING] if pending is not None else ():
        if choice.request is not None:
            one = Question(question.text, question.today, question.language, Previous(choice.request))
            bound = _bound(best, one)
            if bound is not None and bound.decision.request is not None:
                found.append((choice.label, bound.decision.request))
    return found


__all__ = [
    "after_unread",
    "going_on",
    "leaves_out",
    "named_choice",
    "needs_unread",
    "opens_inside",
    "opens_on",
    "replied",
]
