"""What a quantity beside a verb counts: 多少钱, 几单, how many people, how much."""

from __future__ import annotations

from chat_service.translate.grammar.categories import Item
from chat_service.translate.senses import Mention, MetricSense
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.vocabulary import phrase_keys

_BARE = ("多少", "多少了", "几何")
_UNITS = ("销量", "units sold")


def meaning_of(item: Item) -> str | None:
    """What a word asks a quantity of ("how many customers", "units"), `bare` if of nothing, None for other words."""
    if not isinstance(item, Mention):
        return None
    found = item.words("quantity")
    if not found and item.text in _BARE:
        return "bare"
    return found[0] if found else None


def counted(verb: Mention, meaning: str, scope: Scope) -> str | None:
    """The metric that a verb's quantity asks for."""
    behaviour = scope.model.behaviours[verb.behaviours()[0]]
    if meaning == "bare":
        meaning = "money" if verb.words("money_verb") else "times"
    if meaning == "money" or (meaning == "points" and behaviour.amount):
        return behaviour.amount
    if meaning == "people":
        return scope.structure.people_of(behaviour.metric)
    if meaning == "units":
        return units_metric(scope)
    return behaviour.metric if meaning in ("times", "orders", "each") else None


def units_metric(scope: Scope) -> str | None:
    """The metric that counts units sold, by either of its plainest words; None if the model has none."""
    for word in _UNITS:
        for sense in scope.lexicon.senses(phrase_keys(word)):
            if isinstance(sense, MetricSense):
                return sense.name
    return None


def items_text(item: Item) -> str:
    """The words of an item."""
    return item.text if isinstance(item, Mention) else " ".join(part.text for part in item.parts)
