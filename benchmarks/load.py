"""`python -m benchmarks.load`: answers a second over HTTP, with results kept and without, by clients at the same time.

Starts a service of its own over a database. What its processes computed is told beside what the clients saw, which is
the machine's too: on two free cores a service gives 2,000 ms of computing a second. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.__main__ import SUITE
from chat_service.evaluate.suite import load_suite

_START_SECONDS = 120


@dataclass(frozen=True)
class Load:
    """What so many clients saw in a time."""

    name: str
    seconds: float
    times_ms: tuple[float, ...]
    failed: int
    computed_ms: float

    def row(self) -> tuple[str, ...]:
        """Name, answers a second, median, 95th percentile, computing of an answer, failures."""
        found = sorted(self.times_ms)
        late = found[min(len(found) - 1, int(len(found) * 0.95))]
        rate = len(found) / self.seconds
        computed = f"{self.computed_ms / max(1, len(found)):.1f}"
        return self.name, f"{rate:,.0f}", f"{statistics.median(found):.1f}", f"{late:.1f}", computed, str(self.failed)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    asked = _parser().parse_args(arguments)
    questions = [turn.question for case in load_suite(asked.suite) for turn in case.turns[:1]]
    title = f"{len(questions)} questions, {asked.clients} clients, {asked.workers} workers"
    heads = ("results", "answers/s", "median ms", "p95 ms", "computing ms", "failed")
    table = Table(*heads, title=title, title_justify="left")
    for name, cells in (("computed each time", "0"), ("kept", "2000000")):
        with serving(asked.db, asked.workers, cells) as (url, process):
            measured("", url, process, questions, asked.clients, 8)  # so that every worker has opened what it needs
            table.add_row(*measured(name, url, process, questions, asked.clients, asked.seconds).row())
    Console().print(table)


def measured(
    name: str, url: str, process: subprocess.Popen[bytes], questions: Sequence[str], clients: int, seconds: float
) -> Load:
    """Clients that each ask one question after another, of those that are common to all, for so long."""
    messages = cycle(questions)
    lock, until = threading.Lock(), time.monotonic() + seconds
    times: list[float] = []
    failed = 0

    def ask() -> None:
        nonlocal failed
        with httpx.Client(base_url=url, timeout=60) as client:
            while time.monotonic() < until:
                with lock:
                    message = next(messages)
                began = time.perf_counter()
                response = client.post("/v1/chat", json={"message": message})
                took = (time.perf_counter() - began) * 1000
                with lock:
                    times.append(took)
                    failed += response.status_code != 200

    began, before = time.monotonic(), computed_ms(process)
    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return Load(name, time.monotonic() - began, tuple(times), failed, computed_ms(process) - before)


def computed_ms(process: subprocess.Popen[bytes]) -> float:
    """Processor time of a process and of those that it started, as Linux counts it."""
    ticks = sum(int(fields[11]) + int(fields[12]) for _, fields in family(process))
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def family(process: subprocess.Popen[bytes]) -> Iterator[tuple[Path, list[str]]]:
    """A process and those that it started, each with what Linux tells of it."""
    known = {process.pid}
    for each in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            fields = (each / "stat").read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if int(each.name) in known or int(fields[1]) in known:
            known.add(int(each.name))
            yield each, fields


@contextmanager
def serving(database: Path, workers: int, kept_cells: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A service of our own over a database: where it listens, and its first process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        chosen = {
            "DATABASE": str(database),
            "PORT": str(port),
            "WORKERS": str(workers),
            "THREADS": "1",
            "KEPT_CELLS": kept_cells,
            "PER_READER_AT_MOST": "1000",
            "WAITING_AT_MOST": "1000",
            "CONVERSATIONS_URL": f"sqlite:///{folder}/kept.sqlite",
            "KEYS": f"{folder}/keys.json",
        }
        variables = {**os.environ, **{f"HUITOU_{name}": value for name, value in chosen.items()}}
        log = Path(folder) / "log"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "chat_service.cli", "serve"], env=variables, stderr=errors, stdout=errors
            )
        try:
            _wait(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()
            process.wait(60)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit(log.read_text(errors="replace")[-2000:])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.load", description=__doc__)
    parser.add_argument("--db", type=Path, required=True, help="a database to answer from")
    parser.add_argument("--suite", type=Path, default=SUITE, help="questions to ask")
    parser.add_argument("--clients", type=int, default=32, help="clients at the same time")
    parser.add_argument("--workers", type=int, default=2, help="processes of the service")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each is measured")
    return parser


if __name__ == "__main__":
    main()
