"""What a request would overlook although every word has its place: each is denied, and no cheaper reading takes it up.

A number torn from its unit of time, a time of a list that shows nowhere, an adjective before a deed, a difference that
two groups side by side do not show.
"""

from __future__ import annotations

import itertools

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.kinds import kinds_of
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Against, Bound, Clauses, Group, Measure
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.rules.members import BORN
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots, asked_of, is_relative, names_people
from chat_service.translate.requests.timing import period_of
from chat_service.translate.senses import Ask, Names, NumberSense, Values
from chat_service.translate.stops import Denial, LostError, StopError
from semantic_layer import (
    AllOf,
    AnyOf,
    FieldFilter,
    Filter,
    ListQuery,
    MetricFilter,
    MetricQuery,
    NotOf,
    Request,
    is_money,
)

_QUANTITIES = frozenset({"how_many", "how_much", "money", "orders", "units", "points", "people", "times", "each"})


def refuse_torn_lengths(frame: Frame) -> None:
    """Raise StopError for 'within 30 days' read as 30 of something: a length of time is no count of anything else."""
    lengths = [leaf for leaf in frame.lattice.leaves if leaf.category == "date.duration"]
    for item in frame.items:
        ends = ("?", "!", "。", *((". ",) if item.category == "clauses" else ()))
        if any(mark in frame.folded(item)[:-1] for mark in ends):
            raise LostError(Denial("not_supported", frame.text(item)), item)  # no deed goes on behind a sentence's end
        leaves = item.leaves()
        for number in (leaf for leaf in leaves if isinstance(leaf.meaning, NumberSense)):
            around = (each for each in lengths if each.start <= number.start and number.end < each.end)
            length = next(around, None)
            if length is None or any(leaf.category == "unit" and leaf.start == number.end for leaf in leaves):
                continue
            raise LostError(Denial("not_supported", frame.text(length)), item)
        after = frame.after(item)
        bare = any(isinstance(leaf.meaning, NumberSense) and leaf.end == item.end for leaf in leaves)
        if bare and after is not None and "days" in asked_of(after):
            raise LostError(Denial("not_supported", frame.text(item) + frame.text(after)), item)


def refuse_torn_words(frame: Frame) -> None:
    """Raise StopError for 把一月|去|掉 and 上个月生日|活动: what leaves out is no fall, a campaign no birthday."""
    for leaf in frame.lattice.leaves:
        inside = [item for item in frame.items if item.start < leaf.end and leaf.start < item.end]
        if leaf.category.startswith("exclusion") and len(frame.folded(leaf)) > 1:
            torn = [item for item in inside if item.start > leaf.start and "change" in item.keys]
        elif leaf.category == "value":
            torn = [item for item in inside if item.rule == BORN and leaf.start > item.start and leaf.end > item.end]
        else:
            continue
        if torn:
            raise LostError(Denial("not_supported", frame.text(leaf)), torn[0])


def refuse_unanswered(frame: Frame, assembly: Assembly, request: Request) -> None:
    """Raise StopError for 积分发出去多少、用掉多少: two numbers that are asked for are not one."""
    if not isinstance(request, MetricQuery):
        return
    beside = {name for each in request.metrics for name in assembly.model.metrics[each].definition.beside}
    several = len(request.metrics) > 1
    if len(set(request.metrics) - beside) > 1 or request.show or frame.of(Against) or request.shares or request.limit:
        return
    asks: list[Edge] = []
    for leaf in sorted(frame.lattice.leaves, key=lambda each: (each.start, -each.end)):
        asking = frame.folded(leaf).startswith(tuple(word_set("asks_number")))
        if asking and set(asked_of(leaf)) & _QUANTITIES and (not asks or leaf.start >= asks[-1].end):
            asks.append(leaf)
    for one, other in itertools.pairwise(asks):
        between = [e for e in frame.covering.edges if one.end <= e.start and e.end <= other.start]
        of_others = not several or (between and frame.folded(between[-1]) in word_set("possessive"))
        if of_others and any("connective" in edge.keys or frame.folded(edge) == "," for edge in between):
            raise LostError(Denial("not_supported", frame.text(one)), one)


def _refuse_turned_share(slots: Slots, assembly: Assembly, request: MetricQuery) -> None:
    """占门店几成: what stands behind the word is the whole, and not what is a part of it."""
    frame, told = slots.frame, {*(each.field for each in request.keep), *request.group_by}
    if not request.keep:
        told.update(each.field for each in request.filters if isinstance(each, FieldFilter))
    for word in slots.frame.said("share") if request.shares else ():
        after = frame.spoken(word)
        if after is None or frame.folded(word) not in word_set("part_of_whole"):
            continue
        whole = after.meaning.candidates if isinstance(after.meaning, Values) else ()
        whole = after.meaning.dimensions if isinstance(after.meaning, Group) and not after.meaning.marked else whole
        if told & set(whole):
            raise LostError(Denial("not_supported", assembly.said(word)), word)


def _refuse_second_turn(slots: Slots) -> None:
    """女的占几成？白金里头呢: what goes on behind a question is another one."""
    frame, edges = slots.frame, slots.frame.covering.edges
    spoken = [edge for edge in edges if any(map(str.isalnum, frame.folded(edge)))]
    if not spoken or not any(leaf.category == "follow.what_about" for leaf in _at(spoken[-1], frame)):
        return
    if any(frame.folded(edge) in ("?", "。", "!") and edge.end < spoken[-1].start for edge in edges):
        raise LostError(Denial("not_supported", frame.text(spoken[-1])), spoken[-1])


def _at(edge: Edge, frame: Frame) -> list[Edge]:
    return [leaf for leaf in frame.lattice.leaves if (leaf.start, leaf.end) == (edge.start, edge.end)]


def refuse_overlooked(slots: Slots, assembly: Assembly, request: Request) -> None:
    """Raise StopError for what a request that is otherwise whole does not show."""
    if isinstance(request, ListQuery):
        _refuse_lost_times(slots, assembly, request)
    if isinstance(request, MetricQuery):
        refuse_unanswered(slots.frame, assembly, request)
        _refuse_turned_share(slots, assembly, request)
        _refuse_second_turn(slots)
        _refuse_untimed(slots, assembly, request)
        _refuse_group_apart(slots, assembly, request)
        _refuse_spread_of_people(slots, assembly)
        _refuse_grain_in_name(slots, assembly)
        _refuse_sum_of_rows(slots, assembly, request)
        _refuse_other_rank(slots, assembly, request)
        _refuse_other_top(slots, assembly)
    _refuse_begun(slots)
    _refuse_mean_of_buckets(slots, assembly)
    _refuse_other_values(slots, assembly)
    _refuse_own_spending(slots, assembly)
    for item in slots.frame.of(Clauses):
        _refuse_adjective(item, assembly)


def _refuse_other_rank(slots: Slots, assembly: Assembly, request: MetricQuery) -> None:
    """客户最多的5个城市的销售额, the cities with the most members, revenue of each: how many they are is ranked."""
    frame, structure = slots.frame, assembly.structure
    people = structure.headcounts
    ordered = [each.column for each in request.order_by]
    for rank, _ in slots.ranks if ordered else ():
        behind = frame.folded(rank).split(" ")[-1] in word_set("most_of_them")
        counts = behind or frame.folded(rank).startswith(tuple(word_set("most_in_number")))
        noun = frame.spoken(rank) if behind else frame.before(rank)
        if noun is None or not counts or any(column.startswith(tuple(people)) for column in ordered):
            continue
        named = isinstance(noun.meaning, Measure) and people.issuperset(noun.meaning.metrics)
        if named or noun.category == "entity" or names_people(noun, frame, assembly.scope.entity_words):
            raise LostError(Denial("not_supported", frame.text(rank)), rank)


def _refuse_other_top(slots: Slots, assembly: Assembly) -> None:
    """订单最多的10%客户贡献几成: what stands before a name that begins with a rank is what it ranks by."""
    frame, model = slots.frame, assembly.model
    ranks = {leaf.start for leaf in frame.lattice.leaves if "rank" in leaf.keys}
    for item in frame.of(Measure):
        after, metrics = frame.after(item), item.meaning.metrics if isinstance(item.meaning, Measure) else ()
        top = after is not None and after.category == "piece" and after.start in ranks
        if top and not any(is_money(model.metrics[name].unit) for name in metrics if name in model.metrics):
            raise LostError(Denial("not_supported", frame.text(item)), item)


def _refuse_sum_of_rows(slots: Slots, assembly: Assembly, request: MetricQuery) -> None:
    """In how many orders did customers spend more than 1000: in each of them, not in all."""
    said = [item for item in slots.frame.of(Clauses) if not is_relative(item, slots)]
    said += [item for item in slots.frame.of(Bound) if _is_asked_deed(item, slots)]
    for each in request.filters if said else ():
        deed = assembly.structure.behaviour_of(each.metric) if isinstance(each, MetricFilter) else None
        amount = deed.amount if deed is not None and deed.metric in request.metrics else None
        if amount is not None and isinstance(each, MetricFilter) and each.metric == amount:
            raise LostError(Denial("not_supported", assembly.said(said[0])), said[0])


def _is_asked_deed(item: Edge, slots: Slots) -> bool:
    """Did customers spend more than 1000: what is asked, and not which of them."""
    people = slots.frame.before(item)
    asks = slots.frame.before(people) if people is not None and people.category in ("measure", "entity") else None
    return asks is not None and slots.frame.folded(asks) in word_set("does")


def _refuse_begun(slots: Slots) -> None:
    """去年开始的活动: campaigns that began last year, and not all since."""
    frame = slots.frame
    for item, _ in slots.whens:
        after = frame.after(item)
        begun = frame.folded(item).endswith(tuple(word_set("begun")))
        if begun and after is not None and frame.folded(after) in word_set("makes_adjective"):
            raise LostError(Denial("not_supported", frame.text(item) + frame.text(after)), item)


def _refuse_lost_times(slots: Slots, assembly: Assembly, request: ListQuery) -> None:
    """Each time of a list is that of a condition or of a column."""
    shown = {each.period for each in _deeds(request.filters)} | {each.period for each in request.measured}
    for item, when in slots.whens:
        period = None if when.ever else period_of(when.date, (), assembly.scope.today, item, assembly)
        if period is not None and period not in shown:
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_untimed(slots: Slots, assembly: Assembly, request: MetricQuery) -> None:
    """A question with one time is about that time in all of its parts, unless a deed is said to be of any time."""
    said_of_any = any(clause.ever for _, each in slots.clauses for clause in each.clauses)
    if request.period is None or said_of_any or not (slots.people or slots.populations) or slots.bounds or slots.listed:
        return
    said = [item for item, _ in (*slots.whens, *slots.dated)]
    told = [item for item, _ in slots.clauses]  # 没投诉过的客户今年的销售额: ever, where the time stands behind them
    if said and all(is_relative(i, slots) and i.end < said[0].start and _is_ever(i, slots.frame) for i in told):
        return
    if (
        any(each.period is None for each in _deeds(request.filters))
        and slots.clauses
        and len({item.start for item in said}) == 1
    ):
        item = said[0]
        raise LostError(Denial("not_supported", assembly.said(item)), item)


def _is_ever(deed: Edge, frame: Frame) -> bool:
    return any(each in frame.folded(deed) for each in word_set("experienced"))


def _refuse_spread_of_people(slots: Slots, assembly: Assembly) -> None:
    """Median income of our buyers: a median over people is none over their orders."""
    for item, _ in slots.measures:
        spread = isinstance(item.meaning, Measure) and item.meaning.statistic in ("median", "extreme")
        if spread and slots.populations:
            raise LostError(Denial("statistic", assembly.said(item)), item)


def _refuse_mean_of_buckets(slots: Slots, assembly: Assembly) -> None:
    """The average number of orders per week: a mean over weeks, which orders per buyer of each week are not."""
    per = [item for item, group in slots.groups if group.grain is not None]
    for item, _ in slots.measures:
        if per and slots.frame.folded(item).startswith(tuple(word_set("average_count"))):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_own_spending(slots: Slots, assembly: Assembly) -> None:
    """How much did we spend, 我们花了多少: what the company spends is not what its customers do."""
    frame = slots.frame
    ours = [edge for edge in frame.covering.edges if frame.folded(edge) in word_set("we")]
    opening = tuple(word for word in word_set("spends") if not word.isascii())
    for item in (*frame.of(Clauses), *frame.of(Measure), *frame.of(Ask)):
        said = [frame.folded(leaf) for leaf in (item, *item.leaves())]
        spends = any(text in word_set("spends") or text.startswith(opening) for text in said)
        if spends and any(each.end <= item.start for each in ours) and not slots.people:
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_other_values(slots: Slots, assembly: Assembly) -> None:
    """'Whose age is unknown': right behind the name of a dimension, a value is one of that dimension or of none."""
    for item, values in slots.values:
        for at, group in slots.groups:
            beside = at.end <= item.start and all(edge.is_empty for edge in slots.frame.between(at, item))
            bare = beside and not group.marked and group.dimensions
            if bare and not set(group.dimensions) & set(values.candidates) and assembly.frame.folded(item).isascii():
                raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_group_apart(slots: Slots, assembly: Assembly, request: MetricQuery) -> None:
    """从做活动到现在，哪种活动类型: a bare name before the clause that asks which is no group of that clause."""
    asked = [item for item, group in slots.groups if group.which]
    for item, group in slots.groups:
        apart = asked and not group.marked and item.end <= asked[0].start and request.limit is not None
        if apart and any(edge.category == "connective.and" for edge in slots.frame.between(item, asked[0])):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_grain_in_name(slots: Slots, assembly: Assembly) -> None:
    """季度会员续费率: members of the quarterly plan, no quarters, where the plan's value is what the words name."""
    leaves = slots.frame.lattice.leaves
    for item, group in slots.groups:
        longer = (e for e in leaves if e.category == "value" and e.start == item.start and e.end > item.end)
        if group.grain is not None and len(item.leaves()) == 1 and any(True for _ in longer):
            raise StopError(Denial("not_supported", assembly.said(item)))


def _refuse_adjective(item: Edge, assembly: Assembly) -> None:
    """'Open tickets' behind 'how many' are those that are open: nobody is there who opens them."""
    frame = assembly.frame
    words = frame.folded(item).split(" ")
    before = frame.before(item)
    counted = before is not None and before.category == "ask"
    if isinstance(item.meaning, Clauses) and any(clause.share is not None for clause in item.meaning.clauses):
        return  # list the top 10 %: no adjective
    behind = frame.after(item)
    if behind is not None and behind.category in ("entity", "entity.people", "measure"):
        names = [
            leaf for leaf in frame.lattice.leaves if leaf.end == behind.end and item.start <= leaf.start < item.end
        ]
        if any(leaf.category in ("metric", "list") and not _is_deed_of(leaf, item, assembly) for leaf in names):
            raise StopError(Denial("not_supported", assembly.said(item)))  # our active customers: a name, torn
    if counted and len(words) > 1 and words[0].isascii() and "a" in kinds_of(words[0]):
        raise LostError(Denial("not_supported", assembly.said(item)), item)


def _is_deed_of(name: Edge, item: Edge, assembly: Assembly) -> bool:
    """New registered people: the metric of that name counts what the clause says they did."""
    said = item.meaning.clauses if isinstance(item.meaning, Clauses) else ()
    verbs = [assembly.model.behaviours[one] for clause in said for one in clause.behaviours]
    counted = {metric for verb in verbs for metric in (verb.event, verb.metric)}
    return isinstance(name.meaning, Names) and set(name.meaning.names) <= counted


def _deeds(filters: tuple[Filter, ...]) -> list[MetricFilter]:
    """The conditions on what customers do, however nested."""
    found: list[MetricFilter] = []
    for each in filters:
        if isinstance(each, MetricFilter):
            found.append(each)
        elif isinstance(each, AllOf):
            found.extend(_deeds(each.all))
        elif isinstance(each, AnyOf):
            found.extend(_deeds(each.any))
        elif isinstance(each, NotOf):
            found.extend(_deeds((each.negated,)))
    return found


__all__ = ["refuse_overlooked", "refuse_torn_lengths", "refuse_torn_words", "refuse_unanswered"]
