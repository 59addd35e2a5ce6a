"""A catalogue as the text that a model reads: a line a name, as short as it can be said, in one fixed order.

Detail gives way where a model is large: whole lines, then labels alone, then the bare names, then nothing but how to
look them up. The text depends on the catalogue and the budget alone, so that it is the same from question to question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from chat_service.translate.agent.catalogue import Catalogue, DimensionEntry, FieldEntry, MetricEntry, PopulationEntry
from chat_service.translate.agent.tokens import estimated_tokens

Entry = TypeVar("Entry")
_SENTENCE = re.compile(r"[.;](?:\s|$)|[。；]")
CATALOGUE_TOKENS = 11_500
_MOST_WORDS = 30
_MOST_VALUES = 12
_KINDS = {"flow": "", "stock": " stock", "ratio": " ratio"}
_POLARITY = {"higher_is_better": "", "lower_is_better": " lower-is-better", "neutral": ""}


def catalogue_text(catalogue: Catalogue, budget: int) -> str:
    """The catalogue within about `budget` tokens, as detailed as fits."""
    for metrics in (metric_line, _short_metric, _bare_metric):
        for dimensions in (dimension_line, _short_dimension):
            text = _text(catalogue, metrics, dimensions)
            if estimated_tokens(text) <= budget:
                return text
    return _text(catalogue, None, _short_dimension if _few(catalogue, budget) else None)


def is_whole(catalogue: Catalogue, budget: int) -> bool:
    """Whether every metric is shown with its full line."""
    return estimated_tokens(_text(catalogue, metric_line, _short_dimension)) <= budget


def metric_line(entry: MetricEntry) -> str:
    """`aov 笔单价/average order value ratio CNY D1: Mean net amount of a paid order`."""
    notes = [f"default period {entry.default_period}"] if entry.default_period else []
    notes += ["today only: no period, trend or comparison"] if entry.today_only else []
    notes += [f"{entry.instead_of[0]} by product"] if entry.instead_of else []
    notes += [f"shown with {', '.join(entry.beside)}"] if entry.beside else []
    tail = f" ({'; '.join(notes)})" if notes else ""
    unit = "" if entry.unit == "count" else f" {entry.unit}"
    kind = f"{_KINDS[entry.kind]}{unit}{_POLARITY[entry.polarity]}"
    said = "" if entry.instead_of else _first_sentence(entry.description.en or entry.description.zh)
    return f"{entry.name} {entry.label.zh}/{entry.label.en}{kind} {entry.reach}{': ' if said else ''}{said}{tail}"


def dimension_line(entry: DimensionEntry) -> str:
    """`member_tier 会员等级/member tier: bronze 普通/bronze, silver 银卡/silver …`."""
    values = ", ".join(_value(code, label.zh, label.en) for code, label in entry.values[:_MOST_VALUES])
    more = entry.is_open or len(entry.values) > _MOST_VALUES
    kind = "" if entry.type == "text" else f" {entry.type}"
    shown = "" if entry.is_open and not _are_codes(entry) else f": {values}" if values else ""
    return f"{entry.name} {entry.label.zh}/{entry.label.en}{kind}{shown}{' …' if more else ''}"


def field_line(entry: FieldEntry) -> str:
    """`orders.net_amount 订单金额 CNY`."""
    unit = f" {entry.unit}" if entry.unit else "" if entry.type == "text" else f" {entry.type}"
    values = f": {'|'.join(str(each) for each in entry.values)}" if entry.values else ""
    return f"{entry.name} {entry.label.zh}{unit}{values}"


def _short_metric(entry: MetricEntry) -> str:
    return f"{entry.name} {entry.label.zh}/{entry.label.en} {entry.reach}"


def _bare_metric(entry: MetricEntry) -> str:
    return entry.name


def _short_dimension(entry: DimensionEntry) -> str:
    return f"{entry.name} {entry.label.zh}/{entry.label.en}"


def _few(catalogue: Catalogue, budget: int) -> bool:
    return estimated_tokens(_text(catalogue, None, _short_dimension)) <= budget


def _text(
    catalogue: Catalogue,
    metrics: Callable[[MetricEntry], str] | None,
    dimensions: Callable[[DimensionEntry], str] | None,
) -> str:
    return "\n\n".join(part for part in _sections(catalogue, metrics, dimensions) if part)


def _sections(
    catalogue: Catalogue,
    metrics: Callable[[MetricEntry], str] | None,
    dimensions: Callable[[DimensionEntry], str] | None,
) -> Iterator[str]:
    if metrics is None:
        yield f"There are {len(catalogue.metrics)} metrics. Those near the question are told with it; else find_names."
    elif metrics is _bare_metric:
        yield "Metrics (those near the question are told with it):\n" + " ".join(
            entry.name for entry in catalogue.metrics
        )
    else:
        yield _section(
            "Metrics: name 中文/English kind unit, the set D of dimensions that it goes with",
            metrics,
            catalogue.metrics,
        )
    if dimensions is None:
        yield f"There are {len(catalogue.dimensions)} dimensions: find_names."
    else:
        yield _section("Dimensions: name 中文/English: codes (… = others exist)", dimensions, catalogue.dimensions)
    if dimensions is not None and metrics is not None and metrics is not _bare_metric:
        yield _reaches(catalogue)
    yield "Grains: " + ", ".join(catalogue.grains)
    if dimensions is dimension_line:
        yield _section("Fields to filter by (and of lists, by their bare name, to show)", field_line, catalogue.fields)
        names = (*(each.name for each in catalogue.fields), *(each.name for each in catalogue.dimensions))
        shown = {name.rpartition(".")[2] for name in names}
        for entity, columns in catalogue.list_columns.items():
            yield f"Lists of {entity} can also show: " + ", ".join(name for name in columns if name not in shown)
    yield from _people(catalogue)


def _people(catalogue: Catalogue) -> Iterator[str]:
    populations = [
        f"{each.label.zh}/{each.label.en} = {_made_by(each)} (list: {', '.join(each.columns)};"
        f" order_by {each.order_by}{' desc' if each.descending else ''})"
        for each in catalogue.populations
    ]
    behaviours = [
        f"{each.label.zh}/{each.label.en} {each.metric}{f', {each.amount}' if each.amount else ''}"
        for each in catalogue.behaviours
    ]
    journeys = [f"{each.name} {each.label.zh}/{each.label.en}" for each in (*catalogue.cohorts, *catalogue.funnels)]
    yield "Named populations: " + "; ".join(populations) if populations else ""
    yield "Behaviours (metric, amount of money): " + "; ".join(behaviours) if behaviours else ""
    yield "Cohorts and funnels: " + "; ".join(journeys) if journeys else ""


def _made_by(population: PopulationEntry) -> str:
    return " and ".join(f"{field} in {list(codes)}" for field, codes in population.filter)


def _reaches(catalogue: Catalogue) -> str:
    """The sets of dimensions; a large one by what it lacks."""
    every = [each.name for each in catalogue.dimensions]
    lines = []
    for name, within in catalogue.reaches.items():
        lacking = [each for each in every if each not in within]
        if not lacking:
            lines.append(f"{name}: all")
        elif len(lacking) < len(within):
            lines.append(f"{name}: all but {' '.join(lacking)}")
        else:
            lines.append(f"{name}: {' '.join(within) or 'none'}")
    return "Sets:\n" + "\n".join(lines)


def _section(title: str, line: Callable[[Entry], str], entries: Iterable[Entry]) -> str:
    lines = [line(entry) for entry in entries]
    return f"{title}\n" + "\n".join(lines) if lines else ""


def _value(code: str | int, zh: str, en: str) -> str:
    if str(code) == zh or str(code).replace("_", " ").casefold() == en.casefold():
        return str(code) if str(code) == zh else f"{code} {zh}"
    return f"{code} {zh}/{en}"


def _are_codes(entry: DimensionEntry) -> bool:
    """Whether what is known of an open dimension are codes, not names as the data writes them."""
    return any(str(code).isascii() for code, _ in entry.values)


def _first_sentence(text: str) -> str:
    first = _SENTENCE.split(text.strip(), maxsplit=1)[0]
    words = first.split(" ")
    return first if len(words) <= _MOST_WORDS else " ".join(words[:_MOST_WORDS]) + "…"
