import pytest
from lxml import etree

from app.demo.form_template import FormTemplate

XFORM = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
    xmlns:jr="http://openrosa.org/javarosa">
  <h:head><model>
    <instance><data id="ho" version="7">
      <a/><group><b/><c/></group>
      <m jr:template=""><x/><y/></m><m><x/><y/></m>
      <meta><audit/><instanceID/></meta>
    </data></instance>
    <instance id="villages"><root/></instance>
  </model></h:head><h:body/></h:html>"""


@pytest.fixture
def template() -> FormTemplate:
    return FormTemplate(XFORM)


def test_the_form_says_which_it_is(template):
    assert (template.form_id, template.version) == ("ho", "7")


def test_answers_go_where_their_questions_are(template):
    xml = template.fill({"a": "1", "c": "Đắk & Lắk", "m": [{"x": "2"}, {"y": "3"}]}, "uuid:1")
    root = etree.fromstring(xml)

    assert (root.tag, root.get("id"), root.get("version")) == ("data", "ho", "7")
    assert root.findtext("group/c") == "Đắk & Lắk"
    assert [(m.findtext("x"), m.findtext("y")) for m in root.findall("m")] == [
        ("2", None),
        (None, "3"),
    ]
    assert root.findtext("meta/instanceID") == "uuid:1"
    assert root.findtext("meta/audit") == "audit.csv"


def test_what_is_not_answered_is_not_sent(template):
    root = etree.fromstring(template.fill({"a": ""}, "uuid:1"))

    assert [child.tag for child in root] == ["a", "meta"]
    assert root.find("a").text is None


def test_an_edit_names_what_it_replaces(template):
    root = etree.fromstring(template.fill({"a": "1"}, "uuid:2", "uuid:1"))

    assert root.findtext("meta/deprecatedID") == "uuid:1"


@pytest.mark.parametrize("answers", [{"nowhere": "1"}, {"m": [{"nowhere": "1"}]}])
def test_an_answer_to_no_question_is_an_error(template, answers):
    with pytest.raises(ValueError, match="does not ask nowhere"):
        template.fill(answers, "uuid:1")
