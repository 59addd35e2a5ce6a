"""One idea a file: how long files may be, and names that say nothing of an idea."""

from __future__ import annotations

import pytest

from tests.structure.sources import CODE, LENGTH_ALLOWED, REPOSITORY, none, sources

NAMES_WITHOUT_AN_IDEA = frozenset({"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "misc"})


def test_length() -> None:
    none(
        f"{source.where} has {source.length} lines, more than {LENGTH_ALLOWED}: split its ideas"
        for source in sources(*CODE)
        if source.length > LENGTH_ALLOWED
    )


def test_length_of_the_page() -> None:
    """The page's sources are code too."""
    for path in (path for kind in ("*.ts", "*.css") for path in (REPOSITORY / "web" / "src").rglob(kind)):
        lines = path.read_text(encoding="utf-8").count("\n")
        assert lines <= LENGTH_ALLOWED, f"{path.name} has {lines} lines, more than {LENGTH_ALLOWED}: split its ideas"


def test_names_say_an_idea() -> None:
    for source in sources(*CODE):
        vague = sorted(NAMES_WITHOUT_AN_IDEA.intersection(source.module.split(".")))
        assert not vague, f"{source.where}: '{vague[0]}' names no idea"


@pytest.mark.parametrize(("room", "most"), [("semantic_layer", 16), ("chat_service", 18)])
def test_the_root_of_a_room_tells_its_architecture(room: str, most: int) -> None:
    inside = [each for each in (REPOSITORY / room).iterdir() if not each.name.startswith("__")]
    assert len(inside) <= most, f"{room}/ has {len(inside)} entries, more than {most}: put them into rooms"
