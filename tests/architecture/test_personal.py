"""Personal answers have one reader; what must touch the table besides is named here."""

import re
from pathlib import Path

import app

ROOT = Path(app.__file__).parent
NAMES = re.compile(r"\bPersonalAnswer\b|\bpersonal_answers\b")
ALLOWED = {
    "submissions/models.py": "the table",
    "submissions/extract.py": "writes them",
    "submissions/personal.py": "the one reader; records each read",
    "households/register.py": "a listing's household name goes into the registry",
}


def test_only_these_modules_know_the_table_of_personal_answers():
    found = {
        str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py") if NAMES.search(path.read_text())
    }
    assert found == set(ALLOWED)
