"""What was said is in the request: each number, each time and each measure, wherever in an item it stands.

An item that found its place can still have lost a part of itself on the way. These checks do not ask how a request was
made: they compare what the words hold with what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.checks.conflicts import ConflictError
from chat_service.translate.grammar.categories import Clauses, Group, Measure, Rank
from chat_service.translate.grammar.rules.members import KIND_OF_VALUES
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.senses import NumberSense, When
from chat_service.translate.stops import Denial, LostError, StopError
from semantic_layer import GRAINS, FieldFilter, ListQuery, MetricQuery, Model, Period, Request

# a number may stand as a percentage, in another unit of time, or as the first beyond it
_SCALES = (1, 0.01, -1, -0.01, 60, 1440, 24, 1 / 60, 1 / 1440, 1 / 24)
_NUMBERED = frozenset({"bound", "clauses", "condition", "group", "ranking", "one"})
_TIMES = frozenset({"date.period", "date.rolling", "date.open"})
_SEVERAL_TOKENS = 2
_TIMED = frozenset({"bound", "clauses"})


def refuse_dropped(slots: Slots, assembly: Assembly, request: Request) -> None:
    """Raise StopError for the first number, time or measure that was said and that the request does not hold."""
    if not isinstance(request, MetricQuery | ListQuery):
        return
    held = tuple(_held(request))
    _refuse_pointing(slots, assembly)
    _refuse_possible(slots, assembly)
    _refuse_torn_compound(slots, assembly)
    _refuse_torn_rank(slots, assembly)
    _refuse_torn_order(slots, assembly)
    _refuse_purpose(slots, assembly)
    _refuse_occasion(slots, assembly)
    _refuse_lost_side(slots, assembly, request)
    _refuse_cut_each(slots, assembly, request)
    _refuse_turn(slots, assembly)
    _refuse_torn(slots)
    _refuse_torn_unit(slots, assembly)
    _refuse_in_each(slots, assembly)
    _refuse_own_name(slots, assembly, request)
    _refuse_deed_over_time(slots, assembly, request)
    _refuse_past_state(slots, assembly, request)
    _refuse_both_as_groups(slots, assembly, request)
    for item in slots.frame.items:
        if item in slots.taken:
            continue
        lost = _number_lost(item, held) or _time_lost(item, held, request)
        if lost or _measure_lost(item, slots, held):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_pointing(slots: Slots, assembly: Assembly) -> None:
    """What was that city's order value: one that was named before, not each of them."""
    frame = slots.frame
    for item, group in slots.groups:
        led_in = item.leaves()[0].category.startswith("grouping")  # split those by tier
        before = None if led_in else frame.before(item)
        words = [frame.folded(leaf) for leaf in item.leaves()] + ([frame.folded(before)] if before is not None else [])
        if item.leaves()[0].category.startswith("grouping"):
            continue  # how does this break down by tier: what was shown
        led = frame.before(before) if before is not None and frame.folded(before) in ("their", "own") else None
        inside = led is not None and frame.folded(led) in word_set("where")  # ordered in their birthday month
        if inside and group.dimensions:
            raise ConflictError(Denial("not_supported", assembly.said(item)))
        if group.dimensions and any(word in word_set("points_at") for word in words):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_possible(slots: Slots, assembly: Assembly) -> None:
    """Who may leave us, 可能会退货的客户: what is not done yet is no deed that was."""
    frame = slots.frame
    for item in frame.of(Clauses):
        before = frame.before(item)
        words = [*item.leaves(), *([before] if before is not None else [])]
        since = isinstance(item.meaning, Clauses) and any(clause.after for clause in item.meaning.clauses)
        if not since and any(word.category.startswith("function.sequence") for word in item.leaves()):
            raise LostError(Denial("not_supported", assembly.said(item)), item)  # their first order above 500
        if before is not None and _told_apart(before, item):
            raise LostError(Denial("not_supported", assembly.said(item)), item)
        phrases = [word for word in word_set("may_happen") if len(word) > 1 and not word.isascii()]
        told = any(word in frame.folded(item) for word in phrases)
        if told or any(word.is_empty and frame.folded(word) in word_set("may_happen") for word in words):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_torn_compound(slots: Slots, assembly: Assembly) -> None:
    """Referral-acquired customers: a word with a hyphen is one, and its second half names nothing with what follows."""
    frame, tokens = slots.frame, slots.frame.lattice.tokens
    for edge in (e for e in frame.covering.edges if frame.folded(e) == "-"):
        before, after = frame.before(edge), frame.after(edge)
        if before is None or after is None or before.is_empty or after.is_empty:
            continue
        close = tokens[before.end - 1].fend == tokens[edge.start].fstart
        close = close and tokens[edge.end - 1].fend == tokens[after.start].fstart
        of_name = before.category in ("measure", "values") and after.category == "measure"
        if close and of_name and " " in frame.folded(after):
            raise LostError(Denial("not_supported", assembly.said(after)), after)


def _told_apart(one: Edge, other: Edge) -> bool:
    """第一次购买|花了500元: a deed with a number right behind another, with nothing between them, is of that one."""
    first, second = one.meaning, other.meaning
    if not isinstance(first, Clauses) or not isinstance(second, Clauses):
        return False
    return (
        not any(each.negated for each in (*first.clauses, *second.clauses)) and second.clauses[0].condition is not None
    )


def _refuse_both_as_groups(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """既在门店又在APP买过的客户有多少: who did both, not how many did each."""
    if not isinstance(request, MetricQuery) or not request.show:
        return
    people = [name for name in request.metrics if assembly.scope.structure.one_each(name)]
    said = [edge for edge in slots.frame.covering.edges if slots.frame.folded(edge) in word_set("opens_both")]
    if people and said:
        raise LostError(Denial("not_supported", assembly.said(said[0])), said[0])


def _refuse_torn_rank(slots: Slots, assembly: Assembly) -> None:
    """Orders that came in last week: the word before a unit of time is that of the time, not of a rank."""
    for item, rank in slots.ranks:
        after, words = slots.frame.after(item), slots.frame.folded(item).split(" ")
        if after is not None and (_is_counted_value(rank, after, slots) or _passes_average(item, slots)):
            raise StopError(Denial("not_supported", assembly.said(item)))
        unit = after is not None and (after.category == "grain_noun" or _is_unit(after))
        if unit and len(words) > 1 and words[-1] in word_set("date_opener"):
            raise StopError(Denial("not_supported", assembly.said(item)))


def _refuse_torn_order(slots: Slots, assembly: Assembly) -> None:
    """Of the top 5 cities by orders: what a rank is by is no deed."""
    for item in slots.frame.of(Clauses) if slots.ranks else ():
        led = slots.frame.before(item)
        if led is not None and slots.frame.folded(led) in word_set("by_it"):
            raise StopError(Denial("not_supported", assembly.said(item)))


def _is_counted_value(rank: Rank, after: Edge, slots: Slots) -> bool:
    """Top 3 stores: so many of the things that are called so, and not by way of stores."""
    same = (leaf for leaf in slots.frame.lattice.leaves if (leaf.start, leaf.end) == (after.start, after.end))
    return rank.stated and after.category == "values" and any(leaf.category == "dimension" for leaf in same)


def _passes_average(item: Edge, slots: Slots) -> bool:
    """Which stores underperformed the average: all that lie below it, and not the last of them."""
    after = slots.frame.spoken(item)
    verb = slots.frame.folded(item) in word_set("outdoes")
    return verb and after is not None and after.leaves()[0].category.startswith("average")


def _is_unit(item: Edge, *, every: bool = False) -> bool:
    """Whether a stretch groups by a unit of time: by month; `every`, by each of them."""
    group = item.meaning
    return isinstance(group, Group) and group.grain is not None and (group.every or not every)


def _refuse_purpose(slots: Slots, assembly: Assembly) -> None:
    """Logged in to order: what for, not two things that were done. Used the app to order: by what means."""
    for item, clauses in slots.clauses:
        means = word_set("by_means") - {each.text for each in clauses.clauses}
        leaves = item.leaves()
        for at, leaf in enumerate(leaves[:-1]):
            led = leaf.is_empty and slots.frame.folded(leaf) == "to" and leaves[at + 1].category == "behaviour"
            done = (each for each in leaves[:at] if each.category == "behaviour")
            if led and any(slots.frame.folded(each) not in means for each in done):
                raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_turn(slots: Slots, assembly: Assembly) -> None:
    """Platinum in March but gold now: what they are now, not what is left out."""
    for item, values in slots.values:
        after, opens = slots.frame.after(item), item.leaves()[0]
        leaves = slots.frame.lattice.leaves
        turns = any(e.category == "connective.but" and (e.start, e.end) == (opens.start, opens.end) for e in leaves)
        now = after is not None and (after.category == "date.now" or after.category.endswith(".now"))
        if values.negated and turns and now:
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_torn_unit(slots: Slots, assembly: Assembly) -> None:
    """A response over 2 hours: a unit right behind its number is no group of its own."""
    leaves = slots.frame.lattice.leaves
    for item, _ in slots.groups:
        before = slots.frame.before(item)
        counted = before is not None and isinstance(before.leaves()[-1].meaning, NumberSense)
        if counted and any(e.category == "unit" and (e.start, e.end) == (item.start, item.end) for e in leaves):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_torn(slots: Slots) -> None:
    """Ordered … this year, in May: a time is not said by words without meaning, nor by its unit alone.

    What means something as a whole, and never nothing, is not torn into words without meaning either.
    """
    frame = slots.frame
    for edge in frame.covering.edges:
        before = frame.before(edge)  # orders in May not counting cancelled ones
        led = before is not None and frame.folded(before) in word_set("where")
        if edge.is_empty and led and frame.folded(edge) in word_set("may_happen"):
            raise StopError(Denial("not_supported", frame.text(edge)))
    whole = {(leaf.start, leaf.end) for leaf in frame.lattice.leaves if leaf.is_empty}
    for leaf in frame.lattice.leaves:
        if leaf.is_empty or leaf.end - leaf.start < _SEVERAL_TOKENS or (leaf.start, leaf.end) in whole:
            continue
        covered = [edge for edge in frame.covering.edges if edge.start < leaf.end and leaf.start < edge.end]
        inside = all(leaf.start <= edge.start and edge.end <= leaf.end for edge in covered)
        if any(edge.category == "values" for edge in covered):
            continue  # 过去30天里星期五的: any Friday is a value, and no stretch of time
        if leaf.category in _TIMES and inside and not _holds_date(covered):
            raise StopError(Denial("not_supported", frame.text(leaf)))
        if inside and all(edge.is_empty for edge in covered):
            raise StopError(Denial("not_supported", frame.text(leaf)))  # 以|上 behind a number: no words of their own


def _holds_date(edges: list[Edge]) -> bool:
    return any(part.category.startswith("date") for edge in edges for part in edge.leaves())


def _refuse_in_each(slots: Slots, assembly: Assembly) -> None:
    """Members who ordered every month: in each of them, not so many of each month. 这两年都买过: in either year.

    Who ordered more this year than last: more of each of them, not more of them.
    """
    for item in slots.frame.of(Clauses):
        behind = slots.frame.after(item)
        more = behind is not None and bool(set(behind.keys) & {"comparative", "change"})
        if more and isinstance(item.meaning, Clauses) and item.meaning.relative and slots.against:
            raise LostError(Denial("not_supported", assembly.said(item)), item)
    for item, group in slots.groups:  # 每月均有购买
        after = slots.frame.after(item)
        deed = slots.frame.spoken(after) if after is not None and _is_all(after, slots) else None
        if group.grain is not None and deed is not None and (deed.category == "clauses" or _is_all(deed, slots)):
            raise LostError(Denial("not_supported", assembly.said(item)), item)
    for item, clauses in slots.clauses:
        times = [clause.when.date for clause in clauses.clauses if clause.when is not None and not clause.negated]
        both = [leaf for leaf in item.leaves() if leaf.is_empty and slots.frame.folded(leaf) in word_set("all_of_them")]
        placed = any(clause.values for clause in clauses.clauses)  # both in store and in the app: in each of these
        if both and not placed and len(clauses.clauses) == 1 and any((date.count or 1) > 1 for date in times):
            raise LostError(Denial("not_supported", assembly.said(item)), item)
        after = slots.frame.after(item)
        if clauses.relative and after is not None and _is_unit(after, every=True):
            raise LostError(Denial("not_supported", assembly.said(after)), after)


def _is_all(edge: Edge, slots: Slots) -> bool:
    return slots.frame.folded(edge) in word_set("all_of_them")


def _refuse_cut_each(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """The top spender in each tier: each of them is shown, and a limit would leave one."""
    if not isinstance(request, MetricQuery) or request.limit != 1 or request.limit_within:
        return
    for item, group in slots.groups:
        alone = slots.ranks and not slots.ranks[0][1].stated and len(request.group_by) == 1
        if (group.outer or group.every) and alone:
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_lost_side(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """Cities with more revenue than Shanghai: a value behind 'than' is what the others are compared with."""
    compares = isinstance(request, MetricQuery) and request.compare is not None and request.compare.to == "filters"
    for item, _ in slots.values if slots.has("comparative", "change") and not compares else ():
        before = slots.frame.before(item)
        if before is not None and before.category == "comparison.versus":
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_occasion(slots: Slots, assembly: Assembly) -> None:
    """For the July win-back I need gold members: what it is for is not what is asked for."""
    frame = slots.frame
    wants = [edge for edge in frame.covering.edges if edge.category == "function.phrase.want"]
    opens = frame.folded(frame.covering.edges[0]).split(" ")[0] in word_set("occasion_opener")
    for item, _ in slots.measures if wants and opens else ():
        if item.end <= wants[0].start and any(each.start >= wants[0].end for each in frame.items):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_own_name(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """社媒 mentions: a value that only says again what the measure right behind is called is no condition of it."""
    for item, values in slots.values:
        after = slots.frame.after(item)
        if (
            after is None
            or after.category != "measure"
            or len(values.words) > 1
            or not isinstance(request, MetricQuery)
        ):
            continue
        labels = [set(assembly.scope.model.metrics[name].label.en.lower().split(" ")) for name in request.metrics]
        codes = {str(sense.value) for sense in values.words[0]}
        if any(codes & label for label in labels):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_deed_over_time(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """Customers who logged in, by week: how many there are is of each week's end, and who did it is of no week."""
    if not isinstance(request, MetricQuery) or not any(name in GRAINS for name in request.group_by):
        return
    counted = {entity.counted_by for entity in assembly.model.entities.values()}
    for item, _ in slots.clauses if set(request.metrics) <= counted else ():
        raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_past_state(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """2025年底高流失风险的客户: a score that is kept as it is today says nothing of who had it then."""
    model, end = (
        assembly.scope.model,
        request.period.end if isinstance(request, MetricQuery) and request.period else None,
    )
    if not isinstance(request, MetricQuery) or end is None or end > assembly.scope.today or request.compare is not None:
        return
    if not all(model.metrics[name].is_stock for name in request.metrics) or not slots.whens:
        return
    today_only = {name for name, each in model.datasets.items() if _has_one_row_each(name, model)}
    fields = [each.field for each in request.filters if isinstance(each, FieldFilter)]
    homes = [model.dimensions[f].home.dataset if f in model.dimensions else f.partition(".")[0] for f in fields]
    if set(homes) & today_only:
        raise LostError(Denial("not_supported", assembly.said(slots.whens[0][0])), slots.whens[0][0])


def _has_one_row_each(name: str, model: Model) -> bool:
    """Whether a dataset describes each entity by one row, and is not the entity's own."""
    keys = {(entity.key,) for entity in model.entities.values()}
    return model.datasets[name].primary_key in keys and name not in {e.dataset for e in model.entities.values()}


def _held(part: object) -> Iterator[object]:
    """All plain values of a request, however nested."""
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _held(getattr(part, name))
    elif isinstance(part, tuple | list):
        for each in part:
            yield from _held(each)
    else:
        yield part


def _number_lost(item: Edge, held: tuple[object, ...]) -> bool:
    """A number of a condition, a rank, so many groups or a key: the request has it."""
    said = [leaf.meaning for leaf in _leaves_but_counts(item) if isinstance(leaf.meaning, NumberSense)]
    if item.category not in _NUMBERED:
        return False
    if item.category == "clauses" and any(each.is_ordinal for each in said):
        return True  # placed their first order: none that is one of any
    numbers = [float(each) for each in held if isinstance(each, int | float) and not isinstance(each, bool)]
    numbers += [float(each) for each in held if isinstance(each, str) and each.isdecimal()]
    return any(not _among(each.value, numbers) for each in said)


def _leaves_but_counts(item: Edge) -> tuple[Edge, ...]:
    """The words of an item, without those that tell how many values stand beside: 门店和APP两个渠道."""
    if item.rule == KIND_OF_VALUES or not item.parts:
        return () if item.parts else (item,)
    return tuple(leaf for part in item.parts for leaf in _leaves_but_counts(part))


def _among(value: float, numbers: list[float]) -> bool:
    scaled = [*(value * scale for scale in _SCALES), value + 1]
    return any(abs(each - one) < 1e-9 for each in numbers for one in scaled)


def _time_lost(item: Edge, held: tuple[object, ...], request: MetricQuery | ListQuery) -> bool:
    """A stretch of time: the request has it, a part of it, or one that it is a part of."""
    if isinstance(request, MetricQuery) and request.compare is not None:
        return False
    shown = [each for each in held if isinstance(each, Period)]
    for leaf in item.leaves() if item.category in _TIMED else (item,):
        when = leaf.meaning
        if not isinstance(when, When) or when.ever or when.date.period is None:
            continue
        said = [each for each in (when.date.period, when.date.calendar_period) if each is not None]
        if not any(
            _within(one, other) or _within(other, one) or _begins(one, other) for one in said for other in shown
        ):
            return True
    return False


def _begins(one: Period, other: Period) -> bool:
    """Last ordered before March: none since March."""
    return one.start is None and one.end is not None and other.start == one.end


def _within(one: Period, other: Period) -> bool:
    starts = other.start is None or (one.start is not None and other.start <= one.start)
    return starts and (other.end is None or (one.end is not None and one.end <= other.end))


def _measure_lost(item: Edge, slots: Slots, held: tuple[object, ...]) -> bool:
    """A measure by name: it is asked for, compared, or said by another word for what is."""
    placed = (*slots.subjects, *slots.populations, *slots.listed)
    if not isinstance(item.meaning, Measure) or item in slots.entities or any(item is each for each, _ in placed):
        return False
    said = [names for each, names in slots.measures if each is item]
    return not said and item.category == "measure" and not set(item.meaning.metrics) & set(map(str, held))
