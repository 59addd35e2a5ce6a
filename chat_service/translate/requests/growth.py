"""What a word of growth compares where no other time is named, and the same time of another year."""

from __future__ import annotations

from datetime import date

from chat_service.language.dates.mention import DateMention
from chat_service.language.folding import fold
from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.stops import Denial, StopError
from semantic_layer import Compare, Grain, Period, preceding, unit, year_earlier


def _refuse_rising_to(changes: list[Edge], slots: Slots, assembly: Assembly) -> None:
    """升级到金卡: who rose to something, not by how much."""


def change_alone(slots: Slots, assembly: Assembly, period: Period | None, grains: tuple[Grain, ...]) -> Compare | None:
    """'How much did revenue grow last month': a change without another period is against the one before."""
    ranked = any(rank.by_change for _, rank in slots.ranks) or any(bound.change for _, bound in slots.bounds)
    changes = slots.frame.said("change")
    _refuse_rising_to(changes, slots, assembly)
    if not changes and not ranked:
        return None
    if grains and not ranked:
        return None
    if slots.has("trend"):
        return None
    for item, _ in slots.whens:
        if slots.frame.folded(item).startswith(tuple(word_set("from_it"))):
            raise assembly.deny(item, "several_periods")  # from the one to the other, or within both?
    if period is None or period.start is None:
        if len(slots.values) and any(len(values.words) > 1 for _, values in slots.values):
            return None
        word = (*changes, *(item for item, _ in (*slots.ranks, *slots.bounds)))[0]
        raise assembly.deny(word, "comparison_without_period")
    assembly.assume("compared_with_previous", preceding(period, assembly.scope.today))
    return Compare(to="previous")


def in_year_of(year: Period, period: Period, said: str) -> Period:
    """与2024年同期相比: the same time of the year that is named, which is an earlier one."""
    found = period
    while year.start is not None and found.start is not None and found.end and found.start.year > year.start.year:
        found = year_earlier(found, found.end)
    if found is period:
        raise StopError(Denial("several_periods", said))
    return found


def set_against(slots: Slots) -> list[Edge]:
    """今年上半年对去年下半年, H1 over H2: a word that else says nothing, alone between two times."""
    one, other = slots.whens[0][0], slots.whens[-1][0]
    between, words = slots.frame.between(one, other), word_set("set_against")
    led = not between and slots.frame.folded(other).split(" ")[0] in words
    return [other] if led else between if [slots.frame.folded(edge) in words for edge in between] == [True] else []


def through_year(mention: DateMention) -> Period | None:
    """Month by month through 2025: in each month of it, where 'through May' alone is all until its end."""
    first, *rest = fold(mention.text).text.split(" ")
    period = mention.period
    named = first in word_set("through_it") and len(rest) == 1 and rest[0].isdigit()
    if not named or period is None or period.start is not None or period.end != date(int(rest[0]) + 1, 1, 1):
        return None
    return unit("year", date(int(rest[0]), 1, 1))


__all__ = ["change_alone", "in_year_of", "set_against", "through_year"]


def of_one_year(one: tuple[Period, DateMention], other: tuple[Period, DateMention]) -> tuple[Period, Period]:
    """Q1 vs Q2 2025: a year that is said of one of both is that of the other; Q1 vs Q1 2025 are not of one year."""
    first, second = one[0], other[0]
    if other[1].kind == "same_period":
        return first, in_year_of(second, first, other[1].text)
    if one[1].year_named is other[1].year_named or not {first.grain, second.grain} <= {"month", "quarter"}:
        return first, second
    bare, named = (first, second) if other[1].year_named else (second, first)
    assert bare.start is not None and named.start is not None and bare.grain is not None, "a unit of time has its ends"
    moved = unit(bare.grain, bare.start.replace(year=named.start.year))
    if moved == named:
        return first, second
    return (moved, second) if bare is first else (first, moved)
