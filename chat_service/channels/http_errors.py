"""Every error of the HTTP interface in its one shape: code, message, detail, request id. Never a stack trace.

The message is in the language that the client asks for (`Accept-Language`), English where it asks for none of ours.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import JsonValue
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Scope

from chat_service.channels.failures import SURPRISE, is_for_operators, status_of, told_of
from chat_service.channels.wire import ErrorBody, ErrorDetail
from chat_service.channels.work import wait_of
from semantic_layer import HuitouError, Language, Phrase, malformed

_LOG = logging.getLogger("huitou.http")
_RETRY_SECONDS = 5
_LANGUAGES: tuple[Language, ...] = ("zh", "en")
_CODES = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "body_too_slow",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
}
TOO_LARGE = Phrase("请求的正文太大，服务不接收。", "The body is larger than this service reads.")
# what the framework says in English by itself
_SAID_BY_STATUS = {
    404: Phrase("这个地址不存在。", "Not Found"),
    405: Phrase("这个地址不接受这种请求方法。", "Method Not Allowed"),
    408: Phrase("请求的正文没有按时到达。", "The body of the request did not come in time."),
    413: TOO_LARGE,
}
_NO_JSON = Phrase("正文不是 JSON。", "The body is not JSON.")
_DOES_NOT_FIT = Phrase("请求不符合要求：{first}。", "The request does not fit: {first}.")


def install_error_handlers(app: FastAPI) -> None:
    """Give every failure of the app the one shape."""
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HuitouError, _on_problem)
    app.add_exception_handler(Exception, _on_surprise)


def request_id_of(request: Request) -> str:
    """The id that the middleware gave the request."""
    found = request.scope.get("huitou.request_id", "")
    return found if isinstance(found, str) else ""


def language_of(scope: Scope) -> Language:
    """The language in which the client is told of failures: the first of ours in its `Accept-Language`."""
    asked = Headers(scope=scope).get("accept-language", "").lower().split(",")
    wanted = sorted((each for each in map(_preferred, asked) if each[0] > 0), key=lambda each: -each[0])
    return next((language for _, name in wanted for language in _LANGUAGES if name.split("-")[0] == language), "en")


def _preferred(asked: str) -> tuple[float, str]:
    """How much a language of the header is wanted, and its name.

    >>> _preferred(" zh-cn;q=0.8")
    (0.8, 'zh-cn')
    """
    name, _, weight = asked.partition(";q=")
    try:
        return float(weight or 1), name.strip()
    except ValueError:
        return 0.0, name.strip()


def error_response(
    request: Request, status: int, code: str, message: str | Phrase, detail: dict[str, JsonValue] | None = None
) -> JSONResponse:
    """A response of the one shape."""
    return shaped(request.scope, status, code, message, detail)


def shaped(
    scope: Scope, status: int, code: str, message: str | Phrase, detail: dict[str, JsonValue] | None = None
) -> JSONResponse:
    """A response of the one shape, also to what no route has seen."""
    found = scope.get("huitou.request_id", "")
    said = said_in(message, language_of(scope))
    problem = ErrorDetail(code=code, message=said, detail=detail or {})
    body = ErrorBody(error=problem, request_id=found if isinstance(found, str) else "")
    return JSONResponse(body.model_dump(mode="json"), status_code=status)


def said_in(message: str | Phrase, language: Language) -> str:
    """The message in a language, where it is known in both."""
    return message if isinstance(message, str) else message.in_language(language)


def sayable(error: HuitouError, request: Request) -> str:
    """What the client is told of a failure, in its language."""
    return told_of(error, language_of(request.scope), request_id_of(request))


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, f"http_{error.status_code}")
    said = _SAID_BY_STATUS.get(error.status_code, str(error.detail))
    response = error_response(request, error.status_code, code, said)
    response.headers.update(error.headers or {})
    return response


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found: Sequence[dict[str, object]] = error.errors()
    if any(each.get("type") == "json_invalid" for each in found):
        return error_response(request, 400, "malformed_json", _NO_JSON)
    mistakes = malformed(found)
    language = language_of(request.scope)
    places: list[JsonValue] = [{"where": each.part, "problem": said_in(each.reason, language)} for each in mistakes]
    first = mistakes[0].sentence(language) if mistakes else ""
    said = _DOES_NOT_FIT.of(first=first)
    return error_response(request, 422, "invalid_request", said, {"problems": places})


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HuitouError)
    status, first = status_of(error), error.problems[0]
    said = sayable(error, request)
    language = language_of(request.scope)
    problems: list[JsonValue] = [{"code": each.code, "message": each.sentence(language)} for each in error.problems]
    detail: dict[str, JsonValue] = {} if is_for_operators(error) else {"problems": problems}
    response = error_response(request, status, first.code, said, detail)
    wait = wait_of(first) or (_RETRY_SECONDS if status == 503 else None)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def _on_surprise(request: Request, error: Exception) -> JSONResponse:
    _LOG.error("%s: unexpected", request_id_of(request), exc_info=error)
    return error_response(request, 500, "internal_error", SURPRISE)
