"""The five workbooks of forms/, read once."""

from pathlib import Path

import pytest

from app.xforms.compile import CompiledForm, compile_xlsform
from app.xforms.workbook import Workbook

FORMS = Path(__file__).parents[2] / "forms"
CODES = ["xhs_lap_ds_ho", "xhs_ho", "xhs_kynang", "xhs_dichvu", "xhs_thon"]


@pytest.fixture(scope="session")
def compiled() -> dict[str, CompiledForm]:
    return {
        code: compile_xlsform((FORMS / f"{code}.xlsx").read_bytes(), ".xlsx", default_form_id="")
        for code in CODES
    }


@pytest.fixture(scope="session")
def workbooks(compiled) -> dict[str, Workbook]:
    return {code: form.workbook for code, form in compiled.items()}


@pytest.fixture(scope="session")
def shipped() -> dict[str, Path]:
    """The workbooks found in the folder, by form id."""
    return {path.stem: path for path in FORMS.glob("*.xls*")}


@pytest.fixture(params=CODES)
def code(request) -> str:
    return request.param


@pytest.fixture
def workbook(workbooks, code) -> Workbook:
    return workbooks[code]


@pytest.fixture
def household(workbooks) -> dict[str, dict[str, str]]:
    """Questions of the household form by name, each as column -> text."""
    return {
        row.text("name"): {column: cell.text for column, cell in row.items()}
        for row in workbooks["xhs_ho"].rows("survey")
        if not row.text("type").startswith("end_")
    }
