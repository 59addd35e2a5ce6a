"""Slots that stand on their own -> the request: metrics over groups, customers one by one, or how many they are."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Bound, Condition, Measure
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.benchmarks import told_by
from chat_service.translate.requests.bounds import bounds_groups, is_row_bound
from chat_service.translate.requests.conditions import counts_doers
from chat_service.translate.requests.lent_time import lend_time
from chat_service.translate.requests.metrics import metric_request
from chat_service.translate.requests.named import called, spent_by
from chat_service.translate.requests.people import list_request, people_request, wants_list
from chat_service.translate.requests.slots import Slots
from chat_service.translate.senses import Ask
from chat_service.translate.stops import Denial, Doubt, Option, StopError
from semantic_layer import Request

_MOST_OFFERED = 6
_EARNING = ("earns", "takes_in", "brings", "comes")


def new_request(slots: Slots, assembly: Assembly) -> Request:
    """The request of a question that stands on its own."""
    found = _measured(slots, assembly) or _counted(slots, assembly) or people_request(slots, assembly)
    if found is not None:
        return told_by(found, assembly)
    if (counted := _distributed(slots, assembly)) is not None:
        return metric_request(slots, assembly, None, (counted,))
    if (chosen := assembly.fixed.get(-1)) is not None and chosen in assembly.model.metrics:
        return metric_request(slots, assembly, None, (chosen,))
    ask_for_metric(slots, assembly)
    raise StopError(Denial("no_metric"))


def _measured(slots: Slots, assembly: Assembly) -> Request | None:
    """What is measured by name, or compared of groups and rows."""
    _refuse_earned(slots, assembly)
    if slots.measures:
        if wants_list(slots, assembly):
            return list_request(slots, assembly)
        return metric_request(slots, assembly)
    if not bounds_groups(slots, assembly):
        _money_of_groups(slots, assembly)
    if bounds_groups(slots, assembly):
        lend_time(slots, assembly)
        return metric_request(slots, assembly)
    _refuse_doers_of_groups(slots, assembly)
    if slots.bounds and all(is_row_bound(item, bound, slots, assembly) for item, bound in slots.bounds):
        return metric_request(slots, assembly)
    return None


def _counted(slots: Slots, assembly: Assembly) -> Request | None:
    """What a question word counts where no measure is named."""
    if (named := _bare_quantity(slots, assembly)) is not None:
        return metric_request(slots, assembly, None, named)
    _refuse_unit(slots, assembly)
    return None


def _refuse_earned(slots: Slots, assembly: Assembly) -> None:
    """What did new customers bring in, 门店做了多少: what a verb that names no measure asks for is not their number."""
    frame, named = slots.frame, slots.measures
    if not all(assembly.structure.one_each(name) for _, names in named for name in names):
        return
    if slots.ranks or frame.asks("which") or any(group.which for _, group in slots.groups):
        return
    if not named and (slots.clauses or slots.listed):
        return
    says = _says(slots, "earns") and not frame.asks("how_many") if named else _says(slots, *_EARNING)
    asks = frame.asks("how_many", "how_much", "money", "what", "people") or _says(slots, "what_did")
    if says and asks:
        raise assembly.deny(frame.items[0])


def _says(slots: Slots, *names: str) -> bool:
    """Whether a word of one of the sets stands among the words without meaning."""
    said = {slots.frame.folded(edge) for edge in slots.frame.covering.edges if edge.is_empty}
    return any(said & word_set(name) for name in names)


def _refuse_doers_of_groups(slots: Slots, assembly: Assembly) -> None:
    """Cities where more than 200 people bought: of groups, the number of people is not how often one of them did it."""
    for item, clauses in slots.clauses if slots.groups and not slots.entities else ():
        if any(clause.condition and counts_doers(item, clause, assembly) for clause in clauses.clauses):
            raise assembly.deny(item)


def _money_of_groups(slots: Slots, assembly: Assembly) -> None:
    """Stores that took over 9,000 yuan: of groups, an amount of money compares the model's main amount."""
    main = assembly.structure.main_behaviour
    said = ((item, item.meaning) for item in slots.frame.of(Condition) if isinstance(item.meaning, Condition))
    free = [(item, condition) for item, condition in said if "money" in condition.units]
    others = slots.clauses or slots.people or slots.has("change")
    if main is None or main.amount is None or not slots.groups or others or len(free) != 1:
        return
    item, condition = free[0]
    slots.bounds.append((item, Bound((main.amount,), (), condition)))


def _bare_quantity(slots: Slots, assembly: Assembly) -> tuple[str, ...] | None:
    """How many orders, how much money: of the model's main behaviour, where no verb says what was done."""
    main = assembly.structure.main_behaviour
    if main is None or slots.clauses or slots.listed:
        return None
    for item in slots.frame.asks("orders", "money", "units"):
        what = item.meaning.what if isinstance(item.meaning, Ask) else ()
        metric = main.metric if "orders" in what else called("units_sold", assembly) if "units" in what else main.amount
        if metric is not None and (slots.frame.folded(item) not in ("how much", "often", "time", "worth")):
            return (assembly.metric(item, spent_by(item, (metric,), slots, assembly)),)
    return None


def _refuse_unit(slots: Slots, assembly: Assembly) -> None:
    """How many points, how long: of what is not said."""
    if not (slots.clauses or slots.bounds):
        for item in slots.frame.asks("points", "long", "how_long"):
            raise assembly.deny(item)


def _distributed(slots: Slots, assembly: Assembly) -> str | None:
    """The distribution of loyalty levels, 工单来源分布: what is counted is what the dimension describes."""
    behind = [each for item, each in slots.groups if any(leaf.category == "grouping.after" for leaf in item.leaves())]
    name = next((each.dimensions[0] for each in behind if each.dimensions), None)
    if name is None:
        return None
    model, structure = assembly.model, assembly.structure
    if structure.entity_dimension(name):
        owned = (e for e in model.entities.values() if e.dataset == model.dimensions[name].home.dataset)
        return next((e.counted_by for e in owned if e.counted_by), next(iter(assembly.counted), None))
    home = model.dimensions[name].home.dataset if name in model.dimensions else None
    rows = [m for m in model.metrics.values() if m.definition.dataset == home and structure.counts_rows(m.name)]
    return next((m.name for m in rows if m.filter is None), None)


def ask_for_metric(
    slots: Slots,
    assembly: Assembly,
    code: str = "missing_metric",
    fitting: tuple[str, ...] = (),
    about: Edge | None = None,
) -> None:
    """A period or a value alone: ask which metric is meant, those that are `fitting` first."""
    things = [item for item, _ in (*slots.values, *slots.measures, *slots.groups, *slots.whens)]
    things += [about] if about is not None else []
    if not things:
        return
    model = assembly.model
    main = assembly.structure.main_behaviour
    first_names = [main.amount, main.metric] if main is not None else []
    counted = [entity.counted_by for entity in model.entities.values()]
    rest = [name for name, metric in model.metrics.items() if not metric.definition.hidden and metric.kind == "derived"]
    offered = (*fitting, *first_names, *counted, *rest)
    names = list(dict.fromkeys(name for name in offered if name is not None))[:_MOST_OFFERED]
    options = tuple(Option(assembly.metric_label(name), "metric", name) for name in names)
    raise StopError(Doubt(code, assembly.said(things[0]), options))


def defined(slots: Slots, assembly: Assembly) -> tuple[str, ...]:
    """The metrics that a question about meaning names; a named population stands for the metric that counts it."""
    found: list[str] = []
    for item in slots.frame.of(Measure):
        named = item.meaning.metrics if isinstance(item.meaning, Measure) else ()
        found.extend(name for name in named if name in assembly.model.metrics)
    for _, names in (*slots.measures, *slots.populations):
        found.extend(names)
    for _, bound in slots.bounds:
        found.extend(bound.metrics)
    for _, clauses in slots.clauses:
        found.extend(assembly.model.behaviours[clause.behaviours[0]].metric for clause in clauses.clauses)
    for _, listed in slots.listed:
        metric = assembly.model.lists[listed.name].metric
        found.extend([metric] if metric else [])
    told = [name for name in found if name not in assembly.counted]  # when is a customer dormant: of dormant
    return tuple(dict.fromkeys(told or found))
