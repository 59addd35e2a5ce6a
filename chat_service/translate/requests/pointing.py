"""What 'they', 'its', 'that city', 其中 stand for: what the answer before showed, and nobody else.

A pronoun with nothing before it in its own question is bound to the answer before. Of a ranking that was cut it is the
things that were shown, of a count of people those who were counted; where a request cannot keep to these, the question
is refused rather than asked of everybody.
"""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.outcomes import Previous, Shown
from chat_service.translate.grammar.categories import Group
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.rules.amounts import is_number
from chat_service.translate.requests.assembly import Assembly, value_filter
from chat_service.translate.requests.people import SEVERAL
from chat_service.translate.requests.slots import RELATIVE, Slots
from chat_service.translate.requests.sorting import names_doers
from semantic_layer import (
    GRAINS,
    FieldFilter,
    Filter,
    ListQuery,
    MetricFilter,
    MetricQuery,
    Request,
)

# what names things of a kind, so that a word behind it points at these
_THINGS = frozenset({"values", "entity", "listed", "clauses", "group", "one", "ranking"})
_NAMED = _THINGS - {"ranking"} | {"measure", "bound", "field", "dated", "piece"}


def pointer(frame: Frame) -> Edge | None:
    """The word that stands for what the answer before showed: nothing before it in the question is what it means."""
    named: list[Edge] = []
    for edge in frame.covering.edges:
        if _says_they(edge, frame) and (not named or named == [_done_by(edge, frame)]):
            return edge
        if not named and edge.category == "function.pronoun.such":
            return edge
        if (points_at(edge, frame) or _is_there(edge, frame)) and not any(each.category in _THINGS for each in named):
            return edge
        if edge.category in _NAMED:
            named.append(edge)
    return None


def _says_they(edge: Edge, frame: Frame) -> bool:
    """They, their, 他们, 其中; of them inside of what asks how many. 'It' only where it does something."""
    text = frame.folded(edge)
    if edge.category.endswith(".person"):
        return False  # how long does it take to …
    before, after = frame.before(edge), frame.after(edge)
    if text in word_set("it"):
        return before is not None and frame.folded(before) in word_set("does")
    if text in word_set("those"):  # those figures below are no people
        return after is None or not (after.is_empty or _is_told(after, frame))
    if text in word_set("they"):  # of those who signed up: told by what they did
        return after is None or frame.folded(after).split(" ")[0] not in RELATIVE
    if edge.category == "date.same_period":
        return text.endswith(tuple(word_set("points_at_time")))  # 那个月, of a ranking of months
    # which of them, which of those cities
    asked = [frame.folded(leaf) for leaf in edge.leaves() if leaf.category == "ask"]
    words = {word for each in asked for word in each.split(" ")}
    return bool(words & word_set("they") or words & word_set("those"))


def _is_told(noun: Edge, frame: Frame) -> bool:
    """Those gold members who signed up: told by what they did, and not by what was said before."""
    behind = frame.after(noun)
    return behind is not None and frame.folded(behind).split(" ")[0] in RELATIVE


def _done_by(edge: Edge, frame: Frame) -> Edge | None:
    """How many orders did they place, how many customers are in it: the measure that is asked for of a pronoun."""
    before = frame.before(edge)
    does = before is not None and frame.folded(before) in word_set("does")
    found = frame.spoken(edge, back=True) if does else None
    return found if found is not None and found.category not in _THINGS else None  # gold members have their birthday


def points_at(edge: Edge, frame: Frame) -> bool:
    """That city, 这些门店: right before a noun for things, one of those that were named before."""
    says = edge.category == "function.pronoun.this" or frame.folded(edge).split(" ")[-1] in word_set("points_at")
    return says and _noun(edge, frame) is not None


def _is_there(edge: Edge, frame: Frame) -> bool:
    """Satisfaction there, 那里的满意度: in the place that was named; not in 'how many were there'."""
    before = frame.before(edge)
    if frame.folded(edge).isascii():
        opens = before is not None and frame.folded(before) not in word_set("exists")
    else:  # 退款那边, 李经理那边: of refunds, or whoever asks
        opens = before is None or not {"connective", "follow", "function.function.preposition"}.isdisjoint(before.keys)
    return opens and frame.folded(edge) in word_set("there")


def _noun(word: Edge, frame: Frame) -> Edge | None:
    """The name of a dimension right behind a word, a counter apart: 这几个城市."""
    edges = frame.covering.edges
    for edge in edges[edges.index(word) + 1 :]:
        if isinstance(edge.meaning, Group) and not edge.meaning.marked and edge.meaning.dimensions:
            return edge
        if edge.category == "values" and _is_dimension(edge, frame):
            return edge  # that store: one of the stores, and not what is sold in stores
        if not edge.is_empty and edge.category not in ("unit", "amount"):
            return None
        if edge.is_empty and frame.folded(edge).isascii():
            return None
    return None


def _is_dimension(edge: Edge, frame: Frame) -> bool:
    """Whether the words of an edge are the name of a dimension as well."""
    same = (leaf for leaf in frame.lattice.leaves if (leaf.start, leaf.end) == (edge.start, edge.end))
    return any(leaf.category == "dimension" for leaf in same)


def bound_to(word: Edge, slots: Slots, previous: Previous, assembly: Assembly) -> Request:
    """The request before, kept to what a pronoun means. Raises StopError where it cannot be kept to that."""
    before, noun = previous.request, _noun(word, slots.frame)
    if noun is not None and noun.category == "values":
        raise assembly.deny(noun)
    assembly.use(word, "intent", "")
    if _is_there(word, slots.frame) and not (isinstance(before, MetricQuery) and before.group_by):
        return before  # all was in one place, and still is
    if isinstance(before, ListQuery):
        if previous.shown is not None:
            them = value_filter(previous.shown.dimension, previous.shown.values)
            return before.model_copy(update={"filters": (them,), "limit": SEVERAL})
        _refuse_cut_list(word, slots, before, assembly)
        return before
    if not isinstance(before, MetricQuery):
        raise assembly.deny(word)
    _drop_noun(word, slots, before, assembly)
    if before.group_by and (before.limit is not None or before.having):
        if previous.shown is not None:
            return _of_shown(previous.shown, slots, before, assembly)
        _refuse_moved(word, slots, assembly)
        slots.same = True
        return before
    kept = {each.field for each in before.filters if isinstance(each, FieldFilter)}
    if slots.measures or any(set(group.dimensions) & kept for _, group in slots.groups):
        return _of_those_counted(word, slots, before, assembly)
    return before


def _of_shown(shown: Shown, slots: Slots, before: MetricQuery, assembly: Assembly) -> MetricQuery:
    """这家店今年卖了多少: whatever is asked of the things that were shown, and of whatever time."""
    others = (each for each in before.filters if not (isinstance(each, FieldFilter) and each.field == shown.dimension))
    kept: dict[str, object] = {"filters": (*others, value_filter(shown.dimension, shown.values))}
    if not slots.measures and slots.frame.asks("how_many", "count", "people"):
        kept["metrics"] = assembly.counted
    cut = {"order_by": (), "having": (), "limit": None, "limit_within": (), "show": (), "shares": (), "cumulative": ()}
    return before.model_copy(update=kept | cut)


def along_time(slots: Slots, previous: Previous, before: Request, assembly: Assembly) -> Request:
    """去年销售额最高的城市, and then 按月: those that were shown, in each month; not the first row of all months."""
    grains = [item for item, group in slots.groups if group.grain is not None]
    if not isinstance(before, MetricQuery) or before.limit is None or before.limit_within:
        return before
    if not grains or slots.ranks or set(before.group_by) & set(GRAINS):
        return before
    shown = previous.shown
    if shown is None or (shown.dimension,) != before.group_by:
        raise assembly.deny(grains[0])
    others = (each for each in before.filters if not (isinstance(each, FieldFilter) and each.field == shown.dimension))
    kept = (*others, value_filter(shown.dimension, shown.values))
    return before.model_copy(update={"filters": kept, "order_by": (), "limit": None})


def _drop_noun(word: Edge, slots: Slots, before: MetricQuery, assembly: Assembly) -> None:
    """That city's orders: the noun says again by what the answer was grouped, or what it was kept to."""
    noun = _noun(word, slots.frame)
    shown = {*before.group_by, *(each.field for each in before.filters if isinstance(each, FieldFilter))}
    for item, group in list(slots.groups):
        if item is noun and set(group.dimensions) & shown:
            slots.groups.remove((item, group))
            assembly.use(item, "grouping", next(name for name in group.dimensions if name in shown))


def _refuse_moved(word: Edge, slots: Slots, assembly: Assembly) -> None:
    """The five cities of a ranking are those of its own time and rows: with others it would be another ranking."""
    moved = bool(slots.whens or slots.against or slots.values or slots.clauses or slots.listed or slots.bounds)
    others = slots.dated or slots.populations or slots.ranks or slots.groups or slots.has("share", "change")
    if moved or others:
        raise assembly.deny(word)


def _of_those_counted(word: Edge, slots: Slots, before: MetricQuery, assembly: Assembly) -> MetricQuery:
    """5月新客有多少, 他们贡献了多少销售额: of the people whom the number before counted, not of everybody."""
    people = [name for name in before.metrics if assembly.structure.one_each(name)]
    asked = {name for _, names in slots.measures for name in names}
    if not people or set(people) & ({*assembly.counted} | asked):
        return before  # all of them, told by the filters that stay
    along = before.compare is not None or any(name in GRAINS for name in before.group_by)
    if along or len(before.metrics) > 1:
        raise assembly.deny(word)
    filters = those_counted(before, assembly)
    if not filters:
        raise assembly.deny(word)
    return before.model_copy(update={"filters": filters})


def those_counted(before: MetricQuery, assembly: Assembly) -> tuple[Filter, ...]:
    """The people whom a number counts, as conditions; nothing where it counts none, or no request can keep to them."""
    if len(before.metrics) != 1 or not assembly.structure.one_each(before.metrics[0]):
        return ()
    own = [f for f in before.filters if isinstance(f, FieldFilter) and not assembly.structure.entity_dimension(f.field)]
    who = _counted_by(before.metrics[0], before, tuple(own), assembly)
    return tuple(dict.fromkeys((*(f for f in before.filters if f not in own), *who))) if who else ()


def _counted_by(name: str, before: MetricQuery, own: tuple[Filter, ...], assembly: Assembly) -> tuple[Filter, ...]:
    """The people whom a number counts, as a condition; nothing where it counts them at an instant by no list."""
    if not assembly.model.metrics[name].is_stock:
        return (MetricFilter(metric=name, period=before.period, filters=own, op=">=", values=(1.0,)),)
    listed = next((each for each in assembly.model.lists.values() if each.metric == name), None)
    if listed is None or listed.among or listed.within or before.period is not None or own:
        return ()
    typed = assembly.structure.value_type
    return tuple(value_filter(d, tuple(typed(d, code) for code in codes)) for d, codes in listed.filter.items())


def refuse_other_people(slots: Slots, before: MetricQuery, assembly: Assembly) -> None:
    """老客呢 after the revenue of new customers: that of others, or how many these are?"""
    structure = assembly.structure
    if len(slots.measures) != 1 or slots.has("follow.instead", "follow.also") or slots.same or before.compare:
        return
    item, names = slots.measures[0]
    counts = any(map(structure.one_each, before.metrics)) or is_number(slots.frame.folded(item))
    if counts or not all(map(structure.one_each, names)) or set(names) & set(assembly.counted):
        return
    if names_doers(item, names, assembly):
        raise assembly.deny(item)


def _refuse_cut_list(word: Edge, slots: Slots, before: ListQuery, assembly: Assembly) -> None:
    """What the ten best customers spent: those on a list that was cut are no condition; of all of it they are."""
    stated = before.limit != SEVERAL and before.order_by
    asks = slots.measures or slots.groups or slots.clauses or slots.frame.asks("how_many", "count", "people")
    if asks and (stated or not before.filters) and not slots.columns:
        raise assembly.deny(word)


__all__ = ["along_time", "bound_to", "pointer", "points_at", "refuse_other_people"]
