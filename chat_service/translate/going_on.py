"""What a question goes on from where the message before it got no answer: from that, or from the last one answered."""

from __future__ import annotations

from chat_service.language.folding import fold
from chat_service.outcomes import Choice, Clarification, Previous, Question
from chat_service.translate.decide import Decision, decide
from chat_service.translate.grammar.categories import Amount
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.replies.reading import make_reading
from chat_service.translate.replies.reworded import ENDS
from chat_service.translate.replies.sentences import question_text
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.pointing import pointer
from chat_service.translate.rivals import Reader
from chat_service.translate.stops import Denial, StopError
from chat_service.translate.words.spelling import Correction
from semantic_layer import Request

_MOST_PENDING, _MOST_NAMED = 3, 2
_SAYS_NOTHING = frozenset({"follow", "only", "unit", "connective", "ask", "entity"})
_GOING_ON = frozenset({"follow.what_about", "follow.also", "follow.those"})


def _bound(best: Reader, question: Question) -> Decision | None:
    """What a reading decides as a change of the question before; None where it is none."""
    assembly = Assembly(best.assembly.scope, best.assembly.index, best.assembly.frame)
    try:
        decision = decide(question, assembly, goes_on=True)
    except StopError:
        return None
    return decision if decision.follow_up else None


def _opens_on(frame: Frame) -> bool:
    """Whether a question begins or ends as one that goes on: and …, 那…, …呢."""
    edges = [edge for edge in frame.covering.edges if any(map(str.isalnum, frame.folded(edge)))]
    return any(set(edge.keys) & _GOING_ON for edge in edges[:1] + edges[-1:])


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


def needs_unread(best: Reader, question: Question) -> bool:
    """Whether a question goes on from another, so that one without an answer may be meant."""
    if best.decision.follow_up:
        return True
    frame = best.assembly.frame
    if best.decision.request is None:
        return False
    return question.previous is None and (_opens_on(frame) or _narrows(frame) or pointer(frame) is not None)


def _narrows(frame: Frame) -> bool:
    """Whether a question opens with what it is kept to, or is to leave out: 只看女的."""
    return bool(set(frame.items[0].keys) & {"only", "exclusion"})


def after_unread(best: Reader, question: Question, corrections: tuple[Correction, ...] = ()) -> Clarification | Denial:
    """What a question goes on from: the last answer, or a reading that was offered since and not taken.

    Nobody asks for the list of all women by 只看女的: that goes on from what got no answer, or from nothing.
    """
    frame, language, said = best.assembly.frame, best.assembly.scope.language, question.text.strip(ENDS)
    bare = not best.decision.follow_up and (_narrows(frame) or best.decision.request is None)
    choices = [] if bare else [Choice("answered", said, said, best.decision.request)]
    for number, request in enumerate(_after_pending(best, question), 1):
        if request != best.decision.request:
            choices.append(Choice(f"then_{number}", said, said, request))
    if not choices:
        return Denial("nothing_before", said)
    text = question_text("after_unread", said, language)
    return Clarification("after_unread", said, text, tuple(choices), make_reading(frame, language, corrections))


def _after_pending(best: Reader, question: Question) -> list[Request]:
    """The question as a change of each reading that was offered and not taken."""
    pending = question.previous.pending if question.previous is not None else question.pending
    found = []
    for choice in pending.choices[:_MOST_PENDING] if pending is not None else ():
        if choice.request is not None:
            one = Question(question.text, question.today, question.language, Previous(choice.request))
            bound = _bound(best, one)
            found.extend([bound.request] if bound is not None and bound.request is not None else [])
    return found


__all__ = ["after_unread", "named_choice", "needs_unread", "replied"]
