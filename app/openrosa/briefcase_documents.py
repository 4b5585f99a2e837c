"""What ODK Briefcase reads: pages of ids, an interview with its files, and a receipt.

Source: Briefcase Aggregate API, `view/submissionList`, `view/downloadSubmission`.
"""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from app import clock
from app.submissions.pulling import Page, Pulled
from app.xforms.instance import Instance, parse_instance

SUBMISSIONS = "http://opendatakit.org/submissions"
XFORMS = "http://www.opendatakit.org/xforms"
# The stubs do not know that a default namespace has no prefix.
_SUBMISSIONS: Any = {None: SUBMISSIONS}
_XFORMS: Any = {None: XFORMS}


def id_chunk(page: Page) -> bytes:
    """Ids and the cursor with which to go on."""
    chunk = etree.Element(f"{{{SUBMISSIONS}}}idChunk", nsmap=_SUBMISSIONS)
    ids = _add(chunk, "idList")
    for instance_id in page.instance_ids:
        _add(ids, "id", instance_id)
    _add(chunk, "resumptionCursor", str(page.cursor))
    return _bytes(chunk)


def submission(pulled: Pulled, addresses: Mapping[str, str]) -> bytes:
    """An interview, with what the server knows of it, and its files at these addresses by name."""
    top = etree.Element(f"{{{SUBMISSIONS}}}submission", nsmap=_SUBMISSIONS)
    root = parse_instance(pulled.xml).root
    received = pulled.instance.received_at.isoformat(timespec="milliseconds")
    root.set("instanceID", pulled.instance.instance_id)
    root.set("submissionDate", received)
    root.set("isComplete", "true")
    root.set("markedAsCompleteDate", received)
    _add(top, "data").append(root)
    for name, md5 in pulled.files:
        file = _add(top, "mediaFile")
        _add(file, "fileName", name)
        _add(file, "hash", f"md5:{md5}")
        _add(file, "downloadUrl", addresses[name])
    return _bytes(top)


def taken(instance: Instance, answer: bytes) -> bytes:
    """The usual answer to an interview, and what Briefcase notes with its own copy."""
    top = etree.fromstring(answer)
    noted = etree.SubElement(top, f"{{{XFORMS}}}submissionMetadata", nsmap=_XFORMS)
    noted.set("id", instance.form_id)
    if instance.version:
        noted.set("version", instance.version)
    noted.set("instanceID", instance.instance_id or "")
    noted.set("submissionDate", clock.now().isoformat(timespec="milliseconds"))
    return _bytes(top)


def _add(above: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    made = etree.SubElement(above, f"{{{SUBMISSIONS}}}{tag}")
    made.text = text
    return made


def _bytes(element: etree._Element) -> bytes:
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8")
