"""The HTTP routes of what was asked and answered: conversations listed, paged and forgotten, feedback."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from chat_service.channels.dialogue import (
    DialogueError,
    UnknownAnswer,
    UnknownConversation,
    conversation_body,
    conversations_body,
)
from chat_service.channels.http_access import reader_of
from chat_service.channels.http_work import worked
from chat_service.channels.station import Station
from chat_service.channels.wire import (
    ID,
    ConversationBody,
    ConversationsBody,
    FeedbackBody,
    FeedbackRequest,
    ForgottenBody,
)
from chat_service.channels.work import Job
from chat_service.conversation.memory import Feedback

_Id = Annotated[str, Path(max_length=100, pattern=ID)]


def conversation_routes(station: Station) -> APIRouter:
    """What was asked and answered, and what was thought of it."""
    router, store = APIRouter(tags=["chat"]), station.store

    @router.get("/v1/conversations", summary="Your conversations")
    async def conversations(
        request: Request,
        before: Annotated[str, Query(max_length=40, pattern=ID, description="`next` of the page before.")] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> ConversationsBody:
        """The one that was gone on with last comes first."""
        reader = reader_of(station, request)

        def work(_: Job) -> ConversationsBody:
            return conversations_body(store.conversations(reader.name, before=before, limit=limit + 1), limit)

        return await worked(station, request, reader, work)

    @router.get("/v1/conversations/{conversation_id}", summary="A conversation")
    async def conversation(
        request: Request,
        conversation_id: _Id,
        after: Annotated[int, Query(ge=0, le=2**31, description="`next` of the page before.")] = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = 100,
    ) -> ConversationBody:
        """Its turns in order, as they were answered then."""
        reader = reader_of(station, request)

        def work(_: Job) -> ConversationBody:
            turns = store.turns(conversation_id, reader.name, after=after, limit=limit + 1)
            if not turns and not after:
                raise DialogueError(UnknownConversation(conversation_id))
            return conversation_body(conversation_id, turns, limit, reader)

        return await worked(station, request, reader, work)

    @router.delete("/v1/conversations/{conversation_id}", summary="Forget a conversation")
    async def forget(request: Request, conversation_id: _Id) -> ForgottenBody:
        """With all of its turns, and what was thought of them."""
        reader = reader_of(station, request)

        def work(_: Job) -> ForgottenBody:
            if not store.delete(conversation_id, reader.name):
                raise DialogueError(UnknownConversation(conversation_id))
            return ForgottenBody(conversation_id=conversation_id)

        return await worked(station, request, reader, work)

    return router


def feedback_routes(station: Station) -> APIRouter:
    """What was thought of an answer."""
    router, store = APIRouter(tags=["chat"]), station.store

    @router.post("/v1/feedback", summary="Say whether an answer was right")
    async def feedback(request: Request, given: FeedbackRequest) -> FeedbackBody:
        """On the answer with that `request_id`; a later feedback replaces an earlier one."""
        reader = reader_of(station, request)

        def work(_: Job) -> FeedbackBody:
            if store.turn(given.request_id, reader.name) is None:
                raise DialogueError(UnknownAnswer(given.request_id))
            when = station.now().isoformat(timespec="seconds")
            store.add_feedback(Feedback(given.request_id, reader.name, given.positive, given.comment, when))
            return FeedbackBody(request_id=given.request_id)

        return await worked(station, request, reader, work)

    return router
