"""`thonso counts`: a table is checked, taken in, compared and settled."""

import pytest

from tests.people import IA_DOM
from tests.survey import start_survey

SAID = (
    "--code viettel --source 'Viettel Gia Lai' --document 123/VTGL --as-of 2026-10-31"
    " --legal-basis 'NĐ 278/2025'"
)


@pytest.fixture
def project(app):
    survey = start_survey(households=2)
    for household, fibre in zip(survey.ids, "10", strict=True):
        survey.send(survey.instance(household, fibre=fibre))
    return survey.project.id


def test_from_the_file_to_the_comment(thonso, project, tmp_path):
    file = tmp_path / "bảng.csv"
    file.write_text(f"unit,indicator,numerator,denominator\n{IA_DOM},FIBRE,73,100\n")
    take = f"counts take '{file}' {SAID} --project {project}"

    assert "viettel version 1 would be in: 1 counts." in thonso(f"{take} --dry-run").output
    assert thonso(f"counts list --project {project}").output == ""
    assert "1 differences are to be looked into." in thonso(take).output
    assert "viettel  version 1  2026-10-31" in thonso(f"counts list --project {project}").output
    compared = thonso(f"counts compare 2026-1 --project {project}").output
    number, _, rest = compared.partition("  ")
    assert rest.startswith(
        "Ia Dom  FIBRE  Viettel Gia Lai  0.73  survey 0.5  +23.0%\n0 are new, 0 ended"
    )
    listed = f"counts tasks 2026-1 --project {project}"
    assert thonso(f"{listed} --place {IA_DOM} --sort place").output.startswith(f"{number}  Ia Dom")
    assert thonso(f"{listed} --indicator PHONE").output == ""
    assert thonso(f"counts close {number} 'cả cơ quan'").output == f"{number} is closed.\n"
    assert thonso(f"counts close {number} x").exit_code == 1
    assert "cả cơ quan" in thonso(f"{listed} --state closed").output
    assert thonso(f"counts reopen {number}").output == f"{number} is open.\n"


def test_wrong_rows_are_named(thonso, project, tmp_path):
    file = tmp_path / "bảng.csv"
    file.write_text("unit,indicator,numerator\n99999,FIBRE,1\n")
    done = thonso(f"counts take '{file}' {SAID} --project {project}")

    assert done.exit_code == 1
    assert "row 2, unit: There is no such place" in done.output
