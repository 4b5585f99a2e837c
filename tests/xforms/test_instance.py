"""Interviews on arrival: their ids whatever the namespaces, attacks and rubbish refused."""

import threading

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.xforms.instance import DtdRefused, NotXml, parse_instance

ORX = "http://openrosa.org/xforms"


@pytest.mark.parametrize(
    "xml",
    [
        '<data id="ho" version="3"><meta><instanceID>uuid:1</instanceID></meta></data>',
        f"""<data id="ho" version="3"><o:meta xmlns:o="{ORX}">
            <o:instanceID> uuid:1 </o:instanceID></o:meta></data>""",
        f"""<data xmlns="urn:x" xmlns:o="{ORX}" id="ho" o:version="3"><meta xmlns="urn:y">
            <instanceID>uuid:1</instanceID></meta></data>""",
        '<data id="ho" version="3" instanceID="uuid:1"/>',
        '<Hộ_gia_đình id="ho" version="3" instanceID="uuid:1"/>',
        '<data xmlns="ho" version="3" instanceID="uuid:1"/>',
        f"""<data id="ho" version="3"><meta><entity/></meta>
            <meta xmlns="{ORX}"><instanceID>uuid:1</instanceID></meta></data>""",
        """<?xml version="1.0" encoding="UTF-8"?><!-- x --><data id="ho" version="3">
            <meta><instanceID>uuid:<!-- in between -->1</instanceID></meta></data>""",
    ],
)
def test_ids_are_found_in_every_namespace(xml: str) -> None:
    instance = parse_instance(xml.encode())
    assert (instance.form_id, instance.version) == ("ho", "3")
    assert (instance.instance_id, instance.deprecated_id) == ("uuid:1", None)
    assert not instance.encrypted


@pytest.mark.parametrize("told", ["abc:1", "1", "urn:x:é", "x" * 249])
def test_an_id_may_be_any_text(told: str) -> None:
    assert parse_instance(f'<data id="ho" instanceID="{told}"/>'.encode()).instance_id == told


def test_an_edit_names_the_interview_it_replaces_in_another_namespace() -> None:
    instance = parse_instance(
        f'<data id="ho"><o:meta xmlns:o="{ORX}"><o:instanceID>uuid:2</o:instanceID>'
        "<deprecatedID>uuid:1</deprecatedID></o:meta></data>".encode()
    )
    assert (instance.instance_id, instance.deprecated_id) == ("uuid:2", "uuid:1")
    assert instance.version == ""


def test_an_interview_without_ids_is_opened_all_the_same() -> None:
    instance = parse_instance(b"<data><a/><meta><instanceID> </instanceID></meta></data>")
    assert (instance.form_id, instance.version, instance.instance_id) == ("", "", None)


@pytest.mark.parametrize(
    "namespace",
    ["http://opendatakit.org/submissions", "http://www.opendatakit.org/xforms/encrypted"],
)
def test_an_encrypted_interview_is_recognised(namespace: str) -> None:
    xml = f'<data xmlns="{namespace}" id="ho" encrypted="yes"><base64EncryptedKey/></data>'
    assert parse_instance(xml.encode()).encrypted


@pytest.mark.parametrize(
    "xml",
    [
        b"<!DOCTYPE data><data/>",
        b'<?xml version="1.0"?>\n<!DOCTYPE data [<!ENTITY a "b">]><data>&a;</data>',
        b"<data><a/><!ENTITY b 'c'></data>",
    ],
)
def test_a_document_type_is_refused_as_such(xml: bytes) -> None:
    with pytest.raises(DtdRefused):
        parse_instance(xml)


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"not XML",
        b"<data><a></data>",
        b"<data/><data/>",
        b"<data>&unknown;</data>",
        b"<data>\xff</data>",
        b"<data>\0</data>",
        "<!DOCTYPE data><data/>".encode("utf-16"),
        "<!DOCTYPE data><data/>".encode("utf-16-be"),
        "<data/>".encode("utf-32"),
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE data+AD4APA-data/+AD4-',
        b"<?xml version='1.0' encoding='utf-16'?><data/>",
        b"<a>" * 300 + b"</a>" * 300,
        b"<data>" + b"x" * 10_000_001 + b"</data>",
    ],
)
def test_what_is_no_plain_xml_in_utf8_is_refused_as_such(xml: bytes) -> None:
    with pytest.raises(NotXml):
        parse_instance(xml)


pieces = st.sampled_from(
    b"<data id='x'>|</data>|<meta>|</meta>|<!--|-->|<?xml|?>|&lt;|<![CDATA[|]]>|&amp;|&#0;|&#xD800;"
    b"|<a b='c'/>|encoding='x'| ".split(b"|")
)


@given(st.one_of(st.binary(max_size=200), st.lists(pieces, max_size=12).map(b"".join)))
@example(b"\xef\xbb\xbf<data/>")
@example(b"<?xml encoding='''?><a/>")
def test_any_bytes_are_an_interview_or_one_of_two_refusals(xml: bytes) -> None:
    try:
        instance = parse_instance(xml)
    except (DtdRefused, NotXml):
        return
    assert isinstance(instance.form_id, str)


def test_threads_do_not_share_a_parser() -> None:
    seen: list[str | None] = []

    def read(number: int) -> None:
        xml = f'<data id="ho" instanceID="uuid:{number}">{"<a>b</a>" * 2000}</data>'.encode()
        seen.extend(parse_instance(xml).instance_id for _ in range(50))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(filter(None, seen)) == sorted(f"uuid:{n}" for n in range(4) for _ in range(50))
