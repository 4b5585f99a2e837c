"""XML from outside: parsed without DTDs, entities, network or unbounded depth."""

import re
import threading

from lxml import etree

_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""")
_ENCODINGS = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}
_PARSERS = threading.local()


class DtdRefused(Exception):
    """The XML has a document type or an entity declaration, as only attacks do."""


class NotXml(Exception):
    """The bytes are no well-formed XML in UTF-8, or are nested more than 256 deep."""


def parse_untrusted(content: bytes) -> etree._Element:
    """Parse one document and return its root; raises DtdRefused or NotXml.

    Comments and processing instructions are dropped, texts around them joined.
    """
    # In UTF-8 a declaration cannot hide from a search of the bytes, so nothing else is let in.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise DtdRefused("The XML has a document type declaration.")
    declared = _DECLARED.match(content, 0, 200)
    if declared and declared[1].lower() not in _ENCODINGS:
        raise NotXml("The XML is not in UTF-8.")
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in content[:4]:
        raise NotXml("The XML is not in UTF-8.")
    try:
        return etree.fromstring(content, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotXml(str(error)) from error


def local_name(element: etree._Element) -> str:
    """Return the tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def local_attributes(element: etree._Element) -> dict[str, str]:
    """Return the attributes by their names without namespaces."""
    return {str(name).rpartition("}")[2]: str(value) for name, value in element.attrib.items()}


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """Return the child elements with this local name."""
    return list(element.iterchildren("{*}" + name))


def _parser() -> etree.XMLParser:
    # A parser may not be shared by threads, and making one costs more than a small document.
    parser: etree.XMLParser | None = getattr(_PARSERS, "parser", None)
    if parser is None:
        parser = _PARSERS.parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
    return parser
