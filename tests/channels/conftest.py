"""A company with readers of their own regions, for the channels where people ask."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from chat_service.access.keys import KeyFile
from chat_service.channels.reply import Reply
from chat_service.channels.talk import Told
from chat_service.channels.wire import (
    ChatBody,
    ChoiceBody,
    ClarificationPart,
    ColumnBody,
    Confidence,
    DefinitionsPart,
    InterpretationPart,
    MetricMeaningBody,
    Provenance,
    SuggestionsPart,
    TablePart,
    TextPart,
    Timings,
    WarningBody,
)
from semantic_layer import shipped_model_path

ACCESS = """
reader_attributes:
  - {name: region, description: {zh: 负责的大区, en: the region that they look after}}
policies:
  - {name: own_region, dataset: customers, filter: region = reader.region, except: [head_office]}
"""
READERS: dict[str, tuple[tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "east": (("ask", "sql"), {"region": ("east",)}),
    "south": (("ask",), {"region": ("south",)}),
    "office": (("ask", "sql", "personal", "head_office"), {}),
}


@dataclass(frozen=True)
class Company:
    """The demo company's database, a model with policies, and the keys of its readers."""

    database: Path
    model: Path
    keys: Path
    shown: dict[str, str]


@pytest.fixture(scope="session")
def company(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Made once: nothing changes it."""
    folder = tmp_path_factory.mktemp("company")
    shutil.copytree(shipped_model_path(), folder / "loyalty")
    (folder / "loyalty" / "zz_access.yaml").write_text(ACCESS, encoding="utf-8")
    keys = KeyFile(folder / "keys.json")
    shown = {name: keys.add(name, roles, "2026-06-30", attributes)[1] for name, (roles, attributes) in READERS.items()}
    return Company(demo_database, folder / "loyalty", folder / "keys.json", shown)


def crowded(word: str) -> Told:
    """An answer with more of everything than a platform takes."""
    columns = tuple(
        ColumnBody(name=f"c{at}", label=f"column {at}", role="dimension" if at == 0 else "metric", type="text")
        for at in range(30)
    )
    table = TablePart(
        columns=columns,
        rows=(),
        shown=tuple((f"<!channel> {row}", *(word * 60 for _ in range(28)), "") for row in range(1000)),
        row_count=1000,
        total_rows=5000,
        truncated=True,
    )
    choices = tuple(ChoiceBody(id=f"choice{at}", label=f"{at} {word * 40}", message="m") for at in range(40))
    body = ChatBody(
        request_id="r" * 100,
        conversation_id="c",
        message_id="m",
        status="answered",
        language="en",
        content=(
            TextPart(text=word * 6000),
            table,
            ClarificationPart(id="c1", question="which?", choices=choices),
            DefinitionsPart(
                metrics=tuple(
                    MetricMeaningBody(name=f"m{at}", label=word, description=word * 200, formula="", unit="")
                    for at in range(20)
                )
            ),
            InterpretationPart(query={}, restated=word * 200, spans=(), unused=(), assumptions=(), filters=()),
            SuggestionsPart(suggestions=(word * 600, *(f"{at} {word * 20}" for at in range(40)))),
        ),
        confidence=Confidence(score=1, basis=()),
        warnings=tuple(WarningBody(code="c", message=f"{at} {word * 100}") for at in range(20)),
        provenance=Provenance(translator="offline", model_hash="", data_as_of="2026-06-30", cache="miss"),
        timings_ms=Timings(total=1),
    )
    return Told("en", "", Reply(body), None, "a note", "slack:C1")
