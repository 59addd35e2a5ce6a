"""Facts of language: what a phrase says must show in the request, whatever path made it.

A table: each fact finds the first words that the request does not bear out. They hold for every kind of request, those
that are made of all words at once too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.kinds import kinds_of
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Amount, Bound, Clauses, Condition, Group, Measure
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.senses import Names, NumberSense, Values
from chat_service.translate.stops import Denial, LostError
from semantic_layer import FieldFilter, ListQuery, MetricFilter, MetricQuery, Model, Request


@dataclass(frozen=True)
class Look:
    """A question as it was read, and what was made of it."""

    frame: Frame
    request: Request
    model: Model

    @property
    def number(self) -> MetricQuery | None:
        return self.request if isinstance(self.request, MetricQuery) else None

    @property
    def deeds(self) -> set[str]:
        """The metrics by which people are told."""
        return {each.metric for each in self.request.filters if isinstance(each, MetricFilter)}

    @property
    def bounds(self) -> list[tuple[str, tuple[float, ...]]]:
        """The numbers that are compared, each of a metric by its name, or of its change."""
        deeds = [(each.metric, each.values) for each in self.request.filters if isinstance(each, MetricFilter)]
        return [*deeds, *((each.column, each.values) for each in (self.number.having if self.number else ()))]

    def is_count(self, column: str) -> bool:
        return column in self.model.metrics and self.model.metrics[column].unit in ("count", "people")


Fact = Callable[[Look], Edge | None]


def _asker_acts(look: Look) -> Edge | None:
    """I should like to see the product categories: what the asker would do, no customer did."""
    frame = look.frame
    for item in frame.of(Clauses):
        before = frame.before(item)
        if before is not None and before.category == "function.phrase.want" and look.deeds:
            return item
    return None


def _things_did(look: Look) -> Edge | None:
    """Subcategories that sold fewer than 4,000 units: what tells things is no condition on people."""
    frame = look.frame
    for item in frame.of(Clauses):
        noun = frame.before(item)
        relative = isinstance(item.meaning, Clauses) and item.meaning.relative
        if relative and noun is not None and isinstance(noun.meaning, Group) and look.number and look.deeds:
            return item
    return None


def _asks_which_people(look: Look) -> Edge | None:
    """Which customers there have been inactive: they are asked for one by one, and no number of anything else."""
    frame, request = look.frame, look.number
    if request is None or request.group_by or frame.asks("how_many", "how_much", "count", "people", "money"):
        return None
    for item in frame.asks("which"):
        people = frame.after(item)
        span = (people.start, people.end) if people is not None else ()
        if any(leaf.category.startswith("entity") and (leaf.start, leaf.end) == span for leaf in frame.lattice.leaves):
            return item
    return None


def _not_all_named(look: Look) -> Edge | None:
    """产品质量、物流等各类问题: values that only stand for others keep nothing out, unless their number is told."""
    told = (*look.request.filters, *(look.number.keep if look.number else ()))
    fields = {each.field for each in told if isinstance(each, FieldFilter)}
    frame, ends = look.frame, word_set("and_so_on")
    marks = [e for e in frame.lattice.leaves if "open_end" in e.keys or frame.folded(e) in ends]
    for item in look.frame.of(Values):
        named = item.meaning.candidates if isinstance(item.meaning, Values) else ()
        beside = look.frame.after(item)
        leaves = [*item.leaves(), *(beside.leaves() if beside is not None else ())]
        counted = any(isinstance(leaf.meaning, NumberSense | Amount) for leaf in leaves)
        inside = {at for leaf in item.leaves() if leaf.end - leaf.start > 1 for at in range(leaf.start, leaf.end)}
        apart = any(item.start < mark.start <= item.end and mark.start not in inside for mark in marks)
        if fields & set(named) and not counted and apart:
            return item
    return None


def _is_verb_of_value(look: Look) -> Edge | None:
    """各召回了多少, 各流失了多少: with the mark of what is done behind it, a name is a verb."""
    frame = look.frame
    for item in (*frame.of(Values), *frame.of(Group)):
        after, last = frame.after(item), frame.folded(item.leaves()[-1])
        text = last + (frame.folded(after) if after is not None and after.is_empty else "")
        if text.endswith(tuple(word_set("done_mark"))) and kinds_of(text[:-1])[:1] == "v":
            return item
    return None


def _things_as_people(look: Look) -> Edge | None:
    """Stores with zero orders, 增长的门店有几个: things are asked for or counted, and no people of them."""
    frame, request = look.frame, look.request
    counted = {entity.counted_by for entity in look.model.entities.values()}
    people = isinstance(request, ListQuery) or (look.number is not None and set(look.number.metrics) <= counted)
    leaves = frame.lattice.leaves
    if (
        not people
        or not (look.deeds or frame.asks("how_many"))
        or frame.asks("who", "people")
        or any(leaf.category.startswith("entity") for leaf in leaves)
    ):
        return None
    things = {(leaf.start, leaf.end) for leaf in leaves if leaf.category == "dimension"}
    return next((item for item in frame.of(Values) if (item.start, item.end) in things), None)


def _beside_average(look: Look) -> Edge | None:
    """客单价低于平均的品类, 高于平均复购率: what is compared with the average cuts something off."""
    averages = {leaf.start for leaf in look.frame.lattice.leaves if leaf.category == "average.mean"}
    words = look.frame.said("prefix", "comparative")
    cuts = look.number is not None and not look.number.having and not look.number.compare
    behind = ((item, look.frame.spoken(item)) for item in words if cuts)
    return next((item for item, edge in behind if edge is not None and edge.start in averages), None)


def _of_deed(look: Look) -> Edge | None:
    """各渠道下单的人: a group right before what was done is one of it, where it can be."""
    frame, model = look.frame, look.model
    for item in frame.of(Group):
        deed, by = frame.after(item), look.number.group_by if look.number else ()
        names = item.meaning.dimensions if isinstance(item.meaning, Group) else ()
        done = deed.meaning.clauses[0].behaviours if deed is not None and isinstance(deed.meaning, Clauses) else ()
        rows = {model.metrics[model.behaviours[name].metric].definition.dataset for name in done}
        own = {name for name in names if name in model.dimensions and model.dimensions[name].home.dataset in rows}
        if own and set(names) & set(by) and not own & set(by):
            return item
    return None


def _changed_by(look: Look) -> Edge | None:
    """Lost more than 40 customers: the number is that of the change. Falls with tier: along it, not since before."""
    frame, request = look.frame, look.number
    for item in frame.said("change.up", "change.down") if request is not None else ():
        after, bound = frame.after(item), frame.spoken(item, "grouping")
        if after is None or bound is None or request is None:
            continue
        changes = any("__change" in each.column and set(each.values) - {0.0} for each in request.having)
        level = frame.folded(bound).split(" ")[0] in word_set("falls_to")  # fell below 55 %
        if isinstance(bound.meaning, Bound) and changes is level:
            return item
        group = frame.after(after) if frame.folded(after) in word_set("along_with") else after
        if group is not None and group is not after and isinstance(group.meaning, Group):
            return item
        within = isinstance(after.meaning, Group | Values)
        if within and frame.folded(after).split(" ")[0] in word_set("falls_within"):
            return item
    return None


def _parts_of_counts(look: Look) -> Edge | None:
    """More than 4 % of orders: so many of a hundred are no number of orders."""
    cut = any(look.is_count(name) and any(0 < abs(each) < 1 for each in values) for name, values in look.bounds)
    leaves = (leaf for item in look.frame.items for leaf in item.leaves())
    return (
        next((leaf for leaf in leaves if isinstance(leaf.meaning, NumberSense) and leaf.meaning.unit), None)
        if cut
        else None
    )


def _counted_rows(look: Look) -> Edge | None:
    """The number of orders above 1,000 yuan, and their discount rate: what is counted is shown too."""
    for item in look.frame.of(Bound):
        bound = item.meaning
        opens = look.frame.folded(item).startswith(tuple(word_set("number_of")))
        if not opens or look.number is None or not isinstance(bound, Bound) or "money" not in bound.condition.units:
            continue
        if bound.metrics and not set(bound.metrics) & set(look.number.metrics):
            return item
    return None


def _ranked_change(look: Look) -> Edge | None:
    """The largest fall in profit: what changed is ranked, and not how much there is."""
    frame, request = look.frame, look.number
    if request is None or any("__change" in each.column for each in request.order_by):
        return None
    changes = {leaf.start for leaf in frame.lattice.leaves if leaf.category.startswith("change.")}
    ranks = (item for item in frame.items if "ranking" in item.keys)
    return next((item for item in ranks if request.limit is not None and item.end in changes), None)


def _number_of_noun(look: Look) -> Edge | None:
    """Sold more than 4,000 units: the noun right behind a number is what it is so many of."""
    columns = {name.partition("__")[0] for name, _ in look.bounds}
    nouns = {leaf.start: leaf.meaning for leaf in look.frame.lattice.leaves if leaf.category == "metric"}
    for item in (*look.frame.of(Clauses), *look.frame.of(Bound), *look.frame.of(Condition)) if columns else ():
        for leaf in item.leaves():
            noun = nouns.get(leaf.end) if isinstance(leaf.meaning, NumberSense) else None
            if isinstance(noun, Names) and not columns & set(noun.names):
                return item
    return None


def _measure_apart(look: Look) -> Edge | None:
    """Active users, mini program events only: a mark alone makes no condition of the first of two measures."""
    frame = look.frame
    for item in frame.of(Measure):
        mark = frame.after(item)
        told = isinstance(item.meaning, Measure) and look.deeds & set(item.meaning.metrics)
        if (
            told
            and mark is not None
            and frame.folded(mark) == ","
            and look.number
            and frame.of(Measure)[-1] is not item
        ):
            return item
    return None


def _groups_of_others(look: Look) -> Edge | None:
    """Members by tier. How many of them …: one number, of all who were named. 按店的城市看，哪个城市: one group."""
    frame, groups = look.frame, [item for item in look.frame.of(Group) if item.leaves()]
    for asks in frame.asks("how_many", "count", "people"):
        behind = frame.folded(asks).endswith(tuple(word_set("opens_inside")))
        for item in groups if behind else ():
            between = frame.between(item, asks) if item.end <= asks.start else []
            if any(frame.folded(edge) in word_set("ends_sentence") for edge in between):
                return item
    for one, other in combinations(groups, 2):
        which = isinstance(other.meaning, Group) and other.meaning.which
        if which and look.number and look.number.limit_within and _same_noun(one, other, frame):
            return other
    return None


def _same_noun(one: Edge, other: Edge, frame: Frame) -> bool:
    return frame.folded(one).endswith(frame.folded(other.leaves()[-1]))


def _no_number_of(look: Look) -> Edge | None:
    """Per 100 orders is a unit and no 100 orders; of 两个都有 the two are those named, and no two orders."""
    frame, values = look.frame, {each for _, values in look.bounds for each in values}
    if isinstance(look.request, MetricQuery | ListQuery) and not frame.said("rank", "ranking"):
        values.add(float(look.request.limit or 0))
    leaves, units, of_both = look.frame.lattice.leaves, word_set("per_so_many"), word_set("all_of_them")
    units_end = {leaf.end for leaf in leaves if frame.folded(leaf) in units}
    both_start = {leaf.start for leaf in leaves if frame.folded(leaf) in of_both}
    counted = {leaf.start for leaf in leaves if leaf.category.startswith("function.counter") and leaf.end in both_start}
    for item in frame.items:
        for leaf in item.leaves():
            number = leaf.meaning.value if isinstance(leaf.meaning, NumberSense) else None
            if number in values and ((number != 1 and leaf.start in units_end) or leaf.end in counted):
                return item
    return None


def _first_of_deed(look: Look) -> Edge | None:
    """People who buy first time: first is no number beside them, it says which of their orders."""
    for item in look.frame.of(Amount):
        before, leaves = look.frame.before(item), item.leaves()
        ordinal = any(isinstance(each.meaning, NumberSense) and each.meaning.is_ordinal for each in leaves)
        if ordinal and before is not None and isinstance(before.meaning, Measure | Clauses) and look.number:
            return item
    return None


def _share_of_each(look: Look) -> Edge | None:
    """首次下单的新客，来源渠道各占多少比例: the share of each group, and no other measure that is a share."""
    frame, request = look.frame, look.number
    for item in frame.said("share.share") if request is not None and not request.shares else ():
        group = frame.spoken(item, "grouping", back=True)
        if group is not None and isinstance(group.meaning, Group) and not frame.of(Measure):
            return item
    return None


FACTS: tuple[Fact, ...] = (
    _no_number_of,
    _first_of_deed,
    _share_of_each,
    _asker_acts,
    _things_did,
    _asks_which_people,
    _not_all_named,
    _is_verb_of_value,
    _things_as_people,
    _beside_average,
    _of_deed,
    _changed_by,
    _parts_of_counts,
    _counted_rows,
    _ranked_change,
    _number_of_noun,
    _measure_apart,
    _groups_of_others,
)


def refuse_untold(frame: Frame, request: Request, model: Model) -> None:
    """Raise StopError for the first phrase that the request does not bear out."""
    look = Look(frame, request, model)
    lost = next((item for item in (fact(look) for fact in FACTS) if item is not None), None)
    if lost is not None:
        raise LostError(Denial("not_supported", frame.text(lost)), lost)


__all__ = ["refuse_untold"]
