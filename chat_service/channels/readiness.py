"""Whether questions can be answered, found out beside all work and within a time of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

from chat_service.channels.wire import HealthBody
from semantic_layer import HuitouError

SECONDS = 5.0


@dataclass(eq=False)
class Readiness:
    """One check at a time, in a thread that does nothing else; who asks meanwhile is told its outcome."""

    check: Callable[[], date]
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="ready"))
    _running: asyncio.Future[date] | None = None

    async def told(self) -> HealthBody:
        """`ok` with the day of the data, or by code what stands in the way."""
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().run_in_executor(self._pool, self.check)
        try:
            day = await asyncio.wait_for(asyncio.shield(self._running), SECONDS)
        except TimeoutError:
            return HealthBody(status="unavailable", problems=("not_in_time",))
        except HuitouError as error:
            codes = tuple(dict.fromkeys(each.code for each in error.problems))
            return HealthBody(status="unavailable", problems=codes)
        return HealthBody(status="ok", data_as_of=day.isoformat())

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
