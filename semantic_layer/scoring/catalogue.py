"""The reasons and the playbook that ship with the package: loaded from YAML, worded in both languages.

Knows no statistics library and no database, so answering a question may import it.
"""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from semantic_layer.model.definitions import Bilingual

Language: TypeAlias = Literal["zh", "en"]
Fact: TypeAlias = str | int | float


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Reason(_Entry):
    """One entry of `reasons.yaml`, which says what each part means."""

    code: str
    label: Bilingual
    sentence: Bilingual
    sql: str
    needs: dict[str, tuple[str, ...]] = {}


class Play(_Entry):
    """One entry of `playbook.yaml`, which says what each part means."""

    code: str
    label: Bilingual
    when: Bilingual
    steps: Bilingual
    condition: str


@dataclass(frozen=True)
class FoundReason:
    """A reason of one customer: a code of `reasons.yaml` and the numbers, dates and codes that speak for it."""

    code: str
    evidence: Mapping[str, Fact]


@cache
def reasons() -> Mapping[str, Reason]:
    """Every reason by its code, in the file's order."""
    return {entry.code: entry for entry in TypeAdapter(tuple[Reason, ...]).validate_python(_read("reasons.yaml"))}


@cache
def playbook() -> Mapping[str, Play]:
    """Every play by its code, in order of precedence."""
    return {entry.code: entry for entry in TypeAdapter(tuple[Play, ...]).validate_python(_read("playbook.yaml"))}


def read_reasons(stored: str) -> tuple[FoundReason, ...]:
    """A value of `customer_scores.churn_reasons`, strongest first.

    >>> read_reasons('[{"code": "points_expired", "evidence": {"points": 120}}]')[0].evidence["points"]
    120
    """
    return tuple(FoundReason(entry["code"], entry["evidence"]) for entry in json.loads(stored))


def describe(
    reason: FoundReason, language: Language, label: Callable[[str, str], str] = lambda name, code: code
) -> str:
    """The reason in words, with its evidence. `label(name, code)` gives a code's label, such as of ticket_category.

    >>> describe(FoundReason("overdue_own_rhythm", {"typical_gap_days": 30.0, "days_since_last_order": 75}), "zh")
    '超出自己的购买节奏：平均30天一单，已75天未购'
    """
    sentence = getattr(reasons()[reason.code].sentence, language)
    facts = {name: label(name, value) if isinstance(value, str) else value for name, value in reason.evidence.items()}
    return string.Formatter().vformat(sentence, (), facts)


def _read(name: str) -> object:
    return yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
