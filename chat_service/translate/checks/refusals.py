"""Reasons to refuse a question before anything is made of it: it wants data changed, or what cannot be computed, names
a day or money that is none here, or says more than one request shows."""

from __future__ import annotations

from rapidfuzz import fuzz, process

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.kinds import kinds_of
from chat_service.language.words.lemma import lemma
from chat_service.language.words.tables import word_set
from chat_service.translate.checks.conflicts import ConflictError
from chat_service.translate.grammar.categories import Clauses, Group
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.rules.amounts import is_number
from chat_service.translate.requests.about import named_entity
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import LISTING, Slots, asked_of
from chat_service.translate.senses import Names
from chat_service.translate.stops import Denial, LostError
from chat_service.translate.words.lattice import Lattice
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.values import ValueIndex
from chat_service.translate.words.vocabulary import known_words
from semantic_layer import Model, written_as

# stops that no other reading of the same words can mend
FINAL = frozenset(
    {
        "read_only",
        "future_period",
        "statistic",
        "forecast",
        "out_or_open",
        "list_or_causes",
        "how_things_are",
        "either",
        "part_of_rate",
        "once_each",
    }
)
# and those without whose words it would be another question
WHOLE = FINAL | {"order_in_time"}
_ENDS = " 。.?？!！"
# what a question for one number is made of, and what asks for it
_NUMBERED, _ASKS = {"measure", "when", "ask", "values", "connective.and"}, {"ask", "function.function.question"}


def denied_at_sight(text: Lattice, model: Model) -> Denial | None:
    """Why a text is refused as it stands: a day that no calendar has, money of another currency than the model's."""
    for leaf in text.leaves:
        if leaf.category == "date.no_day":
            return Denial("no_such_day", text.typed(leaf.start, leaf.end))
    start, last = 0, len(text.tokens)
    while start < last and model.currency is not None:
        ends = (end for end in range(min(start + 5, last), start, -1) if written_as(text.text(start, end)))
        end, token = next(ends, start + 1), text.tokens[start]
        codes = written_as(text.text(start, end))
        alone = end == start + 1 and token.kind == "han" and text.tokens[max(start - 1, 0)].kind != "number"
        if codes and model.currency not in codes and not alone:  # 元 is many a word, but behind a number
            return Denial("other_currency", text.typed(start, end))
        start = end
    return None


def refuse_writing(frame: Frame, assembly: Assembly, *, goes_on: bool) -> None:
    """Raise StopError where the question wants data changed or something sent.

    In a question that goes on from another, 改为今年上半年 at its start changes that question.
    """
    for item in frame.said("intent.change_data", "intent.send"):
        opens = item is frame.items[0]
        if not (goes_on and opens and not frame.said("entity")):
            raise assembly.deny(item, "read_only")
    for item in frame.items:
        if item.category in ("clauses", "measure") and _is_ordered(item, frame):
            raise assembly.deny(item, "read_only")


def _is_ordered(item: Edge, frame: Frame) -> bool:
    """Can you order more bags, 帮我下单: a bare verb right behind whoever is asked to do it, and who is not described.

    'Can you order customers by revenue' sorts them.
    """
    before, after = frame.before(item), frame.after(item)
    if before is None or frame.folded(before) not in word_set("asked_to_act"):
        return False
    verb = frame.folded(item.leaves()[0])
    if verb.isascii():
        sorts = any(frame.folded(edge).split(" ")[0] == "by" for edge in frame.covering.edges)
        return "v" in kinds_of(verb) and verb == lemma(verb) and not sorts
    describes = after is not None and (frame.folded(after) in word_set("makes_adjective") or not after.is_empty)
    return item.category == "clauses" and not describes


def refuse_second(frame: Frame, assembly: Assembly) -> None:
    """Raise StopError where who or which is asked behind a number: revenue, and who are the top 3 customers.

    What is said of groups, or of those who did something, goes on: 各城市卖了多少，哪个最高.
    """
    edges = frame.covering.edges
    for joint in (e for e in edges if "connective.and" in e.keys or frame.folded(e) == "?"):
        told = {item.category for item in frame.items if item.end <= joint.start}
        asks = frame.folded(joint) in LISTING or any(_ASKS & {*e.keys} for e in edges if e.end <= joint.start)
        second = [item for item in frame.items if item.start >= joint.end and "connective" not in item.keys]
        if not asks or not second or "measure" not in told or not told <= _NUMBERED:
            continue
        asked, opening = {*asked_of(second[0].leaves()[0]), *asked_of(second[-1])}, second[0].meaning
        by_name = "which" in asked_of(second[0]) and any(named_entity(each, assembly.model) for each in second[1:2])
        if by_name or "who" in asked or (isinstance(opening, Group) and opening.which):
            start = joint.start if frame.folded(joint).isalnum() else joint.end
            last = frame.lattice.typed(start, len(frame.lattice.tokens)).rstrip(_ENDS)
            raise ConflictError(Denial("two_questions", last))


def refuse_order(slots: Slots, assembly: Assembly, *, goes_on: bool) -> None:
    """Raise StopError where a word tells which of two deeds came first, and no time does: food before beauty.

    Whoever did something registered before, and what befalls the rows of a deed (bought, then refunded) is behind it.
    """
    frame, model = slots.frame, assembly.model
    leaves = [leaf for edge in frame.covering.edges for leaf in edge.leaves()]
    named = [(e, e.meaning.names) for e in leaves if e.category == "behaviour" and isinstance(e.meaning, Names)]
    deeds = [(e, model.behaviours[names[0]].metric) for e, names in named]
    done = {behaviour.metric for behaviour in model.behaviours.values()}
    deeds += [(item, names[0]) for item, names in slots.measures if done.intersection(names)]
    own = {entity.dataset for entity in model.entities.values()}
    told = [clause for _, each in slots.clauses for clause in each.clauses]
    timed = any(c.after or (at and c.when and c.when.date.period and not c.lent) for at, c in enumerate(told))
    for at, word in enumerate(leaves if told and not timed else ()):
        if "window" in word.keys:
            continue  # so long after it: what follows, or it is missed
        opens = frame.folded(word) in word_set("comes_first")
        one = [metric for edge, metric in deeds if edge.end <= word.start]
        other = [metric for edge, metric in deeds if edge.start >= word.end]
        pair = other[:2] if opens else [*one[-1:], *other[:1]]
        joined = any("connective" in leaf.keys for leaf in leaves[at + 1 : at + 2])  # bought before and complained
        homes = [model.metrics[metric].definition.dataset for metric in pair]
        one_way = not own.isdisjoint(homes) or (len({*homes}) == 1 and len({*pair}) > 1)
        orders = opens or (one and frame.folded(word) in word_set("before_or_after") and not joined)
        if (goes_on and word.category == "function.sequence.after") or (orders and len(pair) > 1 and not one_way):
            raise LostError(Denial("order_in_time", assembly.said(word)), word)


def refuse_uncomputable(slots: Slots, assembly: Assembly) -> None:
    """Raise StopError for statistics, forecasts and averages that the model has no metric for."""
    frame = slots.frame
    used = {id(use.item) for use in assembly.uses}
    for item in frame.said("statistic", "average"):
        if id(item) not in used:
            raise assembly.deny(item, "statistic" if "statistic" in item.keys else "not_supported")
    for item in frame.said("intent.forecast"):
        raise assembly.deny(item, "forecast")
    _refuse_supposed(slots, assembly)
    _refuse_either(slots, assembly)
    for _ in frame.said("intent.export"):
        assembly.assume("export_as_table")


def _refuse_either(slots: Slots, assembly: Assembly) -> None:
    """In the east or with platinum, 金卡或者投诉过的: of unlike conditions one is met, but a request has all met."""
    named = {item: set(values.candidates) for item, values in slots.values}
    told = [item for item, _ in (*slots.values, *slots.clauses, *slots.listed, *slots.dated, *slots.bounds)]
    for word in slots.frame.said("connective.or"):
        one, other = (slots.frame.spoken(word, "connective", "entity", back=back) for back in (True, False))
        if one in told and other in told and not named.get(one, set()) & named.get(other, set()):
            raise assembly.deny(word, "either")


def _refuse_supposed(slots: Slots, assembly: Assembly) -> None:
    """What would we lose if they all left, 要是都走了: what is supposed was not done by anybody."""
    frame = slots.frame
    supposed = [e for e in frame.covering.edges if frame.folded(e) in word_set("supposes")]
    would = any(frame.folded(e).split(" ")[0] in word_set("would") for e in frame.covering.edges if e.is_empty)
    for word in supposed:
        done = [item for item in frame.of(Clauses) if item.start >= word.end]
        counted = [item for item, names in slots.measures if all(map(assembly.structure.one_each, names))]
        done += [item for item in counted if not is_number(frame.folded(item))]
        if done and (would or not frame.folded(word).isascii()):
            code = "not_supported" if len(counted) < len(slots.measures) else "forecast"
            raise LostError(Denial(code, assembly.said(done[0])), done[0])


def unknown_denial(frame: Frame, stretch: tuple[int, int], scope: Scope, index: ValueIndex) -> Denial:
    """The refusal that names what was not understood, with the nearest values or metrics."""
    start, end = stretch
    word = frame.lattice.typed(start, end)
    beside = [i for i in frame.items if i.category == "values" and (i.end == start or i.start == end)]
    if beside and not word.isascii():
        word = frame.lattice.typed(min(beside[0].start, start), max(beside[0].end, end))
        return Denial("unknown_value", word, tuple(text for text, _ in index.nearest(word)))
    near_values = index.nearest(word)
    if near_values and fuzz.ratio(near_values[0][0], word.lower()) >= 78 and word.lower() not in known_words():
        return Denial("unknown_value", word, tuple(text for text, _ in near_values))
    model, language = scope.model, scope.language
    labels = [m.label.in_language(language) for m in model.metrics.values() if not m.definition.hidden]
    near = tuple(label for label, _, _ in process.extract(word, labels, scorer=fuzz.WRatio, limit=3, score_cutoff=75))
    content = {"measure", "bound", "clauses", "listed", "entity", "group", "values"}
    if not any(item.category in content for item in frame.items):
        return Denial("unknown_metric" if near else "off_topic", word, near)
    return Denial("unknown_word", word, near)
