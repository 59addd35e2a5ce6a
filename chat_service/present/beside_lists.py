"""What is told beside a named list: what all of it is worth, its share of those it is of, and its commonest reasons.

Each is a request of its own over the list's conditions, run for the same reader; what the model does not name is not
told, and neither is what a request cannot answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chat_service.present.figures import figure
from chat_service.present.finding import Finding
from chat_service.translate.meaning.populations import is_of, population
from semantic_layer import (
    HuitouError,
    ListDefinition,
    ListQuery,
    MetricQuery,
    Order,
    Phrase,
    Request,
    ResultTable,
    Value,
)

Run = Callable[[Request], ResultTable]
_COMMONEST = 3
_IN_ALL = Phrase("{label}合计{value}", "{label} {value} in all")
_SHARE = Phrase("占{label}的{share}", "{share} of {label}")
_REASONS = Phrase("{label}最多的是{reasons}", "commonest {label}: {reasons}")
_WHY = Phrase("{label}：{reasons}。", "{label}: {reasons}.")
_SENTENCE = Phrase("{parts}。", "{parts}.")
_BETWEEN, _REASON = Phrase("，", "; "), Phrase("{name}（{share}）", "{name} ({share})")
_LISTED, _ENUMERATED = Phrase("；", "; "), Phrase("、", ", ")


def beside_list(finding: Finding, run: Run) -> str:
    """A sentence about the whole of a named list, or nothing."""
    request = finding.request
    if not isinstance(request, ListQuery) or not finding.table.rows:
        return ""
    listed = population(request, finding.names.model)
    if len(finding.table.rows) == 1 and finding.table.total_rows == 1:
        return _why_one(finding)
    if listed is None:
        return ""
    parts = [*_in_all(finding, listed, run), *_share(finding, listed, run), *_commonest(finding, listed, run)]
    said = finding.say(_SENTENCE, parts=finding.say(_BETWEEN).join(parts)) if parts else ""
    return said[:1].upper() + said[1:]


def _in_all(finding: Finding, listed: ListDefinition, run: Run) -> Iterator[str]:
    for name in listed.summary:
        metric = finding.names.model.metrics[name].definition
        value = _value(MetricQuery(metrics=(name,), filters=finding.request.filters), run)
        if value is not None:
            told = figure(value, metric.unit, finding.language, metric.format)
            yield finding.say(_IN_ALL, label=finding.names.metric(name), value=told)


def _share(finding: Finding, listed: ListDefinition, run: Run) -> Iterator[str]:
    if listed.share_of is None:
        return
    others = tuple(each for each in finding.request.filters if not is_of(each, listed))
    whole = _value(MetricQuery(metrics=(listed.share_of,), filters=others), run)
    if isinstance(whole, int | float) and whole:
        share = figure(finding.table.total_rows / whole, "percent", finding.language)
        yield finding.say(_SHARE, label=finding.names.metric(listed.share_of), share=share)


def _commonest(finding: Finding, listed: ListDefinition, run: Run) -> Iterator[str]:
    counted = finding.names.model.entities[listed.entity].counted_by
    if listed.commonest is None or counted is None:
        return
    query = MetricQuery(
        metrics=(counted,),
        group_by=(listed.commonest,),
        filters=finding.request.filters,
        order_by=(Order(column=counted, descending=True),),
        limit=_COMMONEST,
    )
    table = _table(query, run)
    total = finding.table.total_rows
    if table is None or not total:
        return
    field = finding.names.field(listed.commonest)
    named = [
        finding.say(
            _REASON,
            name=finding.names.code(field, row[0]),
            share=figure(row[1] / total, "percent", finding.language),
        )
        for row in table.rows
        if row[0] is not None and isinstance(row[1], int | float)
    ]
    if named:
        label = finding.names.dimension(listed.commonest)
        yield finding.say(_REASONS, label=label, reasons=finding.say(_ENUMERATED).join(named))


def _why_one(finding: Finding) -> str:
    """The evidence of the one entity that is listed."""
    for column in finding.table.columns:
        reasons = finding.names.reasons(finding.cell(0, column))
        if reasons:
            joined = finding.say(_LISTED).join(reasons)
            return finding.say(_WHY, label=finding.names.column(column), reasons=joined)
    return ""


def _value(query: MetricQuery, run: Run) -> Value:
    table = _table(query, run)
    return table.rows[0][0] if table is not None and table.rows else None


def _table(query: MetricQuery, run: Run) -> ResultTable | None:
    try:
        return run(query)
    except HuitouError:
        return None
