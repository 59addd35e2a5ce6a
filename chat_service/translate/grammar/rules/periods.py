"""Dates as what is asked about, or as the other side of a comparison; dates that a thing carries."""

from __future__ import annotations

from chat_service.language.grammar.rule import Found, Rule
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Against, Dated
from chat_service.translate.senses import Names, When, Word
from semantic_layer import Model

_DATE = "date.period|date.rolling|date.open"
# these join as well as compare: they open a comparison only where another word closes it


def _when(found: Found) -> When:
    return found.one("p", When)


def _before(found: Found) -> Against:
    date = found.one("b", When).date
    if date.kind == "comparison":
        one = date.length is None or date.length[0] == 1  # 跟前两周比 is of both weeks, as one time
        return Against(
            date.against or "previous", date if date.period is not None else None, date.unit if one else None
        )
    return Against("previous", None, date.unit)


def _period(found: Found) -> Against | None:
    opener = found.get("v", Word)
    if opener is not None and opener.text in {",", "、", ";", *word_set("compares"), *word_set("difference")}:
        return None  # compare May …, the difference in Q1: the time is that of what is compared
    if found.edges.get("w") is None and opener is not None and opener.text in word_set("joins_times"):
        return None
    date = found.one("p", When).date
    return Against("period", date) if date.kind != "same_period" or date.period is not None else None


def model_rules(model: Model) -> tuple[Rule, ...]:
    """Periods, comparisons, and the fields of time that carry a period."""

    def dated(found: Found) -> Dated | None:
        fields = found.one("f", Names).names
        times = tuple(name for name in fields if model.fields[name].definition.role == "time")
        return Dated(times, found.one("w", When)) if times else None

    return (
        Rule("when", (f"p={_DATE}",), _when, 0.0, "period", ("上个月 -> last month",)),
        Rule("when", ("p=date.all_history",), lambda found: When(found.one("p", When).date, ever=True), 0.0, "ever"),
        Rule(
            "against",
            (
                "b=date.comparison|date.relative_previous ~ w=comparison.versus|date.versus?",
                "v=comparison.versus|date.versus|connective.and ~ b=date.comparison|date.relative_previous "
                "~ w=comparison.versus|date.versus?",
            ),
            _before,
            -0.3,
            "against the period before",
            ("环比 -> previous", "跟去年同期比 -> year", "vs last month -> period"),
        ),
        Rule(
            "against",
            (
                f"v=comparison.versus|date.versus|connective.and ~ p={_DATE} ~ w=comparison.versus|date.versus",
                f"v=comparison.versus|date.versus ~ p={_DATE}",
                f"v=comparison.versus|date.versus ~ those=follow.those ~ f=field ~ p={_DATE}",
                "v=comparison.versus? ~ p=date.same_period ~ w=comparison.versus|date.versus?",
            ),
            _period,
            -0.5,
            "against a named period",
            ("和去年比 -> 2025", "versus May -> May"),
        ),
        Rule(
            "dated",
            ("f=field ~ w=when", "w=when ~ f=field"),
            dated,
            -0.5,
            "date of a thing",
            ("注册时间在去年 -> 2025",),
        ),
    )
