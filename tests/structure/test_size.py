"""One idea a file: how long files may be, and names that say nothing of an idea."""

from __future__ import annotations

import pytest

from tests.structure.sources import CODE, LENGTH_ALLOWED, REPOSITORY, Source, known_long_files, sources

NAMES_WITHOUT_AN_IDEA = frozenset({"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "misc"})


@pytest.mark.parametrize("source", sources(*CODE), ids=lambda source: source.where)
def test_length(source: Source) -> None:
    allowed = known_long_files().get(source.where, LENGTH_ALLOWED)
    assert source.length <= allowed, f"{source.where} has {source.length} lines, more than {allowed}: split its ideas"


def test_exceptions_only_shrink() -> None:
    for where in known_long_files():
        path = REPOSITORY / where
        assert path.is_file(), f"{where} is gone: take it off exceptions.yaml"
        assert Source(path).length > LENGTH_ALLOWED, f"{where} is short enough now: take it off exceptions.yaml"


def test_names_say_an_idea() -> None:
    for source in sources(*CODE):
        vague = sorted(NAMES_WITHOUT_AN_IDEA.intersection(source.module.split(".")))
        assert not vague, f"{source.where}: '{vague[0]}' names no idea"


@pytest.mark.parametrize(("room", "most"), [("semantic_layer", 16), ("chat_service", 18)])
def test_the_root_of_a_room_tells_its_architecture(room: str, most: int) -> None:
    inside = [each for each in (REPOSITORY / room).iterdir() if not each.name.startswith("__")]
    assert len(inside) <= most, f"{room}/ has {len(inside)} entries, more than {most}: put them into rooms"
