"""Every word that carries meaning is used by the request, or the question is refused naming it.

What an assembly has noted as used, and words whose meaning the request shows (a share asked for and taken), count as
used; words without meaning need no use. Anything else would have vanished.
"""

from __future__ import annotations

from chat_service.language.words.tables import word_set
from chat_service.translate.checks.contradictions import rows_exclude
from chat_service.translate.checks.fillers import says_nothing
from chat_service.translate.grammar.categories import Amount, Item, Node, Rank, Values, mentions_of
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.matching import is_a, is_any
from chat_service.translate.requests.assembly import Assembly, said
from chat_service.translate.requests.shown_as import MOTION
from chat_service.translate.senses import Mention
from chat_service.translate.stops import Denial, StopError
from semantic_layer import GRAINS, ListQuery, MetricQuery, Request, is_money

# words that ask, link or point; they shape the request but add nothing to it
_SHAPING = (
    "question",
    "quantity",
    "intent.list",
    "intent.count",
    "intent.export",
    "follow",
    "only",
    "connective",
    "entity",
    "grouping",
    "chart",
    "comparison.versus",
    "date.versus",
    "date.now",
    "date.all_history",
    "date.same_period",
    "range",
    "money_verb",
)


def refuse_unaccounted(frame: Frame, assembly: Assembly, request: Request, *, goes_on: bool = False) -> None:
    """Raise StopError for the first word that carries meaning and was not used."""
    used = {(mention.start, mention.end) for use in assembly.uses for mention in mentions_of(use.item)}
    for item in frame.items:
        if _is_used(item, used) or _carries_nothing(item, frame, request, assembly, goes_on=goes_on):
            continue
        raise StopError(Denial("not_supported", said(item)))


def _is_used(item: Item, used: set[tuple[int, int]]) -> bool:
    return any((mention.start, mention.end) in used for mention in mentions_of(item))


def _carries_nothing(item: Item, frame: Frame, request: Request, assembly: Assembly, *, goes_on: bool) -> bool:
    if isinstance(item, Rank):
        return bool(request.order_by)
    if isinstance(item, Amount):
        return item.value == 1 and item.parts[0].text in word_set("one")
    if isinstance(item, Node):
        return False
    if is_any(item, "average", "quantity.long", "question.how_long") and not item.metrics():
        return _is_mean_or_time(item, assembly, request)
    if _is_second_verb(item, frame) or _says_more(item, frame, request, assembly):
        return False
    if item.is_filler:
        return says_nothing(item, frame, request, assembly.scope.structure, goes_on=goes_on)
    if is_any(item, *_SHAPING) and item.date is None and not (item.values() or item.lists()):
        return True
    if item.date is not None:
        return item.date.kind in ("now", "all_history", "versus", "same_period")
    return _shows(item, frame, request)


def _is_second_verb(item: Mention, frame: Frame) -> bool:
    """'Who ordered and rated': a word that means nothing by itself is something that was done too, behind 'and'."""
    if not (item.text.isascii() and item.text.endswith("ed")):
        return False
    words = sorted((word for each in frame.items for word in mentions_of(each)), key=lambda word: word.start)
    at = words.index(item)
    linked = at > 1 and is_any(words[at - 1], "connective.and", "connective.or", "connective.but", "negation.nor")
    return linked and bool(words[at - 2].behaviours())


def _says_more(item: Mention, frame: Frame, request: Request, assembly: Assembly) -> bool:
    """Whether a word that shapes, links or repeats elsewhere carries meaning here, which the request does not show."""
    if not isinstance(request, MetricQuery):
        return False
    if item.text in word_set("spread_out"):
        return not request.group_by
    if item.text in word_set("earlier") and is_a(item, "follow.ever"):
        return not frame.clauses
    if is_a(item, "quantity.money") and not item.text.startswith("how") and not item.is_filler:
        return not any(is_money(assembly.scope.model.metrics[name].unit) for name in request.metrics)
    return bool(item.behaviours()) and _is_of_other_rows(item, request, assembly)


def _is_of_other_rows(item: Mention, request: MetricQuery, assembly: Assembly) -> bool:
    """毛利 of 取消订单: what is done is never among the rows that are measured, so the verb is not redundant."""
    model = assembly.scope.model
    done = model.metrics[model.behaviours[item.behaviours()[0]].metric]
    return any(all(rows_exclude(done, leaf) for leaf in model.leaves(name)) for name in request.metrics)


def _is_mean_or_time(item: Mention, assembly: Assembly, request: Request) -> bool:
    """'How long' asks for a time, 'average' for a mean: nothing else answers them."""
    if not isinstance(request, MetricQuery):
        return item.is_filler
    metrics = [assembly.scope.model.metrics[name] for name in request.metrics]
    if is_a(item, "average"):
        return any(assembly.scope.structure.is_ratio(metric.name) for metric in metrics)
    return any(metric.unit in ("days", "hours", "minutes") for metric in metrics)


def _shows(item: Mention, frame: Frame, request: Request) -> bool:
    """Whether a word's meaning can be seen in the request."""
    if isinstance(request, MetricQuery):
        if is_a(item, "comparative"):
            return request.compare is not None or bool(request.show)
        if is_a(item, "share"):
            return bool(request.shares) or bool(request.compare)
        if is_any(item, "change", "comparison"):
            return request.compare is not None or any(name in GRAINS for name in request.group_by)
        if is_a(item, "trend"):
            if any(rank.count is not None for rank in frame.ranks) and item.text in MOTION:
                return True
            return any(name in GRAINS for name in request.group_by) or request.compare is not None
    if isinstance(request, ListQuery) and is_any(item, "rank"):
        return bool(request.order_by)
    return (is_any(item, "intent.why") and isinstance(request, MetricQuery) and request.compare is not None) or (
        is_a(item, "exclusion.close") and any(isinstance(each, Values) and each.negated for each in frame.items)
    )
