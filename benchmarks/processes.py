"""Whole processes, from the command to its end: what somebody at a terminal waits for."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks.timing import Measured, timed
from chat_service.commands.edge import NOT_ANSWERED

HUITOU = Path(sys.executable).parent / "huitou"
QUESTIONS = ("哪些客户可能流失", "which customers may churn", "上个月各会员等级的复购率同比")


def measure_ask(database: Path, repeats: int) -> tuple[Measured, ...]:
    """`huitou ask` as a process of its own, after one run to warm the disk."""
    measured = []
    for question in QUESTIONS:
        command = [str(HUITOU), "ask", question, "--db", str(database)]
        run(command)
        times = timed(partial(run, command), repeats)
        measured.append(Measured(f"huitou ask {question}", times, aim_ms=1500))
    return tuple(measured)


def run(command: list[str]) -> None:
    """Run to the end without a terminal; CalledProcessError where it fails. A question refused has been answered."""
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    if done.returncode not in (0, NOT_ANSWERED):
        done.check_returncode()
