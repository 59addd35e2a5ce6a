"""YAML as this program reads it: version 1.2, aliases, lines, limits."""

from __future__ import annotations

import pytest

from semantic_layer.loading.yaml_text import YamlValue, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on: {yes: no, off: 2026-06-30}", {"on": {"yes": "no", "off": "2026-06-30"}}),
        (
            "[1, -2, 1.5, 1e3, .5, 0x1F, 1_000, 007, ~, null, '', \"1\", true]",
            [1, -2, 1.5, 1000.0, 0.5, "0x1F", "1_000", 7, None, None, "", "1", True],
        ),
        ("a: !!str 5\nb: !!int 5", {"a": "5", "b": 5}),
        ("1: a\n'2': b\n~: c", {1: "a", "2": "b", "null": "c"}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("a: >-\n  one\n  two\nb: |\n  three\n", {"a": "one two", "b": "three\n"}),
        ("", None),
        ("99999999999999999999999", 1e23),
        ("1e999", "1e999"),
        ("金额: 元", {"金额": "元"}),
    ],
)
def test_values(text: str, value: YamlValue) -> None:
    read = read_yaml(text, "a.yaml")
    assert read.value == value
    assert read.problems == ()


def test_lines_of_keys_and_items() -> None:
    text = "metrics:\n  - name: a\n    synonyms:\n      zh: [一,\n        二]\n  - name: b\n"
    lines = read_yaml(text, "a.yaml", with_lines=True).lines
    assert lines["metrics", 0] == 2
    assert lines["metrics", 0, "synonyms"] == 3
    assert lines["metrics", 0, "synonyms", "zh", 1] == 5
    assert lines["metrics", 1, "name"] == 6


def test_a_key_twice_keeps_the_first() -> None:
    read = read_yaml("a: 1\nb: 2\na: 3\n", "a.yaml")
    assert read.value == {"a": 1, "b": 2}
    assert [(each.code, each.where) for each in read.problems] == [("duplicate_key", "a.yaml:3")]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[" * 100_000, "a.yaml:1"),
        ("- " * 60 + "x", "a.yaml:1"),
        ("a: [" + "&a [x], *a" + "]\nb: *c", "a.yaml:2"),
        ("a: 1\nb: \x07", "a.yaml:2"),
        ("é: 1\n\n\nb: \x00", "a.yaml:4"),
        ("a: 'open\n", "a.yaml:1"),
    ],
)
def test_refused(text: str, where: str) -> None:
    problems = read_yaml(text, "a.yaml").problems
    assert [(each.code, each.where) for each in problems] == [("yaml_syntax", where)]


def test_aliases_cannot_grow_without_bound() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    problems = read_yaml("\n".join(lines), "a.yaml").problems
    assert [each.code for each in problems] == ["yaml_syntax"]
