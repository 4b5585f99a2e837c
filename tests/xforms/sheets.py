"""Questionnaires written as Markdown tables inside the tests."""

import pytest
from lxml import etree

from app.xforms.compile import CompiledForm, compile_xlsform
from app.xforms.problems import FormRefused

SETTINGS = """
| settings |
|          | form_title | form_id | version |
|          | Hộ         | ho      | 1       |
"""

SPACES = {"x": "http://www.w3.org/2002/xforms", "h": "http://www.w3.org/1999/xhtml"}


def compiled(sheets: str, settings: str = SETTINGS) -> CompiledForm:
    """The form of these tables."""
    return compile_xlsform((sheets + settings).encode(), ".md", default_form_id="tệp")


def refusals(sheets: str, settings: str = SETTINGS) -> list[str]:
    """What is wrong with these tables, as "survey!C2: what"."""
    with pytest.raises(FormRefused) as refused:
        compiled(sheets, settings)
    return [str(finding) for finding in refused.value.findings]


def xpath(form: CompiledForm, expression: str) -> list[object]:
    """What the XPath finds in the form's XML; elements of XForms have the prefix x."""
    return etree.fromstring(form.xml).xpath(expression, namespaces=SPACES)
