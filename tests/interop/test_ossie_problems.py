"""What is wrong with an Ossie document, or cannot be said in ours: each by code, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from semantic_layer.errors import DefinitionProblem, DefinitionsError
from semantic_layer.interop.ossie import Choices, convert, load

SHOP = """version: 0.2.0.dev0
semantic_model:
  - name: shop
    datasets:
      - name: orders
        source: orders
        primary_key: [id]
        fields:
          - {name: id, expression: {dialects: [{dialect: ANSI_SQL, expression: id}]}}
          - {name: amount, expression: {dialects: [{dialect: ANSI_SQL, expression: amount}]}}
      - name: buyers
        source: buyers
        primary_key: [id, region]
        fields:
          - {name: region, expression: {dialects: [{dialect: ANSI_SQL, expression: region}]}}
    relationships:
      - name: order_buyer
        from: orders
        to: buyers
        from_columns: [buyer_id, region]
        to_columns: [id, region]
    metrics:
      - name: total
        expression:
          dialects:
            - dialect: ANSI_SQL
              expression: SUM(orders.amount)
"""
TOTAL = "SUM(orders.amount)"

# what makes the document unreadable: name, the text, the code and the line
UNREADABLE = [
    ("not YAML", SHOP.replace("[id]", "[id"), "yaml_syntax", "8"),
    ("not what the schema knows", SHOP.replace("primary_key: [id]", "primarykey: [id]"), "ossie_schema", "5"),
    ("a key that lacks", SHOP.replace("        from: orders\n", ""), "ossie_schema", "17"),
    ("a wrong type", SHOP.replace("primary_key: [id]", "primary_key: id"), "ossie_schema", "7"),
    ("a dialect that there is not", SHOP.replace("dialect: ANSI_SQL\n", "dialect: ORACLE\n"), "ossie_schema", "26"),
    (
        "no dialect",
        SHOP.replace("dialects: [{dialect: ANSI_SQL, expression: id}]", "dialects: []"),
        "ossie_schema",
        "9",
    ),
    (
        "an AI context of another kind",
        SHOP.replace("name: shop", "name: shop\n    ai_context: [a]"),
        "ossie_schema",
        "4",
    ),
    (
        "synonyms that are no words",
        SHOP.replace("name: shop", "name: shop\n    ai_context: {synonyms: [1]}"),
        "ossie_schema",
        "4",
    ),
    ("a data type that there is not", SHOP.replace("{name: id,", "{name: id, datatype: Money,"), "ossie_schema", "9"),
    ("no datasets", "version: 0.2.0.dev0\nsemantic_model: [{name: a, datasets: []}]\n", "ossie_schema", "2"),
    ("no version", SHOP.replace("version: 0.2.0.dev0\n", ""), "ossie_schema", "1"),
    ("another version", SHOP.replace("0.2.0.dev0", "0.1.1"), "ossie_unknown_version", "1"),
    ("a later version", SHOP.replace("0.2.0.dev0", "1.0"), "ossie_schema", "1"),
    ("a name twice", SHOP.replace("name: buyers\n", "name: ORDERS\n"), "ossie_duplicate_name", "11"),
    ("a field's name twice", SHOP.replace("name: amount", "name: id"), "ossie_duplicate_name", "10"),
    ("no document", "metrics: []\n", "ossie_schema", "1"),
    ("nothing", "# nothing\n", "empty_file", "1"),
    ("no models", "version: 0.2.0.dev0\nsemantic_model: []\n", "ossie_no_model", ""),
    ("a table's name", SHOP.replace("source: orders", "source: a.b.c.d"), "ossie_bad_expression", "6"),
]

# what is left out: name, the text, the code and the line; and the metric `total` is kept or not
LEFT_OUT = [
    ("no SQL", SHOP.replace(TOTAL, '"SUM(orders.amount"'), "ossie_bad_expression", "27", False),
    (
        "a field that is no SQL",
        SHOP.replace("expression: amount}", 'expression: "amount +"}'),
        "ossie_bad_expression",
        "10",
        False,
    ),
    (
        "other languages only",
        SHOP.replace("dialect: ANSI_SQL\n", "dialect: MDX\n"),
        "ossie_no_known_dialect",
        "24",
        False,
    ),
    ("a dataset that there is not", SHOP.replace(TOTAL, "SUM(order.amount)"), "ossie_unknown_reference", "24", False),
    ("a field that there is not", SHOP.replace(TOTAL, "SUM(orders.amuont)"), "ossie_unknown_reference", "24", False),
    ("a name that there is not", SHOP.replace(TOTAL, "totale / 2"), "ossie_unknown_reference", "24", False),
    (
        "a field of two datasets",
        SHOP.replace("{name: region,", "{name: amount,").replace(TOTAL, "SUM(amount)"),
        "ossie_ambiguous_reference",
        "24",
        False,
    ),
    ("a relationship to nowhere", SHOP.replace("to: buyers", "to: buyer"), "ossie_unknown_reference", "19", True),
    (
        "columns without partners",
        SHOP.replace("to_columns: [id, region]", "to_columns: [id]"),
        "ossie_uneven_columns",
        "20",
        True,
    ),
    (
        "not a key",
        SHOP.replace("[buyer_id, region]", "[buyer_id]").replace("to_columns: [id, region]", "to_columns: [id]"),
        "ossie_not_a_key",
        "21",
        True,
    ),
    (
        "a column that joins two",
        SHOP.replace("[buyer_id, region]", "[buyer_id, buyer_id]"),
        "ossie_not_carried_over",
        "17",
        True,
    ),
    (
        "a join by a computed field",
        SHOP.replace(
            "dialects: [{dialect: ANSI_SQL, expression: region}]",
            'dialects: [{dialect: ANSI_SQL, expression: "UPPER(zone)"}]',
        ),
        "ossie_not_carried_over",
        "17",
        True,
    ),
    (
        "in a circle",
        SHOP.replace(
            "    metrics:",
            "      - {name: back, from: buyers, to: orders, from_columns: [last], to_columns: [id]}\n    metrics:",
        ),
        "ossie_not_carried_over",
        "22",
        True,
    ),
    ("no aggregate", SHOP.replace(TOTAL, "orders.amount"), "ossie_not_carried_over", "24", False),
    ("a constant", SHOP.replace(TOTAL, "1 + 1"), "ossie_not_carried_over", "24", False),
    ("beside an aggregate", SHOP.replace(TOTAL, f"{TOTAL} / orders.id"), "ossie_not_carried_over", "24", False),
    ("an aggregate of an aggregate", SHOP.replace(TOTAL, f"AVG({TOTAL})"), "ossie_not_carried_over", "24", False),
    ("a window", SHOP.replace(TOTAL, f"{TOTAL} OVER (PARTITION BY orders.id)"), "ossie_not_carried_over", "24", False),
    ("a query", SHOP.replace(TOTAL, f"{TOTAL} / (SELECT 2)"), "ossie_not_carried_over", "24", False),
    ("rows of nothing", SHOP.replace(TOTAL, '"COUNT(*)"'), "ossie_not_carried_over", "24", False),
    (
        "the clock",
        SHOP.replace(TOTAL, "COUNT(CASE WHEN CURRENT_TIMESTAMP > '2024-01-01' THEN orders.id END)"),
        "ossie_not_carried_over",
        "24",
        False,
    ),
    (
        "two that nothing joins",
        SHOP.replace("from: orders", "from: buyers").replace(TOTAL, "SUM(orders.amount * buyers.id)"),
        "ossie_not_carried_over",
        "24",
        False,
    ),
    ("itself", SHOP.replace(TOTAL, "total + 1"), "ossie_not_carried_over", "24", False),
    (
        "many to many",
        SHOP.replace("    relationships:", "      - name: lines\n        source: lines\n    relationships:").replace(
            TOTAL, "SUM(orders.amount * lines.x)"
        ),
        "ossie_not_carried_over",
        "26",
        False,
    ),
    (
        "a text added up",
        SHOP.replace("{name: amount,", "{name: amount, datatype: String,"),
        "ossie_not_carried_over",
        "24",
        False,
    ),
]


def found(error: DefinitionsError) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in error.problems if isinstance(each, DefinitionProblem)]


@pytest.mark.parametrize(
    ("text", "code", "line"), [each[1:] for each in UNREADABLE], ids=[each[0] for each in UNREADABLE]
)
def test_an_unreadable_document(text: str, code: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / "d.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionsError) as raised:
        load(path)
    assert (code, f"d.yaml:{line}" if line else str(path)) in found(raised.value)


@pytest.mark.parametrize(
    ("text", "code", "line", "is_kept"), [each[1:] for each in LEFT_OUT], ids=[each[0] for each in LEFT_OUT]
)
def test_what_is_left_out(text: str, code: str, line: str, is_kept: bool, tmp_path: Path) -> None:
    path = tmp_path / "d.yaml"
    path.write_text(text, encoding="utf-8")
    converted = convert(path)
    assert (code, f"d.yaml:{line}") in [(each.code, each.where) for each in converted.problems]
    assert ("total" in {each.name for each in converted.definition.metrics}) == is_kept
    with pytest.raises(DefinitionsError) as raised:
        load(path)
    assert (code, f"d.yaml:{line}") in found(raised.value)


def test_the_document_that_the_cases_change_is_right(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(SHOP, encoding="utf-8")
    assert convert(tmp_path / "d.yaml").problems == () == convert(tmp_path / "d.yaml").remarks


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    text = SHOP.replace("primary_key: [id]", "primary_key: id").replace("name: shop", "nom: shop")
    (tmp_path / "d.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionsError) as raised:
        load(tmp_path / "d.yaml")
    assert len(raised.value.problems) == 3


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("missing.yaml", "ossie_no_model"),
        ("empty", "ossie_no_model"),
        ("bad.json", "ossie_unreadable_json"),
        ("latin.yaml", "not_utf8"),
    ],
)
def test_what_is_no_document(name: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.json").write_text('{"version": "0.2.0.dev0",\n}', encoding="utf-8")
    (tmp_path / "latin.yaml").write_bytes(b"version: \xe9\n")
    with pytest.raises(DefinitionsError) as raised:
        load(tmp_path / name)
    assert raised.value.problems[0].code == code


def test_several_models_where_one_is_wanted(tmp_path: Path) -> None:
    twice = SHOP + SHOP[SHOP.index("  - name: shop") :].replace("name: shop", "name: other")
    (tmp_path / "d.yaml").write_text(twice, encoding="utf-8")
    for name, code in ((None, "ossie_several_models"), ("third", "ossie_no_model")):
        with pytest.raises(DefinitionsError) as raised:
            load(tmp_path / "d.yaml", name)
        assert [problem.code for problem in raised.value.problems] == [code]


@pytest.mark.parametrize("times", [{"order": "at"}, {"orders": "att"}, {"orders": "buyer.at"}])
def test_a_time_that_there_is_not(times: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(SHOP, encoding="utf-8")
    converted = convert(tmp_path / "d.yaml", choices=Choices(times=times))
    assert [each.code for each in converted.problems] == ["ossie_unknown_reference"]


def test_two_ways_to_a_dataset_are_named(tmp_path: Path) -> None:
    more = "      - {name: again, from: orders, to: buyers, from_columns: [giver_id, region], "
    more += "to_columns: [id, region]}\n"
    text = SHOP.replace("    metrics:\n", f"{more}    metrics:\n").replace(TOTAL, "SUM(orders.amount * buyers.id)")
    (tmp_path / "d.yaml").write_text(text, encoding="utf-8")
    problems = convert(tmp_path / "d.yaml").problems
    assert [each.code for each in problems] == ["ossie_not_carried_over"]
    assert "buyer_id" in problems[0].message and "giver_id" in problems[0].message
