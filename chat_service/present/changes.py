"""From one figure to another in words."""

from __future__ import annotations

from chat_service.language.phrases import bracketed, said
from chat_service.outcomes import Language
from chat_service.present.figures import Scale, change_figure, change_pct_figure
from semantic_layer import AS_USUAL, Format, Phrase

_SAME = Phrase("持平", "unchanged")
_RATES = {True: Phrase("上升 {size}", "up {size}"), False: Phrase("下降 {size}", "down {size}")}
_EQUAL = Phrase("持平", "the same")
_DIFFERS = {True: Phrase("高 {size}", "higher by {size}"), False: Phrase("低 {size}", "lower by {size}")}
_AMOUNTS = {True: Phrase("增加 {size}", "up {size}"), False: Phrase("减少 {size}", "down {size}")}


def change_words(
    unit: str | None,
    before: float | None,
    now: float | None,
    language: Language,
    how: Format = AS_USUAL,
    scale: Scale | None = None,
) -> str:
    """Direction, size and relative size; a rate moves by percentage points; empty where a side has no value. With the
    `scale` of figures beside it, an amount is written as they are.

    >>> change_words("CNY", 100000, 122000, "zh"), change_words("percent", 0.3, 0.25, "en")
    ('增加 2.2万元（+22.0%）', 'down 5.0 percentage points')
    """
    if before is None or now is None:
        return ""
    if now == before:
        return said(_SAME, language)
    relative = change_pct_figure(now / before - 1) if is_relative(unit) and before > 0 else ""
    verbs = _AMOUNTS if is_relative(unit) else _RATES
    size = change_figure(now - before, unit, language, how)
    if scale is not None and is_relative(unit):
        size = scale.figure(abs(now - before))
    return said(verbs[now > before], language, size=size) + bracketed(relative, language)


def difference_words(
    unit: str | None, other: float | None, value: float | None, language: Language, how: Format = AS_USUAL
) -> str:
    """How far one side is above or below another; empty where a side has no value.

    >>> difference_words("CNY", 300, 330, "zh"), difference_words("percent", 0.3, 0.25, "en")
    ('高 30元（+10.0%）', 'lower by 5.0 percentage points')
    """
    if other is None or value is None:
        return ""
    if value == other:
        return said(_EQUAL, language)
    relative = change_pct_figure(value / other - 1) if is_relative(unit) and other > 0 else ""
    size = change_figure(value - other, unit, language, how)
    return said(_DIFFERS[value > other], language, size=size) + bracketed(relative, language)


def is_relative(unit: str | None) -> bool:
    """Whether a change is told relative to what was: of amounts, not of rates and scores."""
    return unit != "percent" and not (unit or "").startswith("points")
