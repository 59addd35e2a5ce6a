"""Causes, profiles and playbooks said back in words."""

from __future__ import annotations

from chat_service.present.causes import entity_of_causes
from chat_service.present.names import Names
from semantic_layer import CausesQuery, Phrase, PlaybookQuery, ProfileQuery

_CAUSES = Phrase("{who}离开的原因证据（{what}）", "evidence on why {who} leave ({what})")
_PROFILE = Phrase("{entity} {key} 的档案", "profile of {entity} {key}")
_TIMELINE = Phrase("{entity} {key} 的时间线", "timeline of {entity} {key}")
_PLAYBOOK = Phrase("对{who}做什么", "what to do for {who}")
_EVERYBODY = Phrase("各类客群", "every group")
_ONLY = Phrase("只看{kinds}方面", "only of {kinds}")
_ABOUT = Phrase("{before}，{what}", "{what}, {before}")  # Chinese says first what it is of


def restate_loop(
    request: CausesQuery | ProfileQuery | PlaybookQuery, names: Names, head: str, conditions: list[str]
) -> str:
    """`2026年3月，客户离开的原因证据（流失率）`, `profile of customer 17823`, `what to do for those who may churn`."""
    listed = "" if isinstance(request, ProfileQuery) else request.list
    label = names.known(listed) or listed
    match request:
        case ProfileQuery():
            entity = names.known(request.entity) or request.entity
            phrase = _PROFILE if request.part == "facts" else _TIMELINE
            what = phrase.of(entity=entity, key=request.key)
        case CausesQuery():
            entity = names.entity(entity_of_causes(request, names.model), 2)
            what = _CAUSES.of(who=entity, what=label or names.metric(request.metric))
            known = names.model.causes
            kinds = [names.words(known[each].label) if each in known else each for each in request.families]
            conditions = [*conditions, *([names.say(_ONLY, kinds=names.listed(kinds))] if kinds else [])]
        case PlaybookQuery():
            what = _PLAYBOOK.of(who=label or ("" if conditions else names.say(_EVERYBODY)))
    before = names.comma(*(part for part in (head, *conditions) if part))
    return names.say(_ABOUT, before=before, what=names.say(what)) if before else names.say(what)
