"""The shipped JSON Schema is the one that the definitions make."""

from __future__ import annotations

import json

from semantic_layer.model.schema import model_schema, schema_path


def test_writing_the_schema_again_changes_nothing() -> None:
    written = schema_path().read_text(encoding="utf-8")
    assert written == model_schema(), "run `python -m semantic_layer.model.schema`"


def test_one_word_may_stand_for_a_list() -> None:
    words = json.loads(model_schema())["$defs"]["Synonyms"]["properties"]["zh"]
    assert {each["type"] for each in words["anyOf"]} == {"string", "array"}
