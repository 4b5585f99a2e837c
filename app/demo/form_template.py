"""Fills a downloaded XForm: its own empty instance, with answers put in by question."""

from collections.abc import Mapping

from lxml import etree

from app.demo.answers import Answers, Row

XFORMS = "{http://www.w3.org/2002/xforms}"
TEMPLATE = "{http://openrosa.org/javarosa}template"
# Collect writes these on the root of what it sends, whether they are needed or not.
NAMESPACES = {
    "h": "http://www.w3.org/1999/xhtml",
    "jr": "http://openrosa.org/javarosa",
    "odk": "http://www.opendatakit.org/xforms",
    "orx": "http://openrosa.org/xforms",
}


class FormTemplate:
    """One form as the phone holds it."""

    def __init__(self, xform: bytes) -> None:
        document = etree.fromstring(xform, etree.XMLParser(resolve_entities=False))
        empty = document.find(f".//{XFORMS}model/{XFORMS}instance/*")
        if empty is None:
            raise ValueError("this is not an XForm")
        self.empty = empty
        self.form_id = empty.get("id", "")
        self.version = empty.get("version", "")
        self.entity = empty.find("{*}meta/{*}entity")
        self.asks_for_audit = any(_name(node) == "audit" for node in empty.iter("{*}audit"))

    def fill(
        self,
        answers: Answers,
        instance_id: str,
        replaces: str | None = None,
        new_entity: tuple[str, str] | None = None,
    ) -> bytes:
        """The instance as it is sent; questions that are not answered at all are left out.

        `new_entity` is the id and label of what the form makes, for one that makes entities.

        Raises `ValueError` for an answer to a question that the form does not have.
        """
        said: Answers = {**answers, "instanceID": instance_id}
        if self.asks_for_audit:
            said["audit"] = "audit.csv"
        root = etree.Element(_name(self.empty), nsmap=NAMESPACES)
        root.set("id", self.form_id)
        root.set("version", self.version)
        used = _copy(self.empty, root, said)
        if unknown := set(said) - used:
            raise ValueError(f"{self.form_id} does not ask {', '.join(sorted(unknown))}")
        meta = root.find("meta")
        if replaces and meta is not None:
            # Collect puts it beside the instanceID, without a namespace (conformance 103).
            etree.SubElement(meta, "deprecatedID").text = replaces
        if new_entity and meta is not None and self.entity is not None:
            made = {"dataset": self.entity.get("dataset", ""), "id": new_entity[0], "create": "1"}
            etree.SubElement(etree.SubElement(meta, "entity", made), "label").text = new_entity[1]
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _copy(source: etree._Element, target: etree._Element, said: Mapping[str, object]) -> set[str]:
    """Copies the answered nodes; gives the names of the answers that found their place."""
    used = set()
    for node in source.iterchildren(tag=etree.Element):
        name = _name(node)
        if name in said:
            if name not in used:  # a repeat stands in the form twice: its template and a first row
                _write(node, target, said[name])
            used.add(name)
        elif len(node):
            group = etree.Element(name)
            used |= _copy(node, group, said)
            if len(group):
                target.append(group)
    return used


def _write(node: etree._Element, target: etree._Element, answer: object) -> None:
    name = _name(node)
    if isinstance(answer, str):
        etree.SubElement(target, name).text = answer or None
        return
    rows: list[Row] = list(answer)  # type: ignore[call-overload]
    for row in rows:
        copied = _copy(node, etree.SubElement(target, name), row)
        if unknown := set(row) - copied:
            raise ValueError(f"{name} does not ask {', '.join(sorted(unknown))}")


def _name(node: etree._Element) -> str:
    return str(etree.QName(node).localname)
