"""Services for a command; the demo company is made first where no database is named and none has been made yet."""

from __future__ import annotations

import importlib
import time

from rich.console import Console

from chat_service.services import Services, open_services
from chat_service.settings import DEMO_DATABASE, Settings


def opened(settings: Settings, console: Console) -> Services:
    """Model and database opened. Raises DefinitionsError, EngineError."""
    if settings.database is None and not DEMO_DATABASE.exists():
        console.print(f"没有指定数据库，先生成示例公司（以后直接使用）：{DEMO_DATABASE}")
        console.print(f"No database is named; making the demo company first: {DEMO_DATABASE}")
        # not imported above: its libraries would slow down every question that comes after
        importlib.import_module("chat_service.commands.demo").make(DEMO_DATABASE, console)
    return open_services(settings, time.perf_counter)
