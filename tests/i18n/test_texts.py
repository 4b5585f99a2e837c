"""Texts come in the present language, and every text there is has its Vietnamese."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import app
from app.counts.sheet import PROBLEMS as COUNT_PROBLEMS
from app.entities.merge import PROBLEMS
from app.households.sheet import PROBLEMS as ROWS
from app.i18n import gettext, in_language, present_language, use_language
from app.i18n.texts import CATALOGUE
from app.imports.find import REASONS as SKIPPED
from app.indicators.behind import REASONS as SHARES
from app.org_units.undo import RESTING
from app.org_units.village_mistakes import MISTAKES
from app.review.checks import FLAGS
from app.scorecards.card import LACKS
from app.scorecards.scores import MISSING
from app.submissions.parked import REASONS
from app.xforms.expressions.meaning import Kind
from app.xforms.expressions.unknown import REFUSED

ROOT = Path(app.__file__).parent
PLACES = re.compile(r"%\(\w+\)[a-z]")
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
PLEASE = "Please sign in."

# What says in a questionnaire's check what is wrong with it.
FINDINGS = ("Finding", "refuse", "fault", "phrase", "ExpressionError", "AnswersError")
WORKBOOKS = {"xforms", "expressions", "forms", "scorecards", "indicators"}  # who says so

# Texts that are chosen by a key and translated where they are shown.
TABLES = (REASONS, SKIPPED, FLAGS, PROBLEMS, MISTAKES, RESTING, SHARES)
TABLES += (MISSING, ROWS)
TABLES += (LACKS, COUNT_PROBLEMS)
TABLES += (REFUSED, {kind: kind.value for kind in Kind})


@pytest.fixture(autouse=True)
def vietnamese():
    with in_language("vi"):
        yield


def test_texts_are_vietnamese_unless_english_is_chosen():
    assert gettext(PLEASE) == "Vui lòng đăng nhập."
    with in_language("en"):
        assert gettext(PLEASE) == PLEASE
    assert gettext(PLEASE) == "Vui lòng đăng nhập."


def test_details_are_filled_in_in_both_languages():
    text = "There is already a surveyor %(username)s."

    assert gettext(text, username="lan") == "Đã có điều tra viên lan."
    with in_language("en"):
        assert gettext(text, username="lan") == "There is already a surveyor lan."


def test_a_text_without_details_may_have_a_percent_sign():
    with in_language("en"):
        assert gettext("100% of it") == "100% of it"


def test_a_text_that_is_not_in_the_catalogue_stays_english():
    assert gettext("Nobody wrote this.") == "Nobody wrote this."


@pytest.mark.parametrize("unknown", ["fr", "", None, "VI", "../en"])
def test_a_language_we_do_not_speak_is_vietnamese(unknown):
    use_language("en")
    use_language(unknown)

    assert present_language() == "vi"


def classes() -> dict[str, ast.ClassDef]:
    trees = (ast.parse(path.read_text("utf-8")) for path in ROOT.rglob("*.py"))
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}


def problems() -> dict[str, ast.ClassDef]:
    """Every kind of refusal there is in the programme, read from the source."""
    known, found = classes(), {"Problem"}
    while more := {
        name
        for name, node in known.items()
        if name not in found and any(getattr(base, "id", None) in found for base in node.bases)
    }:
        found |= more
    return {name: known[name] for name in found}


def usual_message(kind: ast.ClassDef) -> str | None:
    """The `message` of a kind of refusal, when it has one of its own."""
    for node in kind.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "message":
            return ast.literal_eval(node.value)
    return None


def texts() -> Iterator[tuple[str, str]]:
    """Every English text that a reader may meet, and where it stands."""
    kinds = problems()
    for name, kind in kinds.items():
        if message := usual_message(kind):
            yield message, name
    for table in TABLES:
        yield from ((text, "a table of texts") for text in table.values())
    words = dict.fromkeys(["gettext", "_", *FINDINGS, *kinds])
    for path, line, text, *_ in extract_from_dir(ROOT, METHODS, keywords=words):
        yield (text if isinstance(text, str) else text[0]), f"app/{path}:{line}"


def catalogue() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def test_every_text_has_its_vietnamese():
    known = catalogue()

    assert {f"{where}: {text}" for text, where in texts() if not known.get(text)} == set()


def test_no_vietnamese_is_left_over():
    used = {text for text, _ in texts()}

    assert set(catalogue()) - used == set()


def test_no_text_has_two_vietnamese():
    """Merged by union, two entries of one text would stay, and the later one would win unseen."""
    ids = re.findall(r'^msgid ((?:".*"\n)+)', CATALOGUE.read_text("utf-8"), re.MULTILINE)

    assert [text.strip() for text, times in Counter(ids).items() if times > 1] == []


def test_vietnamese_fills_the_same_places():
    for text, vietnamese in catalogue().items():
        assert sorted(PLACES.findall(text)) == sorted(PLACES.findall(vietnamese)), text


def test_no_entry_is_doubtful_or_kept_for_history():
    with CATALOGUE.open("rb") as file:
        messages = read_po(file)

    assert [message.id for message in messages if message.id and message.fuzzy] == []
    assert list(messages.obsolete) == []


def test_texts_are_literals_so_that_they_can_be_found():
    """An f-string in a refusal would never be found in the catalogue."""
    kinds = {*problems(), "gettext"}
    computed = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in ROOT.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", None) in kinds_in(path, kinds)
        and call.args
        and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]

    assert computed == []


def kinds_in(path: Path, kinds: set[str]) -> set[str]:
    """What takes a text there."""
    return kinds | set(FINDINGS) if path.parent.name in WORKBOOKS else kinds
