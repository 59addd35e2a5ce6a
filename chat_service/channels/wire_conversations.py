"""The bodies of what was asked and answered: conversations kept, named, shared, and what was thought of answers."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from chat_service.channels.wire import ID, Body, ChatBody


class GivenBody(Body):
    """What the reader thought of an answer."""

    positive: bool
    comment: str


class TurnBody(Body):
    """One question of a conversation and its answer."""

    message: str
    asked_at: str
    answer: ChatBody
    feedback: GivenBody | None = None


class ConversationBody(Body):
    """What was asked and answered, in order. `title` is what its reader calls it, '' where they gave it no name;
    `next` is where the following page begins, null on the last one."""

    conversation_id: str
    turns: tuple[TurnBody, ...]
    title: str = ""
    next: int | None = None


class ConversationSummaryBody(Body):
    """How a conversation began, what it is called ('': nothing of its own), when it was last gone on with, and how
    many turns it has."""

    conversation_id: str
    first_message: str
    began_at: str
    last_at: str
    turns: int
    title: str = ""


class ConversationsBody(Body):
    """Conversations, the last first. `next` is where the following page begins; null on the last one."""

    conversations: tuple[ConversationSummaryBody, ...]
    next: str | None = None


class ForgottenBody(Body):
    """Gone."""

    conversation_id: str
    deleted: Literal[True] = True


class RenameRequest(Body):
    """What to call a conversation; '' takes its name away again."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=False)

    title: str = Field(max_length=200, pattern=ID)


class RenamedBody(Body):
    """Called so from now on."""

    conversation_id: str
    title: str


class SharedBody(Body):
    """Readers with the same rights find the conversation, as far as it has come, under this id."""

    share_id: str
    turns: int


class UnsharedBody(Body):
    """No longer to be found."""

    conversation_id: str
    unshared: Literal[True] = True


class FeedbackRequest(Body):
    """Whether an answer was right."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=False,
        json_schema_extra={"examples": [{"request_id": "r-1", "positive": True, "comment": ""}]},
    )

    request_id: str = Field(max_length=100, pattern=ID)
    positive: bool
    comment: str = Field("", max_length=2000, pattern=ID)


class FeedbackBody(Body):
    """Noted."""

    request_id: str
    recorded: Literal[True] = True
