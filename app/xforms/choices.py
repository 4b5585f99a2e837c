"""The choice lists of a form, and which list each select question offers."""

import re

from lxml import etree

from app.xforms.definition import Labels
from app.xforms.document import FormDocument
from app.xforms.labels import Texts
from app.xforms.untrusted import children, local_name

Choices = dict[str, dict[str, Labels]]  # list -> code -> language -> label

_INSTANCE = re.compile(r"instance\(\s*['\"]([^'\"]+)['\"]\s*\)")


def read_choices(document: FormDocument, texts: Texts) -> Choices:
    """Read the lists inside the form; a list that only one question has is named by its path."""
    lists: Choices = {}
    for instance in children(document.model, "instance"):
        items = [item for item in instance.iter("{*}item") if item.getparent() is not None]
        if instance.get("id") and not instance.get("src") and items:
            lists[instance.get("id", "")] = {
                _child_text(item, "name"): _item_labels(item, texts) for item in items
            }
    for control in document.body.iter("{*}select1", "{*}select", "{*}rank"):
        inline = children(control, "item")
        if inline:
            lists[inline_name(control)] = {
                _child_text(item, "value"): texts.label(item) for item in inline
            }
    return lists


def inline_name(control: etree._Element) -> str:
    """Return the name of the list written inside a question: the question's path."""
    return control.get("ref", "").strip().lstrip("/").partition("/")[2]


def list_of(control: etree._Element, sources: dict[str, str]) -> str | None:
    """Return the list that a select offers; for one from a file, the file's name.

    `sources` has the addresses of the secondary instances by their ids.
    """
    if children(control, "item"):
        return inline_name(control)
    query = control.get("query", "")
    for itemset in children(control, "itemset"):
        query = itemset.get("nodeset", "")
    named = _INSTANCE.search(query)
    if not named:
        return None  # the choices are rows of a repeat
    source = sources.get(named[1], "")
    return source.rpartition("/")[2] or named[1]


def instance_sources(document: FormDocument) -> dict[str, str]:
    """Return the address ("jr://…") of each secondary instance by its id."""
    instances = children(document.model, "instance")
    return {item.get("id", ""): item.get("src", "") for item in instances if item.get("src")}


def _item_labels(item: etree._Element, texts: Texts) -> Labels:
    text_id = _child_text(item, "itextId")
    if text_id:
        return texts.of_id(text_id)
    return texts.untranslated(_child_text(item, "label"))


def _child_text(item: etree._Element, name: str) -> str:
    found = [child for child in item if local_name(child) == name]
    return (found[0].text or "").strip() if found else ""
