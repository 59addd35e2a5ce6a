"""`/`: the chat page. Its files are built from `web/` and ship with the package (`make page`); nothing else is loaded.

They are small enough to be held, each packed once for browsers that take it so. What has a version in its address
(`page.js?v=…`, as `index.html` names them) never changes under it and may be kept.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

_FOLDER = Path(__file__).parent / "page"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
Part = Literal["page.js", "page.css", "charts.js", "icon.svg"]


@dataclass(frozen=True)
class _File:
    plain: bytes
    packed: bytes
    tag: str


def page_routes() -> APIRouter:
    """The page and what it loads."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def page(request: Request) -> Response:
        return _response("index.html", request)

    @router.get("/page/{name}")
    async def part(name: Part, request: Request) -> Response:
        return _response(name, request)

    return router


def _response(name: str, request: Request) -> Response:
    file, headers = _file(name), {"Vary": "Accept-Encoding", "Content-Security-Policy": _POLICY}
    lasting = "v" in request.query_params
    headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    headers["ETag"] = file.tag
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(file.packed, media_type=_TYPES[Path(name).suffix], headers=headers)
    return Response(file.plain, media_type=_TYPES[Path(name).suffix], headers=headers)


@cache
def _file(name: str) -> _File:
    plain = (_FOLDER / name).read_bytes()
    return _File(plain, gzip.compress(plain, 9, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:20]}"')
