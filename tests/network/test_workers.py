"""Several processes on one address: what must hold over all of them does, whichever answers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from chat_service.access.rates import SharedRates
from tests.network.running import Running, serving

WORKERS = 2
QUERY = {"kind": "metrics", "metrics": ["customers"]}


@pytest.fixture(scope="module")
def service(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """What the tests share, up to the one that stops it."""
    folder = tmp_path_factory.mktemp("workers")
    with serving(folder, demo_database, workers=WORKERS, per_reader_at_most=60) as running:
        _until(lambda: _listening(running) == WORKERS and _answers(running))
        yield running


def _workers(service: Running) -> list[int]:
    """The processes that serve: those that the first one started, but for the one that tracks resources."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            status, command = (each / "status").read_text(), (each / "cmdline").read_bytes()
        except OSError:
            continue
        if f"PPid:\t{service.process.pid}\n" in status and b"spawn_main" in command:
            found.append(int(each.name))
    return found


def _listening(service: Running) -> int:
    """How many sockets listen where the service does, as Linux tells."""
    return Path("/proc/net/tcp").read_text().count(f":{service.port:04X} 00000000:0000 0A")


def _sockets(process: int) -> int:
    return sum(os.readlink(each).startswith("socket:") for each in Path(f"/proc/{process}/fd").iterdir())


def _answers(service: Running) -> bool:
    with service.client() as client:
        return client.post("/v1/query", json=QUERY).status_code == 200


def _until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if holds():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("it did not come to be so")


def test_messages_and_turns_hold_over_all_workers(service: Running) -> None:
    def send(body: dict[str, object]) -> httpx.Response:
        # a client of its own for each, so that any worker may take it
        with service.client() as client:
            return client.post("/v1/chat", json=body)

    started = send({"message": "2025年的订单数"}).json()["conversation_id"]
    questions = [f"{2024 + number % 3}年的订单数" for number in range(9)]
    with ThreadPoolExecutor(9) as pool:
        answers = list(pool.map(lambda text: send({"message": text, "conversation_id": started}), questions))
        same = list(pool.map(send, [{"message": "2025年的销售额", "conversation_id": started, "message_id": "m1"}] * 6))
    assert [each.status_code for each in answers] == [200] * 9, [each.text for each in answers]
    assert len({each.content for each in same}) == 1 and same[0].status_code == 200
    with service.client() as client:
        turns = client.get(f"/v1/conversations/{started}").json()["turns"]
    assert len(turns) == 11, "each question once, whoever answered it"
    with service.client() as client:
        told = client.get("/metrics").text
    counted = re.findall(r'huitou_http_requests_total\{.*route="/v1/chat".*\} (\d+)', told)
    assert sum(map(int, counted)) == 16, "the meters of all workers together"


def test_a_readers_rate_is_counted_over_all_workers_which_end_with_the_first(
    demo_database: Path, tmp_path: Path
) -> None:
    with serving(tmp_path, demo_database, workers=WORKERS, requests_per_minute=30) as service:
        _until(lambda: len(_workers(service)) == WORKERS)
        began = time.monotonic()
        codes = []
        for _ in range(60):
            with service.client() as client:
                codes.append(client.post("/v1/query", json=QUERY).status_code)
        passed = codes.count(200)
        back = (time.monotonic() - began) * 30 / 60
        assert set(codes) == {200, 429} and 30 <= passed <= 31 + back, (passed, back)
        _end_with(service, signal.SIGKILL, 20)


def test_a_worker_that_is_killed_is_replaced_and_nothing_told_is_lost(service: Running) -> None:
    told: list[str] = []

    def ask(number: int) -> None:
        try:
            with service.client() as client:
                answer = client.post("/v1/chat", json={"message": f"{2024 + number % 3}年的订单数"})
        except httpx.TransportError:
            return  # whom the killed one was answering
        assert answer.status_code == 200, answer.text
        told.append(answer.json()["conversation_id"])

    before = _workers(service)
    with ThreadPoolExecutor(6) as pool:
        asked = pool.map(ask, range(60))
        os.kill(before[0], signal.SIGKILL)
        list(asked)
    assert len(told) >= 40
    _until(lambda: len(set(_workers(service)) - {before[0]}) == WORKERS)
    with service.client() as client:
        assert all(client.get(f"/v1/conversations/{each}").status_code == 200 for each in told)
    assert "is replaced" in service.log.read_text()


def test_a_health_check_asks_it(service: Running, tmp_path: Path) -> None:
    def check(**more: str) -> subprocess.CompletedProcess[str]:
        variables = {"HUITOU_PORT": str(service.port), "HUITOU_HOST": "0.0.0.0", **more}  # noqa: S104
        command = [sys.executable, "-m", "chat_service.cli", "health"]
        return subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60)

    healthy = check()
    assert (healthy.returncode, json.loads(healthy.stdout)["status"]) == (0, "ok"), healthy.stderr
    assert check(HUITOU_PORT="1").returncode == 1


def test_connections_are_shared_among_all_who_end_with_the_first(service: Running) -> None:
    workers = _workers(service)
    before = {each: _sockets(each) for each in workers}
    held = [service.connect() for _ in range(15 * WORKERS)]
    _until(lambda: sum(_sockets(each) - before[each] for each in workers) >= len(held), 10)
    assert min(_sockets(each) - before[each] for each in workers) >= 4, "the first to look takes not all"
    for each in held:
        each.close()
    _end_with(service, signal.SIGTERM, 10)


def _end_with(service: Running, how: signal.Signals, seconds: float) -> None:
    workers = _workers(service)
    assert len(workers) == WORKERS
    assert service.stop(how) < 15
    _until(lambda: not any(Path(f"/proc/{each}").exists() for each in workers), seconds)


def test_rates_are_one_for_all_who_name_the_file(tmp_path: Path) -> None:
    one, other = SharedRates(tmp_path / "rates"), SharedRates(tmp_path / "rates")
    waits = [(one if number % 2 else other).wait("anne", 3) for number in range(4)]
    assert waits[:3] == [0, 0, 0] and 15 < waits[3] <= 20
    assert one.wait("ben", 3) == 0
    for number in range(10_000):
        assert one.wait(f"reader {number}", 3) == 0, "nobody is refused for want of a place"
    one.close()
    other.close()
