"""What a result is about: its period and the conditions that were asked, in words and in reading order."""

from __future__ import annotations

from chat_service.present.conditions import condition_words
from chat_service.present.dates import period_words
from chat_service.present.finding import Finding


def of(before: str) -> str:
    """的, set off from a number or a Latin word before it."""
    return " 的" if before[-1].isascii() and before[-1].isalnum() else "的"


def _subject(finding: Finding) -> tuple[str, ...]:
    """Period and conditions of the request in words, in reading order."""
    return (_period(finding), *conditions(finding))


def zh_head(finding: Finding) -> str:
    """The beginning of a Chinese sentence, with its comma."""
    return "，".join(_subject(finding)) + "，"


def en_head(finding: Finding) -> str:
    """The beginning of an English sentence, without a comma."""
    text = ", ".join(_subject(finding))
    return text[:1].upper() + text[1:]


def _period(finding: Finding) -> str:
    period, today = finding.period, finding.today
    if all(each.definition.time is None for each in finding.names.model.datasets.values()):
        # nothing here has a date, so there is none to be told
        return "按现有数据" if finding.is_zh else "in the data as they stand"
    if finding.is_all_stock and finding.time is None:
        last = today if period is None or period.last_day is None else min(period.last_day, today)
        return f"截至 {last}" if finding.is_zh else f"as of {last}"
    return period_words(period, today, finding.language)


def conditions(finding: Finding) -> list[str]:
    """The conditions that the question stated."""
    return [
        condition_words(each, finding.names, finding.today)
        for each in finding.request.filters
        if each.origin == "asked"
    ]
