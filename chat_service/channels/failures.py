"""What a client is told of a failure, whatever the channel: by code, and without what is for operators only."""

from __future__ import annotations

import logging

from chat_service.answer import FOR_OPERATORS
from chat_service.channels.dialogue import DialogueError
from chat_service.language.phrases import said
from chat_service.saved.schedule import SavedError
from semantic_layer import DefinitionsError, HuitouError, Language, Phrase, QueryError

_LOG = logging.getLogger("huitou.http")
SURPRISE = Phrase(
    "这里出了意外，可以按请求编号在日志里查到。", "Something went wrong here. The log has it under this id."
)
# what an operator must see to, but may be said to anybody: no path, address or statement is in it
_SAYABLE = {"query_timeout", "query_cancelled", "out_of_memory", "busy", "took_too_long", "client_left"}
_STATUS = {
    "person_unknown": 403,
    "outsider_here": 403,
    "too_many_here": 403,
    "room_unknown": 403,
    "people_unreadable": 503,
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
    "unknown_dashboard": 404,
    "unknown_tile": 404,
    "dashboard_changed": 409,
    "name_taken": 409,
    "target_not_allowed": 403,
    "nothing_to_export": 404,
    "export_too_large": 422,
    "export_not_installed": 501,
    "pdf_needs_chromium": 501,
    "pdf_not_printed": 500,
    "unknown_dimension": 404,
    "translator_unavailable": 422,
    "query_timeout": 504,
    "query_cancelled": 499,
    "store_unavailable": 503,
    "database_missing": 503,
    "database_unreadable": 503,
}


def status_of(error: HuitouError) -> int:
    """The HTTP status of problems: 4xx where the client must act, 5xx where the operator must."""
    code = error.problems[0].code
    if code in _STATUS:
        return _STATUS[code]
    if isinstance(error, QueryError | DialogueError | SavedError):
        return 422
    return 503 if isinstance(error, DefinitionsError) else 500


def told_of(error: HuitouError, language: Language, request_id: str) -> str:
    """What the client is told of a failure. What quotes the database or names a place goes to the log instead."""
    if status_of(error) >= 500:
        _LOG.error("%s: %s", request_id, error)
        if is_for_operators(error):
            return said(FOR_OPERATORS, language)
    return error.problems[0].sentence(language)


def is_for_operators(error: HuitouError) -> bool:
    """Whether nobody but an operator may read the sentence."""
    return status_of(error) >= 500 and error.problems[0].code not in _SAYABLE
