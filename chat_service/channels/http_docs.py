"""`/docs`: the description of the interface as a page that needs no network beyond this service."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import FileResponse

_FOLDER = Path(__file__).parent / "docs_page"


def docs_routes() -> APIRouter:
    """The page and what it loads."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def page() -> FileResponse:
        return FileResponse(_FOLDER / "docs.html")

    @router.get("/docs/{name}")
    async def part(name: Literal["docs.js", "docs.css"]) -> FileResponse:
        return FileResponse(_FOLDER / name)

    return router
