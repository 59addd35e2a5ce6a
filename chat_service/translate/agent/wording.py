"""An answer's first sentence in a model's words, with the service's figures.

The model is given the reading and placeholders, never a figure or a row. What it writes is believed only as far as it
can be checked: known placeholders, no figure, name or trend of its own. Anything else, and the plain sentence stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chat_service.outcomes import Language
from chat_service.present.finding import Finding
from chat_service.translate.agent.ground import Ground
from prompts import prompts
from semantic_layer import MetricQuery, Phrase

_SPOKEN = Phrase("Chinese", "English")
_ROWS, _LONGEST = 3, 400
_PLACE = re.compile(r"\{([a-z0-9_.]+)\}")
_NUMBER = re.compile(
    r"\d|[零〇二两三四五六七八九十百千万亿]|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million"
    r"|billion|half|twice|double[ds]?|triple[ds]?|percent)\b|一半|翻倍|成倍",
    re.IGNORECASE,
)
_UP = re.compile(
    r"上升|增长|增加|上涨|涨|提高|提升|走高|改善|\b(?:ris\w+|rose|grow\w*|grew|increas\w+|up|climb\w*|higher|improv\w+|gain\w*)\b",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"下降|减少|下跌|跌|降|走低|回落|恶化|\b(?:fall\w*|fell|declin\w+|decreas\w+|down|drop\w*|lower|worse\w*|shr[aiu]nk\w*)\b",
    re.IGNORECASE,
)
_MOST = re.compile(r"最|第一|冠|\b(?:most|least|highest|lowest|best|worst|top|bottom|leads?|leading)\b", re.IGNORECASE)
Direction = Literal["up", "down", "flat"]


@dataclass(frozen=True)
class Fact:
    """What a placeholder stands for; `direction` is set of changes."""

    text: str
    label: str
    direction: Direction | None = None


def facts_of(finding: Finding) -> dict[str, Fact]:
    """The placeholders of a finding: the cells of its first rows. Lists of people have none."""
    table, names = finding.table, finding.names
    if not isinstance(finding.request, MetricQuery):
        return {}
    found = {"rows": Fact(str(table.total_rows), "how many rows there are")}
    for number, row in enumerate(table.rows[:_ROWS], 1):
        for column, value in zip(table.columns, row, strict=True):
            direction: Direction | None = None
            if column.part in ("change", "change_pct") and isinstance(value, int | float):
                direction = "up" if value > 0 else "down" if value < 0 else "flat"
            label = f"row {number}: {names.column(column)}"
            found[f"r{number}.{column.name}"] = Fact(names.cell(column, value), label, direction)
    return found


def wording_prompt(reading: str, facts: dict[str, Fact], language: Language) -> str:
    """What the model is asked."""
    went = {name: f" (went {fact.direction})" if fact.direction else "" for name, fact in facts.items()}
    lines = (f"{{{name}}} {fact.label}{went[name]}" for name, fact in facts.items())
    spoken = _SPOKEN.in_language(language)
    return prompts()["wording"].render({"language": spoken, "reading": reading, "facts": "\n".join(lines)})


def filled_in(text: str, reading: str, facts: dict[str, Fact], finding: Finding, ground: Ground) -> str | None:
    """The sentence with its figures; None where anything in it is not the service's."""
    said = " ".join(text.split())
    used = _PLACE.findall(said)
    bare = _PLACE.sub(" ", said)
    if not used or len(said) > _LONGEST or not set(used) <= set(facts) or "{" in bare or "}" in bare:
        return None
    if _NUMBER.search(bare) or any(_wrong_trends(bare, facts, finding)) or any(_names(bare, reading, ground)):
        return None
    return _PLACE.sub(lambda found: facts[found[1]].text, said)


def _wrong_trends(text: str, facts: dict[str, Fact], finding: Finding) -> Iterator[str]:
    """Words of rising, falling or being first that the table does not bear out."""
    directions = {fact.direction for fact in facts.values() if fact.direction is not None}
    if directions != {"up"}:
        yield from _UP.findall(text)
    if directions != {"down"}:
        yield from _DOWN.findall(text)
    if not isinstance(finding.request, MetricQuery) or not finding.request.order_by:
        yield from _MOST.findall(text)


def _names(text: str, reading: str, ground: Ground) -> Iterator[str]:
    """Names of the model and values of its data that the reading does not have."""
    known = [label for metric in ground.model.metrics.values() for label in (metric.label.zh, metric.label.en)]
    known += [written for written, _ in ground.values.words()]
    for dimension in ground.model.dimensions.values():
        known += [word for words in dimension.home.definition.values.values() for word in (words.zh[0], words.en[0])]
    lowered, read = text.casefold(), reading.casefold()
    for each in (name.casefold() for name in known if len(name) > 1):
        if each in lowered and each not in read and _stands_alone(each, lowered):
            yield each


def _stands_alone(name: str, text: str) -> bool:
    if not name.isascii():
        return True
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text) is not None
