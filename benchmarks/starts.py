"""`python -m benchmarks.starts [--beside TREE]`: how long commands take as whole processes, and a service to begin.

Every run is a process of its own. Beside another checkout of the project, with the same interpreter and libraries, runs
take turns, so that what else the machine does falls on both; told are the medians and their ratio. Nothing here passes
or fails.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from statistics import median

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.timing import timed
from tests.network.running import free_port

HERE = Path(__file__).resolve().parent.parent
_MODULE = (sys.executable, "-m", "chat_service.cli")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    asked = _parser().parse_args(arguments)
    trees = (HERE, *asked.beside)
    table = Table("what", *(str(tree) for tree in trees), *("ratio" for _ in asked.beside), title="Starts, medians")
    question = ("ask", "上个月销售额", "--db", str(asked.db.resolve()))
    for what, run in (
        ("huitou --help", lambda tree: _done(tree, "--help")),
        (" ".join(("huitou", *question[:2])), lambda tree: _done(tree, *question)),
        ("huitou serve, until it is ready", lambda tree: _ready(tree, asked.db.resolve())),
    ):
        own, *others = _medians(run, trees, asked.repeats)
        table.add_row(what, *(f"{each:.0f} ms" for each in (own, *others)), *(f"{own / each:.2f}" for each in others))
    Console().print(table)


def _medians(run: Callable[[Path], None], trees: Sequence[Path], repeats: int) -> list[float]:
    """The median milliseconds of each tree, after a run that writes its bytecode and warms the disk."""
    rounds = [[timed(partial(run, tree), 1)[0] for tree in trees] for _ in range(1 + repeats)]
    return [median(times) for times in zip(*rounds[1:], strict=True)]


def _done(tree: Path, *arguments: str) -> None:
    subprocess.run((*_MODULE, *arguments), cwd=tree, check=True, stdout=subprocess.DEVNULL)


def _ready(tree: Path, database: Path) -> None:
    port = free_port()
    own = {"HUITOU_DATABASE": str(database), "HUITOU_PORT": str(port)}
    with subprocess.Popen((*_MODULE, "serve"), cwd=tree, env=os.environ | own, stderr=subprocess.DEVNULL) as process:
        is_ready = False
        while not is_ready:
            time.sleep(0.01)
            assert process.poll() is None, "the service could not start"
            with suppress(httpx.TransportError):
                is_ready = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=60).status_code == httpx.codes.OK
        process.kill()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.starts", description=__doc__)
    parser.add_argument("--db", type=Path, default=Path("huitou-demo.duckdb"), help="the demo company")
    parser.add_argument("--beside", type=Path, action="append", default=[], help="another checkout; may be repeated")
    parser.add_argument("--repeats", type=int, default=10, help="runs of each")
    return parser


if __name__ == "__main__":
    main()
