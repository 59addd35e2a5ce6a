"""`huitou export ossie`, `huitou import ossie`, and a document named as the model of any other command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chat_service.cli import app
from semantic_layer.interop.forms import is_dbt, is_ossie
from semantic_layer.loading.load import load_model, shipped_model_path

FOLDER = Path(__file__).parent / "ossie"
RETAIL = FOLDER / "retail.yaml"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("document") / "loyalty.yaml"
    assert run("export", "ossie", "--out", path).exit_code == 0
    return path


def test_there_and_back(document: Path, tmp_path: Path) -> None:
    done = run("import", "ossie", document, "--out", tmp_path / "back")
    assert done.exit_code == 0 and done.stderr == ""
    assert load_model(tmp_path / "back").hash == load_model(shipped_model_path()).hash


def test_to_standard_output_and_out_of_a_document(document: Path) -> None:
    assert run("export", "ossie").stdout == document.read_text(encoding="utf-8")
    assert run("export", "ossie", "--model", document).stdout == document.read_text(encoding="utf-8")


def test_a_document_of_others(tmp_path: Path) -> None:
    done = run("import", "ossie", RETAIL, "--out", tmp_path, "--time", "order_items=orders.ordered_at", "--schema", "s")
    assert done.exit_code == 0 and "ossie_left_behind" in done.stderr and "ossie_time" not in done.stderr
    datasets = load_model(tmp_path).datasets
    assert datasets["orders"].definition.table == "s.orders"
    assert datasets["order_items"].definition.time == "orders.ordered_at"


def test_what_is_left_out_is_told_and_the_rest_is_written(tmp_path: Path) -> None:
    text = RETAIL.read_text(encoding="utf-8").replace("SUM(net)", "SUM(nett)")
    (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
    done = run("import", "ossie", tmp_path / "r.yaml", "--out", tmp_path / "out")
    assert done.exit_code == 1 and "ossie_unknown_reference" in done.stderr
    assert "revenue" in load_model(tmp_path / "out").metrics


def test_several_models_go_to_a_folder_each(tmp_path: Path) -> None:
    text = RETAIL.read_text(encoding="utf-8")
    other = text[text.index("  - name: retail") :].replace("- name: retail", "- name: second", 1)
    (tmp_path / "r.yaml").write_text(text + other, encoding="utf-8")
    assert run("import", "ossie", tmp_path / "r.yaml", "--out", tmp_path / "all").exit_code == 0
    assert sorted(each.name for each in (tmp_path / "all").iterdir()) == ["retail", "second"]
    assert run("import", "ossie", tmp_path / "r.yaml", "--out", tmp_path / "one", "--name", "second").exit_code == 0
    assert load_model(tmp_path / "one").name == "second"


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (("ossie", RETAIL, "--time", "orders"), 2),
        (("dbt", FOLDER, "--name", "x"), 2),
        (("ossie", FOLDER / "no.yaml"), 1),
    ],
)
def test_wrong_use(arguments: tuple[str | Path, ...], exit_code: int, tmp_path: Path) -> None:
    assert run("import", *arguments, "--out", tmp_path).exit_code == exit_code


def test_a_question_and_a_query_on_a_document(document: Path, demo_database: Path, tmp_path: Path) -> None:
    (tmp_path / "q.json").write_text(json.dumps({"kind": "metrics", "metrics": ["orders"]}), encoding="utf-8")
    answers = []
    for named in (("--model", document), ()):
        done = run("query", tmp_path / "q.json", "--db", demo_database, "--json", *named)
        assert done.exit_code == 0, done.output
        answers.append(json.loads(done.stdout)["table"]["rows"])
    assert answers[0] == answers[1]
    asked = run("ask", "上个月的复购率", "--db", demo_database, "--model", document)
    assert asked.exit_code == 0 and "%" in asked.stdout


def test_validate_reads_documents(document: Path, demo_database: Path, tmp_path: Path) -> None:
    assert run("validate", "--model", document, "--db", demo_database).exit_code == 0
    (tmp_path / "r.yaml").write_text(RETAIL.read_text(encoding="utf-8").replace("SUM(net)", "SUM(nett)"), "utf-8")
    done = run("validate", "--model", tmp_path / "r.yaml")
    assert done.exit_code == 1 and "r.yaml:" in done.stderr


def test_forms_are_told_apart(document: Path, tmp_path: Path) -> None:
    assert is_ossie(document) and is_ossie(RETAIL)
    assert not is_ossie(shipped_model_path()) and not is_ossie(tmp_path) and not is_ossie(tmp_path / "no.yaml")
    dbt = Path(__file__).parent / "toy"
    assert is_dbt(dbt) and not is_ossie(dbt) and not any(is_ossie(each) for each in dbt.iterdir())
    (tmp_path / "d.json").write_text('{"version": "0.2.0.dev0", "semantic_model": [{"name": "a"}]}', encoding="utf-8")
    assert is_ossie(tmp_path)


def test_a_question_on_a_model_of_ours_loads_nothing_of_this() -> None:
    code = "import sys, chat_service.commands.ask; print([m for m in sys.modules if 'ossie' in m or 'jsonschema' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
