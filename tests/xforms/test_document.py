"""An uploaded XForm is refused where a phone would refuse it, with the line to look at."""

import pytest

from app.xforms.compile import read_xform
from app.xforms.document import ID_LIMIT, read_document
from app.xforms.problems import FormRefused

FORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:entities="http://www.opendatakit.org/xforms/entities">
<h:head><h:title>Hộ gia đình</h:title>
<model>
<instance><data id="ho" version="3"><a/><meta><instanceID/></meta></data></instance>
<bind nodeset="/data/a" type="int"/>
</model>
</h:head>
<h:body><input ref="/data/a"><label>A</label></input></h:body>
</h:html>"""


def refusals(form: str) -> list[str]:
    with pytest.raises(FormRefused) as refused:
        read_xform(form.encode(), [])
    return [str(finding) for finding in refused.value.findings]


def changed(old: str, new: str) -> str:
    assert old in FORM
    return FORM.replace(old, new)


def test_a_sound_form_is_read() -> None:
    document = read_document(FORM.encode())
    assert (document.form_id, document.version, document.title) == ("ho", "3", "Hộ gia đình")
    assert document.binds == {"/data/a": {"type": "int"}}


def test_the_bytes_stay_as_they_came_but_for_a_byte_order_mark() -> None:
    assert read_xform(b"\xef\xbb\xbf" + FORM.encode(), []).xml == FORM.encode()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<h:title>Hộ gia đình</h:title>", "", "line 3: The form must have exactly one <title>"),
        ("Hộ gia đình", " ", "line 3: The form has no title."),
        ("</h:html>", "<h:body/></h:html>", "line 2: The form must have exactly one <body>"),
        ("</h:head>", "<model/></h:head>", "line 3: The form must have exactly one <model>"),
        ('id="ho"', 'id=" "', "line 5: The form has no id"),
        ('id="ho"', f'id="{"x" * (ID_LIMIT + 1)}"', "line 5: The form's id is longer"),
        (
            'version="3"',
            f'version="{"3" * (ID_LIMIT + 1)}"',
            "line 5: The form's version is longer",
        ),
        ("<instance>", '<instance id="v"/><instance>', "line 5: The first <instance> must hold"),
        ("<instance>", '<instance src="jr://file/v.xml">', "line 5: The first <instance> must"),
        ("</instance>", "<data/></instance>", "line 5: The first <instance> must hold"),
        ('nodeset="/data/a" ', "", "line 6: The <bind> has no nodeset"),
        ('nodeset="/data/a" ', 'nodeset=" " ', "line 6: The <bind> has no nodeset"),
        ("<instanceID/>", "<instanceName/>", "line 5: The form has no meta/instanceID"),
        ("</model>", '<submission action="sftp://x"/></model>', "line 7: The submission address"),
        (
            "</model>",
            '<submission action="https://a b"/></model>',
            "line 7: The submission address",
        ),
        ("<instanceID/>", "<instanceID/><entity/>", "line 4: A form with entities needs"),
        ("<model>", '<model entities:entities-version="2022.2.0">', "line 4: The entities-version"),
    ],
)
def test_what_a_phone_refuses_is_refused_with_its_line(old: str, new: str, message: str) -> None:
    [refusal] = refusals(changed(old, new))
    assert refusal.startswith(message)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<meta><instanceID/></meta>", '<o:meta xmlns:o="urn:o"><o:instanceID/></o:meta>'),
        ("</model>", '<submission action="https://thôn.vn/x" method="post"/></model>'),
        ("<model>", '<model entities:entities-version="2024.1.0">'),
        ('version="3"', ""),
    ],
)
def test_what_a_phone_accepts_is_accepted(old: str, new: str) -> None:
    assert read_xform(changed(old, new).encode(), []).definition.xml_form_id == "ho"


def test_all_of_several_mistakes_are_told() -> None:
    form = FORM.replace("Hộ gia đình", "").replace("<instanceID/>", "")
    assert len(refusals(form)) == 2


def test_a_circle_and_a_broken_expression_are_told_with_their_node() -> None:
    form = changed('type="int"', 'calculate=". + 1" relevant="selected(."')
    assert refusals(form) == [
        "/data/a: The relevant of 'a' is no complete expression: correct it.",
        "/data/a: 'a' depends on itself: its calculation reads its own value.",
        "/data/a: 'a' depends on itself: its relevant reads its own value.",
    ]


def test_attacks_and_other_files_are_refused() -> None:
    [dtd] = refusals('<!DOCTYPE a [<!ENTITY b "b">]>' + FORM)
    assert "document type" in dtd
    [other] = refusals("PK\x03\x04")
    assert "not readable as XML" in other


def test_files_the_form_needs_and_that_are_not_there_are_a_warning() -> None:
    form = changed("</model>", '<instance id="v" src="jr://file-csv/villages.csv"/></model>')
    [warning] = read_xform(form.encode(), []).warnings
    assert (warning.severity, "villages.csv" in warning.text) == ("warning", True)
    assert read_xform(form.encode(), ["villages.csv"]).warnings == ()
