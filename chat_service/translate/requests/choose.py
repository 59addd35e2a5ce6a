"""Slots that stand on their own -> the request: metrics over groups, customers one by one, or how many they are."""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Bound, Condition, Direction, Measure
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.bounds import bounds_groups, is_row_bound
from chat_service.translate.requests.conditions import counts_doers
from chat_service.translate.requests.lent_time import lend_time
from chat_service.translate.requests.metrics import metric_request
from chat_service.translate.requests.named import called, spent_by
from chat_service.translate.requests.people import list_request, people_request, wants_list
from chat_service.translate.requests.slots import Slots, set_free
from chat_service.translate.senses import Ask
from chat_service.translate.stops import Denial, Doubt, Option, StopError
from semantic_layer import GRAINS, MetricQuery, Request

_MOST_OFFERED = 6
# of what is only counted, the best and the worst have the most of it
_MOST: dict[str, Direction] = {"high": "high", "best": "high", "worst": "high"}


def new_request(slots: Slots, assembly: Assembly) -> Request:
    """The request of a question that stands on its own."""
    found = _measured(slots, assembly) or _counted(slots, assembly) or people_request(slots, assembly)
    if found is not None:
        return _told_by(found, assembly)
    if (counted := _distributed(slots, assembly)) is not None:
        return metric_request(slots, assembly, None, (counted,))
    if (chosen := assembly.fixed.get(-1)) is not None and chosen in assembly.model.metrics:
        return metric_request(slots, assembly, None, (chosen,))
    ask_for_metric(slots, assembly)
    raise StopError(Denial("no_metric"))


def _measured(slots: Slots, assembly: Assembly) -> Request | None:
    """What is measured by name, or compared of groups and rows."""
    _former_buyers(slots, assembly)
    _brought_by(slots, assembly)
    if slots.measures:
        if wants_list(slots, assembly):
            return list_request(slots, assembly)
        return metric_request(slots, assembly)
    if bounds_groups(slots, assembly):
        lend_time(slots, assembly)
        return metric_request(slots, assembly)
    _money_of_groups(slots, assembly)
    _people_of_groups(slots, assembly)
    if bounds_groups(slots, assembly):
        lend_time(slots, assembly)
        return metric_request(slots, assembly)
    if slots.bounds and all(is_row_bound(item, bound, slots, assembly) for item, bound in slots.bounds):
        return metric_request(slots, assembly)
    return None


def _counted(slots: Slots, assembly: Assembly) -> Request | None:
    """What a question word counts where no measure is named."""
    if (named := _bare_quantity(slots, assembly)) is not None:
        return metric_request(slots, assembly, None, named)
    if (rows := _counted_rows(slots, assembly)) is not None:
        slots.ranks[:] = [
            (item, replace(rank, direction=_MOST.get(rank.direction, "low"))) for item, rank in slots.ranks
        ]
        return metric_request(slots, assembly, None, (rows,))
    if (told := _of_unit(slots, assembly)) is not None:
        return metric_request(slots, assembly, None, told)
    return None


def _earns(slots: Slots) -> bool:
    """What did … bring in: money is asked for, by a verb that says nothing else."""
    said = [slots.frame.folded(edge) for edge in slots.frame.covering.edges if edge.is_empty]
    asked = slots.frame.asks("how_much", "money", "what") or set(said) & word_set("what_did")
    return bool(asked) and bool(set(said) & word_set("earns"))


def _brought_by(slots: Slots, assembly: Assembly) -> None:
    """What did new customers bring in: their money, not their number."""
    main, structure = assembly.structure.main_behaviour, assembly.structure
    people = bool(slots.measures) and all(structure.one_each(name) for _, names in slots.measures for name in names)
    counted = slots.ranks or slots.frame.asks("how_many", "which") or any(group.which for _, group in slots.groups)
    if _earns(slots) and people and not counted and len(slots.measures) == 1 and main is not None and main.amount:
        slots.populations.extend(slots.measures)
        slots.measures[:] = [(slots.measures[0][0], (main.amount,))]


def _former_buyers(slots: Slots, assembly: Assembly) -> None:
    """超过半年没买东西的老客户: with no period, those of before are whoever did it ever, not a count of a period."""
    back = [m for m in slots.measures if all(assembly.structure.looks_back(name) for name in m[1])]
    if len(slots.measures) == 1 and back and slots.clauses and not slots.whens and not slots.groups:
        slots.measures.clear()
        slots.populations.extend(back)


def _bare_quantity(slots: Slots, assembly: Assembly) -> tuple[str, ...] | None:
    """How many orders, how much money: of the model's main behaviour, where no verb says what was done."""
    main = assembly.structure.main_behaviour
    if main is None or slots.clauses or slots.listed:
        return None
    if _earns(slots) and main.amount is not None and slots.values:
        return (main.amount,)  # what did the app bring in
    if main.amount is not None and _takes_in(slots):
        return (main.amount,)  # 门店做了多少
    if (came := _came(slots, main.metric, assembly)) is not None:
        return (came,)
    for item in slots.frame.asks("orders", "money", "units"):
        what = item.meaning.what if isinstance(item.meaning, Ask) else ()
        metric = main.metric if "orders" in what else called("units_sold", assembly) if "units" in what else main.amount
        if metric is not None and (slots.frame.folded(item) not in ("how much", "often", "time", "worth")):
            return (assembly.metric(item, spent_by(item, (metric,), slots, assembly)),)
    return None


def _takes_in(slots: Slots) -> bool:
    """Took in so much, where it is not said of what."""
    bare = any(slots.frame.folded(item) in word_set("number_of") for item in slots.frame.asks("how_many"))
    said = {slots.frame.folded(edge) for edge in slots.frame.covering.edges if edge.is_empty}
    return bare and not slots.entities and bool(said & word_set("takes_in"))


def _came(slots: Slots, bought: str, assembly: Assembly) -> str | None:
    """How many came to the shops are those who bought there; how many a channel brought are those who joined."""
    said = {slots.frame.folded(edge) for edge in slots.frame.covering.edges if edge.is_empty}
    if not slots.frame.asks("people") or slots.measures or slots.populations or slots.bounds:
        return None
    if said & word_set("brings"):
        return called("joined", assembly)
    return assembly.structure.people_of(bought) if said & (word_set("comes") | word_set("takes_in")) else None


def _money_of_groups(slots: Slots, assembly: Assembly) -> None:
    """Stores that took over 9,000 yuan: of groups, an amount of money compares the model's main amount."""
    main = assembly.structure.main_behaviour
    said = ((item, item.meaning) for item in slots.frame.of(Condition) if isinstance(item.meaning, Condition))
    free = [(item, condition) for item, condition in said if "money" in condition.units]
    if main is None or main.amount is None or not slots.groups or slots.clauses or slots.people or len(free) != 1:
        return
    item, condition = free[0]
    slots.bounds.append((item, Bound((main.amount,), (), condition)))


def _people_of_groups(slots: Slots, assembly: Assembly) -> None:
    """Cities where more than 200 people bought: of groups, a number of people compares who did it."""
    model, structure = assembly.model, assembly.structure
    for entry in list(slots.clauses) if slots.groups and not slots.entities else ():
        item, clauses = entry
        clause = clauses.clauses[0]
        metric = structure.people_of(model.behaviours[clause.behaviours[0]].metric)
        if metric is None or len(clauses.clauses) > 1 or clause.negated:
            continue
        if clause.condition is not None and counts_doers(item, clause, assembly):
            slots.clauses.remove(entry)
            set_free(item, clause, slots)
            slots.bounds.append((item, Bound((metric,), (), clause.condition)))


def _counted_rows(slots: Slots, assembly: Assembly) -> str | None:
    """How many positive ones on Weibo, which platform praised us most: of values alone that no customer has, their own
    rows are counted."""
    ranked = slots.ranks and slots.groups
    asks = (ranked or slots.frame.asks("how_many", "count")) and not slots.frame.asks("people", "who")
    described = slots.clauses or slots.listed or slots.dated or slots.populations or slots.bounds or slots.entities
    if described or not slots.values or not asks:
        return None
    model, structure = assembly.model, assembly.structure
    names = [values.candidates for _, values in slots.values]
    if not all(names) or any(structure.entity_dimension(name) for each in names for name in each):
        return None
    if slots.has("share") and any(_names_a_deed(item, slots) for item, _ in slots.values):
        return None  # 登录的比例: of all that is done, or of those who could?
    rows = [
        m.name
        for m in model.metrics.values()
        if structure.counts_rows(m.name)
        and m.filter is None
        and not m.definition.hidden
        and all(any(model.dimensions[name].home.dataset == m.definition.dataset for name in each) for each in names)
    ]
    return rows[0] if len(rows) == 1 else None


def _names_a_deed(item: Edge, slots: Slots) -> bool:
    leaves = slots.frame.lattice.leaves
    return any(e.category == "behaviour" and item.start <= e.start and e.end <= item.end for e in leaves)


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


def _of_unit(slots: Slots, assembly: Assembly) -> tuple[str, ...] | None:
    """How many points, how long: of what is not said, so the metrics that are told in it are offered."""
    wanted = {"points": ("points",), "long": ("days", "hours", "minutes"), "how_long": ("days", "hours", "minutes")}
    if slots.clauses or slots.bounds:
        return None
    for item in slots.frame.asks(*wanted):
        what = item.meaning.what if isinstance(item.meaning, Ask) else ()
        units = {unit for each in what for unit in wanted.get(each, ())}
        metrics = assembly.model.metrics
        ours = ((name, m) for name, m in metrics.items() if not (m.definition.hidden or m.definition.shown_by))
        names = [name for name, m in ours if m.unit in units]
        if (chosen := assembly.fixed.get(-1)) in names and chosen is not None:
            return (chosen,)
        options = tuple(Option(assembly.metric_label(name), "metric", name) for name in names[:4])
        if options:
            raise StopError(Doubt("which_metric", assembly.said(item), options, item.start, item.end))
    return None


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
    rows = assembly.structure.stands_on(main.metric) if main is not None else frozenset()
    rest.sort(key=lambda name: rows != assembly.structure.stands_on(name))
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


def _told_by(request: Request, assembly: Assembly) -> Request:
    """Figures that are told by something (those of others, by whose they are and who says so) are told by it."""
    if not isinstance(request, MetricQuery) or any(name in GRAINS for name in request.group_by):
        return request
    read = [assembly.chooser((name,)).stand_in(name, request.group_by) or name for name in request.metrics]
    by = {assembly.model.metrics[name].definition.shown_by for name in read}
    dimensions = by.pop() if len(by) == 1 else ()
    if not dimensions or not set(request.group_by) <= set(dimensions) or request.limit is not None or request.shares:
        return request
    return request.model_copy(update={"group_by": dimensions})
