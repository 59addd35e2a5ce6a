"""Cohort tables and funnels: questions that follow customers through time.

Such a question says which journey (同期群, funnel), of when, and of whom; every other word in it must be about the
journey itself. What is not is refused by name, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Literal

from chat_service.language.grammar.rule import Edge
from chat_service.language.numbers.numerals import zh_value
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clause
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.journey_parts import (
    COHORTS_BY,
    STEP_TIMES,
    Journey,
    cohort_request,
    funnel_request,
    is_retention,
    names_cohort,
    worth_of,
)
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.sorting import placed
from chat_service.translate.requests.whom import names_of
from chat_service.translate.words.lattice import UNKNOWN

_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_EN_NTH = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_COUNT = rf"\d{{1,2}}|[一二两三四五六七八九十]{{1,3}}|(?:{'|'.join(_EN)})"
# 第3个月, 三个月后, M3, month 3, two months after, the third month after
_DISTANCES = re.compile(
    rf"第 ?(?P<nth>{_COUNT}) ?个?月|(?P<later>{_COUNT}) ?个月(?:之?后|以后)|(?P<next>次月)"
    rf"|(?P<kept>{_COUNT}) ?个月(?=的?(?:留存|回购|复购))"
    rf"|(?<![a-z0-9])m ?(?P<m>\d{{1,2}})(?![a-z0-9])|(?<![a-z])months?[ -](?P<month>{_COUNT})(?![a-z0-9])"
    rf"|(?P<after>{_COUNT})[ -]months? (?:after|later|since|on)(?![a-z])"
    rf"|(?<![a-z])(?P<nth_en>{'|'.join(_EN_NTH[1:])}|\d{{1,2}}(?:st|nd|rd|th))[ -]month(?: after| since)?(?![a-z])"
)
# words that speak of the rows and columns of a journey, which it has anyway
_OWN_WORDS = re.compile(
    r"间隔月[数份]?|月数|还?剩下?|流失多少|months? since(?: first)?(?: (?:order|purchase))?|drop[- ]?offs?|survive"
    r"|(?:(?:each|every) )?month after(?: month|wards?)?|(?:in )?the months? after(?:wards?)?|thereafter|ever after"
)
Kind = Literal["cohort", "funnel"]


def read_journey(slots: Slots, assembly: Assembly) -> Journey | None:
    """The cohort or funnel that a question asks for, or None if it asks for neither. Raises StopError."""
    text = slots.frame.lattice.folded.text
    distances = list(_DISTANCES.finditer(text))
    kind = _kind(slots, assembly, bool(distances))
    if kind is None:
        return None
    consumed = [match.span() for match in (*distances, *_OWN_WORDS.finditer(text))]
    left = [item for item in slots.frame.covering.edges if not _within(item, consumed, slots.frame)]
    if any(item.category == UNKNOWN for item in left):
        return None
    if kind == "funnel":
        return funnel_request(left, assembly)
    return cohort_request(left, tuple(dict.fromkeys(_numbers(distances, text))), assembly)


def _numbers(distances: list[re.Match[str]], text: str) -> Iterator[int]:
    """第1个月到第5个月: each from the one to the other."""
    for one, other in zip_longest(distances, distances[1:]):
        reaches = other is not None and text[one.end() : other.start()].strip() in word_set("up_to")
        yield from range(_number(one), _number(other) if other is not None and reaches else _number(one) + 1)


def _within(item: Edge, spans: list[tuple[int, int]], frame: Frame) -> bool:
    tokens = frame.lattice.tokens
    start, end = tokens[item.start].fstart, tokens[item.end - 1].fend
    return any(a < end and start < b for a, b in spans)


def _kind(slots: Slots, assembly: Assembly, has_distance: bool) -> Kind | None:
    if slots.has("intent.funnel", STEP_TIMES) and assembly.model.funnels:
        return "funnel"
    if not assembly.model.cohorts:
        return None
    names = [name for _, each in (*slots.measures, *slots.populations) for name in each]
    said = placed(slots.frame)  # as it was said: a share of first buyers is no rate of their own here
    retained = any(is_retention(name, assembly) for name in names) or _asks_who_is_left(said, assembly)
    is_cohort = slots.has(*COHORTS_BY)
    if is_cohort and (retained or has_distance or not names or names_cohort(names, assembly)):
        return "cohort"
    if is_cohort and len(slots.measures) == 1 and worth_of(slots.measures[0][1], assembly):
        return "cohort"
    if not (has_distance or retained):
        return None
    firsts = _names_first(slots, assembly) or _names_first(said, assembly)
    left = has_distance and firsts and bool(said.has("share"))  # 首购的客户到第6个月还剩几成
    followed = left or (retained and (has_distance or firsts))
    return "cohort" if followed else None


def _names_first(slots: Slots, assembly: Assembly) -> bool:
    """Retention of customers who first bought in January: those are a cohort, by the event that places them in it."""
    behaviours = assembly.model.behaviours
    firsts = {behaviours[name].metric for name in assembly.structure.firsts}
    named = [name for _, each in (*slots.measures, *slots.populations) for name in each]
    along = any(group.grain is not None for _, group in slots.groups)
    by_name = bool(firsts & set(named) and slots.whens and along)
    if by_name and not slots.clauses:
        return True
    others = [c for _, each in slots.clauses for c in each.clauses if not _is_dated_first(c, assembly)]
    firsts_told = len(slots.clauses) - len(others)
    return (firsts_told == 1 or (by_name and not firsts_told)) and all(_is_event(each, assembly) for each in others)


def _is_dated_first(clause: Clause, assembly: Assembly) -> bool:
    plain = clause.when is not None and not clause.negated and clause.condition is None
    return plain and clause.behaviours[0] in assembly.structure.firsts


def _is_event(clause: Clause, assembly: Assembly) -> bool:
    """Whether a deed is what cohorts are followed by: buying, said again of those who first bought."""
    events = {cohort.metric for cohort in assembly.model.cohorts.values()}
    plain = not clause.negated and clause.condition is None and not clause.values and clause.when is None
    return plain and any(assembly.model.behaviours[name].metric in events for name in clause.behaviours)


def _asks_who_is_left(slots: Slots, assembly: Assembly) -> bool:
    """What share kept buying each month after, 每个月还剩多少比例在买: of those who are followed, who still does."""
    deeds = [clause for _, each in slots.clauses for clause in each.clauses]
    along = any(group.grain is not None for _, group in slots.groups)
    if not along or not (slots.has("share") or slots.frame.asks("how_many", "people")):
        return False
    again = any(_is_event(each, assembly) for each in deeds) or _goes_on_in_a_name(slots, assembly)
    return again and _names_first(slots, assembly)


def _goes_on_in_a_name(slots: Slots, assembly: Assembly) -> bool:
    """How many people still bought, which is also a name in pieces of something else."""
    events = {cohort.metric for cohort in assembly.model.cohorts.values()}
    pieces = slots.frame.said("piece")
    leaves = [leaf for leaf in slots.frame.lattice.leaves if leaf.category == "behaviour"]
    within = (leaf for leaf in leaves if any(p.start <= leaf.start and leaf.end <= p.end for p in pieces))
    return any(assembly.model.behaviours[name].metric in events for leaf in within for name in names_of(leaf))


def _number(found: re.Match[str]) -> int:
    if found["next"] is not None:
        return 1
    text = next(value for value in found.groupdict().values() if value is not None)
    if text in _EN:
        return _EN.index(text)
    if text in _EN_NTH:
        return _EN_NTH.index(text)
    digits = re.match(r"\d+", text)
    if digits is not None:
        return int(digits[0])
    value = zh_value(text)
    return int(value) if value is not None else 0
