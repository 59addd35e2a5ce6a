"""What a result is about: its period and the conditions that were asked, in words and in reading order."""

from __future__ import annotations

from chat_service.language.phrases import comma, said, set_off
from chat_service.outcomes import Language
from chat_service.present.conditions import condition_words
from chat_service.present.dates import period_words
from chat_service.present.finding import Finding
from semantic_layer import Filter, MetricQuery, Phrase

_OF = Phrase("{before}{gap}的", "{before}")
_WHOLE, _EVERY = Phrase("", "the total"), Phrase("全部", "all")
_THOSE = Phrase("“{what}”的", "those with “{what}”")
_UNDATED, _AS_OF = Phrase("按现有数据", "in the data as they stand"), Phrase("截至 {day}", "as of {day}")


def of(before: str, language: Language) -> str:
    """What stands before a noun and belongs to it: `2026年5月的`."""
    return said(_OF, language, before=before, gap=set_off(before, language)) if before else ""


def head(finding: Finding) -> str:
    """How a sentence begins: the period and the conditions."""
    text = comma((_period(finding), *conditions(finding)), finding.language)
    return text[:1].upper() + text[1:]


def _period(finding: Finding) -> str:
    period, today = finding.period, finding.today
    if all(each.definition.time is None for each in finding.names.model.datasets.values()):
        # nothing here has a date, so there is none to be told
        return finding.say(_UNDATED)
    if finding.is_all_stock and finding.time is None:
        last = today if period is None or period.last_day is None else min(period.last_day, today)
        return finding.say(_AS_OF, day=last)
    return period_words(period, today, finding.language)


def conditions(finding: Finding, but: Filter | None = None) -> list[str]:
    """The conditions that the question stated, but for one."""
    return [
        condition_words(each, finding.names, finding.today)
        for each in finding.request.filters
        if each.origin == "asked" and each != but
    ]


def whole(finding: Finding) -> str:
    """What the shares of a result are of."""
    request = finding.request
    if not isinstance(request, MetricQuery) or request.among is None:
        return finding.say(_WHOLE)
    asked = [condition_words(each, finding.names, finding.today) for each in request.among if each.origin == "asked"]
    return finding.say(_THOSE, what=comma(asked, finding.language)) if asked else finding.say(_EVERY)
