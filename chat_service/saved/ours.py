"""The alerts that a reader has, told in words, and one of them chosen to be deleted."""

from __future__ import annotations

from collections.abc import Iterator

from chat_service.language.phrases import clauses, said
from chat_service.outcomes import Choice, Language
from chat_service.present import offers
from chat_service.saved.deeds import Deed, local_time
from chat_service.saved.records import Alert
from chat_service.saved.store import SavedStore
from chat_service.saved.wishes import Ours
from chat_service.services import Services
from semantic_layer import Reader

_MOST = 8


def meant(wished: Ours, reader: Reader, store: SavedStore) -> tuple[Alert, ...]:
    """The reader's alerts whose names hold what was said; all of them where none does, so that one can be chosen."""
    found = store.alerts(reader.name)
    return tuple(each for each in found if wished.name.casefold() in each.name.casefold()) or found


def told_of(alerts: tuple[Alert, ...], services: Services, language: Language) -> str:
    """Each with when it is next due."""
    if not alerts:
        return said(offers.NONE_OF_OURS, language)
    return said(offers.OURS, language, alerts=clauses((_told(each, services, language) for each in alerts), language))


def ends(alerts: tuple[Alert, ...], language: Language) -> Iterator[Choice]:
    """A choice to delete each of the first."""
    for number, each in enumerate(alerts[:_MOST], 1):
        label = said(offers.END_CHOICE, language, name=each.name)
        yield Choice(f"end{number}", label, label, deed=Deed(ends=each.alert_id).model_dump_json(by_alias=True))


def _told(alert: Alert, services: Services, language: Language) -> str:
    if alert.is_stopped:
        return said(offers.STOPPED, language, name=alert.name)
    schedule, due = offers.schedule_words(alert.schedule, language), local_time(alert.next_at, services)
    return said(offers.ONE_OF_OURS, language, name=alert.name, schedule=schedule.strip(), next=due)
