"""How something fares, without a metric: 金卡表现怎么样, how is our membership doing, how did new customers do in May.

By which measure is asked back, with those that fit as choices. A number of people or of things that are held is no
measure of how they fare unless it is asked for as a number.
"""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.rules.amounts import is_number
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.choose import ask_for_metric
from chat_service.translate.requests.metrics import metric_request
from chat_service.translate.requests.slots import Named, Slots, set_free
from chat_service.translate.requests.sorting import names_doers
from chat_service.translate.senses import Word
from semantic_layer import MetricQuery

# asked for beside it, something else than how it fares is wanted
_OTHERS = ("one", "trend", "change", "trial", "cohort", "funnel", "share", "rank", "ranking")
_ASKS = ("how_many", "how_much", "count", "money", "people", "orders", "units", "which", "who", "list", "long", "times")


def how_it_fares(frame: Frame) -> Edge | None:
    """The word that asks how something fares, if one does."""
    said = [edge for edge in frame.covering.edges if any(map(str.isalnum, frame.folded(edge)))]
    while said and said[0].category.endswith((".link", ".polite")):
        said = said[1:]  # so how are our gold members doing
    opening = next((at for at, edge in enumerate(said) if frame.folded(edge) in word_set("how")), 0)
    if all(edge.is_empty for edge in said[:opening]):
        said = said[opening:]  # I would like to know how they have been performing
    intents = [edge for edge in frame.said("intent") if said and edge is not said[0]]
    if not said or intents or frame.said(*_OTHERS) or frame.asks(*_ASKS):
        return None
    opens = frame.folded(said[0]) in word_set("how")
    plain = opens and not _defines(said[0])
    fares = next((edge for edge in said if frame.folded(edge) in word_set("fares")), None)
    return said[0] if plain else fares if opens or fares is None or not frame.folded(fares).isascii() else None


def of_ourselves(frame: Frame) -> Edge | None:
    """How is the business doing, 生意怎么样: the word for the company, of which it is asked; none in a greeting."""
    ours = word_set("we") | word_set("our_trade")
    words = (edge for edge in frame.covering.edges if ours & {frame.folded(edge), *frame.folded(edge).split(" ")})
    return next(words, None) if how_it_fares(frame) is not None else None


def of_chosen(slots: Slots, assembly: Assembly, about: Edge) -> MetricQuery:
    """The number that was chosen of all. Raises StopError where none was yet."""
    chosen = assembly.fixed.get(-1)
    if chosen is None:
        ask_for_metric(slots, assembly, "how_things_are", about=about)
    return metric_request(slots, assembly, None, (chosen,) if chosen is not None else ())


def _defines(edge: Edge) -> bool:
    """How is the churn rate, without doing or going: what it is."""
    return isinstance(edge.meaning, Word) and edge.meaning.role == "intent"


def read_faring(slots: Slots, assembly: Assembly, *, goes_on: bool) -> bool:
    """Whether a question asks how something fares; by the measure that is named or was chosen. Raises StopError.

    One that goes on from a number, 那上海怎么样, is about that number.
    """
    hows = [each for each in slots.frame.said("intent.define") if slots.frame.folded(each) in word_set("how")]
    instead = slots.frame.said("follow.instead") if goes_on and slots.measures else []
    if instead and hows:  # change to the orders, how is it
        for each in hows:
            assembly.use(each, "operator", "")
        return True
    word = how_it_fares(slots.frame)
    if word is None:
        return False
    if goes_on and not slots.measures:
        return not _defines(word)
    for each in slots.frame.said("intent.define"):
        assembly.use(each, "operator", "")
    _deed_as_thing(slots, assembly)
    things = [named for named in slots.measures if _only_counts(named, slots, assembly)]
    if (slots.measures and len(things) < len(slots.measures)) or slots.bounds:
        return True
    held = [each for each in things if each[0].category == "clauses" or not names_doers(*each, assembly)]
    names = [name for named in things for name in named[1]]
    if (chosen := assembly.fixed.get(-1)) is None:
        fitting = (*names, *(_of_the_same(held[0][1], assembly) if held else ()))
        ask_for_metric(slots, assembly, "how_things_are", fitting, of_ourselves(slots.frame) or word)
    elif chosen not in names:
        slots.populations.extend(each for each in things if each not in held)
        slots.measures[:] = [(things[0][0] if things else word, (chosen,))]
    return True


def _deed_as_thing(slots: Slots, assembly: Assembly) -> None:
    """订阅怎么样, how did our subscribers do: they and what they hold, named by the deed."""
    if slots.measures or len(slots.clauses) != 1 or len(slots.clauses[0][1].clauses) > 1:
        return
    item, clauses = slots.clauses[0]
    clause = clauses.clauses[0]
    if clause.is_plain and not clauses.relative:
        slots.clauses.clear()
        set_free(item, clause, slots)
        slots.measures.append((item, (assembly.model.behaviours[clause.behaviours[0]].metric,)))


def _only_counts(named: Named, slots: Slots, assembly: Assembly) -> bool:
    item, names = named
    if item.category == "clauses":
        return True
    counts = all(assembly.model.metrics[name].unit == "count" for name in names)
    of_them = all(assembly.structure.one_each(name) or assembly.model.metrics[name].is_stock for name in names)
    return counts and of_them and not is_number(slots.frame.folded(item))


def _of_the_same(names: tuple[str, ...], assembly: Assembly) -> tuple[str, ...]:
    """What else is told of the same rows, rates first: renewal rate beside active subscriptions."""
    model, structure = assembly.model, assembly.structure
    rows = {dataset for name in names for dataset in structure.stands_on(name)}
    shown = [each for each in model.metrics.values() if not each.definition.hidden and each.name not in names]
    near = [each for each in shown if rows == set(structure.stands_on(each.name))]
    return tuple(each.name for each in sorted(near, key=lambda each: each.kind != "derived"))
