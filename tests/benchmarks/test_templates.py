"""The templates fit the forms: otherwise the benchmark would measure flagged interviews."""

import itertools
import random
from pathlib import Path

import pytest
from lxml import etree

from app.xforms.answers import answer_plan, read_answers
from app.xforms.compile import CompiledForm, compile_xlsform
from tests.benchmarks import programme, sixty, templates

FORM = programme.ROOT / "forms" / "xhs_ho.xlsx"


@pytest.fixture(scope="module")
def household() -> CompiledForm:
    return compile_xlsform(FORM.read_bytes(), ".xlsx", default_form_id="")


def instances(template: str, count: int = 50) -> list[bytes]:
    found = itertools.islice(templates.bodies(template), count)
    return [body.removeprefix(templates.HEAD).removesuffix(templates.TAIL) for body in found]


def test_the_household_template_is_of_the_shipped_version(household):
    root = etree.fromstring(instances(programme.TEMPLATE, 1)[0])

    assert root.get("id") == "xhs_ho"
    assert root.get("version") == household.definition.version


def test_the_household_template_answers_what_the_form_asks(household):
    plan = answer_plan(household.definition)
    for xml in instances(programme.TEMPLATE):
        found = read_answers(etree.fromstring(xml), plan)
        assert not found.problems
        assert not found.unknown
        assert len(found.rows) == found.top["n15"] == 3
        assert found.top["hh_id"].startswith(f"{found.top['village_id']}-")


def test_the_form_of_sixty_questions_and_its_template_fit():
    form = compile_xlsform(sixty.form(), ".md", default_form_id="")
    plan = answer_plan(form.definition)
    for xml in instances(sixty.template()):
        found = read_answers(etree.fromstring(xml), plan)
        assert not found.problems
        assert not found.unknown
        assert len(found.rows) == sixty.MEMBERS


@pytest.mark.parametrize("template", [programme.TEMPLATE, sixty.template()])
def test_templates_are_as_large_as_interviews_are(template):
    sizes = [len(xml) for xml in instances(template)]

    assert min(sizes) > 2300
    assert max(sizes) < 3200


def test_no_two_submissions_are_alike():
    first = instances(programme.TEMPLATE, 300)
    ids = {etree.fromstring(xml).findtext("meta/instanceID") for xml in first}

    assert len(ids) == 300
    bodies = list(itertools.islice(templates.bodies(programme.TEMPLATE, first=7), 300))
    assert len(set(programme.households_in(bodies))) == 300


def test_everything_in_a_template_is_chosen_once():
    text = "{{pick:a|b}} {{pick:a|b}} {{int:1:1}} {{n}}"
    filled = {templates.fill(text, random.Random(seed)) for seed in range(40)}

    assert filled == {f"{first} {second} 1 {{{{n}}}}" for first in "ab" for second in "ab"}


def test_the_benchmark_villages_have_ids_as_villages_have():
    assert len(programme.VILLAGE_IDS) == 40
    assert all(len(village) == len("T-7F3K2") for village in programme.VILLAGE_IDS)
    assert Path(programme.TEMPLATE_FILE).is_file()
