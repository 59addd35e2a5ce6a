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
from chat_service.channels.http_work import read, worked
from chat_service.channels.sharing import UnknownShare, share, shared_body
from chat_service.channels.station import Station
from chat_service.channels.wire import ID
from chat_service.channels.wire_conversations import (
    ConversationBody,
    ConversationsBody,
    FeedbackBody,
    FeedbackRequest,
    ForgottenBody,
    RenamedBody,
    RenameRequest,
    SharedBody,
    UnsharedBody,
)
from chat_service.channels.work import Job
from chat_service.conversation.memory import Feedback
from chat_service.services import Services

_Id = Annotated[str, Path(max_length=100, pattern=ID)]


def conversation_routes(station: Station) -> APIRouter:
    """What was asked and answered, and what was thought of it."""
    router, store = APIRouter(tags=["chat"]), station.store

    @router.get("/v1/conversations", summary="Your conversations")
    async def conversations(
        request: Request,
        before: Annotated[str, Query(max_length=40, pattern=ID, description="`next` of the page before.")] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        search: Annotated[str, Query(max_length=200, pattern=ID, description="Part of a name or a message.")] = "",
    ) -> ConversationsBody:
        """The one that was gone on with last comes first."""
        reader = reader_of(station, request)

        def work(_: Job) -> ConversationsBody:
            found = store.conversations(reader.name, before=before, limit=limit + 1, search=search.strip())
            return conversations_body(found, limit)

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
            given = store.feedback((turn.request_id for turn in turns), reader.name)
            title = store.title(conversation_id, reader.name)
            return conversation_body(conversation_id, turns, limit, reader, title=title, given=given)

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


def naming_routes(station: Station) -> APIRouter:
    """Conversations called by names of their own."""
    router, store = APIRouter(tags=["chat"]), station.store

    @router.patch("/v1/conversations/{conversation_id}", summary="Name a conversation")
    async def rename(request: Request, conversation_id: _Id, wanted: RenameRequest) -> RenamedBody:
        """By a name of its own in place of its first message."""
        reader, title = reader_of(station, request), wanted.title.strip()

        def work(_: Job) -> RenamedBody:
            if not store.rename(conversation_id, reader.name, title):
                raise DialogueError(UnknownConversation(conversation_id))
            return RenamedBody(conversation_id=conversation_id, title=title)

        return await worked(station, request, reader, work)

    return router


def sharing_routes(station: Station) -> APIRouter:
    """Conversations shown to others by a link."""
    router, store = APIRouter(tags=["chat"]), station.store

    @router.post("/v1/conversations/{conversation_id}/share", summary="Share a conversation")
    async def shown(request: Request, conversation_id: _Id) -> SharedBody:
        """With readers of the same rights, as far as it has come; shared again, the id stays and shows the rest too."""
        reader = reader_of(station, request)

        def reading(services: Services, _: Job) -> SharedBody:
            made = share(store, conversation_id, reader, services.model, station.new_id(), station.now)
            return SharedBody(share_id=made.share_id, turns=made.until)

        return await read(station, request, reader, reading)

    @router.delete("/v1/conversations/{conversation_id}/share", summary="Share a conversation no longer")
    async def hidden(request: Request, conversation_id: _Id) -> UnsharedBody:
        """Its link opens nothing from now on."""
        reader = reader_of(station, request)

        def work(_: Job) -> UnsharedBody:
            if not store.unshare(conversation_id, reader.name):
                raise DialogueError(UnknownShare())
            return UnsharedBody(conversation_id=conversation_id)

        return await worked(station, request, reader, work)

    @router.get("/v1/shared/{share_id}", summary="A shared conversation")
    async def shared(request: Request, share_id: _Id) -> ConversationBody:
        """As it was answered then, for readers with the rights of who shared it."""
        reader = reader_of(station, request)
        return await read(station, request, reader, lambda s, _: shared_body(store, share_id, reader, s.model))

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
