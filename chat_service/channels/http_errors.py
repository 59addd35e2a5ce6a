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

from chat_service.answer import FOR_OPERATORS
from chat_service.channels.dialogue import DialogueError
from chat_service.channels.wire import ErrorBody, ErrorDetail
from chat_service.saved.schedule import SavedError
from semantic_layer import DefinitionsError, HuitouError, Language, Phrase, QueryError, malformed

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
SURPRISE = Phrase(
    "这里出了意外，可以按请求编号在日志里查到。", "Something went wrong here. The log has it under this id."
)
# what an operator must see to, but may be said to anybody: no path, address or statement is in it
_SAYABLE = {"query_timeout", "query_cancelled", "out_of_memory", "busy", "took_too_long", "client_left"}
_STATUS = {
    "key_needed": 401,
    "unknown_key": 401,
    "not_allowed": 403,
    "keys_unreadable": 503,
    "audit_unavailable": 503,
    "rate_limited": 429,
    "too_many_requests": 429,
    "busy": 503,
    "took_too_long": 504,
    "client_left": 499,
    "conversation_moves": 409,
    "unknown_choice": 422,
    "message_id_reused": 409,
    "unknown_conversation": 404,
    "unknown_answer": 404,
    "unknown_share": 404,
    "shared_with_other_rights": 403,
    "unknown_saved": 404,
    "unknown_alert": 404,
    "name_taken": 409,
    "target_not_allowed": 403,
    "nothing_to_export": 404,
    "export_too_large": 422,
    "export_not_installed": 501,
    "unknown_dimension": 404,
    "translator_unavailable": 422,
    "query_timeout": 504,
    "query_cancelled": 499,
    "store_unavailable": 503,
    "database_missing": 503,
    "database_unreadable": 503,
}


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
    if isinstance(message, str):
        return message
    return message.zh if language == "zh" else message.en


def status_of(error: HuitouError) -> int:
    """The HTTP status of problems: 4xx where the client must act, 5xx where the operator must."""
    code = error.problems[0].code
    if code in _STATUS:
        return _STATUS[code]
    if isinstance(error, QueryError | DialogueError | SavedError):
        return 422
    return 503 if isinstance(error, DefinitionsError) else 500


def sayable(error: HuitouError, request: Request) -> str:
    """What the client is told of a failure. What quotes the database or names a place goes to the log instead."""
    language = language_of(request.scope)
    if status_of(error) >= 500:
        _LOG.error("%s: %s", request_id_of(request), error)
        if _is_for_operators(error):
            return said_in(FOR_OPERATORS, language)
    return error.problems[0].sentence(language)


def _is_for_operators(error: HuitouError) -> bool:
    return status_of(error) >= 500 and error.problems[0].code not in _SAYABLE


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
    detail: dict[str, JsonValue] = {} if _is_for_operators(error) else {"problems": problems}
    response = error_response(request, status, first.code, said, detail)
    wait = getattr(first, "retry_after_seconds", _RETRY_SECONDS if status == 503 else None)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def _on_surprise(request: Request, error: Exception) -> JSONResponse:
    _LOG.error("%s: unexpected", request_id_of(request), exc_info=error)
    return error_response(request, 500, "internal_error", SURPRISE)
