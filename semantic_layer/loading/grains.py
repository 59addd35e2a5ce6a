"""A model's own units of time: definitions checked, and made into units as soon as a calendar table can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from semantic_layer.errors import DefinitionProblem, Phrase, nearest, thing
from semantic_layer.loading.problems.definitions import BadGrain, NotATime
from semantic_layer.loading.problems.names import UnknownDataset, UnknownField
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import GrainDefinition
from semantic_layer.model.model import Dataset, Field, Model
from semantic_layer.model.names import TIME_TYPES
from semantic_layer.query.result import Value
from semantic_layer.query.time_problems import BrokenCalendar
from semantic_layer.time.lengths import in_months, in_seconds, length
from semantic_layer.time.units import ListedUnits, RepeatedUnits

_DAY_SECONDS = 86400
# the last day that every month has
_LAST_SAFE_DAY = 28


class UnevenLengthsError(ValueError):
    """The lengths of a grain do not make units."""

    def __init__(self, reason: Phrase) -> None:
        super().__init__(str(reason))
        self.reason = reason


def check_grains(draft: Draft, datasets: Mapping[str, Dataset]) -> Iterator[DefinitionProblem]:
    """Each grain is lengths counted from a day, or a unit's field beside a day's in one dataset."""
    for place, grain in enumerate(draft.definition.grains):
        part: Part = ("grains", place)
        if not draft.is_read(*part):
            continue
        reason = _misshapen(grain)
        if reason is not None:
            yield BadGrain(draft.where(*part), grain.name, reason)
        elif grain.every:
            yield from _check_lengths(draft, grain, (*part, "every"))
        else:
            yield from _check_fields(draft, grain, part, datasets)


def repeated_units(grain: GrainDefinition) -> RepeatedUnits:
    """The units of a grain by lengths. Raises UnevenLengthsError where they are not all of months or all of days."""
    lengths = [length(text) for text in grain.every]
    assert grain.origin is not None, "checked when the model was loaded"
    months = [each for each in map(in_months, lengths) if each is not None]
    if len(months) == len(lengths):
        if grain.origin.day > _LAST_SAFE_DAY:
            day = grain.origin.day
            raise UnevenLengthsError(
                Phrase(
                    f"从 {day} 号起算月份，而有些月份没有这一天",
                    f"counts months from day {day}, which some months do not have",
                )
            )
        return RepeatedUnits(grain.name, grain.origin, tuple(months), in_months=True)
    seconds = [in_seconds(each) or 0 for each in lengths]
    if months or any(each % _DAY_SECONDS for each in seconds):
        raise UnevenLengthsError(
            Phrase("的长度不全是月，也不全是天", "has lengths that are neither all of months nor all of days")
        )
    return RepeatedUnits(grain.name, grain.origin, tuple(each // _DAY_SECONDS for each in seconds), in_months=False)


def listed_units(name: str, rows: Sequence[tuple[date, Value]]) -> ListedUnits | BrokenCalendar:
    """The units that a calendar's rows name: days in order, each with the value of its unit.

    Days follow one another without gaps, and no unit comes again after another one.
    """
    starts: list[date] = []
    seen: set[Value] = set()
    before: tuple[date, Value] | None = None
    for day, unit in rows:
        if unit is None:
            return BrokenCalendar("group_by", name, str(day), Phrase("没有单位", "has no unit"))
        if before is not None and day == before[0]:
            return BrokenCalendar("group_by", name, str(day), Phrase("出现了两次", "is there twice"))
        if before is not None and day != before[0] + timedelta(days=1):
            return BrokenCalendar("group_by", name, str(before[0] + timedelta(days=1)), Phrase("缺失", "is missing"))
        if before is None or unit != before[1]:
            if unit in seen:
                again = Phrase(f"第二次开始“{unit}”", f"begins '{unit}' a second time")
                return BrokenCalendar("group_by", name, str(day), again)
            seen.add(unit)
            starts.append(day)
        before = (day, unit)
    if before is None:
        nothing = Phrase("都缺失：日历没有任何行", "is missing: the calendar has no rows")
        return BrokenCalendar("group_by", name, Phrase("所有日子", "any day"), nothing)
    return ListedUnits(name, tuple(starts), before[0] + timedelta(days=1))


def calendar_fields(model: Model, grain: GrainDefinition) -> tuple[Field, Field]:
    """The fields of a calendar's day and of its unit."""
    assert grain.day is not None and grain.unit is not None, "called for grains of a calendar"
    return model.fields[grain.day], model.fields[grain.unit]


def _misshapen(grain: GrainDefinition) -> Phrase | None:
    """What is wrong with the keys of a grain, None if nothing."""
    counted = bool(grain.every) or grain.origin is not None
    listed = grain.day is not None or grain.unit is not None
    if counted == listed:
        return Phrase(
            "要么有 `every` 和 `from`，要么有 `day` 和 `unit`", "needs either `every` and `from`, or `day` and `unit`"
        )
    if counted and not (grain.every and grain.origin is not None):
        return Phrase("要同时有 `every` 和 `from`", "needs both `every` and `from`")
    if listed and not (grain.day is not None and grain.unit is not None):
        return Phrase("要同时有 `day` 和 `unit`", "needs both `day` and `unit`")
    return None


def _check_lengths(draft: Draft, grain: GrainDefinition, part: Part) -> Iterator[DefinitionProblem]:
    try:
        repeated_units(grain)
    except UnevenLengthsError as error:
        yield BadGrain(draft.where(*part), grain.name, error.reason)
    except (ValueError, OverflowError) as error:
        yield BadGrain(draft.where(*part), grain.name, str(error))


def _check_fields(
    draft: Draft, grain: GrainDefinition, part: Part, datasets: Mapping[str, Dataset]
) -> Iterator[DefinitionProblem]:
    owner = thing("grain", grain.name)
    homes = []
    for key, text in (("day", grain.day or ""), ("unit", grain.unit or "")):
        dataset, _, name = text.rpartition(".")
        where = draft.where(*part, key)
        if dataset not in datasets:
            if "datasets" not in draft.gaps:
                yield UnknownDataset(where, owner, dataset or text, nearest(dataset or text, datasets))
            continue
        homes.append(dataset)
        field = datasets[dataset].fields.get(name)
        if field is None:
            yield UnknownField(where, owner, name, dataset, nearest(name, datasets[dataset].fields))
        elif key == "day" and field.type not in TIME_TYPES:
            yield NotATime(where, owner, field.qualified, field.type)
    if len(set(homes)) > 1:
        yield BadGrain(
            draft.where(*part),
            grain.name,
            Phrase("的 `day` 和 `unit` 来自不同的数据集", "takes its `day` and its `unit` from different datasets"),
        )
