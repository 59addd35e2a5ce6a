"""A toy company whose rows tell what follows what, small enough to add up in the head."""

from __future__ import annotations

from semantic_layer.loading.load import build_model
from semantic_layer.model.definitions import ModelDefinition

LOOP_TABLES = """
CREATE TABLE people (who INTEGER, city VARCHAR);
INSERT INTO people VALUES (1, 'A'), (2, 'A'), (3, 'B'), (4, 'B');
CREATE TABLE calls (id INTEGER, who INTEGER, moment TIMESTAMP, kind VARCHAR, size INTEGER);
INSERT INTO calls VALUES
  (1, 1, TIMESTAMP '2026-01-01 10:00', 'a', 5),
  (2, 2, TIMESTAMP '2026-01-05 00:00', 'b', 20),
  (3, 3, TIMESTAMP '2026-03-25 12:00', 'a', 20),
  (4, 4, TIMESTAMP '2026-01-01 10:00', 'b', NULL),
  (5, NULL, TIMESTAMP '2026-01-01 10:00', 'b', 5);
CREATE TABLE deeds (id INTEGER, who INTEGER, moment TIMESTAMP);
INSERT INTO deeds VALUES
  (1, 1, TIMESTAMP '2026-01-01 10:00'), (2, 1, TIMESTAMP '2026-01-11 10:00'), (3, 1, TIMESTAMP '2026-01-11 10:01'),
  (4, 2, TIMESTAMP '2026-01-15 00:01'), (5, 2, TIMESTAMP '2026-01-20 00:00'),
  (6, 4, TIMESTAMP '2026-01-02 00:00'), (7, 4, TIMESTAMP '2026-01-03 00:00');
CREATE TABLE visits (id INTEGER, who INTEGER, day DATE);
INSERT INTO visits VALUES (1, 1, DATE '2026-01-01'), (2, 2, DATE '2026-01-15'), (3, 4, DATE '2026-01-12');
"""


def _dataset(name: str, key: str, time: str, *fields: dict[str, object]) -> dict[str, object]:
    kind = "date" if time == "day" else "timestamp"
    own = [
        {"name": key, "type": "integer", "role": "key"},
        {"name": "who", "type": "integer", "role": "key"},
        {"name": time, "type": kind, "role": "time"},
    ]
    return {"name": name, "table": name, "primary_key": key, "time": time, "fields": [*own, *fields]}


LOOP_MODEL = build_model(
    ModelDefinition.model_validate(
        {
            "datasets": [
                {
                    "name": "people",
                    "table": "people",
                    "primary_key": "who",
                    "fields": [{"name": "who", "type": "integer", "role": "key"}, {"name": "city"}],
                },
                _dataset(
                    "calls",
                    "id",
                    "moment",
                    {"name": "kind"},
                    {"name": "size", "type": "integer", "role": "fact", "bands": [10]},
                ),
                _dataset("deeds", "id", "moment"),
                _dataset("visits", "id", "day"),
            ],
            "relationships": [
                {"from": name, "to": "people", "on": {"who": "who"}} for name in ("calls", "deeds", "visits")
            ],
            "entities": [{"name": "person", "dataset": "people", "key": "who", "label": {"zh": "人", "en": "person"}}],
            "metrics": [
                {"name": "calls", "dataset": "calls", "expression": "count(*)"},
                {"name": "deeds", "dataset": "deeds", "expression": "count(*)"},
                {"name": "visits", "dataset": "visits", "expression": "count(*)"},
                {"name": "longest_call", "dataset": "calls", "expression": "max(size)"},
                {"name": "headcount", "dataset": "people", "expression": "count(*)"},
                {
                    "name": "share_of_busiest",
                    "numbered": {"usual": 34, "least": 1, "most": 99},
                    "dataset": "deeds",
                    "per": {"key": "who", "values": {"many": "count(*)"}, "above": {"busier": "many"}},
                    "expression": "sum(many) FILTER (WHERE busier < {share}) / sum(many)",
                },
                {"name": "call_size", "dataset": "calls", "expression": "sum(size)"},
                {"name": "callers", "dataset": "calls", "expression": "count(DISTINCT who)"},
            ],
            "cohorts": [{"name": "coming_back", "label": {"zh": "回来", "en": "coming back"}, "metric": "deeds"}],
            "funnels": [
                {
                    "name": "way",
                    "label": {"zh": "路", "en": "way"},
                    "steps": [
                        {"name": each, "label": {"zh": each, "en": each}, "metric": each}
                        for each in ("calls", "deeds", "visits")
                    ],
                }
            ],
        }
    )
)
