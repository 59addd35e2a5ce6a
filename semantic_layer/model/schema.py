"""The JSON Schema of a model's YAML, for editors that complete and check while one types.

`python -m semantic_layer.model.schema` writes `models/schema.json`; a test checks that writing changes nothing. A YAML
file refers to it by a first line such as `# yaml-language-server: $schema=../schema.json`.
"""

from __future__ import annotations

import json
from pathlib import Path

from semantic_layer.model.definitions import ModelDefinition


def schema_path() -> Path:
    """The file that the program ships."""
    return Path(__file__).parent.parent / "models" / "schema.json"


def model_schema() -> str:
    """The schema as text: all that `ModelDefinition` says of keys, kinds of values, choices and meaning."""
    schema = ModelDefinition.model_json_schema(by_alias=True)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A semantic model of Huitou"}
    return json.dumps({**schema, **head}, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    schema_path().write_text(model_schema(), encoding="utf-8")
