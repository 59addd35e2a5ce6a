"""`huitou talk` as it is set up for all platforms at once, and people who ask it there."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from chat_service.settings import Settings
from tests.channels.conftest import Company
from tests.channels.platform_senders import AES_KEY, ENCRYPT_KEY, TOKEN, Wire, click, message
from tests.channels.platform_server import AGENT, CREDENTIALS, Platforms, Post, platforms_running
from tests.network.running import serving

ALL, GROUPS = ("feishu", "dingtalk", "wecom"), ("feishu", "dingtalk")
TALKING = (*ALL, "bot")  # a robot of WeCom has no API beside the address for its answer
FILE = {
    "readers": {
        "east": {"attributes": {"region": "east"}},
        "south": {"attributes": {"region": "south"}},
        "wide": {"attributes": {"region": ["east", "south"]}},
        "office": {"roles": ["ask", "personal", "head_office"]},
    },
    "people": {
        **{f"{name}@example.com": name for name in ("east", "south", "office")},
        "WIDE": "wide",
        "EAST": "east",
        "OFFICE": "office",
    },
    "channels": {"gasker.office-1.out-1": "asker"},
}


@dataclass
class Here:
    """The service, the platforms' side of it, and what sends their requests."""

    platforms: Platforms
    client: httpx.Client
    store: Path
    settings: Settings
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def person(self, reader: str) -> str:
        """Somebody who has not said anything yet."""
        return f"{reader}-{next(self._numbers)}"

    def group(self, *members: str) -> str:
        return ".".join((f"g{next(self._numbers)}", *members))

    def message(self, platform: str, user: str, text: str, group: str = "", **how: Any) -> Wire:  # noqa: ANN401
        number = f"m{next(self._numbers)}~{group or user}"
        return message(platform, user, text, number, self.platforms.url, group, **how)

    def say(self, platform: str, user: str, text: str, group: str = "") -> Post:
        """What one message is answered."""
        before = len(self.platforms.of(platform))
        assert self.message(platform, user, text, group).sent(self.client).status_code == 200
        return self.platforms.until(platform, before + 1)[-1]

    def click(self, post: Post, user: str, label: str) -> int:
        number = f"c{next(self._numbers)}"
        return click(post, user, label, self.platforms.url, number).sent(self.client).status_code


@contextmanager
def asked(company: Company, folder: Path) -> Iterator[Here]:
    """The service, on a real socket in a process of its own, and the platforms' server beside it."""
    people = folder / "people.yaml"
    people.write_text(yaml.safe_dump(FILE), encoding="utf-8")
    with platforms_running() as platforms:
        (app_id, app_secret), (key, secret), (corp, own) = (CREDENTIALS[each] for each in ALL)
        chosen: dict[str, object] = {
            "model": company.model,
            "feishu_app_id": app_id,
            "feishu_app_secret": app_secret,
            "feishu_encrypt_key": ENCRYPT_KEY,
            "dingtalk_app_key": key,
            "dingtalk_app_secret": secret,
            "wecom_corp_id": corp,
            "wecom_agent_id": AGENT,
            "wecom_secret": own,
            "wecom_token": TOKEN,
            "wecom_aes_key": AES_KEY,
            "wecom_bot_token": TOKEN,
            "wecom_bot_aes_key": AES_KEY,
            "talk_timeout_seconds": 2,
            **{f"{name}_people": people for name in ALL},
            **{f"{name}_url": platforms.url for name in ALL},
        }
        with serving(folder, company.database, "talk", **chosen) as service, service.client(timeout=3.0) as client:
            yield Here(platforms, client, folder / "kept.sqlite", Settings.model_validate(chosen))
