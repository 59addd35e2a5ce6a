"""What a choice of a question back is called."""

from __future__ import annotations

import pytest

from chat_service.outcomes import Choice, Clarification, Language
from chat_service.present.choices import told_apart
from chat_service.present.names import Names
from chat_service.translate.replies.reading import nothing_read
from semantic_layer import ListQuery
from semantic_layer.model.model import Model
from tests.present.conftest import TODAY


@pytest.mark.parametrize(("language", "told"), [("en", "list of customers"), ("zh", "客户名单")])
def test_a_list_that_names_no_entity_is_one_of_the_first(shipped: Model, language: Language, told: str) -> None:
    choice = Choice("without", "", "", ListQuery(columns=("customer_id",)))
    asked = told_apart(
        Clarification("unknown_word", "", "", (choice,), nothing_read(language)), Names(shipped, language), TODAY
    )
    assert asked.choices[0].label.startswith(told)
