"""What things of the model are called in the question's language: metrics, columns, fields and coded values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from chat_service.language.phrases import bracketed, clauses, comma, listed, said, sentences
from chat_service.outcomes import Language
from chat_service.present.dates import bucket_mark, bucket_name
from chat_service.present.figures import exact_figure, figure, scale_of
from semantic_layer import (
    Bilingual,
    Column,
    Field,
    FoundReason,
    Model,
    Phrase,
    Value,
    describe,
    label_in,
    read_reasons,
    reasons,
)

_COUNTER, _ANY_COUNTER = Phrase("{counter}", ""), Phrase("个", "")
_PLURAL = Phrase("", "s")
_REASONS = 2  # so many are named in a cell
_NONE, _MORE, _NO_REASON = Phrase("（空）", "(none)"), Phrase("{named} 等{count}项", "{named} and {more} more"), "—"
_TRUNCATED = re.compile(
    r"(?:cast\(\s*)?date_trunc\('(?P<unit>month|quarter|year)',[^()]+\)(?:\s+as\s+date\s*\))?", re.IGNORECASE
)
_PARTS: dict[str, Phrase] = {
    "previous": Phrase("{metric}（对比期）", "{metric} (previous)"),
    "change": Phrase("{metric}变化", "change in {metric}"),
    "change_pct": Phrase("{metric}变化率", "change in {metric}, %"),
    "share": Phrase("{metric}占比", "share of {metric}"),
    "cumulative": Phrase("累计{metric}", "running total of {metric}"),
}


@dataclass(frozen=True, eq=False)
class Names:
    """Labels of one model in one language, and sentences in that language."""

    model: Model
    language: Language

    def say(self, phrase: Phrase, **parts: object) -> str:
        """The sentence in the names' language."""
        return said(phrase, self.language, **parts)

    def comma(self, *words: str) -> str:
        """Parts of one sentence; empty ones are left out."""
        return comma(words, self.language)

    def clauses(self, *words: str) -> str:
        """Clauses of one sentence; empty ones are left out."""
        return clauses(words, self.language)

    def listed(self, words: Iterable[str]) -> str:
        """Things of one kind, side by side."""
        return listed(words, self.language)

    def sentences(self, *words: str) -> str:
        """Sentences after one another; empty ones are left out."""
        return sentences(words, self.language)

    def bracketed(self, text: str) -> str:
        """What is said in brackets; nothing for nothing."""
        return bracketed(text, self.language)

    def words(self, text: Bilingual | None) -> str:
        """A text of the model; empty where there is none."""
        return "" if text is None else getattr(text, self.language)

    def entity(self, name: str, count: int | None = None) -> str:
        """What one entity, or so many of them, are called."""
        found = self.model.entities.get(name)
        noun = name if found is None else self.words(found.label)
        is_plural = count is not None and count != 1 and self.say(_PLURAL) and not noun.endswith("s")
        return noun + self.say(_PLURAL) if is_plural else noun

    def counter(self, name: str) -> str:
        """The word between a number and the noun of that entity, where the language has one."""
        found = self.model.entities.get(name) or next(iter(self.model.entities.values()), None)
        return self.say(_COUNTER, counter=found.counter) if found and found.counter else self.say(_ANY_COUNTER)

    def metric(self, name: str) -> str:
        """The label of a metric, cohort table or funnel; its id where the model does not know it."""
        metric = self.model.metrics.get(name)
        if metric is not None:
            return metric.label.in_language(self.language)
        journey = self.model.cohorts.get(name) or self.model.funnels.get(name)
        return name if journey is None else self.words(journey.label)

    def field(self, name: str) -> Field | None:
        """The field behind a dimension's name or a `dataset.field`."""
        dimension = self.model.dimensions.get(name)
        return self.model.fields.get(name) if dimension is None else dimension.home

    def dimension(self, name: str) -> str:
        """The label of a dimension or field."""
        dimension = self.model.dimensions.get(name)
        if dimension is not None:
            return dimension.label.in_language(self.language)
        if name in self.model.lists:
            return self.known(name) or name
        field = self.model.fields.get(name) or next(iter(self.model.keys.get(name, ())), None)
        return name if field is None else field.label.in_language(self.language)

    def known(self, name: str) -> str | None:
        """The label of whatever the model has under that name; None where it has nothing."""
        label = label_in(self.model, name)
        return None if label is None else label.in_language(self.language)

    def column(self, column: Column) -> str:
        """What a column is called by itself: `累计销售额`, `share of orders`."""
        if column.metric is not None and column.part in _PARTS:
            return self.say(_PARTS[column.part], metric=self.metric(column.metric))
        return column.label.in_language(self.language)

    def code(self, field: Field | None, value: Value) -> str:
        """The label of a field's coded value, or the value itself.

        A field that holds reasons (a JSON list of code and evidence) shows the strongest by their names. An instant
        is shown by its day.
        """
        if value is None:
            return self.say(_NONE)
        if isinstance(value, datetime):
            return value.date().isoformat()
        if field is not None and not isinstance(value, float | date):
            words = field.definition.values.get(value)
            if words is None and isinstance(value, str) and value.startswith("["):
                return self._reason_labels(value)
            if words is not None:
                return getattr(words, self.language)[0]  # type: ignore[no-any-return]
        return figure(value, None, self.language) if isinstance(value, bool) else str(value)

    def value(self, column: Column, value: Value, *, short: bool = False) -> str:
        """A cell of a group column or attribute in words: label of a code, name of a bucket, figure of a number."""
        unit = column.grain or _unit_of(self.field(column.field or column.name))
        if unit is not None and isinstance(value, date):
            return bucket_mark(unit, value) if short else bucket_name(unit, value, self.language)
        for code, label in column.value_labels:
            if code == value:
                return label.in_language(self.language)
        if column.role == "dimension" and (column.unit is None or column.field is not None):
            field = None if column.field is None else self.model.fields.get(column.field)
            if column.unit is not None and isinstance(value, int | float):
                return exact_figure(value, column.unit, self.language, column.format)
            if isinstance(value, float):
                return exact_figure(value, column.unit, self.language, column.format)
            return self.code(field or self.field(column.name), value)
        return figure(value, column.unit, self.language, column.format)

    def cell(self, column: Column, value: Value) -> str:
        """A cell by itself: the label of a code, the figure of a number."""
        if column.role == "dimension" or column.grain is not None or not isinstance(value, int | float):
            return self.value(column, value, short=True)
        is_change = column.part == "change"
        scale = scale_of((value,), part_unit(column), self.language, column.format, is_change=is_change, scaled=False)
        written = scale.bare(value, signed=is_change or column.part == "change_pct")
        return f"{written} {scale.head}" if is_change and scale.unit == "percent" else written

    def reasons(self, value: Value) -> tuple[str, ...]:
        """The sentences of a JSON list of reasons with evidence, strongest first; none for any other value."""
        return tuple(self._sentence(each) for each in _found_reasons(value))

    def reason_names(self, value: Value) -> tuple[str, ...]:
        """What the reasons of such a list are called, strongest first."""
        return tuple(self._label(each) for each in _found_reasons(value))

    def _reason_labels(self, text: str) -> str:
        names = self.reason_names(text)
        if not names:
            return text if text != "[]" else _NO_REASON
        named, more = self.listed(names[:_REASONS]), len(names) - _REASONS
        return self.say(_MORE, named=named, count=len(names), more=more) if more > 0 else named

    def _label(self, reason: FoundReason) -> str:
        return getattr(reasons()[reason.code].label, self.language)  # type: ignore[no-any-return]

    def _sentence(self, reason: FoundReason) -> str:
        try:
            return describe(reason, self.language, lambda name, code: self.code(self.field(name), code))
        except (KeyError, ValueError):  # evidence written by another release
            return self._label(reason)


def _unit_of(field: Field | None) -> str | None:
    """The unit of time that a field's dates are the beginnings of, as its expression says."""
    if field is None or field.definition.expression is None:
        return None
    found = _TRUNCATED.fullmatch(field.definition.expression.strip())
    return None if found is None else found["unit"].lower()


def _found_reasons(value: Value) -> tuple[FoundReason, ...]:
    if not isinstance(value, str) or not value.startswith("["):
        return ()
    try:
        found = read_reasons(value)
    except (json.JSONDecodeError, KeyError, TypeError):
        return ()
    return found if all(each.code in reasons() for each in found) else ()


def part_unit(column: Column) -> str | None:
    """The unit that a column's numbers are shown in: shares and relative changes are percent whatever the metric's."""
    return "percent" if column.part in ("share", "change_pct") else column.unit
