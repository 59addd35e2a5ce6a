"""From one figure to another in words."""

from __future__ import annotations

from chat_service.outcomes import Language
from chat_service.present.figures import change_figure, change_pct_figure


def change_words(unit: str | None, before: float | None, now: float | None, language: Language) -> str:
    """Direction, size and relative size; a rate moves by percentage points; empty where a side has no value.

    >>> change_words("CNY", 100000, 122000, "zh"), change_words("percent", 0.3, 0.25, "en")
    ('增加 2.2万元（+22.0%）', 'down 5.0 percentage points')
    """
    if before is None or now is None:
        return ""
    zh, change = language == "zh", now - before
    if change == 0:
        return "持平" if zh else "unchanged"
    size = change_figure(change, unit, language)
    relative = "" if unit in ("percent", "points") or before <= 0 else change_pct_figure(change / before)
    if zh:
        rose, fell = ("上升", "下降") if unit in ("percent", "points") else ("增加", "减少")
        verb = rose if change > 0 else fell
        return f"{verb} {size}" + (f"（{relative}）" if relative else "")
    return f"{'up' if change > 0 else 'down'} {size}" + (f" ({relative})" if relative else "")
