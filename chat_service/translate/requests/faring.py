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
from chat_service.translate.requests.slots import Named, Slots
from chat_service.translate.requests.sorting import names_doers

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
    fares = next((edge for edge in said if frame.folded(edge) in word_set("fares")), None)
    return said[0] if opens else fares if opens or fares is None or not frame.folded(fares).isascii() else None


def read_faring(slots: Slots, assembly: Assembly, *, goes_on: bool) -> bool:
    """Whether a question asks how something fares; by the measure that is named or was chosen. Raises StopError.

    One that goes on from a number, 那上海怎么样, is about that number.
    """
    hows = [each for each in slots.frame.said("intent.define") if slots.frame.folded(each) in word_set("how")]
    instead = slots.frame.said("follow.instead") if goes_on and slots.measures else []
    if instead and hows:  # change to the orders, how is it
        return True
    word = how_it_fares(slots.frame)
    if word is None:
        return False
    if goes_on and not slots.measures:
        return True
    for each in slots.frame.said("intent.define"):
        assembly.use(each, "operator", "")
    things = [named for named in slots.measures if _only_counts(named, slots, assembly)]
    if (slots.measures and len(things) < len(slots.measures)) or slots.bounds:
        return True
    held = [each for each in things if each[0].category == "clauses" or not names_doers(*each, assembly)]
    names = [name for named in things for name in named[1]]
    if (chosen := assembly.fixed.get(-1)) is None:
        fitting = (*names,)
        ask_for_metric(slots, assembly, "how_things_are", fitting, word)
    elif chosen not in names:
        slots.populations.extend(each for each in things if each not in held)
        slots.measures[:] = [(things[0][0] if things else word, (chosen,))]
    return True


def _only_counts(named: Named, slots: Slots, assembly: Assembly) -> bool:
    item, names = named
    if item.category == "clauses":
        return True
    counts = all(assembly.model.metrics[name].unit == "count" for name in names)
    of_them = all(assembly.structure.one_each(name) or assembly.model.metrics[name].is_stock for name in names)
    return counts and of_them and not is_number(slots.frame.folded(item))
