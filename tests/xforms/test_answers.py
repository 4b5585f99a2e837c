"""An interview's answers, typed by its own form, rows of repeats apart, nothing lost."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from app.xforms.answers import Answers, RepeatRow, Uncast, answer_plan, read_answers
from app.xforms.instance import parse_instance
from tests.xforms.sheets import compiled

PLAN = answer_plan(
    compiled("""
        | survey  |
        |         | type               | name   | label  | pii       |
        |         | start              | start  |        |           |
        |         | audit              |        |        |           |
        |         | integer            | people | People |           |
        |         | decimal            | land   | Land   |           |
        |         | begin group        | a      | A      |           |
        |         | text               | remark | Remark |           |
        |         | select_multiple yn | owns   | Owns   |           |
        |         | end group          |        |        |           |
        |         | begin group        | b      | B      |           |
        |         | text               | remark | Remark |           |
        |         | end group          |        |        |           |
        |         | text               | head   | Head   | personal  |
        |         | begin repeat       | m      | Member |           |
        |         | text               | name   | Name   | personal  |
        |         | integer            | age    | Age    |           |
        |         | begin group        | g      | G      |           |
        |         | integer            | age    | Age    |           |
        |         | end group          |        |        |           |
        |         | begin repeat       | d      | Device |           |
        |         | text               | kind   | Kind   |           |
        |         | end repeat         |        |        |           |
        |         | end repeat         |        |        |           |
        |         | geopoint           | gps    | GPS    | sensitive |
        | choices |
        |         | list_name | name | label |
        |         | yn        | 1    | Yes   |
    """).definition
)


def answers(inside: str) -> Answers:
    xml = f'<data id="ho" version="1" xmlns:jr="urn:jr">{inside}</data>'
    return read_answers(parse_instance(xml.encode()).root, PLAN)


def test_answers_are_typed_and_named_after_their_questions() -> None:
    found = answers(
        "<start>2026-01-05T07:00:00.000+07:00</start><people>4</people><land/>"
        "<a><remark> tốt  lắm </remark><owns>1 2</owns></a><b><remark>b</remark></b>"
    )
    assert found == Answers(
        top={
            "start": "2026-01-05T07:00:00.000+07:00",
            "people": 4,
            "a/remark": "tốt  lắm",
            "owns": ["1", "2"],
            "b/remark": "b",
        }
    )


def test_rows_of_repeats_know_their_place_also_when_they_are_blank() -> None:
    found = answers(
        "<m><age>30</age><g><age>31</age></g><d><kind>radio</kind></d><d/></m>"
        "<m/><m><d><kind>phone</kind></d></m>"
    )
    assert found.rows == [
        RepeatRow("m", (1,), {"age": 30, "g/age": 31}),
        RepeatRow("m/d", (1, 1), {"kind": "radio"}),
        RepeatRow("m/d", (1, 2)),
        RepeatRow("m", (2,)),
        RepeatRow("m", (3,)),
        RepeatRow("m/d", (3, 1), {"kind": "phone"}),
    ]


def test_personal_answers_are_apart() -> None:
    found = answers("<head>Rơ Châm A</head><m><name>B</name><age>3</age></m><gps>13.8 107.5</gps>")
    assert found.personal == {"head": "Rơ Châm A", "gps": [13.8, 107.5, None, None]}
    assert found.rows == [RepeatRow("m", (1,), {"age": 3}, {"name": "B"})]
    assert found.top == {}


def test_answers_of_another_type_are_kept_as_text_and_told() -> None:
    found = answers("<people>four</people><m/><m><g><age>3.5</age></g></m><gps>here</gps>")
    assert (found.top, found.personal) == ({"people": "four"}, {"gps": "here"})
    assert found.rows[1].answers == {"g/age": "3.5"}
    assert found.problems == [
        Uncast("people", "four", "integer"),
        Uncast("m[2]/g/age", "3.5", "integer"),
        Uncast("gps", "here", "geopoint"),
    ]


def test_nodes_the_form_does_not_have_are_kept_by_their_path() -> None:
    found = answers(
        "<people>4<more>x</more></people><people>5</people><old><deep>1</deep> 2 </old><gone/>"
        "<old>3</old><m/><m><age>1</age><age>2</age><old>4</old></m><a>loose</a>"
    )
    assert found.top == {"people": 4}
    assert found.unknown == {
        "people/more": "x",
        "people": "5",
        "old/deep": "1",
        "old": "3",
        "m[2]/age": "2",
        "m[2]/old": "4",
        "a": "loose",
    }


def test_metadata_is_no_answer_and_namespaces_do_not_matter() -> None:
    found = answers(
        '<o:people xmlns:o="urn:o">4</o:people><!-- x --><meta><instanceID>uuid:1</instanceID>'
        "<audit>audit.csv</audit></meta><m><meta><entity/></meta><age>1</age></m>"
    )
    assert found == Answers(top={"people": 4}, rows=[RepeatRow("m", (1,), {"age": 1})])


def test_very_deep_and_very_wide_interviews_are_read() -> None:
    deep = "<x>" * 250 + "y" + "</x>" * 250
    wide = "<z>1</z>" * 20_000
    found = answers(deep + wide)
    assert found.unknown["/".join(["x"] * 250)] == "y"
    assert len(found.unknown) == 20_001


tags = st.sampled_from(
    ["people", "a", "b", "remark", "owns", "m", "age", "d", "g", "gps", "head", "z"]
)
texts = st.sampled_from(["", " ", "1", "x", "1 2", "-3.5", "2026-01-01", "&lt;b&gt;"])
trees = st.recursive(
    st.builds("<{0}>{1}</{0}>".format, tags, texts),
    lambda inner: st.builds(
        lambda tag, text, parts: f"<{tag}>{text}{''.join(parts)}</{tag}>",
        tags,
        texts,
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@given(st.lists(trees, max_size=6))
def test_whatever_is_sent_is_read_and_no_text_is_lost(parts: list[str]) -> None:
    inside = "".join(parts)
    found = answers(inside)
    assert orjson.dumps(found)
    root = parse_instance(f"<data>{inside}</data>".encode()).root
    sent = sum(1 for node in root.iter() if (node.text or "").strip())
    rows = sum(len(row.answers) + len(row.personal) for row in found.rows)
    assert sent == len(found.top) + len(found.personal) + len(found.unknown) + rows
