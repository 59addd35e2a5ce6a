"""A dbt project as the model of `ask` and `validate`, and imported with the types of its database."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from chat_service.channels.wire import ChatBody, TablePart
from chat_service.cli import app
from semantic_layer.loading.load import load_model
from tests.interop.conftest import TOY


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_a_project_is_asked(toy_database: Path) -> None:
    asked = run("ask", "revenue by is known", "--json", "--model", TOY, "--db", toy_database)
    body = ChatBody.model_validate_json(asked.stdout)
    (table,) = (each for each in body.content if isinstance(each, TablePart))
    assert [tuple(row) for row in table.rows] == [(True, 100), (None, 50)]


def test_a_project_is_validated(toy_database: Path) -> None:
    told = run("validate", "--model", TOY, "--db", toy_database).stdout
    assert "dbt_not_carried_over" in told, "what our format cannot say is named"
    assert "does_not_run" not in told and "missing" not in told


def test_types_are_those_of_the_database(toy_database: Path, tmp_path: Path) -> None:
    run("import", "dbt", TOY, "--out", tmp_path / "guessed")
    run("import", "dbt", TOY, "--out", tmp_path / "known", "--db", toy_database)
    guessed, known = (load_model(tmp_path / each).fields for each in ("guessed", "known"))
    assert guessed["orders.order_id"].type == "text" and known["orders.order_id"].type == "integer"
    assert known["customers.is_known"].type == "boolean" and known["customers.rank"].type == "text"
