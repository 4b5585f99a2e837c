"""The shipped questionnaires, as phones hold them."""

from pathlib import Path

import pytest

from app.demo.form_template import FormTemplate
from app.demo.interviews import FORMS
from app.xforms.compile import CompiledForm, compile_xlsform

FOLDER = Path(__file__).parents[2] / "forms"


@pytest.fixture(scope="session")
def compiled() -> dict[str, CompiledForm]:
    return {
        form: compile_xlsform((FOLDER / f"{form}.xlsx").read_bytes(), ".xlsx", default_form_id="")
        for form in FORMS
    }


@pytest.fixture(scope="session")
def templates(compiled) -> dict[str, FormTemplate]:
    return {form: FormTemplate(found.xml) for form, found in compiled.items()}
