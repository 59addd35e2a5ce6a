"""Questions varied while they are learned from, so that what they say is learned and not how they stand.

Capitals and punctuation come and go. Words that say nothing are added, and change nothing. Words that restrict by what
the model cannot express are added, and no request is right any more: such a word is not passed over. A request before
is put to a question that does not need it, and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import yaml

from benchmarks.learning.examples import Example
from chat_service.translate.learned.page import Laid
from chat_service.translate.learned.script import END, REFUSED

_CARELESS, _RESTRICTED, _FILLED, _AFTER = 0.25, 0.17, 0.32, 0.39
_LEADS = 0.2  # of what stands apart, before the question
_OF_THINGS = 0.3  # of restrictions: something or somebody that nobody knows
_WHOLE = {"zh": 9, "en": 32}  # characters that a question has which stands by itself
_PEOPLE = re.compile(r"\b(customers|members|buyers|orders|shoppers|people|clients|users|tickets|ones|folks)\b", re.I)
_ZH_PEOPLE = re.compile("客户|会员|用户|订单|买家|顾客|客人|工单|单子")
_ZH_MEASURES = re.compile(
    "销售额|订单数?|营收|销量|复购率|退款率|毛利率?|投诉|客单价|笔单价|流失率|买家|新客|件数|利润|成交额|卖"
)
_ZH_OPENS = re.compile(
    "^(?:请问(?:一下)?|麻烦(?:您|你)?|帮我?(?:看看|查查|查一下|看下|算算)?|我想(?:知道|看看)|想问下?)?[，,]?"
)
_ZH_ENDS = re.compile("(?:城市|品类|门店|渠道|大区|等级|省份)[?？。]?$")
_EN_MEASURES = re.compile(
    r"\b(?:sales|revenue|orders|repurchase|refund|margin|complaints?|churn|buyers|sold|profit)\b", re.I
)
_HAN = re.compile("[\u4e00-\u9fff]")
_SAYS = frozenset({"<metrics>", "<list>", "<funnel>", "<cohort>", "<follows>", "<explain>"})
_WORDS: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("modifiers.yaml").read_text(encoding="utf-8"))


def varied(example: Example, befores: Sequence[tuple[Laid, ...]], chance: Random) -> Example:
    """The example, or one like it; `befores` are requests that others go on from."""
    if chance.random() < _CARELESS:
        careless = chance.choice((str.lower, _unpunctuated, lambda said: _unpunctuated(said.lower())))
        example = _with_text(example, careless(example.laid[0].said))
    text, language = example.laid[0].said, "zh" if _HAN.search(example.laid[0].said) else "en"
    drawn = chance.random()
    if drawn < _RESTRICTED and example.words[0] in _SAYS and not example.follows:
        people = list((_ZH_PEOPLE if language == "zh" else _PEOPLE).finditer(text))
        if people or drawn < _RESTRICTED / 2:
            return _with_text(replace(example, words=(REFUSED, END)), _restricted(text, people, language, chance))
    elif drawn < _FILLED:
        word = chance.choice(_WORDS[f"{language}_empty"])
        comma = chance.choice(["，", "，", ""]) if language == "zh" else chance.choice([", ", ", ", " "])
        return _with_text(
            example, word + comma + text if chance.random() < 1 / 2 else text.rstrip("?？。. ") + comma + word
        )
    elif drawn < _AFTER and befores and not example.follows and len(text) >= _WHOLE[language]:
        return replace(example, laid=(*example.laid, *chance.choice(befores)))
    return example


def _restricted(text: str, people: list[re.Match[str]], language: str, chance: Random) -> str:
    """A restriction among the people who are asked about, or apart from the question; or what nobody knows."""
    if chance.random() < _OF_THINGS:
        return _of_a_thing(text, language, chance)
    if not people or chance.random() < 1 / 2:
        if chance.random() < _LEADS:
            return chance.choice(_WORDS[f"{language}_before"]) + text
        return text.rstrip("?？。. ") + chance.choice(_WORDS[f"{language}_behind"])
    at = chance.choice(people)
    if language == "zh":
        word = chance.choice(_WORDS["zh_adj"] + _WORDS["zh_tail"]).removesuffix("的")
        return text[: at.start()] + word + chance.choice(["的", "的", "的", ""]) + text[at.start() :]
    if chance.random() < 1 / 2:
        return f"{text[: at.start()]}{chance.choice(_WORDS['en_adj'])} {text[at.start() :]}"
    return f"{text[: at.end()]} {chance.choice(_WORDS['en_tail'])}{text[at.end() :]}"


def _of_a_thing(text: str, language: str, chance: Random) -> str:
    """A thing or a name that nobody knows as what is asked about: 铁观音上个月的复购率, revenue of umbrellas."""
    thing, bare = chance.choice(_WORDS[f"{language}_thing"]), text.rstrip("?？。. ")
    if language == "en":
        told = list(_EN_MEASURES.finditer(text))
        if told and chance.random() < 1 / 3:
            at = chance.choice(told).start()
            return f"{text[:at]}{thing.removeprefix('the ')} {text[at:]}"
        return f"{bare} {chance.choice(('of', 'for', 'from', 'on', 'with'))} {thing}"
    places = [(each.start(), chance.choice(("", "的"))) for each in _ZH_MEASURES.finditer(text)]
    opening = _ZH_OPENS.match(text)
    places.append((opening.end() if opening is not None else 0, chance.choice(("", "", "的"))))
    if _ZH_ENDS.search(text) and chance.random() < 1 / 2:
        return f"{bare}的{thing}"
    at, joined = chance.choice(places)
    return f"{text[:at]}{thing}{joined}{text[at:]}"


def _unpunctuated(text: str) -> str:
    return re.sub(r"[,，、;；:：](?=\s|[\u4e00-\u9fff])", " ", text.rstrip("?？。.!！"))


def _with_text(example: Example, text: str) -> Example:
    return replace(example, laid=(replace(example.laid[0], said=text), *example.laid[1:]))


__all__ = ["varied"]
