"""A report as PDF: printed by the machine's own Chromium, which knows its fonts. Nothing is fetched for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from chat_service.present.export.document import ExportError
from semantic_layer import Problem, problem

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SECONDS = 60
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-first-run",
    "--no-pdf-header-footer",
)


@problem(
    "pdf_needs_chromium",
    zh="PDF 由本机的 Chromium 打印，这里没有。请安装 `chromium`，或改用 HTML。",
    en="PDF is printed by this machine's Chromium, and there is none. Install 'chromium', or take HTML.",
)
class PdfNeedsChromium(Problem):
    """A PDF on a machine without a browser."""


@problem("pdf_not_printed", zh="Chromium 没能打印这份 PDF：{reason}", en="Chromium could not print this PDF: {reason}")
class PdfNotPrinted(Problem):
    """A browser that printed nothing."""

    reason: str


def chromium() -> str | None:
    """The path of this machine's Chromium, if it has one."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def printed(html: Iterable[bytes]) -> bytes:
    """The PDF of a page. Raises ExportError (`pdf_needs_chromium`, `pdf_not_printed`)."""
    browser = chromium()
    if browser is None:
        raise ExportError(PdfNeedsChromium())
    # root may start a browser only without its sandbox; the page has no script and may load nothing
    sandbox = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="huitou-pdf-", ignore_cleanup_errors=True) as folder:
        page, pdf = Path(folder, "report.html"), Path(folder, "report.pdf")
        page.write_bytes(b"".join(html))
        command = [browser, *_FLAGS, *sandbox, f"--user-data-dir={folder}/profile", f"--print-to-pdf={pdf}"]
        try:
            done = subprocess.run(  # noqa: S603 - a browser found by its name, and a file of our own
                [*command, page.as_uri()], capture_output=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ExportError(PdfNotPrinted(type(error).__name__)) from error
        if done.returncode or not pdf.exists():
            reason = done.stderr.decode(errors="replace").strip().split("\n")[-1][:200]
            raise ExportError(PdfNotPrinted(reason or f"exit {done.returncode}"))
        return pdf.read_bytes()
