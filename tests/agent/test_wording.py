"""An answer in a model's words: the figures are the service's, and nothing else is believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from chat_service.answer import answer
from chat_service.asking import Answer, Asked
from chat_service.services import Services
from tests.agent.conftest import question, with_model
from tests.agent.model_server import Fails, ModelServer, Says, in_turn, serving

QUESTION = "上个月的销售额同比"
Worded = Callable[[Says | Fails], Answer]


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    """A model's server."""
    with serving(in_turn(Says())) as running:
        yield running


@pytest.fixture(scope="module")
def worded(base: Services, server: ModelServer) -> Iterator[Worded]:
    """The answer to the question, worded so."""
    services = with_model(base, server.url, llm_wording=True)

    def asked(step: Says | Fails) -> Answer:
        server.script = in_turn(step)
        services.together.agent.breaker.succeeded()
        return answer(Asked(question(QUESTION), services.reader), services)

    yield asked
    services.together.agent.close()


def test_placeholders_are_filled_from_the_table(base: Services, worded: Worded, server: ModelServer) -> None:
    plain = answer(Asked(question(QUESTION), base.reader), base)
    assert plain.table is not None
    rising = plain.table.rows[0][2]
    assert isinstance(rising, int | float)
    word = "增长" if rising > 0 else "下降"
    found = worded(Says(text=f"销售额是{{r1.revenue}}，比去年{word}了{{r1.revenue__change_pct}}。"))
    assert found.text != plain.text and found.text.startswith("销售额是") and "{" not in found.text
    assert plain.finding is not None
    assert plain.finding.names.cell(plain.table.columns[0], plain.table.rows[0][0]) in found.text
    told = server.bodies[-1]["messages"][-1]["content"]
    assert str(plain.table.rows[0][0]) not in told and "{r1.revenue}" in told
    assert "response_format" not in server.bodies[-1] and "tools" not in server.bodies[-1]


@pytest.mark.parametrize(
    "text",
    [
        "销售额是 2452 万元。",
        "销售额是{r1.revenue}，约两百万。",
        "毛利是{r1.revenue}。",
        "上海的销售额是{r1.revenue}。",
        "销售额是{r1.revenue}，上升又下降。",
        "销售额最高，是{r1.revenue}。",
        "销售额是{r9.revenue}。",
        "销售额不错。",
        "Revenue more than doubled to {r1.revenue}.",
        "",
    ],
)
def test_what_is_not_the_services_is_not_said(text: str, base: Services, worded: Worded) -> None:
    assert worded(Says(text=text)).text == answer(Asked(question(QUESTION), base.reader), base).text


def test_without_the_server_the_plain_text_stands(base: Services, worded: Worded) -> None:
    plain = answer(Asked(question(QUESTION), base.reader), base).text
    assert worded(Fails(status=403)).text == plain
