"""The API of a work platform, called with a token that is fetched, kept as long as it holds, and fetched anew.

A platform that is slow, away or asks to wait is asked again a few times; a message may so come twice where the platform
took it and did not say so, but none is lost.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from chat_service.channels.hearing import PlatformError

_LOG = logging.getLogger("huitou.service")
_WAITS = (0.3, 1.0, 3.0)
_LONGEST_WAIT = 60.0
_SPARE = 300.0  # seconds before its end at which a token is no longer used
Json = dict[str, Any]


@dataclass(frozen=True)
class Terms:
    """How an API speaks: where a token is fetched and what is shown for it; the names of things in its answers; the
    codes by which it says that a token holds no longer, and that it is asked too often."""

    token_path: str
    credentials: Mapping[str, str]
    is_bearer: bool  # a token in the header, fetched by POST; else in the query, by GET
    token: str
    lives: str
    code: str
    busy: frozenset[int]
    stale: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Picture:
    """A PNG under the name of its part of a form, with what goes beside it."""

    name: str
    content: bytes
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class PlatformApi:
    """One platform's API, within `open`. A call may take so many seconds."""

    url: str
    terms: Terms
    seconds: float
    _session: aiohttp.ClientSession | None = None
    _token: tuple[str, float] = ("", 0.0)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Connected within the block."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.seconds)) as self._session:
            yield

    async def call(
        self,
        path: str,
        json: Json | None = None,
        *,
        params: Mapping[str, str] | None = None,
        method: str = "POST",
        picture: Picture | None = None,
    ) -> Json:
        """What a method answers. Raises PlatformError."""

        async def tried() -> Json:
            headers, more = await self._worn()
            sent = {**(params or {}), **more}
            return await self._asked(method, self.url + path, json, params=sent, headers=headers, picture=picture)

        return await self._until_taken(tried)

    async def uploaded(self, path: str, picture: Picture, params: Mapping[str, str] | None = None) -> Json | None:
        """What the platform says of a picture; without one the answer goes out without it."""
        try:
            return await self.call(path, params=params, picture=picture)
        except PlatformError as error:
            _LOG.error("a chart could not be uploaded: %s", error)
            return None

    async def answer_at(self, url: str, json: Json) -> None:
        """Post to an address that the platform itself gave for an answer; no token is shown. Raises PlatformError."""
        await self._until_taken(lambda: self._asked("POST", url, json))

    async def _until_taken(self, tried: Callable[[], Awaitable[Json]]) -> Json:
        for wait in _WAITS:
            try:
                return await tried()
            except PlatformError as error:
                if error.code in self.terms.stale:
                    self._token = ("", 0.0)
                elif error.wait is None:
                    raise
                else:
                    await asyncio.sleep(min(max(wait, error.wait), _LONGEST_WAIT))
        return await tried()

    async def _worn(self) -> tuple[dict[str, str], dict[str, str]]:
        """The token as headers, and as parameters."""
        async with self._lock:
            token, until = self._token
            if time.monotonic() >= until:
                shown, terms = dict(self.terms.credentials), self.terms
                found = (
                    await self._asked("POST", self.url + terms.token_path, shown)
                    if terms.is_bearer
                    else await self._asked("GET", self.url + terms.token_path, params=shown)
                )
                token, lives = str(found[terms.token]), float(found[terms.lives])
                self._token = (token, time.monotonic() + max(lives - _SPARE, lives / 2))
        return ({"Authorization": f"Bearer {token}"}, {}) if self.terms.is_bearer else ({}, {"access_token": token})

    async def _asked(
        self,
        method: str,
        url: str,
        json: Json | None = None,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        picture: Picture | None = None,
    ) -> Json:
        assert self._session is not None, "called within `open`"
        what = url.removeprefix(self.url).partition("?")[0]
        try:
            async with self._session.request(
                method, url, json=json, params=params, headers=headers, data=_form(picture), allow_redirects=False
            ) as answer:
                if answer.status == 429 or answer.status >= 500:
                    raise PlatformError(f"{what}: HTTP {answer.status}", wait=_seconds(answer.headers))
                found = await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise PlatformError(f"{what}: {type(error).__name__}", wait=0.0) from error
        code = found.get(self.terms.code) if isinstance(found, dict) else None
        if code != 0:
            number, wait = code if isinstance(code, int) else -1, 0.0 if code in self.terms.busy else None
            raise PlatformError(f"{what}: {str(found)[:300]}", number, wait=wait)
        return dict(found)


def _form(picture: Picture | None) -> aiohttp.FormData | None:
    """A form can be sent once: each try has its own."""
    if picture is None:
        return None
    form = aiohttp.FormData(dict(picture.beside))
    form.add_field(picture.name, picture.content, filename="chart.png", content_type="image/png")
    return form


def _seconds(headers: Mapping[str, str]) -> float:
    said = headers.get("Retry-After") or headers.get("x-ogw-ratelimit-reset") or ""
    return float(said) if said.isdecimal() else 0.0
