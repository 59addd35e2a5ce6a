"""What is told by a schedule, whatever it is: an answer or a dashboard as words or as a file, and a digest of the week.

A digest tells how the numbers of a dashboard have moved since the week (or month) before: each metric that stands on it
by itself, over the last whole one, the biggest changes first.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from chat_service.language.phrases import clauses, ended, said
from chat_service.present.alerts import rows_told
from chat_service.present.changes import change_words
from chat_service.present.dates import period_words
from chat_service.present.export.document import ExportError
from chat_service.present.export.pdf import PdfNeedsChromium, chromium
from chat_service.present.export.report import Report
from chat_service.present.figures import figure
from chat_service.present.names import Names
from chat_service.saved.boards import Boards
from chat_service.saved.conditions import Digest, Every
from chat_service.saved.dashboards import Look, Shown, ShownTile, answered, form_for
from chat_service.saved.looking import opened, request_today
from chat_service.saved.records import Alert
from chat_service.saved.reports import REPORT_MEDIA, ReportForm, dashboard_report, report_blocks, section_of
from chat_service.saved.schedule import SavedError
from chat_service.services import Services
from semantic_layer import Compare, MetricQuery, Period, Phrase, Problem, Reader, problem, shift, start_of

_MOST_MOVED = 10
_TITLE = Phrase("{name}：{period}", "{name}: {period}")
_MOVED = Phrase("变化最大的：{parts}", "The biggest changes: {parts}")
_STILL = Phrase("没有变化的：{parts}", "Unchanged: {parts}")
_PART = Phrase("{label} {value}（{change}）", "{label} {value} ({change})")
_UNKNOWN = Phrase("没有数据的：{parts}", "Without data: {parts}")


@problem(
    "nothing_to_digest",
    zh="看板“{name}”上没有数字指标，无法写成摘要。",
    en="The dashboard '{name}' has no metric to write a digest of.",
)
class NothingToDigest(Problem):
    """A digest of a dashboard without numbers."""

    name: str


@dataclass(frozen=True)
class Told:
    """A message: its lines, and a file beside them, where there is one."""

    lines: tuple[str, ...]
    file: dict[str, str] | None = None


def told(alert: Alert, condition: Every | Digest, boards: Boards, reader: Reader, services: Services) -> Told:
    """What is told now, under the reader's rights. Raises HuitouError."""
    shown = _subject(alert, boards, reader, services)
    look = Look(alert.language)
    if isinstance(condition, Digest):
        return Told(tuple(digest(shown, condition, look, reader, services)))
    if condition.form != "text":
        return Told((), _file(shown, condition.form, look, reader, services))
    lines = [line for tile in shown.tiles for line in _lines(tile, look, reader, services, len(shown.tiles) > 1)]
    return Told(tuple(lines))


def check_telling(alert: Alert, condition: Every | Digest, boards: Boards, reader: Reader, services: Services) -> None:
    """Raises SavedError, QueryError or ExportError for what could not be told as wanted."""
    shown = _subject(alert, boards, reader, services)
    if isinstance(condition, Digest):
        if not has_numbers(shown, Names(services.model, alert.language)):
            raise SavedError(NothingToDigest(shown.name))
    elif condition.form == "pdf" and chromium() is None:
        raise ExportError(PdfNeedsChromium())
    for each in shown.tiles:
        if each.request is not None:
            services.layer.prepare(each.request, reader)


def _subject(alert: Alert, boards: Boards, reader: Reader, services: Services) -> Shown:
    """The dashboard that an alert is on, or its saved answer as one of a single tile."""
    today = services.layer.as_of
    saved = boards.saved.saved(alert.saved_id)
    if saved is None:
        return boards.shown(alert.saved_id, reader, today, alert.language)
    request = request_today(opened(boards.saved, alert.saved_id, reader), today)
    tile = ShownTile(saved.name, form_for(request), 4, request, saved.saved_id)
    return Shown(saved.saved_id, saved.name, saved.owner, (tile,), (), "")


def _lines(tile: ShownTile, look: Look, reader: Reader, services: Services, has_title: bool) -> Iterator[str]:
    found = answered(tile, look, reader, services)
    head = f"{tile.title}\n" if has_title else ""
    yield head + found.text
    if found.finding is not None and found.status == "answered" and tile.form in ("list", "table"):
        yield from rows_told(found.finding, list(range(len(found.finding.table.rows))), look.language)


def _file(shown: Shown, form: ReportForm, look: Look, reader: Reader, services: Services) -> dict[str, str]:
    if len(shown.tiles) == 1:
        only = shown.tiles[0]
        found = answered(only, look, reader, services)
        report = Report(shown.name, look.language, (section_of(found, only),), found.restated, found.definitions)
    else:
        report = dashboard_report(shown, look, reader, services)
    content = b"".join(report_blocks(report, form, services.settings.fonts))
    return {"name": f"report.{form}", "media": REPORT_MEDIA[form], "content": base64.b64encode(content).decode()}


def digest(shown: Shown, wanted: Digest, look: Look, reader: Reader, services: Services) -> Iterator[str]:
    """The lines of a digest. Raises SavedError where the dashboard has no number, HuitouError."""
    wishes = _numbers(shown, Names(services.model, look.language))
    if not wishes:
        raise SavedError(NothingToDigest(shown.name))
    today = services.layer.as_of
    period = last_whole(wanted.unit, today)
    parts = [_part(label, request, period, look, reader, services) for request, label in list(wishes.items())]
    yield said(_TITLE, look.language, name=shown.name, period=period_words(period, today, look.language))
    moved = sorted((each for each in parts if each.size), key=lambda each: -(each.size or 0))
    for phrase, some in (
        (_MOVED, moved[:_MOST_MOVED]),
        (_STILL, [each for each in parts if each.size == 0]),
        (_UNKNOWN, [each for each in parts if each.size is None]),
    ):
        if some:
            yield ended(
                said(phrase, look.language, parts=clauses((each.text for each in some), look.language)), look.language
            )


def last_whole(unit: Literal["week", "month"], today: date) -> Period:
    """The last week or month that is over.

    >>> last_whole("week", date(2026, 6, 30))
    Period(start=datetime.date(2026, 6, 22), end=datetime.date(2026, 6, 29), grain='week')
    """
    end = start_of(unit, today)
    return Period(shift(unit, end, -1), end, unit)


def has_numbers(shown: Shown, names: Names) -> bool:
    """Whether a digest can be written of a dashboard."""
    return bool(_numbers(shown, names))


def _numbers(shown: Shown, names: Names) -> dict[MetricQuery, str]:
    """What the dashboard's numbers and courses of time measure, each once, with what it is called."""
    found: dict[MetricQuery, str] = {}
    for tile in shown.tiles:
        if isinstance(tile.request, MetricQuery):
            for name in tile.request.metrics:
                plain = MetricQuery(metrics=(name,), filters=tile.request.filters)
                found.setdefault(plain, tile.title if plain.filters else names.metric(name))
    return found


@dataclass(frozen=True)
class _Part:
    """How one number moved: `size` is the part of itself by which it did, None where that is not known."""

    text: str
    size: float | None


def _part(label: str, plain: MetricQuery, period: Period, look: Look, reader: Reader, services: Services) -> _Part:
    request = plain.model_copy(update={"period": period, "compare": Compare(to="previous")})
    tile = ShownTile(label, "number", 1, request)
    finding = answered(tile, look, reader, services).finding
    if finding is None or len(finding.table.rows) != 1:
        return _Part(label, None)
    value, before = finding.part(plain.metrics[0], "value"), finding.part(plain.metrics[0], "previous")
    (now,), (then,) = (finding.numbers(each) if each is not None else (None,) for each in (value, before))
    if now is None or then is None or value is None:
        return _Part(label, None)
    figure_now = figure(now, value.unit, look.language)
    change = change_words(value.unit, then, now, look.language)
    size = abs(now - then) / abs(then) if then else float(now != then)
    return _Part(said(_PART, look.language, label=label, value=figure_now, change=change), size)
