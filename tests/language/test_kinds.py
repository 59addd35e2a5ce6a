"""Kinds of word."""

from __future__ import annotations

import pytest

from chat_service.language.words.kinds import kinds_of, words_of


@pytest.mark.parametrize(
    ("word", "kind"),
    [("nagging", "v"), ("board", "n"), ("frankly", "r"), ("开会", "v"), ("周报", "n"), ("重复", "r"), ("复够率", "")],
)
def test_kinds(word: str, kind: str) -> None:
    assert kinds_of(word)[:1] == kind


def test_a_stretch_that_is_no_words_has_none() -> None:
    assert words_of("zzqx") == ()
    assert words_of("着急开会") == ("着急", "开会")
