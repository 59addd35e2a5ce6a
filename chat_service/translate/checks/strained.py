"""What makes a reading less plain than another of the same words, beyond what its words cost.

Two readings that are nearly as good become a question back; where only one of them is how people speak, that one is
meant. Each rule names what a speaker would hardly have said so, and makes the reading dearer than the margin.
"""

from __future__ import annotations

from collections.abc import Iterator

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Group
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.senses import Values, When
from semantic_layer import MetricFilter, MetricQuery, Request

_STRAIN, _TWICE = 0.5, 2
_EVEN = 0.25  # what makes the one as dear as the other: which of them is meant, the asker says


def strain(frame: Frame, request: Request | None, structure: Structure, *, goes_on: bool) -> float:
    """What is to be added to the cost of a reading."""
    found: list[object] = [*_in_frame(frame, goes_on=goes_on)]
    if not isinstance(request, MetricQuery):
        return _STRAIN * len(found)
    found += _in_request(frame, request, structure)
    even = any(_is_own_value(item, frame, request, structure) for item in frame.of(Group))
    return _STRAIN * len(found) + _EVEN * even


def _in_frame(frame: Frame, *, goes_on: bool) -> Iterator[Edge]:
    yield from (item for item in frame.items if _is_value(item, frame))
    yield from (item for item in frame.items if _is_verb(item, frame) for _ in range(_TWICE))
    yield from (item for item in frame.items if _cuts_name(item, frame) or _is_weekday(item, frame))
    yield from (item for item in frame.said("change") if _is_more_than(item, frame))
    if not goes_on:  # 'orders and AOV': nothing goes on in the midst of a question
        yield from (item for item in frame.said("follow.what_about") if item is not frame.items[0])


def _in_request(frame: Frame, request: MetricQuery, structure: Structure) -> Iterator[object]:
    who = frame.asks("who") or [each for each in frame.said("entity.people") if _other(each, frame, "ask")]
    if who and not request.group_by:
        yield request  # who is asked for, not how many
    compared = request.compare is not None and not request.having
    if compared and any(isinstance(item.meaning, Group) and item.meaning.which for item in frame.items):
        yield from frame.said("comparative")  # which tiers had lower revenue than last year: not all of them
    if compared and any(isinstance(v.meaning, Values) and v.meaning.link in ("or", "versus") for v in frame.items):
        more = frame.said("change.up", "change.down")  # app or website, who has more: of the two
        yield from (e for e in more if _other(e, frame, "comparative.more") or _other(e, frame, "comparative.less"))
    counted = {entity.counted_by for entity in structure.model.entities.values()}
    if set(request.metrics) <= counted:  # how many signed up: sign-ups, not customers with one
        deeds = [each for each in request.filters if isinstance(each, MetricFilter)]
        plain = (each for each in deeds if not each.filters and len(deeds) == 1)
        yield from (
            each for each in plain if (each.op, each.values) == (">=", (1.0,)) and structure.one_each(each.metric)
        )


def _bare_group(item: Edge) -> bool:
    return isinstance(item.meaning, Group) and not item.meaning.marked


def _is_value(item: Edge, frame: Frame) -> bool:
    """门店订单数: those of the channel; 'by store' would say that they are grouped."""
    return _bare_group(item) and _other(item, frame, "value")


def _is_own_value(item: Edge, frame: Frame, request: MetricQuery, structure: Structure) -> bool:
    """年度的订阅, monthly subscriptions: a unit of time that is also the name of a value of the very rows counted."""
    if not isinstance(item.meaning, Group) or item.meaning.grain is None or len(item.leaves()) > 1:
        return False
    named = (e.meaning for e in frame.lattice.leaves if e.category == "value" and e.start == item.start)
    dimensions = {sense.dimension for each in named if isinstance(each, Values) for sense in each.words[0]}
    homes = {each.home.dataset for name, each in structure.model.dimensions.items() if name in dimensions}
    things = (name for name in request.metrics if structure.model.metrics[name].unit == "count")
    return any(homes & structure.stands_on(name) for name in things)


def _is_verb(item: Edge, frame: Frame) -> bool:
    """Did more customers order in May: right behind people in the plural, a noun in the singular is a verb."""
    before, text = frame.before(item), frame.folded(item)
    if before is None or item.category != "measure" or not text.isascii() or text.endswith("s"):
        return False
    people = before.category.startswith("entity") or _other(before, frame, "entity")
    return people and frame.folded(before).endswith("s") and _other(item, frame, "behaviour")


def _is_more_than(item: Edge, frame: Frame) -> bool:
    """Is Shanghai higher than Beijing: one beside the other, and nothing that rose."""
    than = frame.after(item)
    side = frame.spoken(than) if than is not None and "comparison.versus" in than.keys else None
    return side is not None and side.category == "values"


def _is_weekday(item: Edge, frame: Frame) -> bool:
    """In the last 30 days, on a Friday: any Friday of them, not the last one."""
    others = [each for each in frame.of(When) if each is not item]
    return isinstance(item.meaning, When) and bool(others) and _other(item, frame, "value")


def _cuts_name(item: Edge, frame: Frame) -> bool:
    """By product | revenue: product revenue is a name, and a name is not said in two parts."""
    after = frame.after(item)
    if item.category != "group" or after is None or after.category != "measure":
        return False
    last = item.leaves()[-1]
    return any(e.category == "metric" and (e.start, e.end) == (last.start, after.end) for e in frame.lattice.leaves)


def _other(item: Edge, frame: Frame, category: str) -> bool:
    """Whether the words of an item are something else as well."""
    return any(
        leaf.category == category and (leaf.start, leaf.end) == (item.start, item.end) for leaf in frame.lattice.leaves
    )
