"""What every response says to browsers, and which hosts and origins are answered at all.

The host is checked so that a page of another site cannot reach a service on the visitor's own machine by a name that
it points there; the origin, so that such a page cannot have its visitor's browser ask in their name.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat_service.access.admission import is_local
from chat_service.channels.http_errors import shaped
from chat_service.settings import Settings
from semantic_layer import Phrase

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}
_UNKNOWN_HOST = Phrase(
    "这里不提供这个主机名的服务。管理员可以在 HUITOU_HOSTS 里写上它。",
    "This host is not served here. Whoever runs the service names it in HUITOU_HOSTS.",
)
_CROSS_ORIGIN = Phrase(
    "这个来源的网页不能提问。管理员可以在 HUITOU_ORIGINS 里写上它。",
    "Pages of this origin may not ask. Whoever runs the service names it in HUITOU_ORIGINS.",
)


class GuardMiddleware:
    """Refuses hosts and origins that are not meant, and puts the headers on everything."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = _name(f"//{headers.get('host', '')}"), headers.get("origin")

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    found.setdefault(name, value)
                if scope.get("scheme") == "https":
                    found.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        if not self._is_ours(host):
            await shaped(scope, 421, "unknown_host", _UNKNOWN_HOST)(scope, receive, send_guarded)
        elif origin is not None and _name(origin) != host and origin not in self._settings.origins:
            await shaped(scope, 403, "cross_origin", _CROSS_ORIGIN)(scope, receive, send_guarded)
        else:
            await self._app(scope, receive, send_guarded)

    def _is_ours(self, host: str) -> bool:
        if self._settings.hosts:
            return host in self._settings.hosts
        # on this machine alone, only this machine's names are meant
        return not is_local(self._settings.host) or is_local(host) or host == "testserver"


def _name(url: str) -> str:
    """The host of a URL without its port, '' where it has none that can be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
