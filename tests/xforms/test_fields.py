"""What a form asks is read from its XForm, with XLSForm's words for the types."""

from app.xforms.compile import read_xform
from app.xforms.definition import Field
from tests.xforms.sheets import compiled, xpath

EVERY_TYPE = """
| survey  |
|         | type                | name                | label   | calculation | trigger |
|         | start               | start               |         |             |         |
|         | end                 | end                 |         |             |         |
|         | today               | today               |         |             |         |
|         | deviceid            | deviceid            |         |             |         |
|         | username            | username            |         |             |         |
|         | phonenumber         | phonenumber         |         |             |         |
|         | email               | email               |         |             |         |
|         | audit               | audit               |         |             |         |
|         | start-geopoint      | start-geopoint      |         |             |         |
|         | background-audio    | background-audio    |         |             |         |
|         | background-geopoint | background-geopoint |         |             | ${text} |
|         | hidden              | hidden              |         |             |         |
|         | note                | note                | Note    |             |         |
|         | text                | text                | Text    |             |         |
|         | integer             | integer             | Integer |             |         |
|         | decimal             | decimal             | Decimal |             |         |
|         | select_one yn       | select_one          | One     |             |         |
|         | select_multiple yn  | select_multiple     | Many    |             |         |
|         | rank yn             | rank                | Rank    |             |         |
|         | range               | range               | Range   |             |         |
|         | acknowledge         | acknowledge         | OK      |             |         |
|         | barcode             | barcode             | Barcode |             |         |
|         | geopoint            | geopoint            | Point   |             |         |
|         | geotrace            | geotrace            | Trace   |             |         |
|         | geoshape            | geoshape            | Shape   |             |         |
|         | date                | date                | Date    |             |         |
|         | time                | time                | Time    |             |         |
|         | dateTime            | dateTime            | Moment  |             |         |
|         | image               | image               | Photo   |             |         |
|         | audio               | audio               | Sound   |             |         |
|         | video               | video               | Film    |             |         |
|         | file                | file                | File    |             |         |
|         | calculate           | calculate           |         | 1 + 1       |         |
|         | begin group         | group               | Group   |             |         |
|         | note                | inside              | Inside  |             |         |
|         | end group           |                     |         |             |         |
|         | begin repeat        | repeat              | Repeat  |             |         |
|         | note                | row                 | Row     |             |         |
|         | end repeat          |                     |         |             |         |
| choices |
|         | list_name | name | label |
|         | yn        | 1    | Yes   |
|         | yn        | 0    | No    |
"""


def fields_of(sheets: str) -> dict[str, Field]:
    return {field.path: field for field in compiled(sheets).definition.fields}


def test_every_type_word_is_recovered() -> None:
    read = {path: field.type for path, field in fields_of(EVERY_TYPE).items()}
    assert read.pop("group/inside") == read.pop("repeat/row") == "note"
    assert read.pop("meta/audit") == "audit"
    assert len(read) == 34
    assert read == {name: name for name in read}


def test_calculations_with_a_type_or_a_trigger_keep_what_they_are() -> None:
    fields = fields_of("""
        | survey |
        |        | type      | name  | label | calculation | trigger | bind::type | read_only |
        |        | integer   | n     | N     |             |         |            |           |
        |        | calculate | whole |       | ${n} + 1    |         | int        |           |
        |        | calculate | then  |       | now()       | ${n}    |            |           |
        |        | text      | shown | Shown | ${n} + 2    |         |            | yes       |
    """)
    assert (fields["whole"].type, fields["then"].type) == ("integer", "calculate")
    assert (fields["shown"].type, fields["shown"].calculation) == ("text", " /data/n  + 2")


def test_questions_know_their_repeat_their_relevance_and_their_order() -> None:
    fields = fields_of("""
        | survey |
        |        | type         | name  | label  | relevant      | repeat_count |
        |        | integer      | n     | N      |               |              |
        |        | begin group  | main  | Main   | ${n} > 0      |              |
        |        | begin repeat | m     | Member |               | ${n}         |
        |        | begin group  | who   | Who    |               |              |
        |        | text         | name  | Name   |               |              |
        |        | end group    |       |        |               |              |
        |        | begin repeat | d     | Device | ${name} != '' |              |
        |        | image        | photo | Photo  |               |              |
        |        | end repeat   |       |        |               |              |
        |        | end repeat   |       |        |               |              |
        |        | end group    |       |        |               |              |
        |        | text         | last  | Last   |               |              |
    """)
    assert list(fields) == [
        "n",
        "main",
        "main/m",
        "main/m/who",
        "main/m/who/name",
        "main/m/d",
        "main/m/d/photo",
        "last",
    ]
    repeats = {path: field.repeat for path, field in fields.items() if field.repeat}
    assert repeats == {
        "main/m/who": "main/m",
        "main/m/who/name": "main/m",
        "main/m/d": "main/m",
        "main/m/d/photo": "main/m/d",
    }
    assert [path for path, field in fields.items() if not field.relevant] == ["n", "last"]
    assert fields["main"].relevant_if == " /data/n  > 0"
    assert fields["main/m"].relevant_if is None


def test_the_number_of_rows_is_a_question_or_what_pyxform_makes_of_it() -> None:
    definition = compiled("""
        | survey |
        |        | type         | name | label  | repeat_count |
        |        | begin group  | g    | G      |              |
        |        | integer      | n    | N      |              |
        |        | end group    |      |        |              |
        |        | begin repeat | m    | Member | ${n}         |
        |        | text         | a    | A      |              |
        |        | end repeat   |      |        |              |
        |        | begin repeat | k    | Child  | ${n} + 1     |
        |        | text         | b    | B      |              |
        |        | end repeat   |      |        |              |
        |        | begin repeat | free | Free   |              |
        |        | text         | c    | C      |              |
        |        | end repeat   |      |        |              |
    """).definition
    assert definition.repeat_counts == {"m": "g/n", "k": "k_count"}


def test_labels_are_plain_text_in_every_language() -> None:
    definition = compiled("""
        | survey  |
        |         | type                   | name | label::Tiếng Việt (vi) | label::English (en) |
        |         | text                   | who  | Tên <chủ hộ> & vợ      | **Name**            |
        |         | integer                | age  | ${who} bao nhiêu tuổi? |                     |
        |         | begin group            | g    | Nhóm                   | Group               |
        |         | select_one yn or_other | yes  | Có?                    | Yes?                |
        |         | end group              |      |                        |                     |
        | choices |
        |         | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
        |         | yn        | 1    | Có                     | Yes                 |
    """).definition
    labels = {field.path: field.labels for field in definition.fields}
    assert labels["who"] == {"vi": "Tên <chủ hộ> & vợ", "en": "**Name**"}
    assert labels["age"] == {"vi": "… bao nhiêu tuổi?"}
    assert labels["g"] == {"vi": "Nhóm", "en": "Group"}
    assert labels["g/yes_other"] == dict.fromkeys(["vi", "en"], "Specify other.")
    assert (definition.languages, definition.default_language) == (("vi", "en"), "vi")
    assert definition.choices == {
        "yn": {"1": {"vi": "Có", "en": "Yes"}, "other": {"vi": "Other", "en": "Other"}}
    }


def test_a_form_without_languages_has_one_without_a_name() -> None:
    definition = compiled("""
        | survey  |
        |         | type          | name | label |
        |         | select_one yn | yes  | Có?   |
        | choices |
        |         | list_name | name | label |
        |         | yn        | 1    | Có    |
    """).definition
    assert definition.fields[0].labels == {"": "Có?"}
    assert definition.choices == {"yn": {"1": {"": "Có"}}}
    assert (definition.languages, definition.default_language) == ((), "")


def test_selects_know_their_list_wherever_it_is() -> None:
    definition = compiled("""
        | survey  |
        |         | type                                | name    | label   | choice_filter       |
        |         | select_one yn                       | inside  | Inside  |                     |
        |         | select_one_from_file villages.csv   | village | Village | commune = ${inside} |
        |         | select_multiple_from_file t.geojson | trees   | Trees   |                     |
        |         | begin repeat                        | m       | Member  |                     |
        |         | text                                | name    | Name    |                     |
        |         | end repeat                          |         |         |                     |
        |         | select_one ${name}                  | head    | Head    |                     |
        | choices |
        |         | list_name | name | label |
        |         | yn        | 1    | Yes   |
    """).definition
    lists = {field.path: field.list for field in definition.fields if field.list}
    assert lists == {"inside": "yn", "village": "villages.csv", "trees": "t.geojson"}
    assert list(definition.choices) == ["yn"]
    assert definition.media == ("villages.csv", "t.geojson")


HAND_MADE = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>Cũ</h:title><model>
  <instance><ho xmlns="urn:ho" id="ho"><sex/><meta><instanceID/></meta></ho></instance>
  <bind nodeset="/ho/sex" type="select1"/></model></h:head>
  <h:body><select1 ref="/ho/sex"><label>Giới  tính</label>
    <item><label>Nam</label><value>1</value></item><item><label>Nữ</label><value>2</value></item>
  </select1></h:body></h:html>"""


def test_lists_inside_a_question_are_named_by_the_question() -> None:
    definition = read_xform(HAND_MADE.encode(), []).definition
    [sex] = definition.fields
    assert (definition.root, definition.version) == ("ho", "")
    assert (sex.type, sex.list, sex.labels) == ("select_one", "sex", {"": "Giới tính"})
    assert definition.choices == {"sex": {"1": {"": "Nam"}, "2": {"": "Nữ"}}}


def test_metadata_of_entities_is_no_question() -> None:
    definition = compiled("""
        | survey   |
        |          | type         | name    | label   | save_to |
        |          | begin repeat | tree    | Tree    |         |
        |          | text         | species | Species | species |
        |          | end repeat   |         |         |         |
        | entities |
        |          | list_name | label      |
        |          | trees     | ${species} |
    """).definition
    assert [field.path for field in definition.fields] == ["tree", "tree/species"]


def test_notes_of_the_workbook_reach_the_questions() -> None:
    definition = compiled(
        """
        | survey |
        |        | type        | name    | label   | pii       | registry |
        |        | today       | today   |         |           |          |
        |        | begin group | who     | Who     | personal  |          |
        |        | text        | head    | Head    |           | label    |
        |        | text        | disease | Disease | sensitive |          |
        |        | end group   |         |         |           |          |
        |        | integer     | n15     | Adults  |           | n15      |
        """,
        """
        | settings |
        |          | form_title | form_id | version | adults | registers  | registers_when |
        |          | Hộ         | ho      | 1       | n15    | households | ${n15} > 0     |
        """,
    ).definition
    pii = {field.path: field.pii for field in definition.fields if field.pii}
    assert pii == {"who": "personal", "who/head": "personal", "who/disease": "sensitive"}
    registry = {field.path: field.registry for field in definition.fields if field.registry}
    assert registry == {"who/head": "label", "n15": "n15"}
    assert definition.settings == {
        "adults": "n15",
        "registers": "households",
        "registers_when": "${n15} > 0",
        "interview_date": "today",
    }


def test_a_compiled_form_says_the_same_when_it_comes_back_as_xml() -> None:
    form = compiled(EVERY_TYPE.replace("| hidden | hidden |", "| text | again |"))
    assert read_xform(form.xml, form.definition.media).definition == form.definition
    assert xpath(form, "count(//x:bind)") > 30
