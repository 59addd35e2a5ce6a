"""Who people on Slack are, and who is in a channel, as Slack tells it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient

from chat_service.channels.people import Person

_REMEMBERED = 300.0  # seconds for which who somebody is stays known
_PAGE = 200


@dataclass(eq=False)
class SlackDirectory:
    """Looks people up by the Web API."""

    client: AsyncWebClient
    _people: dict[str, tuple[float, Person]] = field(default_factory=dict)

    async def room(self, channel: str, most: int) -> tuple[Person, ...]:
        """Who reads a channel along, asked anew each time; no more of them than `most`. Raises SlackApiError."""
        found, cursor = list[str](), ""
        while len(found) < most:
            page = await self.client.conversations_members(channel=channel, limit=min(most, _PAGE), cursor=cursor)
            found += page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        if len(found) >= most:
            return tuple(Person(each) for each in found)  # too many already: who they are need not be asked
        return tuple([await self.person(each) for each in found])

    async def person(self, user: str) -> Person:
        """Who somebody is. Raises SlackApiError."""
        began, known = self._people.get(user, (0.0, None))
        if known is not None and time.monotonic() - began < _REMEMBERED:
            return known
        found = (await self.client.users_info(user=user, include_locale=True))["user"]
        email = (found.get("profile") or {}).get("email") or ""
        # an address is believed of members of the own workspace alone: others write into theirs what they like
        own = "" if found.get("is_stranger") or found.get("is_external") else email
        person = Person(user, own, found.get("locale") or "", bool(found.get("is_bot") or user == "USLACKBOT"))
        self._people[user] = (time.monotonic(), person)
        return person
