"""What the terminal is given holds no sign that it would obey, whatever the data hold."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chat_service.cli import app
from semantic_layer.engines.duckdb import DuckDBWriter

# markup that rich would close, a colour, a link, the window's title, one of the 8-bit signs, writing turned around
STRANGE = (
    "[/]",
    "[bold red]x[/bold red]",
    "\x1b[31mred",
    "\x1b]8;;http://elsewhere\x07link",
    "\x1b]0;title\x07",
    "\x9b2J",
    "\u202egnp",
)
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def strange_database(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company, its cities called by what a terminal would obey."""
    path = Path(shutil.copy(demo_database, tmp_path_factory.mktemp("strange") / "own.duckdb"))
    with DuckDBWriter(path) as writer:
        names = ", ".join("'" + each.replace("'", "''") + "'" for each in STRANGE)
        writer.execute(f"UPDATE customers SET city = [{names}][CAST(1 + hash(customer_id) % {len(STRANGE)} AS BIGINT)]")
    return path


@pytest.mark.parametrize("question", ["2025年各城市的销售额", "revenue by city in 2025"])
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_values_are_printed_and_not_obeyed(
    strange_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str, form: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    result = CliRunner().invoke(app, ["ask", question, "--db", str(strange_database), *form])
    assert result.exit_code == 0, result.output
    assert not _OBEYED.search(result.output), ascii(result.output)
    assert "[/]" in result.output, "markup is a value like any other"
