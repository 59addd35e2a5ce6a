"""What is grouped by: dimensions and units of time."""

from __future__ import annotations

from typing import cast

from chat_service.language.grammar.rule import Found, Rule
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Amount, Group
from chat_service.translate.senses import Ask, Names, Values, When, Word
from semantic_layer import GRAINS, Grain

_EVERY = tuple(word_set("each_of"))


def _dimension(found: Found) -> Group:
    each = found.edges.get("e")
    word = found.edges.get("e") or found.edges.get("b")
    text = word.meaning.text if word is not None and isinstance(word.meaning, Word) else ""
    return Group(
        found.one("d", Names).names,
        outer=each is not None and (found.edges.get("in") is not None or text.startswith(("in ", "within "))),
        every=text.startswith(_EVERY),
    )


def _which(found: Found) -> Group | None:
    asks, amount = found.one("w", Ask), found.get("n", Amount)
    if not {"which", "what"} & set(asks.what):
        return None
    return Group(found.one("d", Names).names, which=True, number=int(amount.value) if amount is not None else None)


def _units(found: Found) -> Group | None:
    """Each of the four quarters of 2025: as many as that time has, which the request is held to."""
    date, word = found.one("n", When).date, found.get("b", Word)
    if date.count is None or date.unit is None or (word is not None and word.text not in word_set("each_of_so_many")):
        return None
    return Group(grain=date.unit, number=round(date.count))


def _open_list(found: Found) -> Group | None:
    """The app, the website, the shops and so on: each of a kind of which several are named."""
    values = found.one("v", Values)
    listed, kind = found.get("l", Word), found.get("g", Group) or found.get("d", Names)
    of_kind = set(kind.dimensions if isinstance(kind, Group) else kind.names if kind is not None else ())
    if listed is not None and (listed.text not in word_set("and_so_on") or not of_kind & set(values.candidates)):
        return None  # 北京、上海两地
    named = len(values.words) > 1 and not (values.negated or values.only) and values.candidates
    return Group(values.candidates) if named else None


def _bare(found: Found) -> Group:
    return Group(found.one("d", Names).names, marked=False)


def _grain(found: Found) -> Group | None:
    date = found.one("g", When).date
    asks = found.get("w", Ask)
    return Group(grain=date.unit, which=date.asked or (asks is not None and "which" in asks.what))


def _noun(found: Found) -> Group:
    asks = found.get("w", Ask)
    return Group(grain=cast(Grain, found.said("g")), which=asks is not None and "which" in asks.what)


assert GRAINS, "the words for grains are named as the grains are"

RULES = (
    Rule(
        "group",
        (
            "b=grouping.by ~ e=grouping.each? ~ d=dimension ~ a=grouping.after?",
            "e=grouping.each ~ d=dimension ~ a=grouping.after?",
            "e=grouping.each ~ d=dimension ~ in=grouping.within",
            "d=dimension ~ a=grouping.after",
        ),
        _dimension,
        -0.5,
        "group",
        ("按城市 -> city", "各大区 -> region", "by tier -> tier", "分渠道看 -> channel"),
    ),
    Rule(
        "group",
        ("b=grouping.by|grouping.each ~ l=list ~ a=grouping.after?",),
        lambda found: Group(found.one("l", Names).names),
        -0.5,
        "who is on a list and who is not",
        ("按沉睡的客户分 -> inactive", "by dormant -> inactive"),
    ),
    Rule(
        "group",
        ("w=ask ~ n=amount? ~ d=dimension", "n=amount ~ w=ask ~ d=dimension"),
        _which,
        -0.5,
        "which one",
        ("哪个城市 -> which city", "which 5 cities -> which 5"),
        ("how many cities",),
    ),
    Rule(
        "group",
        (
            "v=values ~ j=connective? ~ o=open_end",
            "v=values ~ l=function.light.listed ~ g=group",
            "v=values ~ l=function.light.listed ~ d=dimension",
        ),
        _open_list,
        -1.4,
        "each of an open list",
        ("app, web and so on -> channel", "APP、官网等等 -> channel", "APP、官网等渠道 -> channel"),
    ),
    Rule("group", ("d=dimension",), _bare, 0.15, "dimension alone", ("城市 -> city",)),
    Rule(
        "group",
        ("b=grouping.by|grouping.each ~ g=date.grain ~ a=grouping.after?", "w=ask ~ g=date.grain", "g=date.grain"),
        _grain,
        -0.2,
        "unit of time",
        ("每月 -> month", "by week -> week", "which month -> which month"),
    ),
    Rule(
        "group",
        ("b=grouping.each|grouping.by ~ n=date.duration ~ o=window.after?", "n=date.duration ~ a=grouping.after"),
        _units,
        -1.0,
        "each of so many units",
        ("each of the four quarters -> quarter",),
        ("every two weeks",),
    ),
    Rule("group", ("g=grain_prefix",), _noun, 0.3, "unit of time right before a measure"),
    Rule(
        "group",
        (
            "b=grouping.by|grouping.each ~ g=grain_noun ~ a=grouping.after?",
            "w=ask ~ n=amount? ~ g=grain_noun",
            "g=grain_noun ~ a=grouping.after?",
        ),
        _noun,
        -0.3,
        "unit of time by its noun",
        ("按月份 -> month",),
    ),
)
