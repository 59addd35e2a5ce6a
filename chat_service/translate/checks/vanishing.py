"""Words that may say nothing do so only where the rest bears it out: see `language/words/*/function.toml`.

Function words always may. A pronoun has its noun before it, a degree grades nothing that is compared, 'some' and
'usually' restrict in a way that no request can show.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clauses
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.pointing import is_dimension
from chat_service.translate.requests.slots import Slots, names_people
from chat_service.translate.senses import When
from chat_service.translate.stops import Denial, LostError, StopError
from chat_service.translate.words.asides import torn_words
from semantic_layer import GRAINS, ListQuery, MetricFilter, MetricQuery, Request

Bears = Callable[[Edge, Slots, Request, Assembly], bool]
_GRADED = frozenset({"amount", "condition", "bound", "values", "listed"})
_NAMES = frozenset({"measure", "values", "when", "group", "clauses", "listed", "entity", "bound", "ask", "against"})
_LEADS_ASKED = frozenset({"auxiliary", "person", "want", "polite", "link", "stance"})
_TOLD_APART = frozenset({"measure", "entity", "listed", "bound", "clauses", "ask"})
_COUNTS_OUT = ("quantifier", "identity", "counter")
_OCCASION = ("function.occasion.what", "function.occasion.who")  # within an item they would tell whose it is
_TELLING = frozenset({"function.sequence.after"})
_TOLD_SOMEHOW = (
    "function.light.ask",
    "function.light.layout",
    "ranking",
    "intent",
    "ask",
    "trend",
    "comparison",
    "chart",
)
_PLACED = frozenset({"values", "group", "bound", "listed", "clauses", "measure", "entity", "when", "ask"})


def _never(*_: object) -> bool:
    return False


def _introduces(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """There are some customers who bought nothing: list them. Some are all who are told so, and spoken of again."""
    frame, after = slots.frame, slots.frame.spoken(word)
    people = after is not None and names_people(after, frame, assembly.scope.entity_words)
    named = people or (after is not None and (after in slots.entities or after.category == "measure"))
    again = (leaf for edge in frame.covering.edges for leaf in edge.leaves() if leaf.start >= word.end)
    they = any({frame.folded(leaf), frame.folded(leaf).split(" ")[-1]} & word_set("they") for leaf in again)
    return named and they and frame.folded(word) in word_set("introduces")


def _is_no_adjective(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """'Verified customers', 'flagged orders', 已核实的客户: right before a name, a participle tells which of them."""
    frame = slots.frame
    before, after = frame.before(word), frame.after(word)
    led = before is not None and before.category.rpartition(".")[2] in _LEADS_ASKED
    text = frame.folded(word)
    if not text.isascii() and after is not None and frame.folded(after) in word_set("makes_adjective"):
        after = frame.after(after)
    elif not text.endswith("ed"):
        after = None
    tells = (after is not None and after.category in _TOLD_APART and not led) or _tells_whom(word, slots)
    return not tells and (not word.category.endswith(".be_at") or _has_its_place(word, slots, request, assembly))


def _tells_whom(word: Edge, slots: Slots) -> bool:
    """Customers our team already called, people we visited: behind the people and who did it, a verb tells which."""
    frame, edge, done = slots.frame, slots.frame.before(word), False
    while edge is not None and edge.is_empty and any(map(str.isalnum, frame.folded(edge))):
        done = done or edge.category.endswith((".person", "occasion.who"))
        edge = frame.before(edge)
    verb = word.category.endswith(".inflected") and frame.folded(word).endswith("ed")
    return verb and done and edge is not None and edge in slots.entities


def _stands_for(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """A pronoun has its noun before it, or right behind it."""
    after = slots.frame.spoken(word)
    behind = after is not None and after.category in ("measure", "when", "entity", "clauses", "ask")
    return behind or _was_named(word, slots, request, assembly)


def _was_named(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """这类投诉, such orders: which of them, the question said before."""
    del request, assembly
    return any(item.start < word.start and item.category in _NAMES for item in slots.frame.items)


def _sums_up(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """上海、北京两地: values stand right before."""
    del request, assembly
    before = slots.frame.before(word)
    while before is not None and before.category == "function.function.particle":
        before = slots.frame.before(before)
    return before is not None and before.category in ("values", "clauses", "measure")


def _grades_nothing(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    del request, assembly
    beside = (slots.frame.before(word), slots.frame.after(word))
    return not any(edge is not None and edge.category in _GRADED for edge in beside)


def _is_a_mean(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """'Usually' asks for what a mean tells."""
    del word, slots
    structure = assembly.scope.structure
    return isinstance(request, MetricQuery) and any(structure.is_ratio(name) for name in request.metrics)


def _is_grouped(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """'Mainly' asks for the largest parts, which groups show by size."""
    del assembly
    after = slots.frame.after(word)
    restricts = after is not None and after.category in ("group", "values", "measure", "entity")
    grouped = isinstance(request, MetricQuery) and any(name not in GRAINS for name in request.group_by)
    return grouped and not restricts


def _both_shown(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """'Both', 分别, 各: shown as groups, as several metrics, as several conditions, or as two sides."""
    del assembly
    before, after = slots.frame.before(word), slots.frame.after(word)
    time, done = (edge.meaning if edge is not None else None for edge in (before, after))
    times = (
        isinstance(time, When) and (time.date.count or 1) > 1 and slots.frame.folded(word) in word_set("all_of_them")
    )
    if times and isinstance(done, Clauses) and any(not clause.negated for clause in done.clauses):
        return False  # 这两年都买过: in each of them
    if slots.clauses and slots.frame.folded(word) == "both":
        done = [each.metric for each in request.filters if isinstance(each, MetricFilter)]
        return len(done) > len(set(done))
    if isinstance(request, MetricQuery):
        several = request.group_by or len(request.metrics) > 1 or request.show or request.compare
        return bool(several) or len(request.filters) > 1 or slots.frame.folded(word) in word_set("all_of_them")
    return True


def _is_denied(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """Haven't opened a single ticket: it says nothing more of what is denied."""
    del request, assembly
    leaves = (leaf for edge in slots.frame.covering.edges for leaf in edge.leaves())
    return any("negation" in leaf.keys and leaf.end <= word.start for leaf in leaves)


def _has_its_place(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """来自北京, came from the north: what such a word leads to is named."""
    del word, request, assembly
    return any(item.category in _PLACED for item in slots.frame.items)


def _has_object(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """Stores that delivered the most revenue; orders that were delivered, delivered orders are some of them."""
    before, after = slots.frame.before(word), slots.frame.after(word)
    done_to = before is not None and (before.category == "measure" or slots.frame.folded(before) in word_set("be"))
    restricts = (
        after is not None and after.category in ("measure", "entity") and slots.frame.folded(word).endswith("ed")
    )
    return not (done_to or restricts) and _has_its_place(word, slots, request, assembly)


def _leads_to_value(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """走门店的: by way of what is named right behind."""
    del request, assembly
    after = slots.frame.after(word)
    while after is not None and after.is_empty:
        after = slots.frame.after(after)
    return after is not None and after.category == "values"


def _is_timed(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """最近60天刚注册: how lately, the period says; without one, it would restrict."""
    del word, request, assembly
    return bool(slots.whens or slots.dated) or any(clause.when for _, each in slots.clauses for clause in each.clauses)


def _is_asked(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """'Is requested', 'we require': a verb of asking behind an auxiliary or who asks, or at no name.

    'Requested refunds', 'refund requests' are not all refunds.
    """
    del request, assembly
    before, after = slots.frame.before(word), slots.frame.after(word)
    led = before is not None and before.category.rpartition(".")[2] in _LEADS_ASKED
    joined = before is not None and "connective" in before.keys  # we are preparing the review and require
    people = (e for e in slots.frame.covering.edges if e.end <= word.start and e.category.endswith(".person"))
    return (
        led
        or (joined and any(people))
        or not any(edge is not None and edge.category in _NAMES for edge in (before, after))
    )


def _tells_how(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """重新列示, 简要评述: how it is to be told, right before what asks for it to be told; 专项活动 are some of them."""
    del request, assembly
    frame, after = slots.frame, slots.frame.after(word)
    while after is not None and (after.category == word.category or frame.folded(after) in word_set("makes_adverb")):
        after = frame.after(after)
    return after is not None and after.category.startswith(_TOLD_SOMEHOW)


def _counts_nobody(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """下单的人数 counts people: no list of them."""
    before = slots.frame.before(word)
    people = before is not None and before.leaves()[-1].category.startswith("entity")
    counts = people and isinstance(request, ListQuery)
    return not (counts and slots.frame.folded(word) in word_set("count_noun"))


def _is_apart(word: Edge, slots: Slots, request: Request, assembly: Assembly) -> bool:
    """'For the board meeting', 'the auditors need': nothing beside it, and no name that it would belong to.

    Orders from investors, orders of 各财务部, 董事会的销售额 are something else than orders.
    """
    del request, assembly
    frame = slots.frame
    before, after = frame.before(word), frame.after(word)
    if before is not None and (not before.is_empty or before.category.partition(".")[2].startswith(_COUNTS_OUT)):
        return False
    while after is not None and (after.category == "function.function.particle" or frame.folded(after) in ("'s", "'")):
        after = frame.after(after)
    if after is not None and not (after.is_empty or after.category == "connective.and"):
        return False
    while before is not None and before.is_empty and any(character.isalnum() for character in frame.folded(before)):
        if frame.folded(before) in word_set("occasion_opener"):
            return True
        before = frame.before(before)
    return before is None or before.category not in _NAMES


_BEARS: dict[str, Bears] = {
    "pronoun": _stands_for,
    "pronoun.such": _was_named,
    "pronoun.relative": _has_its_place,
    "pronoun.one": _has_its_place,
    "quantifier.some": _introduces,
    "quantifier.both": _both_shown,
    "quantifier.single": _is_denied,
    "degree": _grades_nothing,
    "frequency.usually": _is_a_mean,
    "frequency.mainly": _is_grouped,
    "sequence": _never,
    "light.be_at": _is_no_adjective,
    "light.ask": _is_no_adjective,
    "inflected": _is_no_adjective,
    "light.bring": _has_its_place,
    "light.have": _has_object,
    "light.via": _leads_to_value,
    "occasion": _is_apart,
    "light.topic": _counts_nobody,
    "light.recent": _is_timed,
    "light.asked": _is_asked,
    "light.manner": _tells_how,
    "light.listed": _sums_up,
}


def _tells_order(item: Edge) -> bool:
    """Bought on Double 11 and not since: one deed is placed after the other."""
    return isinstance(item.meaning, Clauses) and any(clause.after is not None for clause in item.meaning.clauses)


def _points_inside(word: Edge, noun: Edge, slots: Slots) -> bool:
    """Orders that that store got: which one, no deed tells."""
    return slots.frame.folded(word) in word_set("points_at") and is_dimension(noun, slots.frame)


def refuse_vanished(slots: Slots, assembly: Assembly, request: Request, *, goes_on: bool) -> None:
    """Raise StopError for the first word that would vanish although it says something."""
    deeds = [item for item in slots.frame.items if isinstance(item.meaning, Clauses)]
    untold = [item for item in deeds if not _tells_order(item)]
    inner = [leaf for item in untold for leaf in item.leaves() if leaf.category in _TELLING]
    if inner and not goes_on:
        raise StopError(Denial("not_supported", assembly.said(inner[0])))  # 首单之后没再买: in which order is not told
    lost = [one for item in deeds for one, other in pairwise(item.leaves()) if _points_inside(one, other, slots)]
    lost += [leaf for item in slots.frame.items for leaf in item.leaves() if leaf.category.startswith(_OCCASION)]
    if lost:
        raise StopError(Denial("not_supported", assembly.said(lost[0])))
    if (torn := next(torn_words(slots.frame.silent, assembly.scope.lexicon), None)) is not None:
        raise StopError(Denial("unknown_word", torn[1]))
    for word in slots.frame.covering.edges:
        if not word.is_empty or not word.category.partition(".")[2]:
            continue
        group = word.category.partition(".")[2]
        bears = _BEARS.get(group) or _BEARS.get(group.partition(".")[0])
        if bears is None or (goes_on and group.startswith(("pronoun", "light.listed"))):
            continue
        if not bears(word, slots, request, assembly):
            reason = Denial("not_supported", assembly.said(word))
            raise LostError(reason, word) if group == "light.have" else StopError(reason)
