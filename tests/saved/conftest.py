"""A shop of a few customers whose files change between runs, keys of two regions, a clock that is set by hand, and real
servers that take mail and webhooks."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from chat_service.access.admission import Admission
from chat_service.access.keys import KeyFile
from chat_service.conversation.database import opened
from chat_service.saved.alerting import add_alert, new_alert
from chat_service.saved.boards import Boards
from chat_service.saved.conditions import Condition
from chat_service.saved.dashboard_store import DashboardStore
from chat_service.saved.looking import Wish, save
from chat_service.saved.moving import Moves
from chat_service.saved.records import Alert, Mail, Saved, Target, Webhook
from chat_service.saved.runner import Runner
from chat_service.saved.store import SavedStore
from chat_service.services import Services, open_services
from chat_service.settings import Settings
from semantic_layer import Reader, read_request
from tests.page.conftest import browser as browser

SECRET = "s3cret"  # noqa: S105 - of this test alone
MODEL = """
timezone: Europe/Berlin
reader_attributes:
  - {name: region, description: {zh: 大区, en: region}}
policies:
  - {name: own_region, dataset: customers, filter: region = reader.region, except: [head_office]}
datasets:
  - name: customers
    table: customers
    primary_key: customer_id
    fields:
      - {name: customer_id, type: integer, role: key}
      - {name: region, label: {zh: 大区, en: region}}
      - {name: state, label: {zh: 状态, en: state}}
entities:
  - {name: customer, dataset: customers, key: customer_id, label: {zh: 客户, en: customer}, list_columns: [region]}
metrics:
  - {name: customers, label: {zh: 客户数, en: customers}, dataset: customers, expression: count(*)}
"""
AT_RISK = (
    '{"kind": "list", "entity": "customer", "limit": null, '
    '"filters": [{"field": "state", "op": "=", "values": ["risk"]}]}'
)
COUNT = '{"kind": "metrics", "metrics": ["customers"]}'


@dataclass
class Shop:
    """The shop's files, who may ask, and the hands of the clock."""

    folder: Path
    settings: Settings
    moment: datetime = datetime(2026, 3, 2, 6, tzinfo=UTC)
    stores: list[SavedStore] = field(default_factory=list)

    def customers(self, **states: str) -> None:
        """Write the customers: c1="risk" is customer 1, of the east where the number is odd."""
        rows = [(int(name[1:]), state) for name, state in states.items()]
        lines = [f"{number},{'east' if number % 2 else 'south'},{state}" for number, state in rows]
        text = "\n".join(["customer_id,region,state", *lines])
        (self.folder / "data" / "customers.csv").write_text(text + "\n", encoding="utf-8")

    @contextmanager
    def services(self) -> Iterator[Services]:
        """Opened anew, over the files as they are."""
        found = open_services(self.settings, time.perf_counter)
        try:
            yield found
        finally:
            found.close()

    def later(self, **lengths: float) -> None:
        """Move the clock on, or back."""
        self.moment += timedelta(**lengths)

    def store(self) -> SavedStore:
        """Another way into the same store, as another process has."""
        self.stores.append(SavedStore(opened(self.settings.conversations_url)))
        return self.stores[-1]

    def boards(self) -> Boards:
        """The dashboards beside such a store."""
        ours = opened(self.settings.conversations_url)
        self.stores.append(SavedStore(ours))
        return Boards(self.stores[-1], DashboardStore(ours), self.settings.model)

    def runner(self, holder: str = "one") -> Runner:
        """A runner that knows nothing of another."""
        return Runner(
            self.boards(), self.settings, Admission(self.settings), self.services, lambda: self.moment, holder
        )

    def reader(self, name: str) -> Reader:
        found = Admission(self.settings).standing(name)
        assert found is not None
        return found

    def save(
        self, name: str, request: str, owner: str = "office", *, moves: Moves | None = None, roles: tuple[str, ...] = ()
    ) -> Saved:
        with self.services() as services:
            wish = Wish(name, read_request(request), moves, roles=roles)
            return save(self.store(), wish, self.reader(owner), services, f"saved-{owner}-{name}", self.moment)

    def alert(
        self,
        saved: Saved,
        condition: Condition,
        *targets: Target,
        owner: str = "office",
        schedule: str = "every hour",
    ) -> Alert:
        return self.alert_on(saved.saved_id, condition, *targets, owner=owner, schedule=schedule, name=saved.name)

    def alert_on(
        self,
        subject: str,
        condition: Condition,
        *targets: Target,
        owner: str = "office",
        schedule: str = "every hour",
        name: str = "board",
    ) -> Alert:
        """An alert on a saved answer or a dashboard."""
        with self.services() as services:
            wanted = new_alert(f"alert-{name}", self.reader(owner), "watch", subject, schedule, "en")
            return add_alert(self.boards(), wanted, condition, targets, self.reader(owner), services, self.moment)

    def hour(self, runner: Runner) -> int:
        """An hour later, what is due is run and what is told delivered. How many alerts were run."""
        self.later(hours=1)
        ran = runner.run_due()
        runner.deliver_due()
        return ran

    def events(self, alert: Alert) -> list[tuple[str, int]]:
        """What happened so far, the first first."""
        return [(event.kind, event.count) for event, _ in reversed(self.store().history(alert.alert_id))]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """An open shop with three keys: two of regions, and one that sees everything."""
    (tmp_path / "data").mkdir()
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "shop.yaml").write_text(MODEL, encoding="utf-8")
    keys = KeyFile(tmp_path / "keys.json")
    for name in ("east", "south"):
        keys.add(name, ("ask", "manager"), "2026-01-01", {"region": (name,)})
    keys.add("office", ("ask", "head_office"), "2026-01-01")
    made = Shop(
        tmp_path,
        Settings(
            database=tmp_path / "data",
            model=tmp_path / "model",
            keys=tmp_path / "keys.json",
            conversations_url=f"sqlite:///{tmp_path / 'kept.sqlite'}",
            alert_hosts=("127.0.0.1", "example.org"),
            webhook_secret=SECRET,
            smtp_host="127.0.0.1",
            smtp_security="none",
        ),
    )
    made.customers(c1="risk", c2="fine", c3="fine")
    yield made
    for each in made.stores:
        each.close()


@dataclass
class Received:
    """What a server was sent; `answers` are its next answers, after which it takes everything."""

    port: int = 0
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def hook(self) -> Webhook:
        return Webhook(url=f"http://127.0.0.1:{self.port}/hook?a=1")

    def wait(self, count: int) -> None:
        """Until so many have come, or for long enough to know that they do not."""
        until = time.monotonic() + 20
        while len(self.bodies) < count and time.monotonic() < until:
            time.sleep(0.02)


@contextmanager
def _served(server: socketserver.TCPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def hook() -> Iterator[Received]:
    """A server that takes webhooks."""
    found = Received()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = found.answers.pop(0) if found.answers else 204
            found.headers.append({name.lower(): value for name, value in self.headers.items()})
            if status < 300:
                found.bodies.append(body)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is written to standard error."""

    with HTTPServer(("127.0.0.1", 0), Taking) as server, _served(server):
        found.port = server.server_port
        yield found


@pytest.fixture
def mail() -> Iterator[Received]:
    """A server that takes mail (RFC 5321, as far as a sender without options goes)."""
    found = Received()

    class Taking(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            say: Callable[[str], object] = lambda text: self.wfile.write(text.encode() + b"\r\n")  # noqa: E731
            say("220 here")
            for line in self.rfile:
                word = line[:4].upper().strip()
                if word == b"DATA" and found.answers:
                    say(f"{found.answers.pop(0)} not now")
                elif word == b"DATA":
                    say("354 go on")
                    found.bodies.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                    say("250 taken")
                else:
                    say("221 bye" if word == b"QUIT" else "250 fine")
                if word == b"QUIT":
                    return

    with socketserver.TCPServer(("127.0.0.1", 0), Taking) as server, _served(server):
        found.port = server.server_address[1]
        yield found


MAIL = Mail(to="team@example.org")
