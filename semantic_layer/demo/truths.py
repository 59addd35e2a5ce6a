"""The planted truths in words and numbers: what was planted, and what this very database shows of it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Literal, TypedDict

from semantic_layer.demo.catalogue import DATA
from semantic_layer.demo.plants import Plants

Expectation = Literal["higher", "lower", "same"]
_REGIONS_ZH = {"central": "华中"}


@dataclass(frozen=True)
class Measure:
    """One comparison by SQL, which gives the planted part's number and the other's; null where there was nobody."""

    name: str
    expect: Expectation
    contrast: bool
    sql: str


@dataclass(frozen=True)
class Truth:
    """One planted truth. `parameters` are those of the generator."""

    code: str
    zh: str
    en: str
    parameters: tuple[tuple[str, str | float], ...]
    measures: tuple[Measure, ...]


def read_truths(plants: Plants, as_of: date) -> tuple[Truth, ...]:
    """The truths of a history that ends with `as_of`, their SQL ready to run."""
    read = tomllib.loads((DATA / "truths.toml").read_text(encoding="utf-8"))
    values = {key: _plain(value) for key, value in asdict(plants).items()}
    words: dict[str, str | float] = {
        **values,
        "end": (as_of + timedelta(days=1)).isoformat(),
        "failure_month": plants.failure_start.strftime("%Y-%m"),
        "failure_region_zh": _REGIONS_ZH[plants.failure_region],
    }
    words.update({name: text.format(**words).strip() for name, text in read["openings"].items()})
    return tuple(
        Truth(
            code=row["code"],
            zh=row["zh"].format(**words),
            en=row["en"].format(**words),
            parameters=tuple((name, values[name]) for name in row["parameters"]),
            measures=tuple(
                Measure(m["name"], m["expect"], m.get("contrast", False), m["sql"].format(**words).strip())
                for m in row["measures"]
            ),
        )
        for row in read["truths"]
    )


class MeasuredMeasure(TypedDict):
    """A measure as it stands in `demo_truth.json`."""

    name: str
    contrast: bool
    expect: Expectation
    planted: float | None
    compared_with: float | None
    difference: float | None
    ratio: float | None
    sql: str


class MeasuredTruth(TypedDict):
    """A truth as it stands in `demo_truth.json`."""

    code: str
    description: dict[str, str]
    parameters: dict[str, str | float]
    measures: list[MeasuredMeasure]


def measured(truths: tuple[Truth, ...], rows: Callable[[str], list[tuple[object, ...]]]) -> list[MeasuredTruth]:
    """The truths with what `rows`, which runs SQL, finds for each measure."""
    return [
        MeasuredTruth(
            code=truth.code,
            description={"zh": truth.zh, "en": truth.en},
            parameters=dict(truth.parameters),
            measures=[_measured(measure, rows) for measure in truth.measures],
        )
        for truth in truths
    ]


def _measured(measure: Measure, rows: Callable[[str], list[tuple[object, ...]]]) -> MeasuredMeasure:
    ((planted, other),) = rows(measure.sql)
    a, b = (None if value is None else round(float(str(value)), 6) for value in (planted, other))
    return MeasuredMeasure(
        name=measure.name,
        contrast=measure.contrast,
        expect=measure.expect,
        planted=a,
        compared_with=b,
        difference=None if a is None or b is None else round(a - b, 6),
        ratio=round(a / b, 4) if a is not None and b else None,
        sql=measure.sql,
    )


def _plain(value: object) -> str | float:
    return value if isinstance(value, int | float) else str(value)
