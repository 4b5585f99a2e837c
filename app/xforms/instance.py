"""What a phone sent: an interview's XML, opened as far as filing it demands."""

from dataclasses import dataclass

from lxml import etree

from app.xforms.untrusted import DtdRefused, NotXml, parse_untrusted

__all__ = ["DtdRefused", "Instance", "NotXml", "parse_instance"]

_ORX = "{http://openrosa.org/xforms}"


@dataclass(frozen=True, slots=True)
class Instance:
    """An interview on arrival; namespaces do not matter, clients disagree about them."""

    form_id: str
    version: str  # "" when there is none
    instance_id: str | None
    deprecated_id: str | None  # the instance that this one replaces
    encrypted: bool  # then the answers are in an attached file
    root: etree._Element


def parse_instance(xml: bytes) -> Instance:
    """Read the ids of an interview; raises DtdRefused or NotXml, and nothing else.

    OpenRosa metadata: ids in meta of any namespace, else as attributes of the root.
    """
    root = parse_untrusted(xml)
    instance_id = deprecated_id = None
    for meta in root.iterchildren("{*}meta"):
        for item in meta.iterchildren("{*}instanceID", "{*}deprecatedID"):
            text = (item.text or "").strip() or None
            if item.tag.endswith("instanceID"):
                instance_id = instance_id or text
            else:
                deprecated_id = deprecated_id or text
    return Instance(
        form_id=root.get("id") or str(root.tag)[1:].rpartition("}")[0],
        version=root.get("version") or root.get(_ORX + "version") or "",
        instance_id=instance_id or root.get("instanceID") or None,
        deprecated_id=deprecated_id,
        encrypted=root.get("encrypted") == "yes",
        root=root,
    )
