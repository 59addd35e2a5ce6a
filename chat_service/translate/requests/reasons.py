"""Why customers leave, in words: what those who left, or who may, had met before.

Why a number changed is another question: a rate in a time that is named, or one that rose or fell.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from chat_service.language.bindings import binding
from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots, names_roster
from chat_service.translate.requests.whom import NAMING, lists_of, names_of, narrowing, period_asked, refuse_rest, take
from chat_service.translate.stops import Doubt, Option, StopError
from semantic_layer import CausesQuery

# 为什么会流失 is why they do, before why those leave who 'will leave'
_ON_A_LIST = 0.4


def causes_asked(slots: Slots, assembly: Assembly) -> CausesQuery | None:
    """Why customers leave, or may leave; None for why a number changed."""
    asks = slots.has("intent.why") or says_reasons(slots, assembly)
    changes = slots.has("change", "comparison", "date.versus", "comparative", "trend") or slots.against
    if not asks or changes or slots.bounds or slots.ranks or _lists_people(slots):
        return None
    about = _outcome(slots, assembly)
    if about is None:
        return None
    metric, name, used = about
    if name and _lists_or_asks(slots, assembly):
        return None
    if metric and used is not None and slots.whens and not _speaks_of_leavers(used, slots, assembly):
        return None  # why that rate was what it was in that time: a change of a number
    period = period_asked(slots, assembly)
    filters = narrowing(slots, assembly, beside=name)
    beside = {each.name for _, each in slots.listed}
    take(slots, assembly, {metric, name, *_gone(metric, name, assembly), *beside}, *NAMING)
    refuse_rest(slots, assembly, "intent.why", "field", "group", "intent.list")
    if name and period is not None:
        raise assembly.deny(slots.whens[0][0])
    assembly.doubt += _ON_A_LIST if name else 0.0
    return CausesQuery(metric=metric, list=name, period=period, filters=filters)


def _lists_or_asks(slots: Slots, assembly: Assembly) -> bool:
    """深圳 银卡 可能流失 客户 原因: who they are, each with reasons, or why all of them may? Raises StopError till it
    is chosen."""
    frame = slots.frame
    nouns = [word for word in frame.said("intent.why") if frame.folded(word) in word_set("reasons_of_each")]
    said = [*nouns, *(i for i in slots.columns if reasons_column(assembly) in names_of(i))]
    word, before = (said[0], frame.before(said[0])) if said else (None, None)
    people = {*slots.entities, *(item for item, _ in (*slots.listed, *slots.values)), *frame.asks("list")}
    asked = any(e.category.endswith((".question", ".auxiliary")) for e in frame.covering.edges)
    if word is None or before not in people or asked or frame.asks("which", "what", "who"):
        return False
    if (chosen := assembly.fixed.get(word.start)) is None:
        codes = ("each_with", "all_of_them")
        options = tuple(Option(binding(c, assembly.said(word), assembly.scope.language), "list", c) for c in codes)
        raise StopError(Doubt("list_or_causes", assembly.said(word), options, word.start, word.end))
    return chosen == "each_with"


def _outcome(slots: Slots, assembly: Assembly) -> tuple[str, str, Edge | None] | None:
    """What is asked about: a transition (the churn rate) by its name, by its leavers or their deed; or a list."""
    model = assembly.model
    by_who = departures(assembly)
    named = [(item, name) for item, names in (*slots.measures, *slots.populations) for name in names]
    for item, clauses in slots.clauses:
        named += [(item, model.behaviours[each].metric) for clause in clauses.clauses for each in clause.behaviours]
        if any(clause.negated or clause.condition or clause.values for clause in clauses.clauses):
            return None  # 流失，只看服务方面: of some of them, or of one family of causes
    for item, listed in slots.listed:
        if listed.negated:
            continue
        metric = model.lists[listed.name].metric
        if metric in by_who:
            named.append((item, metric or ""))
        elif model.lists[listed.name].against:
            return "", listed.name, item
    for item, name in named:
        if name in by_who or name in by_who.values():
            return by_who.get(name, name), "", item
        on = next((each.name for each in model.lists.values() if each.metric == name and each.against), None)
        if on is not None:
            return "", on, item
    only_reasons = not named and says_reasons(slots, assembly)
    return (next(iter(by_who.values())), "", None) if only_reasons and by_who else None


def departures(assembly: Assembly) -> dict[str, str]:
    """The transitions that nobody wants (the churn rate), by the metric that counts those who made it."""
    return {
        each.definition.transition.who: name
        for name, each in assembly.model.metrics.items()
        if each.definition.transition is not None and each.polarity == "lower_is_better"
    }


def _gone(metric: str, name: str, assembly: Assembly) -> tuple[str, ...]:
    """The metrics by which those who left, or who are on the list, are counted."""
    if name:
        return (assembly.model.lists[name].metric or "",)
    transition = assembly.model.metrics[metric].definition.transition
    who = transition.who if transition is not None else ""
    return (who, *(each.name for each in assembly.model.lists.values() if each.metric == who))


def _speaks_of_leavers(item: Edge, slots: Slots, assembly: Assembly) -> bool:
    """Whether people who left are named rather than their rate."""
    names = [name for other, names in (*slots.measures, *slots.populations) for name in names if other is item]
    return not any(assembly.model.metrics[name].kind == "transition" for name in names)


def says_reasons(slots: Slots, assembly: Assembly) -> bool:
    """流失原因, main reasons for churn: what lists show of reasons, and what the commonest are told of, by name."""
    commonest = {each.commonest for each in lists_of(assembly) if each.commonest}
    named = {name for item in slots.columns for name in names_of(item)}
    grouped = {name for _, group in slots.groups for name in group.dimensions if not group.marked}
    return reasons_column(assembly) in named or bool(grouped & commonest)


def reasons_column(assembly: Assembly) -> str:
    """The field that holds reasons with their evidence, beside the dimension that tells the first of them; or none."""
    for each in lists_of(assembly):
        dimension = assembly.model.dimensions.get(each.commonest or "")
        home = dimension.home if dimension is not None else None
        read = [] if home is None or home.expression is None else [c.name for c in home.expression.find_all(exp.Column)]
        found = [name for name in each.columns if home is not None and name in read]
        if found and home is not None:
            return f"{home.dataset}.{found[0]}"
    return ""


def _lists_people(slots: Slots) -> bool:
    """'Which gold customers may churn, and why' lists them, each with reasons; 'what are the reasons' does not."""
    if names_roster(slots):
        return True
    people = {*slots.entities, *(item for item, _ in (*slots.listed, *slots.clauses, *slots.values))}
    asks = slots.frame.asks("which", "who", "list")
    return any(slots.frame.spoken(item) in people for item in asks) or _asks_which(slots, people)


def _asks_which(slots: Slots, people: Iterable[Edge]) -> bool:
    """'Which' that was taken for a word without meaning, right before whom it asks for."""
    firsts = [slots.frame.before(item) for item in people]
    return any(edge is not None and edge.is_empty and slots.frame.folded(edge) == "which" for edge in firsts)
