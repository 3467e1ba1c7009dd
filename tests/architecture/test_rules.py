"""Every rule that a test claims to prove is a row of docs/rules.md."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ([A-Z]{2}-\d{2,3}) \|", re.MULTILINE)
ID = re.compile(r"[A-Z]{2}-\d{2,3}")
ROWS = 854  # the sum of the table "Counts" at the head of the catalogue


def rows(rules):
    return set(ROW.findall(rules.read_text(encoding="utf-8")))


def is_rule_mark(node):
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.rule")


def claims(folder):
    """Yield (file, line, id) of each text in a mark, and of each id in a file that fills marks from a table."""
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        marks = [node for node in ast.walk(tree) if is_rule_mark(node)]
        from_table = any(not isinstance(argument, ast.Constant) for mark in marks for argument in mark.args)
        for mark in marks:
            for argument in mark.args:
                if isinstance(argument, ast.Constant):
                    yield path, argument.lineno, argument.value
        if from_table:
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and ID.fullmatch(node.value):
                    yield path, node.lineno, node.value


def unknown(folder, rules):
    known = rows(rules)
    return sorted({f"{path.name}:{line}: {rule}" for path, line, rule in claims(folder) if rule not in known})


def test_the_catalogue_is_read():
    known = rows(ROOT / "docs/rules.md")
    assert {"ID-01", "AU-37", "CH-129", "NO-31", "BI-37", "GW-26", "UI-43", "CF-49", "ST-84", "TI-20"} <= known
    assert {"MS-22", "PR-16", "AC-15", "SP-132"} <= known
    assert len(known) == ROWS


def test_every_claimed_rule_exists():
    assert unknown(ROOT / "tests", ROOT / "docs/rules.md") == []


def test_tests_claim_rules():
    assert len({rule for _, _, rule in claims(ROOT / "tests")}) > 40


def test_an_unknown_rule_is_caught(tmp_path):
    (tmp_path / "test_planted.py").write_text(
        "import pytest\n\n\n@pytest.mark.rule('ID-01', 'ID-999')\ndef test_it():\n    pass\n"
    )
    assert unknown(tmp_path, ROOT / "docs/rules.md") == ["test_planted.py:4: ID-999"]


def test_an_unknown_rule_is_caught_on_classes_modules_parameters_and_in_tables(tmp_path):
    (tmp_path / "test_planted.py").write_text(
        "import pytest\nfrom pytest import mark\n\npytestmark = mark.rule('CH-000')\n"
        "ROWS = ['CF-01', 'CF-98']\n"
        "CASES = [pytest.param(1, marks=pytest.mark.rule(row)) for row in ROWS]\n"
        "class TestIt:\n    @mark.rule('id-01')\n    def test_it(self):\n        pass\n"
    )
    assert unknown(tmp_path, ROOT / "docs/rules.md") == [
        "test_planted.py:4: CH-000",
        "test_planted.py:5: CF-98",
        "test_planted.py:8: id-01",
    ]


def test_the_catalogue_names_no_path_of_a_machine():
    assert not re.search(
        r"(?<![\w.])/(work|tmp|home|root|Users)/", (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    )
