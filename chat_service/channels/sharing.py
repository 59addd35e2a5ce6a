"""Conversations shown to others: by a link, and only to readers with the same rights.

An answer holds what its reader may see. Whoever may see other rows or fields would be shown what their own question
would not have given them, so they are told that, and nothing else. Knows no transport.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime

from chat_service.channels.dialogue import DialogueError, UnknownConversation, conversation_body
from chat_service.channels.wire_conversations import ConversationBody
from chat_service.conversation.memory import Share, Store
from semantic_layer import Model, Problem, Reader, problem

_TURNS = 1000
# a policy on rows that are a reader's own: `seller = reader.name`
_NAMES_READER = re.compile(r'\breader"?\s*\.\s*"?name\b', re.IGNORECASE)


@problem(
    "unknown_share",
    zh="这个分享链接不存在，或已经停止分享。",
    en="Nothing is shared under this link, or no longer.",
)
class UnknownShare(Problem):
    """A share that was never made, or was ended."""


@problem(
    "shared_with_other_rights",
    zh="分享的人能看到的数据与你不同，所以这里不显示。请自己提问。",
    en="Whoever shared this may see other data than you, so it is not shown. Ask for yourself.",
)
class SharedWithOtherRights(Problem):
    """A share of a reader whose rights are not those of the one who opens it."""


def share(
    store: Store, conversation_id: str, reader: Reader, model: Model, share_id: str, now: Callable[[], datetime]
) -> Share:
    """The conversation shared, with all of its turns so far. Raises DialogueError where this reader has none of it."""
    last = store.latest(conversation_id)
    if last is None or last.reader != reader.name:
        raise DialogueError(UnknownConversation(conversation_id))
    rights, made_at = rights_of(reader, model), now().isoformat(timespec="seconds")
    return store.share(Share(share_id, conversation_id, reader.name, rights, last.number, made_at))


def shared_body(store: Store, share_id: str, reader: Reader, model: Model) -> ConversationBody:
    """What is shared under that id, for a reader with the same rights. Raises DialogueError."""
    found = store.shared(share_id)
    if found is None:
        raise DialogueError(UnknownShare())
    if found.rights != rights_of(reader, model):
        raise DialogueError(SharedWithOtherRights())
    turns = store.turns(found.conversation_id, found.reader, limit=min(found.until, _TURNS))
    title = store.title(found.conversation_id, found.reader)
    return conversation_body(share_id, turns, _TURNS, reader, title=title)


def rights_of(reader: Reader, model: Model) -> str:
    """The same for two readers exactly if a model shows them the same: by its policies and field rules as they are now,
    and by everything that is known of the readers. Their names count only where a policy asks for them."""
    rules = [each.model_dump_json() for each in model.policies.values()]
    rules += [each.model_dump_json() for name in sorted(model.field_rules) for each in model.field_rules[name]]
    known = [each.model_dump_json() for each in reader.policies]
    known += [repr(each) for each in reader.audience]
    known += sorted(reader.roles) + sorted(repr(each) for each in reader.attributes)
    is_named = any(_NAMES_READER.search(each.filter) for each in model.policies.values())
    seen = (rules, known, reader.may_see_personal, reader.may_see_sql, reader.name if is_named else "")
    return hashlib.sha256(repr(seen).encode()).hexdigest()
