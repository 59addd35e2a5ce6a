"""Idioms of staying away, which one condition alone does not say.

never came back after their first order, 首单之后再也没买过 -> one order in all
last order more than 180 days ago, 超过180天没下单 -> no order since, but one before
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from chat_service.language.dates.mention import DateMention
from chat_service.translate.grammar.categories import Clause, Condition, Item, Items, When, mentions_of
from chat_service.translate.grammar.matching import is_a, is_any, parts
from chat_service.translate.senses import BehaviourSense, Mention, MetricSense
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.vocabulary import phrase_keys
from semantic_layer import Behaviour, Period, add_months

_NOT = ("negation.not", "negation.never", "negation.none")
_LAST = ("last ", "latest ", "most recent ", "上次", "上一次", "最后一次", "最近一次", "末次")

_LATER = frozenset(
    {"since", "since then", "ever since", "after that", "afterwards", "afterward", "thereafter", "since that"}
    | {"之后", "以后", "此后", "后来", "从那以后", "从那之后", "那以后", "那之后", "自那以后", "自此", "其后"}
)


def read_lapses(items: Items, scope: Scope) -> Items:
    """Idioms become clauses before the verbs in them are read one by one."""
    main = scope.structure.main_behaviour
    if main is None:
        return items
    items = _again(_once_only(items, main, scope), main, scope)
    return _long_ago(_last_time_apart(items, main, scope), main, scope)


# --- one order and no more ---


def _once_only(items: Items, main: Behaviour, scope: Scope) -> Items:
    """A first order with nothing after it; 'never again' without a period says the same."""
    for at, item in enumerate(items):
        if not (isinstance(item, Mention) and is_any(item, *_NOT)):
            continue
        verb = _next(items, at + 1)
        if verb is None or not _is_main_verb(items[verb], main, scope):
            continue
        before, after = _first_before(items, at, scope), _first_after(items, verb + 1)
        again = _repeats(items[verb], main, scope) and not any(isinstance(each, When) for each in items)
        if before is None and after is None and not again:
            continue
        first = at if before is None else before
        last = verb + 1 if after is None else after + 1
        if any(isinstance(each, (When, Condition)) for each in items[first:last]):
            continue
        stretch = parts(tuple(each for each in items[first:last] if isinstance(each, Mention)))
        condition = Condition(stretch, "=", (1.0,), ("times",))
        clause = Clause(stretch, main.name, main.metric, condition=condition, ever=True)
        if not any(isinstance(each, When) for each in items):
            return (*items[:first], clause, *items[last:])
        opener, when = items[first], items[first - 1] if first else None
        if not isinstance(when, When) or not isinstance(opener, Mention) or not opener.behaviours():
            return (*items[:at], replace(item, senses=()), *items[at + 1 :])  # not understood: of when is the first?
        behaviour = scope.model.behaviours[opener.behaviours()[0]]
        began = Clause((*when.parts, opener), behaviour.name, behaviour.metric, when=when)
        return (*items[: first - 1], began, clause, *items[last:])
    return items


def _next(items: Items, at: int) -> int | None:
    """The next item that is not a word without meaning."""
    while at < len(items) and is_any(items[at], "filler", "follow.also") and not _behaves(items[at]):
        at += 1
    return at if at < len(items) else None


def _behaves(item: Item) -> bool:
    return isinstance(item, Mention) and bool(item.behaviours())


def _is_main_verb(item: Item, main: Behaviour, scope: Scope) -> bool:
    return (
        isinstance(item, Mention)
        and bool(item.behaviours())
        and scope.model.behaviours[item.behaviours()[0]].metric == main.metric
    )


def _repeats(item: Item, main: Behaviour, scope: Scope) -> bool:
    """Whether a verb says that something is done again: another behaviour of the main one's metric."""
    return _is_main_verb(item, main, scope) and isinstance(item, Mention) and item.behaviours()[0] != main.name


def _first_before(items: Items, at: int, scope: Scope) -> int | None:
    """首单之后再…: the first order before a negation, with a word for 'after' between."""
    back = at - 1
    later = False
    while back >= 0 and is_any(items[back], "filler", "connective") and not _behaves(items[back]):
        item = items[back]
        later = later or (isinstance(item, Mention) and any(mark in item.text for mark in ("后", "再", "after")))
        back -= 1
    if back < 0:
        return None
    item = items[back]
    if not isinstance(item, Mention):
        return None
    if "cohort" in item.words("intent") and item.text.endswith("后"):
        return back
    if not later or not item.behaviours():
        return None
    metric = scope.model.behaviours[item.behaviours()[0]].metric
    names_first = any(mark in item.text for mark in ("首", "第一", "first"))
    return back if names_first and scope.structure.one_each(metric) else None


def _first_after(items: Items, at: int) -> int | None:
    """… after their first order."""
    after = _next(items, at)
    if after is None:
        return None
    item = items[after]
    said = isinstance(item, Mention) and "cohort" in item.words("intent") and item.text.startswith("after ")
    return after if said else None


def _again(items: Items, main: Behaviour, scope: Scope) -> Items:
    """'Who ordered again', with no period: more than once."""
    if any(isinstance(each, (When, Condition)) for each in items):
        return items
    for at, item in enumerate(items):
        denied = any(is_a(each, "negation") for each in items[:at])
        if isinstance(item, Mention) and _repeats(item, main, scope) and not denied:
            condition = Condition((item,), ">=", (2.0,), ("times",))
            clause = Clause((item,), main.name, main.metric, condition=condition, ever=True)
            return (*items[:at], clause, *items[at + 1 :])
    return items


# --- none for long ---


def _last_time_apart(items: Items, main: Behaviour, scope: Scope) -> Items:
    """上次购买在半年以前, in single words: none since then. The last time at a point in time is not understood."""
    for at, verb in ((at, at + width) for at in range(len(items)) for width in (1, 2) if at + width < len(items)):
        opener = "".join(part.text for item in items[at:verb] for part in mentions_of(item))
        if opener not in _LAST or not _is_main_verb(items[verb], main, scope):
            continue
        first = items[at]
        then = next((i for i in range(verb + 1, len(items)) if isinstance(items[i], When)), None)
        when = items[then] if then is not None else None
        silent = then is not None and all(is_any(each, "filler", "prefix") for each in items[verb + 1 : then])
        before = isinstance(when, When) and when.parts[-1].text.endswith(("以前", "之前"))
        over = then is not None and any(is_any(each, "prefix.gt", "prefix.ge") for each in items[verb + 1 : then])
        if then is not None and isinstance(when, When) and silent and (before or over):
            since = _since(when, scope)
            if since is not None:
                return _none_since(items, at, then, since, main)
        if isinstance(first, Mention) and when is not None:
            return (*items[:at], replace(first, senses=()), *items[at + 1 :])
    return items


def _none_since(items: Items, first: int, last: int, since: When, main: Behaviour) -> Items:
    stretch = parts(items[first : last + 1])
    none = Clause(stretch, main.name, main.metric, negated=True, when=replace(since, parts=stretch))
    return (*items[:first], none, Clause(stretch, main.name, main.metric, ever=True), *items[last + 1 :])


def _long_ago(items: Items, main: Behaviour, scope: Scope) -> Items:
    """'Last order more than 180 days ago': none since that day, but one before."""
    for at, item in enumerate(items):
        if not _is_last_time(item, main, scope):
            continue
        over = _next(items, at + 1)
        if over is None:
            continue
        held = _says_more(items[over]) or _lies_before(items[over])
        if not held and not is_any(items[over], "prefix.gt", "prefix.ge"):
            continue
        then = over if held else _next(items, over + 1)
        when = items[then] if then is not None else None
        if then is None or not isinstance(when, When) or not _is_back_then(when):
            continue
        since = _since(when, scope)
        if since is None:
            continue
        return _none_since(items, at, then, since, main)
    return items


def _says_more(when: Item) -> bool:
    """Whether 'more than' is among the words of the date itself: over 90 days ago."""
    return isinstance(when, When) and when.parts[0].text.startswith(("over ", "more than ", "超过", "至少"))


def _lies_before(when: Item) -> bool:
    """最近一次下单在90天以前: at or before that day."""
    return isinstance(when, When) and when.parts[-1].text.endswith(("以前", "之前"))


def _is_back_then(when: When) -> bool:
    return any(part.text.endswith(("ago", "前", "以前", "之前", "earlier", "back")) for part in when.parts)


def _is_last_time(item: Item, main: Behaviour, scope: Scope) -> bool:
    if not isinstance(item, Mention) or item.metrics():
        return False
    opener = next((word for word in _LAST if item.text.startswith(word)), None)
    if opener is None:
        return False
    rest = item.text.removeprefix(opener).removesuffix(" date").removesuffix("时间").removesuffix("日期")
    senses = scope.lexicon.senses(phrase_keys(rest))
    names = {s.name for s in senses if isinstance(s, BehaviourSense | MetricSense)}
    return bool(names & {main.name, main.metric})


def _since(when: When, scope: Scope) -> When | None:
    end = when.date.period.end if when.date.period is not None else None
    if end is None or end > scope.today:
        return None
    if when.date.kind == "period" and when.date.unit in ("month", "year") and _is_back_then(when):
        end = _so_long_ago(when.date.period, scope.today) or end
    return replace(when, date=DateMention("rolling", Period(end, scope.today + timedelta(days=1)), text=when.date.text))


def after_that(stretch: Items, previous: Clause | None, scope: Scope) -> When | None:
    """'… and have not come back since', 之后就没下过单: from the end of what the clause before is about, to today."""
    before = previous.when if previous is not None else None
    end = before.date.period.end if before is not None and before.date.period is not None else None
    words = [item for item in stretch if isinstance(item, Mention)]
    later = [item for item in words if item.text.removesuffix("再").removesuffix("就") in _LATER]
    if before is None or end is None or not later or end > scope.today:
        return None
    return When((later[0],), DateMention("rolling", Period(end, scope.today + timedelta(days=1)), text=later[0].text))


def _so_long_ago(then: Period | None, today: date) -> date | None:
    """The day after the same day as many months ago: 'more than 3 months ago' counts to the day, not by calendar."""
    if then is None or then.start is None or then.grain not in ("month", "year"):
        return None
    months = (today.year - then.start.year) * 12 + (today.month - then.start.month if then.grain == "month" else 0)
    return add_months(today, -months) + timedelta(days=1)


def with_one_before(items: list[Item], scope: Scope) -> list[Item]:
    """超过180天没下单: who never ordered at all is not meant. 'More than' before the length says so."""
    main = scope.structure.main_behaviour
    result: list[Item] = []
    for item in items:
        result.append(item)
        if main is None or not isinstance(item, Clause) or not item.negated or item.metric != main.metric:
            continue
        if item.when is not None and any(is_any(part, "prefix.gt", "prefix.ge") for part in item.when.parts):
            result.append(Clause(item.parts, item.behaviour, item.metric, ever=True, alternative=False))
    return result


def with_earlier_ones(items: list[Item], scope: Scope) -> list[Item]:
    """'Bought again in June', with nothing else: who bought in June, and before."""
    main = scope.structure.main_behaviour
    clauses = [item for item in items if isinstance(item, Clause)]
    if main is None or len(clauses) != 1:
        return items
    only = clauses[0]
    repeats = only.behaviour not in (None, main.name) and only.metric == main.metric
    start = only.when.date.period.start if only.when is not None and only.when.date.period is not None else None
    if not repeats or only.negated or only.condition is not None or only.when is None or start is None:
        return items
    earlier = replace(only.when, date=DateMention("open", Period(None, start), text=only.when.date.text))
    at = items.index(only)
    return [*items[: at + 1], replace(only, when=earlier), *items[at + 1 :]]
