"""Values of dimensions: beside their dimension's name, in lists, and left out.

上海和北京 -> one of two; 金卡会员 -> gold; churn risk is high -> high; 除上海以外, leaving marketplace aside -> not
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.translate.grammar.categories import Amount, Item, Items, Node, Values, mentions_of
from chat_service.translate.grammar.matching import Found, is_a, is_any, parts, rewrite
from chat_service.translate.senses import Mention, ValueSense, WordSense
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.vocabulary import phrase_keys

_LINKS = frozenset(
    {"是", "为", "=", ":", "等于", "属于", "is", "are", "was", "were", "of", "在", "的", "in", "the", "at", "级别"}
)
_LEFT_OUT = (
    "x=exclusion.open ~ v=values ~ c=exclusion.close",
    "x=exclusion.open ~ v=values",
    "x=exclusion.open ~ v=value c=exclusion.close?",
    "v=values c=exclusion.close",
    "v=value c=exclusion.close",
)
_ABOUT = frozenset({"about", "regarding", "concerning", "related to", "relating to", "关于", "有关", "针对"})
_REST = frozenset({"其他", "其它", "其余", "other", "others", "the rest", "the other"})
_GOODS = frozenset(
    {"产品", "商品", "货品", "品类", "类", "类产品", "类商品", "products", "product", "items", "goods", "stuff"}
)


def read_members(items: Items, scope: Scope) -> Items:
    """Values join their dimension's name, then each other, then what leaves them out."""
    items = _named(_levels(_goods(_others(_imperatives(_about(_accounting(items))))), scope))
    items = rewrite(items, ("v=value",), lambda found, all_items: _single(found, all_items, scope))
    items = rewrite(_listed(items, scope), ("v=values ~ n=amount d=dimension",), _counted)
    items = rewrite(items, _LEFT_OUT, lambda found, all_items: _left_out(found, all_items, scope))
    grouped = any(is_any(item, "grouping.each", "grouping.by", "question.which", "rank", "condition") for item in items)
    return items if grouped else rewrite(items, ("v=values ~ d=dimension",), _rest_of)


def _about(items: Items) -> Items:
    """'Complaints about refunds', 关于退款的投诉: behind 'about' stands what they are about, not another measure."""
    return tuple(
        replace(item, senses=item.values())
        if isinstance(item, Mention)
        and item.values()
        and item.metrics()
        and at
        and isinstance(before := items[at - 1], Mention)
        and before.text in _ABOUT
        else item
        for at, item in enumerate(items)
    )


def _accounting(items: Items) -> Items:
    """'How much … do gold members account for this year': a verb of shares, though 'account' is a value too."""
    shared = any(is_a(item, "share") for item in items)
    return tuple(
        replace(item, senses=(WordSense("share", "share"),))
        if shared
        and isinstance(item, Mention)
        and item.text in ("account", "accounts")
        and at + 1 < len(items)
        and (after := items[at + 1]) is not None
        and mentions_of(after)[0].text.startswith("for ")
        else item
        for at, item in enumerate(items)
    )


def _imperatives(items: Items) -> Items:
    """'Use revenue instead': a verb that changes the question before is not what customers do."""
    instead = any(
        isinstance(item, Mention) and item.words("follow") == ("instead",) and not item.behaviours() for item in items
    )
    first = next((i for i, item in enumerate(items) if not is_a(item, "filler")), -1)
    people = any(is_any(item, "entity", "question") for item in items)
    return tuple(
        replace(item, senses=tuple(s for s in item.senses if isinstance(s, WordSense)))
        if isinstance(item, Mention)
        and item.behaviours()
        and is_a(item, "follow.instead")
        and (instead or (i == first and not people))
        else item
        for i, item in enumerate(items)
    )


def _others(items: Items) -> Items:
    """除了小程序,其他渠道: 'other' says nothing where something is left out."""
    if not any(is_a(item, "exclusion.open") for item in items):
        return items
    return tuple(
        replace(item, senses=(WordSense("filler", "rest"),))
        if isinstance(item, Mention) and item.text in _REST
        else item
        for item in items
    )


def _goods(items: Items) -> Items:
    """母婴产品, beauty products: the word for goods after a value of them says nothing more."""
    result: list[Item] = []
    for item in items:
        before = result[-1] if result else None
        after_value = isinstance(before, Mention) and bool(before.values()) and not before.is_filler
        if isinstance(item, Mention) and item.text in _GOODS and after_value and not item.metrics():
            item = replace(item, senses=(WordSense("filler", "goods"),))
        result.append(item)
    return tuple(result)


def _named(items: Items) -> Items:
    """A dimension's name beside a value says which dimension it is; bare codes count only so."""
    result: list[Item] = list(items)
    at = 0
    while at < len(result):
        item = result[at]
        if isinstance(item, Mention) and item.values(weak=True):
            span = _with_name(result, at, item)
            if span is not None:
                first, last, senses = span
                result[first:last] = [Values(parts(tuple(result[first:last])), (senses,), named=True)]
                at = first
        at += 1
    return tuple(result)


def _with_name(items: list[Item], at: int, value: Mention) -> tuple[int, int, tuple[ValueSense, ...]] | None:
    right = _name_at(items, at + 1, value, 1)
    if right is not None and not (value.date is not None):
        return at, right[0] + 1, right[1]
    left = _name_at(items, at - 1, value, -1)
    if value.dimensions():
        return None
    if left is not None and not (
        left[0] > 0 and is_any(items[left[0] - 1], "grouping.each", "grouping.by", "question.which")
    ):
        return left[0], at + 1, left[1]
    return None


def _name_at(items: list[Item], at: int, value: Mention, step: int) -> tuple[int, tuple[ValueSense, ...]] | None:
    """The dimension's name next to a value, over linking words; to the right only right beside it."""
    hops = 0
    while 0 <= at < len(items):
        item = items[at]
        if not isinstance(item, Mention):
            return None
        names = item.dimensions() if item is not value else ()
        senses = tuple(s for s in value.values(weak=True) if s.dimension in names)
        if senses:
            strong = tuple(s for s in senses if not s.weak)
            return at, tuple(ValueSense(s.dimension, s.value) for s in (strong or senses))
        if names or item.text not in _LINKS or hops >= 3 or (step > 0):
            return None
        hops += 1
        at += step
    return None


def _rest_of(found: Found, items: Items) -> Node | None:
    """华东以外地区: the name of the dimension behind what is left out of it says nothing more."""
    values, named = found.one("v"), found.one("d")
    if not isinstance(values, Values) or not values.negated or not isinstance(named, Mention) or named.metrics():
        return None
    if not set(named.dimensions()) & set(values.dimensions):
        return None
    return replace(values, parts=parts(items[found.first : found.last]), named=True)


def _counted(found: Found, items: Items) -> Node | None:
    """上海、北京两个城市: the number of what is named, with its kind, says nothing more."""
    values, amount, named = found.one("v"), found.one("n"), found.one("d")
    if not isinstance(values, Values) or not isinstance(amount, Amount) or not isinstance(named, Mention):
        return None
    many = len(values.words) > 1 and amount.value == len(values.words)
    if not many or not set(named.dimensions()) & set(values.dimensions):
        return None
    words = tuple(tuple(s for s in word if s.dimension in named.dimensions()) or word for word in values.words)
    return Values(parts(items[found.first : found.last]), words, values.negated, named=True)


def _levels(items: Items, scope: Scope) -> Items:
    """流失风险高的客户, churn risk 高: a word for how high, right behind a dimension that has such a value."""
    result: list[Item] = []
    for item in items:
        before = result[-1] if result else None
        if isinstance(item, Mention) and isinstance(before, Mention) and item.words("level") and not item.values():
            senses = tuple(
                ValueSense(name, level)
                for name in before.dimensions()
                for level in item.words("level")
                if any(level in field.definition.values for field in scope.model.dimensions[name].fields)
            )
            if senses:
                result[-1] = Values((before, item), (senses,), named=True)
                continue
        result.append(item)
    return tuple(result)


def _single(found: Found, items: Items, scope: Scope) -> Node | None:
    """A value on its own; not where the stretch is something better: a metric, a list, a date."""
    del scope
    item = found.one("v")
    assert isinstance(item, Mention), "values are mentions"
    if item.date is not None or item.words("change"):
        return None
    if item.metrics() or item.lists() or item.dimensions() or item.behaviours():
        return None
    return Values(parts(items[found.first : found.last]), (item.values(),))


def _listed(items: Items, scope: Scope) -> Items:
    """Values of one dimension with 'and', 'or', a comma or 'vs' between them are one set."""
    result: list[Item] = []
    at = 0
    while at < len(items):
        item = items[at]
        if isinstance(item, Values):
            end, merged = at + 1, item
            while (following := _next_value(items, end)) is not None:
                joined = _join(merged, following[1], items[end : following[0]], scope)
                if joined is None:
                    break
                merged, end = joined, following[0] + 1
            result.append(merged)
            at = end
        else:
            result.append(item)
            at += 1
    return tuple(result)


def _next_value(items: Items, at: int) -> tuple[int, Values] | None:
    start = at
    while at < len(items) and isinstance(items[at], Mention):
        item = items[at]
        if not is_any(item, "connective.and", "connective.or", "comparison.versus", "filler") and not _and_the(item):
            break
        at += 1
    following = items[at] if at < len(items) else None
    if isinstance(following, Values):
        return at, following
    if at > start and isinstance(following, Mention) and _one_of_many(following):
        return at, Values((following,), (following.values(),))
    return None


def _and_the(item: Item) -> bool:
    """'And the', which opens a question that goes on from before, and joins two things in one."""
    return isinstance(item, Mention) and item.text.startswith("and ") and is_a(item, "follow.what_about")


def _one_of_many(item: Mention) -> bool:
    """A word for a value and for its dimension ('web and store orders') is the value beside another one."""
    return bool(item.values() and item.dimensions()) and not (item.metrics() or item.lists() or item.behaviours())


def _join(one: Values, other: Values, between: Items, scope: Scope) -> Values | None:
    if one.negated or other.negated or any(part.date is not None for part in (*one.parts, *other.parts)):
        return None
    joiners = [item for item in between if is_any(item, "connective", "comparison.versus") or _and_the(item)]
    if not joiners and between:
        return None
    stretch = one.parts + parts(between) + other.parts
    merged = Values(stretch, one.words + other.words, named=one.named or other.named)
    if not merged.dimensions:
        merged = replace(merged, words=_in_full(one, scope) + _in_full(other, scope))
    return merged if merged.dimensions else None


def _in_full(values: Values, scope: Scope) -> tuple[tuple[ValueSense, ...], ...]:
    """江苏、浙江、上海: beside provinces a city that is one is meant by its full name, 上海市."""
    named = [part.text for part in values.parts if part.values()]
    if len(named) != len(values.words) or any(text.isascii() for text in named):
        return values.words
    full = (scope.lexicon.senses(phrase_keys(f"{text}市")) for text in named)
    return tuple(
        (*word, *(sense for sense in senses if isinstance(sense, ValueSense) and sense not in word))
        for word, senses in zip(values.words, full, strict=True)
    )


def _left_out(found: Found, items: Items, scope: Scope) -> Node | None:
    values, opener = found.one("v"), found.one("x")
    if isinstance(values, Mention) and _one_of_many(values):
        values = Values((values,), (values.values(),))
    if isinstance(values, Mention) and values.lists() and values.values() and not values.metrics():
        filters = scope.model.lists[values.lists()[0]].filter  # 'are not churned': the state as the list has it
        states = tuple(s for s in values.values() if s.dimension in filters and s.value in filters[s.dimension])
        values = Values((values,), (states[:1],)) if states else values
    if not isinstance(values, Values) or values.negated:
        return None
    if isinstance(opener, Mention) and is_any(opener, "negation", "connective", "filler") and found.one("c") is None:
        between = items[found.first + 1 : found.last - 1]
        if any(not is_a(item, "filler") for item in between):
            return None
    return Values(parts(items[found.first : found.last]), values.words, negated=True, named=values.named)


def texts(item: Item) -> str:
    """What an item says, for messages."""
    return " ".join(mention.text for mention in mentions_of(item))
