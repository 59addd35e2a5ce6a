"""What pages show of commands is what the commands print: `console` blocks are run, and their output put below them.

A block holds lines that begin with `$ `, each followed by what it prints. `python -m docs.printed` runs them in a
folder with the demo company and writes the pages; a test checks that nothing would change.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = ("README.md", *sorted(f"docs/{page.name}" for page in (REPOSITORY / "docs").glob("*.md")))
COLUMNS = 100
_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def with_output(page: str, run: Callable[[str], str]) -> str:
    """The page with the output of every command of its `console` blocks as `run` gives it.

    >>> print(with_output("```console\\n$ echo a\\nold\\n```", lambda command: command.split()[1]))
    ```console
    $ echo a
    a
    ```
    """

    def block(found: re.Match[str]) -> str:
        commands = [line[2:] for line in found[1].splitlines() if line.startswith("$ ")]
        return "```console\n" + "\n".join(f"$ {each}\n{_tidy(run(each))}\n" for each in commands).rstrip() + "\n```"

    return _BLOCK.sub(block, page)


def run_in(folder: Path) -> Callable[[str], str]:
    """Runs commands of ours in a folder, as wide as the pages. Raises RuntimeError for one that fails."""

    def run(command: str) -> str:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUITOU_", "OPENAI_"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
        environment = kept | {"COLUMNS": str(COLUMNS), "NO_COLOR": "1", "PYTHONUTF8": "1", "PATH": path}
        done = subprocess.run(  # noqa: S602 — the pages' own lines
            command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode not in (0, 3):
            raise RuntimeError(f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    return run


def main() -> None:
    """Write the pages anew."""
    with tempfile.TemporaryDirectory() as folder:
        run = run_in(Path(folder))
        run("huitou demo")
        for name in PAGES:
            page = REPOSITORY / name
            page.write_text(with_output(page.read_text(encoding="utf-8"), run), encoding="utf-8")


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


if __name__ == "__main__":
    main()
