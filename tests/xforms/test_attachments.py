"""Which files an interview needs is read from its own answers."""

from app.xforms.attachments import media_names
from app.xforms.instance import parse_instance
from tests.xforms.sheets import compiled

SHEETS = """
| survey |
|        | type             | name  | label     |
|        | audit            |       |           |
|        | image            | photo | Photo     |
|        | text             | note  | Note      |
|        | begin repeat     | m     | Member    |
|        | audio            | voice | Voice     |
|        | begin group      | photo | Same name |
|        | text             | voice | No file   |
|        | end group        |       |           |
|        | end repeat       |       |           |
|        | background-audio | whole |           |
"""
XML = """<data id="ho" version="1"><photo> ảnh "1".jpg </photo><note>x.jpg</note>
<m><voice>a.m4a</voice><photo><voice>no file</voice></photo></m><m><voice/></m>
<m><voice>b.m4a</voice></m><m><voice>a.m4a</voice></m><whole>c.m4a</whole>
<orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:audit>audit.csv</orx:audit></orx:meta></data>"""

MANIFEST = """<data xmlns="http://opendatakit.org/submissions" id="ho" version="1" encrypted="yes">
<base64EncryptedKey>a</base64EncryptedKey><media><file>1.jpg.enc</file></media>
<media><file> audit.csv.enc </file></media><encryptedXmlFile>submission.xml.enc</encryptedXmlFile>
</data>"""


def test_files_are_those_named_in_questions_for_files_once_each() -> None:
    names = media_names(parse_instance(XML.encode()), compiled(SHEETS).definition)
    assert names == ['ảnh "1".jpg', "a.m4a", "b.m4a", "c.m4a", "audit.csv"]


def test_an_encrypted_interview_tells_its_files_in_a_manifest() -> None:
    names = media_names(parse_instance(MANIFEST.encode()), compiled(SHEETS).definition)
    assert names == ["1.jpg.enc", "audit.csv.enc", "submission.xml.enc"]


def test_a_form_that_asks_for_no_files_needs_none() -> None:
    definition = compiled(
        "| survey |\n| | type | name | label |\n| | text | photo | P |\n"
    ).definition
    assert media_names(parse_instance(XML.encode()), definition) == []
