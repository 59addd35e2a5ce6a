"""A station as a process runs it: over the store that the settings name, old conversations forgotten by the hour."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from chat_service.access.rates import OwnRates, Rates
from chat_service.channels.station import Station
from chat_service.conversation.database import opened as opened_database
from chat_service.conversation.memory import Store
from chat_service.conversation.store import SqlStore
from chat_service.saved.boards import Boards
from chat_service.saved.dashboard_store import DashboardStore
from chat_service.saved.store import SavedStore
from chat_service.services import open_services
from chat_service.settings import Settings
from semantic_layer import HuitouError

_LOG = logging.getLogger("huitou.service")
_FORGET_SECONDS = 3600
_SETTLE_SECONDS = 1.0


def new_station(settings: Settings, store: Store | None = None, rates: Rates | None = None) -> Station:
    """The station for those settings. Database and model are opened by the first request that needs them.

    `rates` are those that it shares with other processes. Raises StoreError where there is no store.
    """
    kept = SqlStore(settings.conversations_url) if store is None else store
    ours = kept.engine if isinstance(kept, SqlStore) else opened_database("sqlite://")
    return Station(
        settings=settings,
        store=kept,
        boards=Boards(SavedStore(ours), DashboardStore(ours), settings.model),
        open_services=lambda chosen: open_services(chosen, time.perf_counter, is_public=True),
        now=lambda: datetime.now(UTC),
        new_id=lambda: uuid.uuid4().hex,
        rates=rates or OwnRates(),
    )


@asynccontextmanager
async def running(station: Station, *beside: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """The station at work within the block, with what goes on beside it, and closed after it."""
    keepers = [asyncio.ensure_future(each) for each in (_forgetting(station), _settling(station), *beside)]
    try:
        yield
    finally:
        for each in keepers:
            each.cancel()
        station.close()


async def _forgetting(station: Station) -> None:
    """Deletes, now and each hour, the conversations that are past their time."""
    days = station.settings.keep_days
    while days is not None:
        before = (station.now() - timedelta(days=days)).isoformat(timespec="seconds")
        try:
            gone = await asyncio.to_thread(station.store.expire, before)
        except HuitouError as error:
            _LOG.error("old conversations could not be deleted: %s", error)
        else:
            _LOG.info("%d conversations older than %d days were deleted", gone, days)
        await asyncio.sleep(_FORGET_SECONDS)


async def _settling(station: Station) -> None:
    """Has the store settle, beside the answers."""
    while isinstance(station.store, SqlStore):
        await asyncio.sleep(_SETTLE_SECONDS)
        try:
            await asyncio.to_thread(station.store.settle)
        except HuitouError as error:
            _LOG.error("the store could not settle: %s", error)
