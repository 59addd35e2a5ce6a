"""Kinds of word, and which unknown words a question may do without."""

from __future__ import annotations

import pytest

from chat_service.language.words.kinds import Piece, Says, kinds_of, verdicts, words_of

_SHORT: dict[str, Says] = {
    "s": "subject",
    "c": "content",
    "o": "operator",
    "f": "function",
    "p": "person",
    "a": "ask",
    "e": "edge",
    "d": "end",
    "u": "unknown",
}


def _pieces(text: str) -> tuple[Piece, ...]:
    """`word/u` for each piece."""
    cut = (each.rpartition("/") for each in text.split(" "))
    return tuple(Piece(word, _SHORT[says]) for word, _, says in cut)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("nagging", "v"), ("board", "n"), ("frankly", "r"), ("开会", "v"), ("周报", "n"), ("重复", "r"), ("复够率", "")],
)
def test_kinds(word: str, kind: str) -> None:
    assert kinds_of(word)[:1] == kind


def test_a_stretch_that_is_no_words_has_none() -> None:
    assert words_of("zzqx") == ()
    assert words_of("着急开会") == ("着急", "开会")


@pytest.mark.parametrize(
    "text",
    [
        "老板/p 追/u 着/f 问/a 上个月/c 的/f 销售额/c",
        "hate/u to/f nag/u ,/e what/f was/f revenue/c",
        "revenue/c yesterday/c ,/e promised/u boss/p",
        "the/f board/u keeps/f asking/a :/e revenue/c",
        "frankly/u ,/e what/f was/f revenue/c",
        "着急/u 了/f ,/e 销售额/c 多少/c",
        "kindly/f collate/u complaints/s in/f may/c",
        "grab/u me/p the/f revenue/s",
        "烦请/f 抄录/u 去年/c 新客数/s",
        "are/f refunds/s creeping/u up/o ?/d refund/s rate/s by/f month/c",  # about what is asked
        "revenue/s ?/d my/p gut/u says/a it/f dropped/o ./d",
    ],
)
def test_scaffolding_is_set_aside(text: str) -> None:
    found = verdicts(_pieces(text))
    assert found
    assert all(verdict.set_aside for verdict in found)


@pytest.mark.parametrize(
    "text",
    [
        "regional/u revenue/c",  # an adjective on what is measured
        "上个月/c 异常/u 订单数/c",  # tagged an adverb, and yet it tells which orders
        "重复/u 订单数/c",
        "revenue/c of/f franchises/u yesterday/c",
        "for/f walking/u ,/e revenue/c",  # a topic, whatever its kind
        "批发/u ,/e 销售额/c",  # so is a bare verb of Chinese
        "zzqx/u ,/e revenue/c",  # no word at all: a name that nobody knows
        "销售额/c 多少/c 加盟/u",
        "frankly/u revenue/c",  # nothing right before a name
        "批发/u 的/f ,/e 销售额/c",
        "orders/s ,/e gift/f wrapped/u ,/e last/c",  # a participle without anybody who does it
        "with/f walking/u ,/e revenue/c",
        "normalize/u the/f revenue/s",  # reckons, and does not ask
        "the/f collate/u revenue/s",
        "are/f franchises/s growing/u ?/d revenue/s by/f month/c",  # about something else
        "we/p opened/u chengdu/c ./d revenue/s",  # limits something
        "show/a growing/u franchises/s ./d franchises/s by/f month/c",  # asks
    ],
)
def test_content_is_kept(text: str) -> None:
    found = verdicts(_pieces(text))
    assert found
    assert not any(verdict.set_aside for verdict in found)
