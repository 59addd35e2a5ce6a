"""What a word of growth compares where no other time is named, and the same time of another year."""

from __future__ import annotations

from datetime import date

from chat_service.language.dates.mention import DateMention
from chat_service.language.dates.shown import last_units
from chat_service.language.folding import fold
from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Against
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.senses import When
from chat_service.translate.stops import Denial, Doubt, Option, StopError
from semantic_layer import GRAINS, Compare, Grain, Period, buckets, preceding, unit, year_earlier


def _refuse_rising_to(changes: list[Edge], slots: Slots, assembly: Assembly) -> None:
    """升级到金卡: who rose to something, not by how much."""
    for word in changes:
        after = slots.frame.spoken(word)
        if after is not None and after.category == "values" and slots.people:
            raise assembly.deny(word)


_ENDS = frozenset(".?!。")
_SINCE_UNIT = ("relative unit", "since")  # rules of dates: since last quarter


def _along_time(changes: list[Edge], slots: Slots, assembly: Assembly) -> Compare | None:
    """Growth along time: each unit against the one before it."""
    words = [word for word in changes if word.category != "change.change" or len(slots.frame.folded(word)) > 2]
    if slots.has("trend") or not words:
        return None
    for word in changes:
        assembly.use(word, "comparison", "previous")
    grains = [item for item, group in slots.groups if group.grain is not None]
    return None if all(_is_felt(word, grains, slots.frame) for word in words) else Compare(to="previous")


def _is_felt(word: Edge, grains: list[Edge], frame: Frame) -> bool:
    """It seems to be slipping, 是不是在好转: how somebody feels that it goes, which the row of numbers will tell.

    So it is in a sentence beside the one that asks for the row: are refunds creeping up? Refund rate by month.
    """
    ends = [[frame.folded(edge) in _ENDS for edge in frame.between(word, grain)] for grain in grains]
    if ends and all(map(any, ends)):
        return True
    edge = frame.before(word)
    while edge is not None and any(character.isalnum() for character in frame.folded(edge)):
        if frame.folded(edge) in word_set("felt"):
            return True
        edge = frame.before(edge)
    return False


def change_alone(slots: Slots, assembly: Assembly, period: Period | None, grains: tuple[Grain, ...]) -> Compare | None:
    """'How much did revenue grow last month': a change without another period is against the one before."""
    ranked = any(rank.by_change for _, rank in slots.ranks) or any(bound.change for _, bound in slots.bounds)
    changes = slots.frame.said("change")
    _refuse_rising_to(changes, slots, assembly)
    if not changes and not ranked:
        return None
    if grains and not ranked:
        return _along_time(changes, slots, assembly)
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
    for word in changes:
        assembly.use(word, "comparison", "previous")
    assembly.assume("compared_with_previous", preceding(period, assembly.scope.today))
    return Compare(to="previous")


def why_of_when(slots: Slots, assembly: Assembly) -> Period | None:
    """Why did NPS fall: of which time is asked back, with the last units that are over; None where it is not asked so.

    Raises StopError with the doubt."""
    changes = slots.frame.said("change")
    if not (changes and slots.frame.said("intent.why")) or slots.has("trend"):
        return None
    word, today = changes[0], assembly.scope.today
    units = last_units(assembly.scope.language)
    chosen = next((grain for grain in units if grain == assembly.fixed.get(word.start)), None)
    if chosen is None:
        options = tuple(Option(label, "period", grain) for grain, label in units.items())
        raise StopError(Doubt("which_period", assembly.said(word), options, word.start, word.end))
    return unit(chosen, today, -1)


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


__all__ = ["change_alone", "in_year_of", "set_against", "through_year", "why_of_when"]


def is_of_units(item: Edge, against: Against, period: Period) -> bool:
    """Week over week, of eight weeks: by a unit of which the time that is asked for has several."""
    closed = period.start is not None and period.end is not None
    said = [leaf.meaning.date for leaf in item.leaves() if isinstance(leaf.meaning, When)]
    closed = closed and any(date.kind == "comparison" and date.count is None for date in said)  # no 前两周
    return against.to == "previous" and against.unit is not None and closed and len(buckets(against.unit, period)) > 1


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


def since_unit(slots: Slots, assembly: Assembly) -> tuple[Period, Period] | None:
    """Has it improved since last quarter: this one beside that one, and not the time since then beside one as long."""
    changes, today = slots.frame.said("change.up", "change.down"), assembly.scope.today
    said = [when.date for _, when in slots.whens if when.date.kind == "open" and when.date.rules[:2] == _SINCE_UNIT]
    if not changes or len(slots.whens) != 1 or not said or said[0].period is None or slots.ranks:
        return None
    grain = next((each for each in GRAINS if unit(each, today, -1).start == said[0].period.start), None)
    if grain is None:
        return None
    for word in changes:
        assembly.use(word, "comparison", "previous")
    assembly.assume("current_period", now := unit(grain, today))
    return now, unit(grain, today, -1)
