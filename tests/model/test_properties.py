"""Whatever a file holds: a model, or problems of definition; never another exception."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semantic_layer.errors import DefinitionProblem, DefinitionsError
from semantic_layer.loading.load import load_model
from semantic_layer.model.model import Model

SHOP = (Path(__file__).parent / "shop.yaml").read_text(encoding="utf-8")
KEYS = st.sampled_from(
    [
        "name",
        "datasets",
        "fields",
        "metrics",
        "relationships",
        "entities",
        "lists",
        "behaviours",
        "cohorts",
        "funnels",
        "parameters",
        "table",
        "sql",
        "primary_key",
        "time",
        "from",
        "to",
        "on",
        "type",
        "expression",
        "filter",
        "dataset",
        "valid",
        "per",
        "key",
        "values",
        "transition",
        "of",
        "who",
        "inputs",
        "metric",
        "offset",
        "window",
        "last",
        "latest",
        "by",
        "conversion",
        "within",
        "same",
        "instead",
        "label",
        "synonyms",
        "zh",
        "en",
        "unit",
        "same_as",
        "prefers",
        "role",
        "columns",
        "order_by",
        "default_period",
        "steps",
        "entity",
    ]
)
WORDS = st.sampled_from(
    [
        "orders",
        "customers",
        "revenue",
        "count(*)",
        "sum(net_amount)",
        "customer_id",
        "orders.customer_id",
        "city",
        "$as_of",
        "a.b.c",
        "{orders}",
        "SELECT * FROM {orders}",
        "{customer_id: customer_id}",
        "month",
        "7 days",
        "day",
        "ordered_at",
        "text",
        "one_to_one",
        "dimension",
        "",
        " ",
        "*",
        "(",
        "'",
        "𝕏",
        "a b",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=5),
    max_leaves=30,
)
SQL = st.text(max_size=40) | st.lists(WORDS, max_size=6).map(" ".join)
UNHURRIED = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def outcome(path: Path) -> Model | DefinitionsError:
    """What loading gives."""
    try:
        return load_model(path)
    except DefinitionsError as error:
        for problem in error.problems:
            assert isinstance(problem, DefinitionProblem)
            assert problem.message
            assert problem.where
        return error


@UNHURRIED
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "any.yaml"
    file.write_bytes(data)
    outcome(file)


@UNHURRIED
@given(value=st.dictionaries(KEYS, VALUES, max_size=5))
def test_any_values(value: dict[str, object], tmp_path: Path) -> None:
    file = tmp_path / "any.yaml"
    file.write_text(json.dumps(value), encoding="utf-8")
    outcome(file)


@UNHURRIED
@given(data=st.data())
def test_any_slip_of_the_pen(data: st.DataObject, tmp_path: Path) -> None:
    lines = SHOP.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        line = lines[place]
        match data.draw(st.integers(0, 4)):
            case 0:
                del lines[place]
            case 1:
                lines.insert(place, line)
            case 2:
                start = data.draw(st.integers(0, len(line)))
                lines[place] = line[:start] + data.draw(st.text(max_size=3)) + line[start + 1 :]
            case 3:
                words = line.split()
                if words:
                    lines[place] = line.replace(data.draw(st.sampled_from(words)), data.draw(WORDS))
            case _:
                lines[place] = " " * data.draw(st.integers(0, 8)) + line.strip()
    file = tmp_path / "shop.yaml"
    file.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    outcome(file)


@UNHURRIED
@given(text=SQL, key=st.sampled_from(["expression", "filter"]))
def test_any_sql(text: str, key: str, tmp_path: Path) -> None:
    metric = {"name": "m", "dataset": "orders", "expression": "count(*)", key: text}
    (tmp_path / "a.yaml").write_text(SHOP, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(json.dumps({"metrics": [metric]}), encoding="utf-8", errors="surrogatepass")
    outcome(tmp_path)
