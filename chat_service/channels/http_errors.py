"""Every error of the HTTP interface in its one shape: code, message, detail, request id. Never a stack trace."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import JsonValue
from starlette.exceptions import HTTPException
from starlette.types import Scope

from chat_service.channels.dialogue import DialogueError
from chat_service.channels.wire import ErrorBody, ErrorDetail
from semantic_layer import DefinitionsError, HuitouError, QueryError, malformed

_LOG = logging.getLogger("huitou.http")
OPERATORS = "The service cannot answer this now. Whoever runs it finds why in the log, under the id of this request."
_RETRY_SECONDS = 5
_CODES = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "body_too_slow",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
}
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


def error_response(
    request: Request, status: int, code: str, message: str, detail: dict[str, JsonValue] | None = None
) -> JSONResponse:
    """A response of the one shape."""
    problem = ErrorDetail(code=code, message=message, detail=detail or {})
    body = ErrorBody(error=problem, request_id=request_id_of(request))
    return JSONResponse(body.model_dump(mode="json"), status_code=status)


def shaped(scope: Scope, status: int, code: str, message: str) -> JSONResponse:
    """A response of the one shape to what no route has seen."""
    found = scope.get("huitou.request_id", "")
    problem = ErrorDetail(code=code, message=message)
    body = ErrorBody(error=problem, request_id=found if isinstance(found, str) else "")
    return JSONResponse(body.model_dump(mode="json"), status_code=status)


def status_of(error: HuitouError) -> int:
    """The HTTP status of problems: 4xx where the client must act, 5xx where the operator must."""
    code = error.problems[0].code
    if code in _STATUS:
        return _STATUS[code]
    if isinstance(error, QueryError | DialogueError):
        return 422
    return 503 if isinstance(error, DefinitionsError) else 500


def sayable(error: HuitouError, request: Request) -> str:
    """What the client is told of a failure. What quotes the database or names a place goes to the log instead."""
    if status_of(error) < 500:
        return error.problems[0].message
    _LOG.error("%s: %s", request_id_of(request), error)
    return error.problems[0].message if error.problems[0].code in _SAYABLE else OPERATORS


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, f"http_{error.status_code}")
    response = error_response(request, error.status_code, code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found: Sequence[dict[str, object]] = error.errors()
    if any(each.get("type") == "json_invalid" for each in found):
        return error_response(request, 400, "malformed_json", "The body is not JSON.")
    mistakes = malformed(found)
    places: list[JsonValue] = [{"where": each.part, "problem": str(each.reason)} for each in mistakes]
    first = f"{mistakes[0].part}: {mistakes[0].reason}" if mistakes else ""
    return error_response(request, 422, "invalid_request", f"The request does not fit: {first}.", {"problems": places})


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HuitouError)
    status, first = status_of(error), error.problems[0]
    said = sayable(error, request)
    problems: list[JsonValue] = [{"code": each.code, "message": each.message} for each in error.problems]
    detail: dict[str, JsonValue] = {"problems": problems} if said != OPERATORS else {}
    response = error_response(request, status, first.code, said, detail)
    wait = getattr(first, "retry_after_seconds", _RETRY_SECONDS if status == 503 else None)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def _on_surprise(request: Request, error: Exception) -> JSONResponse:
    _LOG.error("%s: unexpected", request_id_of(request), exc_info=error)
    return error_response(request, 500, "internal_error", "Something went wrong here. The log has it under this id.")
