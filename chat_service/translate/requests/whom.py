"""What questions of the loyalty loop have in common: whom they are about, in which time, and that no word is lost."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Clauses, Listed
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.conditions import listed_filter
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.timing import period_of
from chat_service.translate.senses import Names
from semantic_layer import FieldFilter, Filter, ListDefinition, ListFilter, Period

NAMING = ("measures", "populations", "clauses", "listed")
# words that carry nothing beside what such a question is about
_CARRYING = frozenset({"ask", "entity", "connective", "follow", "grouping", "suffix"})


def lists_named(slots: Slots, assembly: Assembly) -> list[ListDefinition]:
    """The lists that words name, by themselves or by the metric or deed that counts them."""
    found = [assembly.model.lists[each.name] for _, each in slots.listed if not each.negated]
    counted = [name for _, names in (*slots.measures, *slots.populations) for name in names]
    for _, clauses in slots.clauses:
        counted += [assembly.model.behaviours[name].metric for clause in clauses.clauses for name in clause.behaviours]
    found += [each for name in counted for each in assembly.model.lists.values() if each.metric == name]
    return list({each.name: each for each in found}.values())


def lists_of(assembly: Assembly) -> tuple[ListDefinition, ...]:
    """Every list of the model."""
    return tuple(assembly.model.lists.values())


def members_of(listed: ListDefinition) -> frozenset[Filter]:
    """The filters by which a list is asked for."""
    if listed.among or listed.within:
        return frozenset({ListFilter(list=listed.name)})
    return frozenset(
        FieldFilter(field=name, op="=" if len(codes) == 1 else "in", values=codes)
        for name, codes in listed.filter.items()
    )


def narrowing(slots: Slots, assembly: Assembly, beside: str) -> tuple[Filter, ...]:
    """The values that narrow whom it is about, and lists beside the one that it is about."""
    chooser = assembly.chooser(assembly.counted)
    found: list[Filter] = []
    for item, values in slots.values:
        found.append(assembly.condition(item, values, chooser))
    for item, listed in slots.listed:
        counts = assembly.model.lists[listed.name].metric
        if listed.name != beside and (beside or not counts):
            found.extend(listed_filter(item, listed, assembly))
    return tuple(found)


def period_asked(slots: Slots, assembly: Assembly) -> Period | None:
    """The one period that is named, of the question or of a deed in it. Raises StopError for two."""
    found: Period | None = None
    for item, when in slots.whens:
        period = None if when.ever else period_of(when.date, (), assembly.scope.today, item, assembly)
        if found is not None and period != found:
            raise assembly.deny(item)
        assembly.use(item, "period", str(period))
        found = period
    for _, clauses in slots.clauses:
        for clause in clauses.clauses:
            if clause.when is not None and not clause.ever:
                item = slots.clauses[0][0]
                found = period_of(clause.when.date, (), assembly.scope.today, item, assembly)
    return found


def take(slots: Slots, assembly: Assembly, known: set[str], *places: str) -> None:
    """What names whom it is about, by one of the `known` lists and metrics, is used for that."""
    model = assembly.model
    for place in places:
        for item, meant in getattr(slots, place):
            if isinstance(meant, Listed):
                names = {meant.name}
            elif isinstance(meant, Clauses):
                names = {model.behaviours[each].metric for clause in meant.clauses for each in clause.behaviours}
            else:
                names = set(meant)
            if not names & known:
                raise assembly.deny(item)
            assembly.use(item, "list", ", ".join(sorted(names & known)))
        getattr(slots, place).clear()


def refuse_rest(slots: Slots, assembly: Assembly, *categories: str) -> None:
    """Raise StopError for the first item that such a question does not show."""
    for item in assembly.unused:
        if not set(item.keys) & {*_CARRYING, *categories}:
            raise assembly.deny(item)
        if set(item.keys) & set(categories):
            assembly.use(item, "operator", item.category)


def names_of(item: Edge) -> tuple[str, ...]:
    """The names of the model that an item stands for."""
    return item.meaning.names if isinstance(item.meaning, Names) else ()
