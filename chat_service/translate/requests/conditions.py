"""Filters of a request: what customers did, what they are, what their rows hold."""

from __future__ import annotations

import itertools
from dataclasses import replace

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Bound, Clause, Clauses, Condition, Held, Listed
from chat_service.translate.grammar.rules.amounts import negated
from chat_service.translate.grammar.rules.states import INSTANTS
from chat_service.translate.meaning.relations import versions
from chat_service.translate.requests.about import counts_others
from chat_service.translate.requests.assembly import Assembly, value_filter
from chat_service.translate.requests.bounds import compares_rows
from chat_service.translate.requests.deeds_together import (
    again,
    in_order,
    never_since,
    refuse_its_money,
)
from chat_service.translate.requests.held import held_filter
from chat_service.translate.requests.named import called, is_money_verb
from chat_service.translate.requests.slots import Slots, deeds_of, is_relative, names_people
from chat_service.translate.requests.timing import period_of
from chat_service.translate.requests.top_shares import in_question_time, top_share
from chat_service.translate.senses import MetricSense, NumberSense, Values, When
from chat_service.translate.stops import Denial, LostError, StopError
from chat_service.translate.words.vocabulary import noun_key, phrase_keys
from semantic_layer import (
    AllOf,
    AnyOf,
    FieldFilter,
    Filter,
    ListFilter,
    MetricFilter,
    NotOf,
    NumberOperator,
    Period,
    is_money,
)

_COUNTS = frozenset({"times", "orders", "each", "units"})


def entity_filters(slots: Slots, assembly: Assembly, period: Period | None) -> list[tuple[Edge, Filter]]:
    """All that a question demands of the customers, with the words for each: deeds, named populations."""
    told: list[tuple[Edge, Filter]] = []
    once = tuple(name for _, names in (*slots.measures, *slots.populations) for name in names[:1])
    for item, clauses in slots.clauses:
        _refuse_no_condition(item, slots, assembly)
        told += _clauses(item, in_question_time(clauses, slots), once, assembly)
    for item, listed in slots.listed:
        told += [(item, one) for one in listed_filter(item, listed, assembly)]
    for item, dated in slots.dated:
        if not isinstance(dated, Held):
            raise assembly.deny(item)  # who carries a date: of which deed it is that of, is not told
        _refuse_time_of_deed(item, slots, assembly)
        told.append((item, held_filter(item, dated, period, assembly)))
    for item, names in slots.populations:
        own = slots.own.get(item)
        timed = period if own is None else period_of(own.date, (), assembly.scope.today, item, assembly)
        told.append((item, population_filter(item, names, timed, assembly)))
    return list({each: (item, each) for item, each in reversed(told)}.values())[::-1]


def _refuse_no_condition(item: Edge, slots: Slots, assembly: Assembly) -> None:
    """A deed that nobody is named for, or that tells only when the rest was so, is no condition on people."""
    if slots.measures and not slots.people and not is_relative(item, slots):
        raise assembly.deny(item)
    clauses = item.meaning.clauses if isinstance(item.meaning, Clauses) else ()
    for at, values in slots.values if clauses else ():
        chooser = assembly.chooser((assembly.model.behaviours[clauses[-1].behaviours[0]].metric,))
        near = at.start == item.end and not any(map(assembly.structure.entity_dimension, values.candidates))
        if near and not any(map(chooser.reaches, values.candidates)):
            raise assembly.deny(at)  # 用过优惠券: the object of the deed, though its rows do not tell it
    none = bool(clauses) and all(clause.negated for clause in clauses)
    if none and not slots.people and any(group.which for _, group in slots.groups):
        raise assembly.deny(item)  # 哪个省一单都没有: no province is told by those who did nothing there
    led = slots.frame.spoken(item, "follow.those", "entity", until=word_set("whenever"), back=True)
    if led is not None and slots.frame.folded(led) in word_set("whenever"):
        raise assembly.deny(item)  # complained when they ordered in stores: at that time
    first = _first(item)
    if isinstance(first, When) and is_of_state(item, first, slots, assembly):
        raise assembly.deny(item)


def _refuse_time_of_deed(item: Edge, slots: Slots, assembly: Assembly) -> None:
    """Those whom we lost last month were platinum: the time is that of the loss."""
    before = slots.frame.spoken(item, back=True)
    touches = before is not None and isinstance(before.meaning, Clauses) and item.start == before.end
    if touches and isinstance(_first(item), When):
        raise assembly.deny(item)


def _first(item: Edge) -> object:
    return next((leaf.meaning for leaf in item.leaves() if not leaf.is_empty), None)


def is_of_state(item: Edge, when: When, slots: Slots, assembly: Assembly) -> bool:
    """Gold members at the end of 2025 have placed …: the time that opens an item is of what people were."""
    before = slots.frame.spoken(item, back=True)
    if before is None or not INSTANTS & set(when.date.rules):
        return False
    people = names_people(before, slots.frame, assembly.scope.entity_words)
    return people and slots.frame.folded(before).isascii()


# --- deeds ---


def _clauses(item: Edge, clauses: Clauses, named: tuple[str, ...], assembly: Assembly) -> list[tuple[Edge, Filter]]:
    refuse_its_money(item, clauses, assembly)
    deeds = never_since(clauses.clauses, assembly.scope.structure, named)
    made = [in_order(clause, _both_and_only(item, clause, assembly), item, assembly) for clause in deeds]
    if len(made) == 1:
        made = [again(deeds[0], made[0], item, assembly)]
    if clauses.any and len(made) > 1:
        return [(item, AnyOf(any=tuple(AllOf(all=tuple(each)) if len(each) > 1 else each[0] for each in made)))]
    words = deeds_of(item)
    words = words if len(words) == len(made) else [item] * len(made)
    return [(edge, one) for edge, each in zip(words, made, strict=True) for one in each]


def _both_and_only(item: Edge, clause: Clause, assembly: Assembly) -> list[Filter]:
    """Bought beauty and food: the one and the other. Only in stores: there, and nowhere else."""
    found: list[Filter] = []
    for index, values in enumerate(clause.values):
        others = clause.values[:index] + clause.values[index + 1 :]
        several = len(values.words) > 1 and (values.both or values.link == "and")
        if several and not values.negated and clause.condition is None and (values.both or not clause.negated):
            each = [replace(values, words=(word,), both=False, link="") for word in values.words]
            return [
                one
                for value in each
                for one in _both_and_only(item, replace(clause, values=(*others, value)), assembly)
            ]
        if values.only and not clause.negated and clause.condition is None:
            here = replace(values, only=False)
            elsewhere = replace(clause, values=(*others, replace(here, negated=True)), negated=True)
            found.append(deed_filter(item, elsewhere, assembly))
            clause = replace(clause, values=(*others, here))
    return [deed_filter(item, clause, assembly), *found]


def deed_filter(item: Edge, clause: Clause, assembly: Assembly) -> MetricFilter:
    """What one clause demands of a customer."""
    if clause.same_period:
        raise assembly.deny(item)
    if clause.share is not None:
        return top_share(item, clause, assembly)
    op: NumberOperator
    metric, condition = _compared_metric(clause, assembly)
    if condition is not None and max(condition.values) > 1 and assembly.scope.structure.one_each(metric):
        # 20 members who registered, a first order above 500: what is done but once is not done so often
        raise LostError(Denial("not_supported", assembly.said(item)), item)
    if condition is not None and not set(condition.units) - {"each", "place"} and _counts_places(item, assembly):
        raise LostError(Denial("not_supported", assembly.said(item)), item)
    if counts_doers(item, clause, assembly) and not assembly.scope.structure.one_each(metric):
        raise assembly.deny(item)  # more than 200 people bought: so many did, not so often
    metric, filters = _with_objects(item, metric, clause.values, assembly)
    when = clause.when
    period = None if when is None or clause.ever else period_of(when.date, (), assembly.scope.today, item, assembly)
    assembly.use(item, "behaviour", metric)
    if condition is not None and (fact := _amount_of_one(clause, condition, assembly)) is not None:
        op, count = ("=", (0.0,)) if clause.negated else (">=", (1.0,))
        metric = assembly.scope.model.behaviours[clause.behaviours[0]].metric
        return MetricFilter(metric=metric, period=period, filters=(*filters, fact), op=op, values=count)
    if condition is not None and (rows := _row_condition(metric, condition, assembly)) is not None:
        metric, extra = rows
        op, count = ("=", (0.0,)) if clause.negated else (">=", (1.0,))
        return MetricFilter(metric=metric, period=period, filters=(*filters, extra), op=op, values=count)
    if condition is not None and "money" in condition.units and not is_money(assembly.model.metrics[metric].unit):
        raise assembly.deny(item)  # so many carts are no amount of money, nor an amount of one of them
    op, values = _comparison(item, condition, clause.negated, assembly)
    exact = op == "=" and any(values) and assembly.scope.structure.is_sum(metric)
    if exact and not any("prefix.eq" in leaf.keys for leaf in item.leaves()):
        raise LostError(Denial("not_supported", assembly.said(item)), item)  # spent 1000: just so much, or more?
    return MetricFilter(metric=metric, period=period, filters=filters, op=op, values=values)


def _counts_places(item: Edge, assembly: Assembly) -> bool:
    """Bought through two different channels, in at least 3 stores: so many of these, and not so often."""
    leaves = assembly.frame.lattice.leaves
    number = next((leaf for leaf in item.leaves() if isinstance(leaf.meaning, NumberSense)), item)
    at = number.end
    while (word := next((leaf for leaf in leaves if leaf.start == at and leaf.is_empty), None)) is not None:
        at = word.end
    return number is not item and any(leaf.category == "dimension" and leaf.start == at for leaf in leaves)


def counts_doers(item: Edge, clause: Clause, assembly: Assembly) -> bool:
    """More than 200 different people bought: the number of a deed is of those who did it."""
    frame, leaves = assembly.frame, list(item.leaves())
    if clause.condition is None or "people" in clause.condition.units:
        return clause.condition is not None
    if {"money", "times", "orders", "points"} & set(clause.condition.units):
        return False  # 花满6000块的人
    at = next((n for n, leaf in enumerate(leaves) if isinstance(leaf.meaning, NumberSense)), len(leaves))
    behind = [*leaves[at + 1 :], *([after] if (after := frame.after(item)) is not None else [])]
    plain = itertools.takewhile(lambda each: each.is_empty or each.category.startswith("entity"), behind)
    return any(each.category.startswith("entity") or frame.folded(each) in word_set("anybody") for each in plain)


def _compared_metric(clause: Clause, assembly: Assembly) -> tuple[str, Condition | None]:
    behaviour = assembly.model.behaviours[clause.behaviours[0]]
    condition = clause.condition
    if condition is None:
        return behaviour.metric, None
    units, main = set(condition.units), assembly.structure.main_behaviour
    pieces = called("units_sold", assembly) if "units" in units and behaviour is main else None
    if pieces is not None:
        return pieces, condition  # 卖了不到50件
    money = bool(units & {"money", "points"}) or (
        not units & _COUNTS and behaviour.amount is not None and is_money_verb(clause.text, assembly)
    )
    if money and behaviour.amount is not None and not units & _COUNTS:
        return behaviour.amount, condition
    return behaviour.metric, condition


def _amount_of_one(clause: Clause, condition: Condition, assembly: Assembly) -> FieldFilter | None:
    """Placed an order over 1000 yuan: with the noun of what is counted, the amount is of one of them."""
    structure, lexicon = assembly.scope.structure, assembly.scope.lexicon
    behaviour = structure.model.behaviours[clause.behaviours[0]]
    noun = clause.text.rpartition(" ")[2]
    noun = noun if " " in clause.text or noun_key(noun) != noun else ""  # with orders; who order is a verb
    named = any(s == MetricSense(behaviour.metric) for s in lexicon.senses(phrase_keys(noun)))
    field = structure.row_field(behaviour.amount) if behaviour.amount is not None else None
    if not named or "money" not in condition.units or field is None:
        return None
    return FieldFilter(field=field, op=condition.op, values=condition.values)


def _comparison(
    item: Edge, condition: Condition | None, is_negated: bool, assembly: Assembly
) -> tuple[NumberOperator, tuple[float, ...]]:
    if condition is None:
        return ("=", (0.0,)) if is_negated else (">=", (1.0,))
    if not is_negated:
        return condition.op, condition.values
    if condition.op in (">=", "=") and condition.values == (1.0,):
        return "=", (0.0,)
    turned = negated(condition.op)
    if turned is None:
        raise assembly.deny(item)
    return turned, condition.values


def _with_objects(
    item: Edge, metric: str, values: tuple[Values, ...], assembly: Assembly
) -> tuple[str, tuple[Filter, ...]]:
    """The metric of a deed with what it was done to: bought beauty, complained about delivery."""
    chooser = assembly.chooser((metric,))
    filters: list[Filter] = []
    dimensions: list[str] = []
    for each in values:
        one = assembly.condition(item, each, chooser)
        if one.field in versions(assembly.scope.model):
            raise assembly.deny(item)  # what people are is no object of what they do
        dimensions.append(one.field)
        filters.append(one)
    return (chooser.stand_in(metric, tuple(dimensions)) if dimensions else None) or metric, tuple(filters)


def _row_condition(metric: str, condition: Condition, assembly: Assembly) -> tuple[str, FieldFilter] | None:
    """A comparison with a score that each row carries (gave a 9 or 10): rows are counted whose score compares so."""
    structure, model = assembly.scope.structure, assembly.scope.model
    if structure.is_sum(metric) or {"times", "money", "orders", "each", "percent"} & set(condition.units):
        return None
    behaviour = structure.behaviour_of(metric)
    if not structure.is_ratio(metric) and (behaviour is None or behaviour.amount is not None):
        return None
    dataset = model.metrics[metric].definition.dataset
    if dataset is None or model.datasets[dataset].primary_key in {(e.key,) for e in model.entities.values()}:
        return None
    facts = [f for f in model.datasets[dataset].fields.values() if f.definition.role == "fact"]
    counted = structure.counting_rows(metric)
    if len(facts) != 1 or counted is None:
        return None
    return counted, FieldFilter(field=facts[0].qualified, op=condition.op, values=condition.values)


# --- what customers are ---


def listed_filter(item: Edge, listed: Listed, assembly: Assembly) -> list[Filter]:
    """The filters of a named population, or of all who are not in it."""
    assembly.use(item, "list", listed.name)
    found: list[Filter] = []
    defined = assembly.scope.model.lists[listed.name]
    if defined.among or defined.within:
        on_it = ListFilter(list=listed.name)
        return [NotOf(negated=on_it) if listed.negated else on_it]
    for dimension, codes in defined.filter.items():
        typed = tuple(assembly.scope.structure.value_type(dimension, code) for code in codes)
        found.append(value_filter(dimension, typed, negated=listed.negated))
    if listed.negated and len(found) > 1:
        plain = listed_filter(item, replace(listed, negated=False), assembly)
        return [NotOf(negated=AllOf(all=tuple(plain)))]
    return found


def population_filter(item: Edge, names: tuple[str, ...], period: Period | None, assembly: Assembly) -> Filter:
    """Customers whom a metric counts: new customers, repeat customers."""
    name = assembly.metric(item, names)
    assembly.use(item, "behaviour", name)
    if period is None and assembly.scope.structure.looks_back(name):
        raise assembly.deny(item, "comparison_without_period")  # of old against which time?
    for each in assembly.scope.model.lists.values():
        if each.metric == name:
            return listed_filter(item, Listed(each.name, ""), assembly)[0]
    return MetricFilter(metric=name, period=period, op=">=", values=(1.0,))


def own_value(item: Edge, bound: Bound, period: Period | None, assembly: Assembly) -> Filter:
    """A customer's own value of a metric, compared."""
    if bound.fields:
        raise assembly.deny(item)
    name = assembly.metric(item, _by_unit(bound.metrics, bound.condition.units, assembly))
    entities = {entity.counted_by for entity in assembly.scope.model.entities.values()}
    if (name in entities or assembly.structure.one_each(name)) and not counts_others(name, assembly):
        raise assembly.deny(item)  # each customer is one customer; people are told by what they are or did
    amount = assembly.structure.amount_beside(name) if "money" in bound.condition.units else None
    if amount is not None and compares_rows(item, bound, assembly):
        one = row_filter(item, name, bound, assembly)  # orders over 1000 yuan: one of them at least
        return MetricFilter(metric=name, period=period, filters=(one,), op=">=", values=(1.0,))
    name = amount or name
    assembly.use(item, "behaviour", f"{name} {bound.condition.op}")
    if (rows := _row_condition(name, bound.condition, assembly)) is not None:
        return MetricFilter(metric=rows[0], period=period, filters=(rows[1],), op=">=", values=(1.0,))
    return MetricFilter(metric=name, period=period, op=bound.condition.op, values=bound.condition.values)


def _by_unit(names: tuple[str, ...], units: tuple[str, ...], assembly: Assembly) -> tuple[str, ...]:
    metrics = assembly.scope.model.metrics
    told = {n: "money" if is_money(metrics[n].unit) else metrics[n].unit for n in names if n in metrics}
    return tuple(n for n in names if told.get(n) in units) or names


# --- what rows hold ---


def fact_filter(item: Edge, bound: Bound, assembly: Assembly, datasets: frozenset[str]) -> FieldFilter:
    """A fact of a row or of an entity, compared."""
    paths = assembly.scope.model.paths
    home = {name: name.split(".")[0] for name in bound.fields}
    own = [name for name in bound.fields if home[name] in datasets]
    near = own or [n for n in bound.fields if any(home[n] in paths.get(d, {}) for d in datasets)]
    chosen = (near or list(bound.fields))[0]
    assembly.use(item, "number", f"{chosen} {bound.condition.op} {bound.condition.values}")
    return FieldFilter(field=chosen, op=bound.condition.op, values=bound.condition.values)


def row_filter(item: Edge, metric: str, bound: Bound, assembly: Assembly) -> FieldFilter:
    """单笔超过500元的订单: the amount of the row itself, compared."""
    amount = assembly.structure.amount_beside(metric) or metric
    field = assembly.structure.row_field(amount)
    if field is None:
        raise StopError(Denial("not_supported", assembly.said(item)))
    assembly.use(item, "number", f"{field} {bound.condition.op} {bound.condition.values}")
    return FieldFilter(field=field, op=bound.condition.op, values=bound.condition.values)
