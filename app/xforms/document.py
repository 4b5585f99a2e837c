"""An XForm as a document: its parts found, and refused where a phone would refuse it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from lxml import etree

from app.xforms.problems import Finding, FormRefused, Place, refuse
from app.xforms.public_key import key_complaint
from app.xforms.untrusted import (
    DtdRefused,
    NotXml,
    children,
    local_attributes,
    local_name,
    parse_untrusted,
)

ID_LIMIT = 249  # characters of a form id or version that Collect and Central keep
_ENTITIES = "{http://www.opendatakit.org/xforms/entities}"
_ENTITIES_VERSIONS = ("2022.1", "2023.1", "2024.1", "2025.1")


@dataclass(frozen=True, slots=True)
class FormDocument:
    """The parts of an XForm that passed the checks; paths look like "/data/m/age"."""

    title: str
    model: etree._Element
    body: etree._Element
    root: etree._Element  # of the primary instance
    binds: dict[str, dict[str, str]]  # path -> attributes without namespaces

    def nodes(self) -> Iterator[tuple[str, etree._Element]]:
        """Yield each node of the primary instance once, in order, with its path."""
        seen = set()
        waiting = [("/" + local_name(self.root), self.root)]
        while waiting:
            path, node = waiting.pop()
            if path not in seen:  # a repeat is there as a template and as a first row
                seen.add(path)
                yield path, node
            below = [(f"{path}/{local_name(child)}", child) for child in node]
            waiting += reversed(below)

    @property
    def form_id(self) -> str:
        return str(self.root.get("id", ""))

    @property
    def public_key(self) -> str:
        """Return the key with which phones encrypt interviews; "" when they do not."""
        submissions = children(self.model, "submission")
        return "".join(node.get("base64RsaPublicKey", "") for node in submissions).strip()

    @property
    def version(self) -> str:
        return local_attributes(self.root).get("version", "")


def read_document(content: bytes) -> FormDocument:
    """Read the XForm and check what Collect demands of it (OpenRosa conformance, section G).

    Raises FormRefused with everything that is wrong.
    """
    try:
        html = parse_untrusted(content)
    except DtdRefused as error:
        raise refuse("The XML has a document type declaration. Remove it.") from error
    except NotXml as error:
        raise refuse("The form is not readable as XML: %(why)s", why=error) from error
    head, body = _one(html, "head"), _one(html, "body")
    model, title = _one(head, "model"), _one(head, "title")
    root = _primary_root(model)
    document = FormDocument((title.text or "").strip(), model, body, root, _binds(model))
    findings = [*_naming(document, title), *_model_findings(document)]
    if findings:
        raise FormRefused(findings)
    return document


def too_long(what: str, place: Place) -> Finding:
    """Say that the form's "id" or "version" is too long."""
    return Finding(
        "The form's %(what)s is longer than %(most)s characters.",
        place,
        details={"what": what, "most": ID_LIMIT},
    )


def line(element: etree._Element) -> Place:
    """Return the place of an element in the XML."""
    return Place(cell=f"line {element.sourceline}")


def _one(parent: etree._Element, name: str) -> etree._Element:
    found = children(parent, name)
    if len(found) != 1:
        raise refuse(
            "The form must have exactly one <%(name)s> in <%(parent)s>.",
            line(parent),
            name=name,
            parent=local_name(parent),
        )
    return found[0]


def _primary_root(model: etree._Element) -> etree._Element:
    instance = next(iter(children(model, "instance")), None)
    if instance is None or len(instance) != 1 or instance.get("src"):
        raise refuse(
            "The first <instance> must hold the form's own data, with one root element.",
            line(model if instance is None else instance),
        )
    return instance[0]


def _binds(model: etree._Element) -> dict[str, dict[str, str]]:
    binds: dict[str, dict[str, str]] = {}
    for bind in children(model, "bind"):
        attributes = local_attributes(bind)
        if not attributes.get("nodeset", "").strip():
            raise refuse("The <bind> has no nodeset: name the node it is about.", line(bind))
        binds.setdefault(attributes.pop("nodeset").strip(), {}).update(attributes)
    return binds


def _naming(document: FormDocument, title: etree._Element) -> Iterator[Finding]:
    if not document.title:
        yield Finding("The form has no title.", line(title))
    if not document.form_id.strip():
        yield Finding("The form has no id: give the root element an id.", line(document.root))
    for what, text in (("id", document.form_id), ("version", document.version)):
        if len(text) > ID_LIMIT:
            yield too_long(what, line(document.root))


def _model_findings(document: FormDocument) -> Iterator[Finding]:
    root = document.root
    metas = children(root, "meta")
    if not any(children(meta, "instanceID") for meta in metas):
        yield Finding("The form has no meta/instanceID: interviews need their own id.", line(root))
    for submission in children(document.model, "submission"):
        action = submission.get("action", "").strip()
        if action and not _is_web_address(action):
            yield Finding(
                "The submission address '%(address)s' is no web address: remove it.",
                line(submission),
                details={"address": action},
            )
    if document.public_key and (complaint := key_complaint(document.public_key)):
        yield replace(complaint, place=line(document.model))
    version = document.model.get(_ENTITIES + "entities-version")
    if version is None:
        if any(path.endswith("/meta/entity") for path, _ in document.nodes()):
            yield Finding("A form with entities needs an entities-version.", line(document.model))
    elif not version.startswith(_ENTITIES_VERSIONS):
        yield Finding(
            "The entities-version %(version)s is unknown to phones: use one of %(known)s.",
            line(document.model),
            details={"version": version, "known": ", ".join(_ENTITIES_VERSIONS)},
        )


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text
