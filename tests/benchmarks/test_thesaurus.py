"""What is found beside a thesaurus, added up by hand."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.thesaurus import cilin, clashes, gaps, wordnet

_THEIRS = {
    "fall.1": frozenset({"drop", "sink", "plummet", "sag"}),
    "fall.2": frozenset({"descend", "settle"}),
    "omit.1": frozenset({"drop", "skip", "leave out"}),
    "lead.1": frozenset({"lead", "head"}),
}
_OURS = {
    "down": frozenset({"drop", "sink", "settle"}),
    "without": frozenset({"drop", "leave out"}),
    "top": frozenset({"head"}),
}


def test_gaps_are_what_a_shared_sense_has_more() -> None:
    found = gaps(_OURS, _THEIRS, lambda word: word == "sag")
    assert found == {"down": {"plummet"}, "without": {"skip"}}  # one word in common is no sense of a concept


def test_a_word_clashes_where_its_senses_are_apart() -> None:
    assert list(clashes(_OURS, _THEIRS)) == [("drop", "down", "without")]
    together = {**_THEIRS, "leave.1": frozenset({"drop", "sink", "leave out"})}
    assert list(clashes(_OURS, together)) == []


def test_the_files_of_the_thesauri(tmp_path: Path) -> None:
    folder = tmp_path / "src" / "yaml"
    folder.mkdir(parents=True)
    synset = "00001740-v:\n  definition:\n  - go down\n  members:\n  - Drop\n  - 'sink'\n  partOfSpeech: v\n"
    (folder / "verb.motion.yaml").write_text(synset, encoding="utf-8")
    (folder / "entries-d.yaml").write_text("drop:\n  v:\n    members:\n    - other\n", encoding="utf-8")
    assert wordnet(tmp_path) == {"00001740-v": frozenset({"drop", "sink"})}
    tree = {"A": {"tag": "x", "sub": {"a": {"sub": {"01=": ["降", "跌"], "02#": ["升"]}}}}}
    (tmp_path / "cilin.json").write_text(json.dumps(tree), encoding="utf-8")
    assert cilin(tmp_path / "cilin.json") == {"Aa01=": frozenset({"降", "跌"})}
