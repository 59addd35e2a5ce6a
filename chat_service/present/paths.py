"""What a result about next steps says: the commonest, how long until then, and how often nothing followed."""

from __future__ import annotations

from chat_service.present.figures import figure, lasting
from chat_service.present.finding import Finding
from chat_service.present.followed import happening_words, number, when_words
from semantic_layer import PathQuery, Phrase, Value

_NAMED = 4
_NEXT = Phrase(
    "{when}{event}之后{days}天内，接下来：{told}。", "Of those who {event}{when}, next within {days} days: {told}."
)
_NOTHING = Phrase("没有后续", "nothing")
_AFTER = Phrase("中位 {time}后", "median {time} later")


def step_words(finding: Finding, value: Value) -> str:
    """What a step is called; events that nothing followed have none."""
    return finding.say(_NOTHING) if value is None else finding.names.value(finding.groups[0], value)


def paths_sentence(finding: Finding) -> str:
    """`投诉之后30天内，接下来：下单 33.7%（中位 3.90 天后）、浏览商品 20.0%（中位 5.08 天后）；没有后续 14.6%。`"""
    request, names = finding.request, finding.names
    assert isinstance(request, PathQuery), "called for next steps"
    steps: list[str] = []
    nothing = ""
    columns = (finding.table.column(name) for name in ("step", "share", "median_hours"))
    for step, share, hours in zip(*columns, strict=True):
        said = f"{step_words(finding, step)} {figure(share, 'percent', finding.language)}"
        if step is None:
            nothing = said
        elif len(steps) < _NAMED:
            steps.append(said + names.bracketed(_after(number(hours), finding)))
    told = names.clauses(names.listed(steps), nothing)
    event = happening_words(request.event, names)
    return finding.say(_NEXT, when=when_words(finding), event=event, days=request.within, told=told)


def _after(hours: float | None, finding: Finding) -> str:
    return "" if hours is None else finding.say(_AFTER, time=lasting(hours, finding.language))
