"""What a number, a rank or a share is of: each keeps the noun beside it, or the reading is none."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.phrases import is_whole
from chat_service.translate.requests.slots import LISTING, Slots, joined
from chat_service.translate.senses import NumberSense
from chat_service.translate.stops import Denial, LostError
from semantic_layer import ListQuery, MetricQuery, Request, is_money

_COUNTED = frozenset({"bound", "clauses", "condition"})
_NOUNS = frozenset({"measure", "entity", "bound", "listed", "ask"})


def refuse_torn(slots: Slots, assembly: Assembly, request: Request) -> None:
    """Raise StopError for the first number, rank, share or joiner that lost what it stands beside."""
    for item in (
        _torn_count(slots),
        _joined_to_nothing(slots),
        _joined_people(slots),
        _whole(slots, assembly, request),
    ):
        if item is not None:
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _torn_count(slots: Slots) -> Edge | None:
    """More than 2 items, 三类工单: the noun right behind a number is what it counts, and no group of its own."""
    for item, group in slots.groups:
        before = slots.frame.before(item)
        number = before is not None and isinstance(before.leaves()[-1].meaning, NumberSense)
        if number and before is not None and before.category in _COUNTED and not group.marked:
            return item
    for item, _ in (*slots.bounds, *slots.clauses):
        leaves = item.leaves()
        kinds = (leaf for leaf in leaves if slots.frame.folded(leaf) in word_set("kind_unit"))
        if any(isinstance(each.meaning, NumberSense) for kind in kinds for each in leaves if each.end == kind.start):
            return item
    return None


def refuse_other_kind(slots: Slots, assembly: Assembly, request: Request) -> None:
    """Raise StopError for the longest, the slowest, the most expensive: by a time or by money, whatever is counted."""
    metrics = assembly.scope.model.metrics
    shown = request.metrics if isinstance(request, MetricQuery) else ()
    if isinstance(request, ListQuery):
        shown = tuple(each.metric for each in request.measured)
    units = {str(metrics[name].unit) for name in shown if name in metrics}
    kinds = (
        ("by_time", bool(units & {"days", "hours", "minutes"})),
        ("by_cost", not shown or any(map(is_money, units))),
    )
    for words, fits in kinds if not slots.has("change") else ():
        for item, _ in slots.ranks if not fits else ():
            if any(slots.frame.folded(leaf) in word_set(words) for leaf in item.leaves()):
                raise LostError(Denial("not_supported", assembly.said(item)), item)


def _joined_to_nothing(slots: Slots) -> Edge | None:
    """发放和兑换了多少积分: what stands alone on one side of 'and' is said of it, and no word without meaning."""
    frame = slots.frame
    for word in frame.covering.edges:
        after, before = frame.after(word), frame.before(word)
        light = word.category.startswith("function.light")
        if (
            light
            and before is not None
            and before.category == "ask"
            and frame.folded(before).endswith(("many", "much", "of"))
        ):
            return word  # how many points: a noun
        joiner = after is not None and "connective.and" in after.keys and frame.folded(after) in LISTING
        if not (joiner and light):
            continue
        while before is not None and before.category.startswith("function"):
            before = frame.before(before)
        if before is None:
            return word
    return None


def _joined_people(slots: Slots) -> Edge | None:
    """Revenue, orders and customers: who stands in a list of measures is counted like them."""
    pairs = ((item, measure) for item in slots.entities for measure, _ in slots.measures)
    return next((item for item, measure in pairs if _listed(item, measure, slots)), None)


def _listed(item: Edge, measure: Edge, slots: Slots) -> bool:
    links = [edge for edge in slots.frame.between(item, measure) if slots.frame.folded(edge) in LISTING]
    return bool(links) and joined(slots.frame, item, measure)


def _of_people(dataset: str | None, assembly: Assembly) -> bool:
    """Whether each row is somebody: one of the people, or a member of something, as of a campaign."""
    model = assembly.model
    home = model.datasets[dataset] if dataset is not None else None
    keys = {name: home.fields[name].definition.role for name in home.primary_key} if home is not None else {}
    member = bool({entity.key for entity in model.entities.values()} & set(keys)) and set(keys.values()) == {"key"}
    return member or dataset in {entity.dataset for entity in model.entities.values()}


def _whole(slots: Slots, assembly: Assembly, request: Request) -> Edge | None:
    """投诉的客户里有几成: a share of people is a share of their number, and not of what they did."""
    if not isinstance(request, MetricQuery) or not slots.has("share"):
        return None
    model, structure = assembly.scope.model, assembly.scope.structure
    leaves = [leaf for name in request.metrics for leaf in model.leaves(name)]
    if any(structure.one_each(leaf.name) or _of_people(leaf.definition.dataset, assembly) for leaf in leaves):
        return None
    return next((item for item in slots.entities if is_whole(item, slots.frame)), None)
