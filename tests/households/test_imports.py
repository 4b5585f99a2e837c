"""Imports into the registry: dry, whole, or not at all."""

import pytest

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import driver, transaction
from app.errors import BadRequest, NotAllowed
from app.households.imports import check_import
from app.households.queries import history
from tests import people
from tests.survey import Survey, start_survey


@pytest.fixture
def survey(app) -> Survey:
    return start_survey(households=2)


def sheet(survey, *rows, head="village,number,label,size,phone"):
    text = "\n".join([head, *rows]).replace("V,", f"{survey.village.public_id},")
    return text.encode()


def bring(survey, *rows, actor=OPERATOR, without=()):
    with transaction():
        return programme.import_households(
            survey.project.id, sheet(survey, *rows), "ho.csv", actor=actor, without=without
        )


def registry():
    rows = driver().execute(
        "select h.number, h.size, l.label, l.search_key, l.phone from households h"
        " left join household_labels l on l.household_id = h.id order by h.number"
    )
    return rows.fetchall()


def test_a_dry_run_says_what_would_happen_and_writes_nothing(survey):
    before = registry()
    with transaction():
        report = check_import(
            survey.project.id, sheet(survey, "V,1,,4", "V,2", "V,7"), "ho.csv", actor=OPERATOR
        )

    assert [len(report.new), len(report.changed), len(report.same)] == [1, 1, 1]
    assert registry() == before


def test_households_enter_with_what_is_said_and_the_frame_follows(survey):
    bring(survey, "V,1,,4", "V,7,Ông Páo,5,0912345678")
    pipeline.settle()

    assert registry() == [
        (1, 4, None, None, None), (2, None, None, None, None),
        (7, 5, "Ông Páo", "ong pao", "0912345678"),
    ]  # fmt: skip
    assert survey.figure().base.expected == 3


def test_an_empty_cell_does_not_delete_and_the_second_import_changes_nothing(survey):
    rows = ("V,7,Ông Páo,5,0912345678",)
    bring(survey, *rows)
    assert bring(survey, "V,7,,,").same == [f"{survey.village.public_id}-0007"]
    assert bring(survey, *rows).changed == []
    assert registry()[2] == (7, 5, "Ông Páo", "ong pao", "0912345678")
    assert [c.kind for c in history(survey.project.id, f"{survey.village.public_id}-0007",
                                    actor=OPERATOR)] == ["import"]  # fmt: skip


def test_one_wrong_row_stops_all_until_it_is_left_out_on_purpose(survey):
    before = registry()
    with pytest.raises(BadRequest, match="1 rows have problems"):
        bring(survey, "V,7", "V,0")
    assert registry() == before

    assert len(bring(survey, "V,7", "V,0", without=[3]).new) == 1


def test_a_village_that_is_unknown_or_somebody_elses_is_a_problem_of_its_row(survey):
    with transaction():
        lead = people.actor("commune_lead", people.PLEIKU, of=survey.project)
        reviewer = people.actor("commune_reviewer", of=survey.project)
    with transaction():
        report = check_import(
            survey.project.id, sheet(survey, "T-00000,1", "V,9"), "ho.csv", actor=lead
        )
    assert [(p.row, p.column) for p in report.problems] == [(2, "village"), (3, "village")]
    with pytest.raises(NotAllowed):
        bring(survey, "V,9", actor=reviewer)
