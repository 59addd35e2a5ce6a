"""What a model is told: sizes, constancy, what never is among it, and that prompts have no holes."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import get_args

import duckdb
import pytest
import yaml

from chat_service.outcomes import Previous, Question
from chat_service.services import Services, open_services
from chat_service.settings import Settings
from chat_service.translate.agent.catalogue import catalogue_of
from chat_service.translate.agent.catalogue_text import catalogue_text
from chat_service.translate.agent.examples import shipped_examples
from chat_service.translate.agent.kinds import KINDS, request_properties, requests_text
from chat_service.translate.agent.reply import RequestAnswer, reply_schema
from chat_service.translate.agent.retrieval import finder_of
from chat_service.translate.agent.telling import (
    LARGE_PREFIX_TOKENS,
    PREFIX_TOKENS,
    is_shown_whole,
    message_of,
    prefix_of,
)
from chat_service.translate.agent.tokens import estimated_tokens
from chat_service.translate.agent.tools import LOOKUPS
from prompts import PromptError, prompts, read_prompt
from semantic_layer import CohortQuery, FunnelQuery, MetricQuery, load_model
from tests.agent.conftest import Talking, question
from tests.agent.model_server import Says, in_turn

GOOD_FILE = "---\nname: a\npurpose: p\nversion: 1\nvariables: [x]\n---\nSay {{x}}.\n"


def test_the_prefix_of_the_shipped_model(base: Services) -> None:
    catalogue = catalogue_of(base.model)
    prefix = prefix_of(catalogue)
    tools = json.dumps([reply_schema(), *(tool.args for tool in LOOKUPS)])
    assert estimated_tokens(prefix) + estimated_tokens(tools) <= PREFIX_TOKENS
    assert is_shown_whole(catalogue, prefix)
    for name in (*base.model.metrics, *base.model.dimensions):
        assert name in prefix


def _large() -> str:
    """A model of 2,000 metrics: every pair of 50 qualities and 40 things, in both languages."""
    han = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏"
    lines = ["datasets:", "  - name: rows", "    table: rows", "    primary_key: id", "    time: at", "    fields:"]
    lines += ["      - {name: id, type: integer, role: key}", "      - {name: at, type: timestamp, role: time}"]
    lines += [f"      - {{name: kind_{n}, label: {{zh: 类{han[n % 30]}, en: kind {n}}}}}" for n in range(30)]
    lines += ["metrics:"]
    for quality in range(50):
        for thing in range(40):
            zh, en = f"{han[quality % 46]}{han[(quality + thing) % 46]}第{thing}项", f"quality{quality} thing{thing}"
            lines.append(
                f"  - {{name: q{quality}_t{thing}, label: {{zh: {zh}, en: {en} total}}, dataset: rows, "
                f"expression: count(*), description: {{zh: 说明, en: The total of {en} over the rows of the period}}}}"
            )
    return "\n".join(lines) + "\n"


def test_a_large_model_is_told_by_what_is_near(tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_text(_large(), encoding="utf-8")
    catalogue = catalogue_of(load_model(tmp_path))
    assert len(catalogue.metrics) >= 2_000
    prefix = prefix_of(catalogue)
    assert estimated_tokens(prefix) <= LARGE_PREFIX_TOKENS and not is_shown_whole(catalogue, prefix)
    wanted = catalogue.metrics[1234]
    near = finder_of(catalogue).find(wanted.label.en, ("metric",), 8)
    assert wanted.name in [each.name for each in near]


def test_a_question_is_told_with_what_the_service_found_in_it(talking: Talking, base: Services) -> None:
    before = Previous(MetricQuery(metrics=("revenue",), group_by=("city",)))
    with talking(in_turn(Says())) as (both, _):
        told = message_of(
            Question("近3个月每月上海金卡的复购率呢", question("").today, previous=before),
            both.ground,
            (),
            base.translator.translate(question("天气")),
            whole=True,
        )
    assert '{"start": "2026-03-31", "end": "2026-07-01"}; grouped by month: {"start": "2026-04-01"' in told
    assert 'member_tier = "gold"' in told and 'city = "上海"' in told and "metric repurchase_rate" in told
    assert '"metrics":["revenue"],"group_by":["city"]' in told and "could not read it" in told
    assert estimated_tokens(told) < 1_000


def test_no_value_of_an_open_set_and_no_personal_field_is_in_the_prefix(base: Services) -> None:
    prefix = prefix_of(catalogue_of(base.model))
    rows = base.engine.run("SELECT customer_name, phone, email FROM customers LIMIT 200").rows
    products = base.engine.run("SELECT product_name FROM products").rows
    assert not any(str(cell) in prefix for row in (*rows, *products) for cell in row if len(str(cell)) > 3)
    assert "customers.phone" not in prefix


def test_a_catalogue_without_missing_tables(tmp_path: Path, demo_database: Path) -> None:
    path = tmp_path / "few.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"ATTACH '{demo_database}' AS demo (READ_ONLY)")
        for table in ("customers", "orders"):
            connection.execute(f"CREATE TABLE {table} AS SELECT * FROM demo.{table}")
    services = open_services(Settings(database=path), time.perf_counter)
    try:
        names = {each.name for each in catalogue_of(services.model, services.layer.unavailable).metrics}
    finally:
        services.close()
    assert {"revenue", "customers"} <= names and not {"nps", "tickets"} & names


def test_kinds_are_registered_once() -> None:
    text, schema = requests_text(), json.dumps(reply_schema())
    answers = get_args(RequestAnswer)
    assert answers == tuple(kind.name for kind in KINDS)
    for kind in KINDS:
        assert f"{kind.name} ({kind.purpose})" in text and kind.name in answers
        for name in kind.model.model_fields:
            if name not in ("kind", "fill"):
                assert f'"{name}"' in schema and name in text
    properties = request_properties()
    yes_or_no = {
        name
        for kind in KINDS
        for name, each in kind.model.model_fields.items()
        if each.annotation is bool and name != "fill"
    }
    assert yes_or_no and all(properties[name] == {"type": "boolean"} for name in yes_or_no)
    assert properties["key"] == {} and '"top share"' in text and "filters?: scalar" not in text
    assert "$ref" not in schema and "anyOf" not in schema and "oneOf" not in schema


def test_detail_gives_way_to_size(base: Services) -> None:
    catalogue = catalogue_of(base.model)
    sizes = [estimated_tokens(catalogue_text(catalogue, budget)) for budget in (99_999, 6_000, 3_000, 600)]
    assert sizes == sorted(sizes, reverse=True) and sizes[1] <= 6_000 and sizes[2] <= 3_000


@pytest.mark.parametrize("name", list(prompts()))
def test_every_prompt_is_rendered_with_just_its_variables(name: str) -> None:
    prompt = prompts()[name]
    values = dict.fromkeys(prompt.head.variables, "v")
    assert "{{" not in prompt.render(values)
    with pytest.raises(PromptError):
        prompt.render({**values, "more": "v"})
    if values:
        with pytest.raises(PromptError):
            prompt.render({})


@pytest.mark.parametrize(
    "source",
    [
        "no head",
        GOOD_FILE.replace("variables: [x]", "variables: [y]"),
        GOOD_FILE.replace("version: 1", "version: 0"),
        GOOD_FILE.replace("purpose: p\n", ""),
        GOOD_FILE.replace("name: a", "name: b"),
        GOOD_FILE.replace("purpose: p", "purpose: p\nmore: 1"),
    ],
)
def test_a_prompt_with_a_hole_is_found_when_it_is_read(source: str) -> None:
    assert read_prompt(GOOD_FILE, "a.md").render({"x": "hello"}) == "Say hello."
    with pytest.raises(PromptError):
        read_prompt(source, "a.md")


def test_shipped_examples_are_all_usable(talking: Talking) -> None:
    written = yaml.safe_load(Path("chat_service/translate/agent/examples.yaml").read_text(encoding="utf-8"))
    with talking(in_turn(Says())) as (both, _):
        assert len(both.agent.examples) == len(written)


def test_every_kind_of_request_has_an_example(base: Services) -> None:
    examples = [each.built(base.layer.as_of) for each in shipped_examples()]
    assert {each.kind for each in examples} == {each.model.model_fields["kind"].default for each in KINDS}
    journeys = [each for each in examples if isinstance(each, CohortQuery | FunnelQuery)]
    told = set().union(*(each.model_dump(exclude_defaults=True) for each in journeys))
    assert told >= {"by", "times", "grain", "measured", "since"}
