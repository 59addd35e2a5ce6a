"""What people write for a time, in many manners, reads as written by hand in phrases.yaml: alone and in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from chat_service.language.dates.read import DateMention, find_dates
from chat_service.language.folding import fold
from semantic_layer.time.periods import Period

DATA = yaml.safe_load(Path(__file__).with_name("phrases.yaml").read_text(encoding="utf-8"))
TODAY: date = DATA.pop("today")
# What a caller cannot answer without asking.
ASKED = ("ambiguous", "vague", "fiscal_unset")
JOINTS = ("versus",)
LOOSE = "in sentences"


def _phrases() -> Iterator[tuple[str, str, str]]:
    for kind, rows in DATA.items():
        for row in rows:
            for expected, phrases in row.items():
                yield from ((kind, str(phrase), str(expected)) for phrase in phrases)


PHRASES = list(_phrases())


def said(period: Period | None) -> str:
    """A period as people write it, both ends included and cut at today."""
    assert period is not None and period.end is not None, "these mentions have a period"
    last = min(period.end - timedelta(days=1), TODAY)
    if period.start is None:
        return f"..{last}"
    return str(last) if period.start == last else f"{period.start}..{last}"


def meaning(mention: DateMention) -> str:
    """The meaning in the words of phrases.yaml."""
    if mention.kind in ASKED:
        return " ".join(("ask", " | ".join(sorted(said(one) for one in mention.candidates)))).strip()
    if mention.kind == "relative_previous":
        return "compare previous"
    if mention.kind in ("period", "rolling", "open", "duration"):
        return said(mention.period)
    short = {"all_history": "all", "same_period": "same"}
    detail = mention.unit if mention.kind == "grain" else mention.against if mention.kind == "comparison" else None
    name = {"comparison": "compare"}.get(mention.kind, short.get(mention.kind, mention.kind))
    return " ".join(filter(None, (name, detail)))


def read(text: str) -> tuple[list[str], str]:
    """What the text says about time, and the words that say it."""
    mentions = [one for one in find_dates(fold(text), TODAY) if one.kind not in JOINTS]
    return [meaning(one) for one in mentions], "".join(one.text for one in mentions)


def expected_of(written: str) -> list[str]:
    """`A..A` is one day; `none` is nothing; where only `ask` is written, the readings are not compared."""
    if written == "none":
        return []
    return [_one(part.strip()) for part in written.split(";")]


def _one(written: str) -> str:
    if written.startswith("ask "):
        return "ask " + " | ".join(sorted(_one(part.strip()) for part in written.removeprefix("ask ").split("|")))
    first, _, last = written.partition("..")
    return first if first == last else written


def same(found: list[str], expected: list[str]) -> bool:
    return len(found) == len(expected) and all(
        one == other or (other == "ask" and one.startswith("ask")) for one, other in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize(
    ("kind", "phrase", "written"), [pytest.param(*each, id=": ".join(each[:2])) for each in PHRASES]
)
def test_a_phrase_alone(kind: str, phrase: str, written: str) -> None:
    found, words = read(phrase)
    expected = expected_of(written)
    assert same(found, expected)
    if len(expected) == 1 and not kind.startswith(LOOSE):
        assert words.strip() == phrase.strip()
