"""Every phrase that asks how many or how much owns a number of the request.

Two phrases never share a number, and a number of something else answers none of them: people are no orders.
"""

from __future__ import annotations

from collections.abc import Callable

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.lemma import lemma
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Bound, Clauses, Group, Listed, Measure
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.named import verb_metric
from chat_service.translate.requests.phrases import NOUNS, Phrase, beside, phrases
from chat_service.translate.requests.slots import Slots, asked_of, names_people
from chat_service.translate.senses import Names
from chat_service.translate.stops import Denial, LostError
from semantic_layer import ListQuery, MetricQuery, Request, is_money

Answers = Callable[[str], bool]
_NAMES = frozenset({"metric", "behaviour", "piece"})


def refuse_unasked(slots: Slots, assembly: Assembly, request: Request) -> None:
    """Raise StopError for the first phrase that asks for a number which the request does not hold."""
    asked = [(each, _counting(each, _answers(each, slots, assembly), assembly)) for each in phrases(slots.frame)]
    if isinstance(request, MetricQuery):
        shown, free = list(request.metrics), len(request.shares) + (request.compare is not None)
    elif isinstance(request, ListQuery):
        shown, free = [column.metric for column in request.measured], 0
        asked = [each for each in asked if not any(map(each[1], assembly.counted))]  # a list tells how many they are
    else:
        return
    held = tuple(shown)
    _refuse_counted_things(slots, assembly, request)
    _refuse_which_inside(slots, assembly, request)
    _refuse_noun_lost(slots)
    _refuse_measure_of_people(slots, assembly)
    _refuse_what_as_whom(slots, request)
    _refuse_unlisted(slots, assembly, request)
    for phrase, answers in sorted(asked, key=lambda each: sum(map(each[1], shown))):
        found = next(filter(answers, shown), None)
        if phrase.of_value and any(map(answers, held)):
            continue  # how many in all, and how many of each: the one number, of each value that is named
        if found is not None:
            shown.remove(found)
        elif free:
            free -= 1
        else:
            raise LostError(Denial("not_supported", assembly.said(phrase.asks)), phrase.asks)


def _refuse_what_as_whom(slots: Slots, request: MetricQuery | ListQuery) -> None:
    """What do people complain about the most: no list of people tells what."""
    frame = slots.frame
    first = next((edge for edge in frame.covering.edges if any(map(str.isalnum, frame.folded(edge)))), None)
    asks = first is not None and frame.folded(first).split(" ")[0] in word_set("asks_what")
    named = frame.asks("which", "who", "list", "people") and not asks
    bare = first is not None and " " not in frame.folded(first)  # what customers …: which of them
    behind = first is not None and bare and any(frame.after(first) is each for each in slots.entities)
    if first is not None and asks and isinstance(request, ListQuery) and not named and not behind:
        raise LostError(Denial("not_supported", frame.text(first)), first)


def _refuse_unlisted(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """List customers with more than 10 orders and their spend: one row of each, and no sum over them."""
    if isinstance(request, ListQuery) or request.group_by or set(request.metrics) & set(assembly.counted):
        return
    for item in slots.frame.asks("list"):
        people = beside(item, slots.frame)
        roster = slots.frame.folded(item).endswith(tuple(word_set("roster"))) and not slots.has("intent.define")
        if roster or (people is not None and people in slots.entities and people.start >= item.end):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_measure_of_people(slots: Slots, assembly: Assembly) -> None:
    """Customers with no orders but logins in May, how many: what they did as well, and not what is asked."""
    measured = [item for item, _ in slots.measures]
    deeds = [item for item, _ in (*slots.clauses, *slots.bounds)]
    for word in slots.frame.said("connective.but") if slots.entities else ():
        after, before = slots.frame.spoken(word), slots.frame.spoken(word, back=True)
        if after in measured and before in deeds and all(item.start >= word.end for item in measured):
            raise LostError(Denial("not_supported", assembly.said(after)), after)


def _refuse_counted_things(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """Orders without a refund, 没有退款的订单有多少: things that are told apart are no people to whom that happened."""
    about_people = isinstance(request, ListQuery) or request.metrics == assembly.counted
    if not about_people or slots.people or slots.frame.asks("people", "who"):
        return
    for item, _ in slots.clauses:
        leaves = [leaf for leaf in item.leaves() if not leaf.is_empty]
        text = slots.frame.folded(item)
        noun = leaves[0] if text.isascii() else leaves[-1]
        bare = [each for each in leaves if each.category == "behaviour" and text.isascii()]
        named = any(lemma(slots.frame.folded(each)) == slots.frame.folded(each) for each in bare)  # app spend in May
        noun = bare[0] if named and noun.category == "value" else noun
        if _is_also(noun, slots, "metric") or (not slots.clauses[0][1].relative and _is_also(noun, slots, "ask")):
            raise LostError(Denial("not_supported", assembly.said(item)), item)


def _refuse_which_inside(slots: Slots, assembly: Assembly, request: MetricQuery | ListQuery) -> None:
    """Which stores had fewer than 50 orders: things are asked for, no people and no other groups."""
    frame = slots.frame
    for asks in (leaf for leaf in frame.lattice.leaves if "which" in asked_of(leaf)):
        around = [leaf for leaf in frame.lattice.leaves if asks.end == leaf.start or leaf.end == asks.start]
        behind = [leaf for leaf in around if leaf.start == asks.end or not frame.folded(asks).isascii()]
        kinds, things = {leaf.category for leaf in behind}, [leaf for leaf in behind if leaf.category == "dimension"]
        named = {name for leaf in things if isinstance(leaf.meaning, Names) for name in leaf.meaning.names}
        told = isinstance(request, MetricQuery) and (named & set(request.group_by) or not request.group_by)
        if things and not told and not {"entity", "list"} & kinds:
            said = next((item for item in frame.items if item.start <= asks.start < item.end), asks)
            raise LostError(Denial("not_supported", assembly.said(said)), said)


def _refuse_noun_lost(slots: Slots) -> None:
    """上个月各个功能有多少人在用: of 多少人 the people are asked for, and 人 is no word without meaning."""
    for phrase in phrases(slots.frame):
        asks = phrase.asks
        for leaf in slots.frame.lattice.leaves:
            more = set(asked_of(leaf)) & NOUNS - set(asked_of(asks))
            if more and leaf.start < asks.end < leaf.end and _is_empty_until(asks, leaf.end, slots):
                raise LostError(Denial("not_supported", slots.frame.text(leaf)), asks)


def _is_empty_until(asks: Edge, end: int, slots: Slots) -> bool:
    behind = [edge for edge in slots.frame.covering.edges if asks.end <= edge.start < end]
    return bool(behind) and all(edge.is_empty for edge in behind)


def _answers(phrase: Phrase, slots: Slots, assembly: Assembly) -> Answers:
    """Which metrics are the number that a phrase asks for."""
    structure, model = assembly.scope.structure, assembly.scope.model
    what, head = set(asked_of(phrase.asks)), phrase.head
    if slots.frame.folded(phrase.asks) in word_set("asks_money"):
        return lambda name: is_money(model.metrics[name].unit)
    told = slots.frame.after(head) if head is not None and phrase.of_value else None  # how many refund tickets
    placed = next((names for item, names in slots.measures if item in (phrase.asks, head, told)), None)
    if placed is not None:
        return _any_of(placed, assembly)
    if "people" in what:
        return structure.one_each
    if "money" in what and "how_much" not in what:
        return lambda name: is_money(model.metrics[name].unit)
    if what & NOUNS or head is None:
        return lambda name: True
    if "how_many" in what and _counts_things(phrase.asks, head, slots):
        return lambda name: False
    meaning = head.meaning
    if isinstance(meaning, Clauses):
        return _done(meaning, what, assembly)
    counted = head in slots.entities or any(head is item for item, _ in (*slots.populations, *slots.listed))
    counted = counted or names_people(head, slots.frame, assembly.scope.entity_words)
    if counted or isinstance(meaning, Listed):
        return structure.one_each if "how_much" not in what else lambda name: True
    if isinstance(meaning, Measure | Bound) and meaning.metrics:
        of_rows = any(head is item for item, _ in slots.subjects)
        named = _any_of(meaning.metrics, assembly)
        return lambda name: named(name) or (of_rows and structure.counts_rows(name))
    is_deed = phrase.of_value and any(_is_also(head, slots, each) for each in _NAMES)
    return lambda name: not is_deed  # how many did we win back: no value of that name


def _counting(phrase: Phrase, answers: Answers, assembly: Assembly) -> Answers:
    """How many did we sell: whatever is counted, it is no money."""
    metrics = assembly.scope.model.metrics
    counts = assembly.frame.folded(phrase.asks) in word_set("counts_only")
    return (lambda name: answers(name) and not is_money(metrics[name].unit)) if counts else answers


def _counts_things(asks: Edge, head: Edge, slots: Slots) -> bool:
    """How many stores, 多少个城市: the things themselves, of which no number of the model says how many there are."""
    is_group = isinstance(head.meaning, Group) and bool(head.meaning.dimensions)
    first = next((leaf for leaf in head.leaves() if not leaf.is_empty), head)
    named = _is_also(first, slots, "dimension") and "value" in (first.category, *first.keys)
    of_kind = first.category == "value" and any(  # how many beauty items
        leaf.category == "dimension" and leaf.start == first.end for leaf in slots.frame.lattice.leaves
    )
    return asks.end <= head.start and (is_group or (head.category in ("values", "clauses") and (named or of_kind)))


def _is_also(item: Edge, slots: Slots, category: str) -> bool:
    leaves = slots.frame.lattice.leaves
    return any(e.category == category and (e.start, e.end) == (item.start, item.end) for e in leaves)


def _any_of(names: tuple[str, ...], assembly: Assembly) -> Answers:
    """One of the metrics, or what stands in for it where it is split by what it cannot be."""
    metrics = assembly.scope.model.metrics
    known = [name for name in names if name in metrics]
    instead = {each.metric for name in known for each in metrics[name].definition.instead}
    return lambda name: name in names or name in instead


def _done(clauses: Clauses, what: set[str], assembly: Assembly) -> Answers:
    """How much did they spend: what the verb's quantity is; of how many, who did it as well."""
    structure = assembly.scope.structure
    named = tuple(n for each in clauses.clauses if (n := verb_metric(each, tuple(what), assembly)) is not None)
    answers = _any_of(named, assembly)
    return lambda name: answers(name) or ("how_much" not in what and structure.one_each(name))


__all__ = ["refuse_unasked"]
