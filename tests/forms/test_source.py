"""What a questionnaire compiles to, with the files it needs, and what its author is told."""

import pytest

from app.forms.source import FormSource, compile_source, read_source
from app.xforms.problems import FormRefused
from tests.small_forms import WELL, source

DRUGS = """
| survey   |                                 |      |       |
|          | type                            | name | label |
|          | select_one_from_file {file}     | drug | Drug  |
| settings |                                 |      |       |
|          | form_id                         | version | form_title |
|          | drugs                           | 1    | Drugs |
"""


def refusal(given):
    with pytest.raises(FormRefused) as refused:
        compile_source(given)
    return [str(finding) for finding in refused.value.findings]


def drugs(file="drugs.csv", **media):
    return source(DRUGS.replace("{file}", file), "drugs.md", **media)


def warnings(given):
    return [str(finding) for finding in compile_source(given).warnings]


def test_lists_of_the_server_need_no_file():
    compiled = compile_source(source(dug_png=b"png"))

    assert {(file.name, file.made_list) for file in compiled.media} == {
        ("communes.csv", "communes"),
        ("villages.csv", "villages"),
        ("dug.png", None),
    }


def test_a_list_that_comes_with_the_form_is_not_made_by_the_server():
    compiled = compile_source(source(villages_csv=b"name,label\n1,One\n", dug_png=b"png"))

    (villages,) = (file for file in compiled.media if file.name == "villages.csv")
    assert (villages.made_list, villages.content) == (None, b"name,label\n1,One\n")


def test_a_picture_that_is_not_there_is_told_and_left_out():
    compiled = compile_source(source())

    assert "dug.png" not in {file.name for file in compiled.media}
    (told,) = compiled.warnings
    assert str(told) == "The form shows dug.png, which was not given with it."


def test_a_list_that_is_not_there_is_an_error():
    assert refusal(drugs()) == [
        "The form takes choices from drugs.csv: give this file with the form."
    ]


def test_a_file_that_the_form_does_not_use_is_told():
    (told,) = warnings(drugs(drugs_csv=b"name,label\n1,A\n", other_png=b"png"))

    assert told == "The form does not use other.png, so it is left out."


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("drugs.csv", b'name,"label;vi"\n1,A\n', "semicolon in its first line"),
        ("drugs.csv", "name,label\n1,Thuốc".encode("utf-16"), "UTF-8"),
        ("drugs.csv", b"", "is empty"),
        ("drugs.csv", b",,\n1,2,3\n", "is empty"),
        ("drugs.geojson", b"[]", "FeatureCollection"),
        ("drugs.geojson", b'{"type": "Feature", "features": []}', "FeatureCollection"),
        ("drugs.geojson", b"{", "JSON"),
        ("drugs.geojson", b'{"type": "FeatureCollection"}', "no list of features"),
        ("drugs.xml", b"<root>", "XML"),
        ("drugs.xml", b'<!DOCTYPE r [<!ENTITY x "y">]><root/>', "document type"),
    ],
)
def test_a_list_that_a_phone_could_not_read_is_an_error(file, content, complaint):
    (told,) = refusal(drugs(file, **{file.replace(".", "_"): content}))

    assert told.startswith(file)
    assert complaint in told


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("drugs.csv", b"\xef\xbb\xbfname,label\r\n1,A;B\r\n"),
        ("drugs.csv", b"name;label\n1;A\n"),
        ("drugs.geojson", b'{"type": "FeatureCollection", "features": []}'),
        ("drugs.xml", b"<root><item><name>1</name><label>A</label></item></root>"),
    ],
)
def test_lists_that_phones_read_are_taken(file, content):
    compiled = compile_source(drugs(file, **{file.replace(".", "_"): content}))

    assert [(one.name, one.content) for one in compiled.media] == [(file, content)]


def test_an_xform_is_taken_as_it_is_with_its_files():
    xml = compile_source(drugs(drugs_csv=b"name,label\n1,A\n")).xml

    compiled = compile_source(FormSource("form.xml", xml, {"drugs.csv": b"name,label\n2,B\n"}))

    assert compiled.xml == xml
    assert compiled.workbook.sheets == {}
    assert [file.content for file in compiled.media] == [b"name,label\n2,B\n"]
    assert compiled.warnings == ()


def test_what_an_xform_tells_phones_about_sending_stays_in_it():
    told = (
        b'<submission xmlns:odk="http://www.opendatakit.org/xforms" odk:client-editable="true"'
        b' auto-send="true" auto-delete="false"/></model>'
    )
    xml = compile_source(source()).xml.replace(b"</model>", told)

    assert compile_source(FormSource("form.xml", xml)).xml == xml


def test_an_xform_without_its_list_is_refused():
    xml = compile_source(drugs(drugs_csv=b"name,label\n1,A\n")).xml

    assert refusal(FormSource("form.xml", xml)) == [
        "The form takes choices from drugs.csv: give this file with the form."
    ]


def test_compiling_twice_gives_the_same_bytes():
    assert compile_source(source()).xml == compile_source(source()).xml


def test_a_form_without_an_id_is_named_after_its_file():
    text = DRUGS.replace("|          | drugs ", "|          |       ")
    text = text.replace("{file}", "communes.csv")

    compiled = compile_source(FormSource("giếng nước.md", text.encode()))

    assert compiled.definition.xml_form_id == "giếng nước"


def test_a_broken_workbook_is_refused():
    assert refusal(FormSource("well.xlsx", b"PK\x03\x04 and then nothing"))


def test_a_file_is_read_with_the_folder_of_its_media(tmp_path):
    media = tmp_path / "media"
    media.mkdir()
    (media / "dug.png").write_bytes(b"png")
    (media / ".DS_Store").write_bytes(b"")
    (media / "folder").mkdir()
    path = tmp_path / "well.md"
    path.write_text(WELL)

    given = read_source(path, media)

    assert (given.name, given.suffix, given.is_workbook) == ("well.md", ".md", True)
    assert set(given.media) == {"dug.png"}
    assert b"png" in {file.content for file in compile_source(given).media}
