"""Folding: variants become equal, and every folded character knows where it came from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_service.language.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("上個月各會員等級的銷售額", "上个月各会员等级的销售额"),
        ("列出最近45天沒有登入過的白金會員", "列出最近45天没有登录过的白金会员"),
        ("没有登入的客户", "没有登录的客户"),
        ("今年訂閱續約率", "今年订阅续约率"),
        ("簡訊和影片", "短信和视频"),
        ("ＴＯＰ３　城市", "top3 城市"),
        ("  a\t\nb  ", "a b"),
        ("What’s “NPS”？", 'what\'s "nps"?'),
        ("1–3月", "1-3月"),
        ("a\x00b\u200bc\ud800d", "abcd"),
        ("Cafe\u0301", "café"),
        ("½", "1/2"),
        ("二〇二五年", "二零二五年"),
        ("", ""),
        (" \u3000 ", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text).text == folded


@pytest.mark.parametrize(
    ("text", "word", "typed"),
    [
        ("帮我看　上個月", "上个月", "上個月"),
        ("a\x00bc", "abc", "a\x00bc"),
        ("看滑鼠的銷量", "鼠标", "滑鼠"),
        ("Ｑ１　2026", "q1", "Ｑ１"),
    ],
)
def test_the_way_back(text: str, word: str, typed: str) -> None:
    folded = fold(text)
    at = folded.text.index(word)
    assert folded.typed(at, at + len(word)) == typed


@given(st.text())
def test_every_text_folds_and_maps_back(text: str) -> None:
    folded = fold(text)
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
    assert list(folded.starts) == sorted(folded.starts)
    assert folded.text == folded.text.strip()
    assert "  " not in folded.text


@given(st.text(alphabet="上個月簡訊滑鼠登入部落格程式ab 1，"))
def test_traditional_text_maps_back(text: str) -> None:
    folded = fold(text)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))


@given(st.text())
def test_folding_twice_changes_nothing_in_plain_text(text: str) -> None:
    plain = "".join(character for character in text if character.isascii())
    once = fold(plain).text
    assert fold(once).text == once
