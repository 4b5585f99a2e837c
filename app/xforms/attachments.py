"""Which files belong to an interview."""

from lxml import etree

from app.xforms.definition import FormDefinition
from app.xforms.instance import Instance
from app.xforms.question_types import FILE_TYPES


def media_names(instance: Instance, definition: FormDefinition) -> list[str]:
    """Return the names of the files that must come with the interview, each once, in order.

    Of an encrypted one these are the encrypted files its manifest tells of.
    """
    if instance.encrypted:
        found = instance.root.iterfind("{*}media/{*}file")
        last = instance.root.iterfind("{*}encryptedXmlFile")
        return _texts([*found, *last])
    paths = {field.path for field in definition.fields if field.type in FILE_TYPES}
    if not paths:
        return []
    tags = {"{*}" + path.rpartition("/")[2] for path in paths}
    found = instance.root.iter(*tags)
    return _texts([node for node in found if _path(node, instance.root) in paths])


def _texts(nodes: list[etree._Element]) -> list[str]:
    texts = ((node.text or "").strip() for node in nodes)
    return list(dict.fromkeys(text for text in texts if text))


def _path(node: etree._Element, root: etree._Element) -> str:
    names: list[str] = []
    while node is not root:
        names.append(str(node.tag).rpartition("}")[2])
        parent = node.getparent()
        if parent is None:
            break
        node = parent
    return "/".join(reversed(names))
