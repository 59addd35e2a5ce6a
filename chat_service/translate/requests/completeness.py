"""Whether a question stands on its own, or goes on from the one before."""

from __future__ import annotations

from dataclasses import replace

from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.subjects import split_subjects
from chat_service.translate.requests.assembly import Assembly, said
from chat_service.translate.senses import Mention
from semantic_layer import MetricQuery, Request

_MARKERS = ("follow.what_about", "follow.instead", "follow.also", "follow.those", "only.only")
_PEOPLE = frozenset(
    {"他们", "她们", "这些人", "那些人", "这批人", "那批人", "这群人"}
    | {"those people", "these people", "they", "them", "their"}
)


def about_before(frame: Frame, before: Request, assembly: Assembly) -> Frame:
    """'Delivery tickets only' after a question about tickets: the word for the rows asks for nothing new."""
    if (
        not isinstance(before, MetricQuery)
        or not _strong(frame, "only.only", "follow.what_about", "follow.those")
        or len(frame.measures) != 1
    ):
        return frame
    if not (frame.values or frame.clauses):
        return frame
    split = split_subjects(frame.measures, frame.items, assembly.scope.structure, before.metrics)
    if not split.subjects or split.measures or before.metrics == split.subjects[0].metrics:
        return frame
    for subject in split.subjects:
        assembly.use(subject, "entity", subject.metrics[0])
    return replace(frame, measures=(), subjects=split.subjects, narrowed=split.filters)


def is_complete(frame: Frame) -> bool:
    """Whether the question names what it wants without the one before: a measure not marked as a change of it."""
    marked = any(_strong(frame, marker) for marker in _MARKERS)
    only_measure = bool(frame.measures) and not (
        frame.whens
        or frame.values
        or frame.clauses
        or frame.lists
        or frame.entities
        or frame.against
        or any(group.marked or group.grain for group in frame.groups)
        or frame.ranks
    )
    if frame.measures and (_points_back(frame) or _is_bare(frame)):
        return False
    if frame.measures or frame.conditions:
        short = only_measure and _strong(frame, "follow.instead", "follow.also", "follow.what_about")
        return not (short or (_strong(frame, "follow.instead") or _by_measure(frame)))
    if frame.lists or frame.clauses or frame.dated:
        return not marked or frame.has("question.which", "question.who", "intent.list")
    if frame.says_entity and frame.has("question.how_many", "intent.count", "quantity.people"):
        return not _strong(frame, "follow.those") and not _strong(frame, "follow.what_about")
    return (
        bool(frame.entities)
        and frame.has("question.which", "intent.list", "question.who")
        and not marked
        and not frame.ranks
        and bool(frame.values)
    )


def change_of_nothing(frame: Frame) -> str | None:
    """The words by which a question can only change one before it: 换成积分兑换量, 'by region instead', 去掉普通会员.

    Taking something away or keeping only something asks for nothing by itself; a bare measure or group put in the
    place of another asks for half of something.
    """
    if frame.clauses or frame.lists or frame.conditions or frame.dated or frame.populations or frame.compared:
        return None
    changes: list[Mention] = []
    if not (frame.measures and (frame.whens or frame.values or frame.groups)):
        changes += frame.said("follow.instead")
    if not (frame.measures or frame.says_entity or frame.groups or frame.ranks):
        if any(values.negated for values in frame.values):
            return said(frame.values[0])
        changes += [*frame.said("only.only"), *frame.said("follow.those")]
    return next((mention.text for mention in changes if _opens(mention, frame)), None)


def _is_bare(frame: Frame) -> bool:
    """订单数, 'churn rate?': a measure's name and not a word more is shown of what the question before was about."""
    parts = {part for measure in frame.measures for part in measure.parts}
    return len(frame.measures) == 1 and all(
        item in frame.measures or item in parts or (isinstance(item, Mention) and not item.text.strip("?？!。.,，呢 "))
        for item in frame.items
    )


def _points_back(frame: Frame) -> bool:
    """'Their average order value', 他们去年的客单价: of the people before, where no others are named."""
    named = frame.lists or frame.clauses or frame.says_entity or frame.groups
    pronouns = [m for m in frame.said("follow.those") if m.text in _PEOPLE]
    return bool(pronouns) and not named


def _by_measure(frame: Frame) -> bool:
    """'by average order value', '按订单数排': the measure of an order given before."""
    first = frame.measures[0].start if frame.measures else 0
    return (
        bool(frame.measures)
        and not frame.whens
        and not frame.groups
        and any(
            isinstance(item, Mention) and item.end <= first and item.text in ("by", "按", "按照")
            for item in frame.items
        )
    )


def _strong(frame: Frame, *flags: str) -> bool:
    return any(_opens(mention, frame) for flag in flags for mention in frame.said(flag))


def _opens(mention: Mention, frame: Frame) -> bool:
    """'And the' between two things only joins them: it goes on from before where the question begins with it."""
    return not mention.text.startswith("and") or mention.start == frame.items[0].start
