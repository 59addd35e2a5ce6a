"""Dashboards in YAML beside the model, to be kept in git: `dashboards/NAME.yaml`, one each, open to everybody.

    label: {zh: 会员, en: Members}
    filters: [member_tier]
    tiles:
      - label: {zh: 复购率, en: Repurchase rate}
        form: number
        request: {kind: metrics, metrics: [repurchase_rate], period: {last: 1, unit: month}}

A request is a typed query; `{last: 3, unit: month}` in place of a period is the three months before this one,
whenever one looks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from chat_service.outcomes import Language
from chat_service.saved.dashboards import MOST_TILES, Shown, ShownTile, TileForm
from chat_service.saved.schedule import SavedError, read_schedule
from semantic_layer import (
    DefinitionProblem,
    DefinitionsError,
    Grain,
    Layer,
    MetricQuery,
    Phrase,
    Problem,
    QueryError,
    Request,
    malformed,
    problem,
    read_request,
    read_yaml,
    shift,
    shipped_model_path,
    start_of,
)

PREFIX = "model:"  # of the ids of dashboards that stand beside the model
OWNER = "model"
_FOLDER, _SUFFIX = "dashboards", ".yaml"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Label(_Part):
    zh: str = Field(min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=200)


class _FileTile(_Part):
    label: _Label
    form: TileForm
    width: int = Field(2, ge=1, le=4)
    request: dict[str, JsonValue]


class _File(_Part):
    label: _Label
    refresh: str = "every 15 minutes"
    filters: tuple[str, ...] = ()
    tiles: tuple[_FileTile, ...] = Field(min_length=1, max_length=MOST_TILES)


class _Last(_Part):
    last: int = Field(ge=1, le=1000)
    unit: Grain


_LAST: TypeAdapter[_Last] = TypeAdapter(_Last)


@problem("malformed_dashboard", zh="{part}：{reason}。", en="{part}: {reason}.")
class MalformedDashboard(DefinitionProblem):
    """A part of a dashboard's file that is not as it should be."""

    part: str
    reason: str | Phrase


@dataclass(frozen=True)
class FileDashboard:
    """A dashboard as its file says it."""

    name: str
    path: Path
    said: _File
    lines: dict[tuple[str | int, ...], int]

    def shown(self, language: Language, today: date) -> Shown:
        """As it is on a day. Raises DefinitionsError for a request that is none."""
        tiles = tuple(
            ShownTile(getattr(each.label, language), each.form, each.width, self.request(place, today))
            for place, each in enumerate(self.said.tiles)
        )
        label = getattr(self.said.label, language)
        return Shown(PREFIX + self.name, label, OWNER, tiles, self.said.filters, self.said.refresh)

    def request(self, place: int, today: date) -> Request:
        """What the tile at a place asks for on a day. Raises DefinitionsError."""
        said = self.said.tiles[place].request
        try:
            return read_request(json.dumps(_on(said, today)))
        except QueryError as error:
            raise DefinitionsError(*(self.at_tile(place, each.phrase()) for each in error.problems)) from error

    def at_tile(self, place: int, reason: str | Phrase) -> MalformedDashboard:
        """What is wrong with a tile, with where it stands."""
        return self.wrong(("tiles", place), reason)

    def wrong(self, part: tuple[str | int, ...], reason: str | Phrase) -> MalformedDashboard:
        """What is wrong with a part, with where it stands."""
        return _wrong(self.path, part, reason, self.lines)


def dashboards_folder(model: Path | None) -> Path:
    """Where the dashboards beside a model stand."""
    found = model or shipped_model_path()
    return (found if found.is_dir() else found.parent) / _FOLDER


def dashboard_paths(model: Path | None) -> tuple[Path, ...]:
    """The files of the dashboards beside a model, in order."""
    folder = dashboards_folder(model)
    return tuple(sorted(folder.glob(f"*{_SUFFIX}"))) if folder.is_dir() else ()


def file_names(model: Path | None) -> tuple[str, ...]:
    """The names of the dashboards beside a model, in order."""
    return tuple(each.stem for each in dashboard_paths(model))


def file_dashboard(model: Path | None, name: str) -> FileDashboard | None:
    """The dashboard of that name beside a model. Raises DefinitionsError with every mistake in its file."""
    if name not in file_names(model):
        return None
    return read_dashboard(dashboards_folder(model) / f"{name}{_SUFFIX}")


def read_dashboard(path: Path) -> FileDashboard:
    """The dashboard that a file says. Raises DefinitionsError with every mistake in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionsError(_wrong(path, (), str(error), {})) from error
    found = read_yaml(text, str(path), with_lines=True)
    if found.problems:
        raise DefinitionsError(*found.problems)
    try:
        said = _File.model_validate(found.value)
    except ValidationError as error:
        raise DefinitionsError(*_mistakes(path, error, found.lines)) from error
    made = FileDashboard(path.stem, path, said, found.lines)
    try:
        read_schedule(said.refresh)
    except SavedError as error:
        raise DefinitionsError(made.wrong(("refresh",), str(error))) from error
    for place in range(len(said.tiles)):
        made.request(place, date(2000, 1, 1))
    return made


def read_dashboards(paths: Iterable[Path]) -> tuple[FileDashboard, ...]:
    """The dashboards that files say. Raises DefinitionsError with every mistake in them."""
    found, mistakes = list[FileDashboard](), list[Problem]()
    for each in paths:
        try:
            found.append(read_dashboard(each))
        except DefinitionsError as error:
            mistakes.extend(error.problems)
    if mistakes:
        raise DefinitionsError(*mistakes)
    return tuple(found)


def unanswered(
    found: FileDashboard, layer: Layer, *, but: tuple[type[Problem], ...] = ()
) -> Iterator[MalformedDashboard]:
    """What the model does not answer of a dashboard that is well formed, `but` for problems of some kinds. Raises
    EngineError."""
    asked = [(("tiles", place, "request"), found.request(place, layer.as_of)) for place in range(len(found.said.tiles))]
    grouped = [(("filters", place), MetricQuery(group_by=(each,))) for place, each in enumerate(found.said.filters)]
    for part, request in (*asked, *grouped):
        try:
            layer.prepare(request)
        except QueryError as error:
            yield from (found.wrong(part, each.phrase()) for each in error.problems if not isinstance(each, but))


def _mistakes(
    path: Path, error: ValidationError, lines: dict[tuple[str | int, ...], int]
) -> Iterator[MalformedDashboard]:
    for each in error.errors():
        (told,) = malformed([each])
        yield _wrong(path, each["loc"], told.reason, lines)


def _wrong(
    path: Path, part: tuple[str | int, ...], reason: str | Phrase, lines: dict[tuple[str | int, ...], int]
) -> MalformedDashboard:
    near = next((lines[part[:length]] for length in range(len(part), 0, -1) if part[:length] in lines), 1)
    return MalformedDashboard(f"{path}:{near}", ".".join(map(str, part)) or path.name, reason)


def _on(said: JsonValue, today: date) -> JsonValue:
    """A request with its last so many units as dates."""
    if isinstance(said, list):
        return [_on(each, today) for each in said]
    if not isinstance(said, dict):
        return said
    if set(said) != {"last", "unit"}:
        return {key: _on(each, today) for key, each in said.items()}
    try:
        wanted = _LAST.validate_python(said)
    except ValidationError:
        return dict(said)  # the request's own reader says what is wrong with it
    end = start_of(wanted.unit, today)
    named = {"grain": wanted.unit} if wanted.last == 1 else {}
    return {"start": shift(wanted.unit, end, -wanted.last).isoformat(), "end": end.isoformat(), **named}
