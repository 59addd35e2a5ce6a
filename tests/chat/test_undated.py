"""A company without a single date: a number of today's data is told without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from chat_service.cli import app

MODEL = """
datasets:
  - name: customers
    table: customers
    primary_key: customer_id
    fields: [{name: customer_id, type: integer, role: key}, {name: contract, label: {zh: 合约, en: contract}}]
metrics:
  - {name: customers, label: {zh: 客户数, en: customers}, dataset: customers, expression: count(*)}
"""


@pytest.mark.parametrize(("question", "said"), [("客户数", "客户数为 2"), ("customers", "customers 2")])
def test_no_date_is_made_up(question: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "customers.csv").write_text("customer_id,contract\n1,monthly\n2,yearly\n", encoding="utf-8")
    asked = CliRunner().invoke(app, ["ask", question, "--db", str(tmp_path), "--model", str(tmp_path / "m.yaml")])
    assert said in asked.stdout and "1970" not in asked.stdout
