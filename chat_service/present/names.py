"""What things of the model are called in the question's language: metrics, columns, fields and coded values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from chat_service.outcomes import Language
from chat_service.present.dates import bucket_mark, bucket_name
from chat_service.present.figures import change_pct_figure, exact_figure, figure, signed_figure
from semantic_layer import Column, Field, FoundReason, Model, Value, describe, label_in, read_reasons, reasons

_REASONS = 2  # so many are named in a cell
_PART_WORDS: dict[str, tuple[str, str]] = {
    "previous": ("对比期", "previous"),
    "change": ("变化", "change"),
    "change_pct": ("变化率", "change %"),
    "share": ("占比", "share"),
    "cumulative": ("累计", "cumulative"),
}


@dataclass(frozen=True, eq=False)
class Names:
    """Labels of one model in one language."""

    model: Model
    language: Language

    def metric(self, name: str) -> str:
        """The label of a metric, cohort table or funnel; its id where the model does not know it."""
        metric = self.model.metrics.get(name)
        if metric is not None:
            return metric.label.in_language(self.language)
        journey = self.model.cohorts.get(name) or self.model.funnels.get(name)
        return name if journey is None else (journey.label.zh if self.language == "zh" else journey.label.en)

    def field(self, name: str) -> Field | None:
        """The field behind a dimension's name or a `dataset.field`."""
        dimension = self.model.dimensions.get(name)
        return self.model.fields.get(name) if dimension is None else dimension.home

    def dimension(self, name: str) -> str:
        """The label of a dimension or field."""
        dimension = self.model.dimensions.get(name)
        if dimension is not None:
            return dimension.label.in_language(self.language)
        field = self.model.fields.get(name)
        return name if field is None else field.label.in_language(self.language)

    def known(self, name: str) -> str | None:
        """The label of whatever the model has under that name; None where it has nothing."""
        label = label_in(self.model, name)
        return None if label is None else label.in_language(self.language)

    def part(self, column: Column) -> str:
        """The word for a column's part of its metric: `对比期`, `change`."""
        zh, en = _PART_WORDS.get(column.part, ("本期", "value"))
        return zh if self.language == "zh" else en

    def column(self, column: Column) -> str:
        """The head of a column; a comparison's names its metric and its part."""
        if column.metric is not None and column.part != "value":
            label, part = self.metric(column.metric), self.part(column)
            return f"{label}（{part}）" if self.language == "zh" else f"{label} ({part})"
        return column.label.in_language(self.language)

    def code(self, field: Field | None, value: Value) -> str:
        """The label of a field's coded value, or the value itself.

        A field that holds reasons (a JSON list of code and evidence) shows the strongest by their names. An instant
        is shown by its day.
        """
        if value is None:
            return "（空）" if self.language == "zh" else "(none)"
        if isinstance(value, datetime):
            return value.date().isoformat()
        if field is not None and not isinstance(value, float | date):
            words = field.definition.values.get(value)
            if words is None and isinstance(value, str) and value.startswith("["):
                return self._reason_labels(value)
            if words is not None:
                return (words.zh if self.language == "zh" else words.en)[0]
        return figure(value, None, self.language) if isinstance(value, bool) else str(value)

    def value(self, column: Column, value: Value, *, short: bool = False) -> str:
        """A cell of a group column or attribute in words: label of a code, name of a bucket, figure of a number."""
        if column.grain is not None and isinstance(value, date):
            return bucket_mark(column.grain, value) if short else bucket_name(column.grain, value, self.language)
        for code, label in column.value_labels:
            if code == value:
                return label.in_language(self.language)
        if column.role == "dimension" and (column.unit is None or column.field is not None):
            field = None if column.field is None else self.model.fields.get(column.field)
            if column.unit is not None and isinstance(value, int | float):
                return exact_figure(value, column.unit, self.language)
            if isinstance(value, float):
                return exact_figure(value, column.unit, self.language)
            return self.code(field or self.field(column.name), value)
        return figure(value, column.unit, self.language)

    def cell(self, column: Column, value: Value) -> str:
        """A cell of a table: labels for codes, exact figures for numbers."""
        if column.grain is not None or (column.role == "dimension" and not isinstance(value, float)):
            return "" if value is None and column.role != "dimension" else self.value(column, value, short=True)
        if column.part == "change":
            return signed_figure(value, column.unit, self.language)
        if column.part == "change_pct" and isinstance(value, int | float):
            return change_pct_figure(value)
        return exact_figure(value, part_unit(column), self.language)

    def reasons(self, value: Value) -> tuple[str, ...]:
        """The sentences of a JSON list of reasons with evidence, strongest first; none for any other value."""
        return tuple(self._sentence(each) for each in _found_reasons(value))

    def _reason_labels(self, text: str) -> str:
        found = _found_reasons(text)
        if not found:
            return text if text != "[]" else "—"
        labels = [self._label(each) for each in found[:_REASONS]]
        more = len(found) - len(labels)
        if self.language == "zh":
            return "、".join(labels) + (f" 等{len(found)}项" if more else "")
        return ", ".join(labels) + (f" and {more} more" if more else "")

    def _label(self, reason: FoundReason) -> str:
        label = reasons()[reason.code].label
        return label.zh if self.language == "zh" else label.en

    def _sentence(self, reason: FoundReason) -> str:
        try:
            return describe(reason, self.language, lambda name, code: self.code(self.field(name), code))
        except (KeyError, ValueError):  # evidence written by another release
            return self._label(reason)


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
