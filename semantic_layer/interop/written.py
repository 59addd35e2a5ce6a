"""Definitions as the text of a YAML file of ours: what `load.py` reads back as the same definitions."""

from __future__ import annotations

import yaml

from semantic_layer.loading.yaml_text import scalar
from semantic_layer.model.definitions import ModelDefinition


def definition_yaml(definition: ModelDefinition) -> str:
    """The definitions as YAML, without what is at its default."""
    value = definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for dataset, written in zip(definition.datasets, value.get("datasets", ()), strict=True):
        for field, each in zip(dataset.fields, written.get("fields", ()), strict=True):
            if "type" in field.model_fields_set:
                each["type"] = field.type  # to be of type text is more than to say no type
            if field.values:
                # codes may be numbers, which JSON takes for no keys
                each["values"] = dict(zip(field.values, each["values"].values(), strict=True))
    return str(yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110))


class _Dumper(yaml.SafeDumper):
    """Quotes whatever YAML 1.2 would take for another thing than text, and writes texts of several lines as blocks."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else "'" if scalar(text) != text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
