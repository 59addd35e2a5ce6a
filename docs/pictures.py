"""The pictures of the README: `python -m docs.pictures DATABASE`. Needs the extra `charts` and a CJK font."""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path

import vl_convert

from chat_service.answer import answer
from chat_service.asking import Asked
from chat_service.outcomes import Question
from chat_service.services import open_services
from chat_service.settings import Settings

FOLDER = Path(__file__).parent / "images"
TODAY = date(2026, 6, 30)
QUESTIONS = {
    "revenue-by-tier": "今年每月各会员等级的销售额",
    "repurchase-by-region": "今年各大区的复购率和去年同期比",
}


def main(database: Path) -> None:
    """Ask each question and keep its chart."""
    services = open_services(Settings(database=database), time.perf_counter)
    FOLDER.mkdir(exist_ok=True)
    for name, text in QUESTIONS.items():
        found = answer(Asked(Question(text, TODAY), services.reader), services)
        if found.chart is None:
            raise SystemExit(f"no chart for {text}: {found.text}")
        (FOLDER / f"{name}.png").write_bytes(vl_convert.vegalite_to_png(found.chart, scale=1.5))
    services.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
