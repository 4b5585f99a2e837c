"""XLSForm's type words, recovered from what an XForm says about a node."""

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from app.xforms.untrusted import local_name

# type words whose answer is the name of an attached file
FILE_TYPES = frozenset({"image", "audio", "video", "file", "audit", "background-audio", "osm"})
# type words whose answer is a place, a line or an area
PLACE_TYPES = frozenset({"geopoint", "geotrace", "geoshape", "start-geopoint"})
# type words whose answer is one or more codes of a list
CHOICE_TYPES = frozenset({"select_one", "select_multiple", "rank"})

_BY_BIND = {
    "int": "integer",
    "integer": "integer",
    "long": "integer",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "dateTime",
    "geopoint": "geopoint",
    "geotrace": "geotrace",
    "geoshape": "geoshape",
    "barcode": "barcode",
}
_BY_CONTROL = {
    "select1": "select_one",
    "select": "select_multiple",
    "rank": "rank",
    "range": "range",
    "trigger": "acknowledge",
}
_BY_MEDIATYPE = {"image": "image", "audio": "audio", "video": "video", "osm": "osm"}
_BY_ACTION = {
    "setgeopoint": "start-geopoint",
    "recordaudio": "background-audio",
    "setvalue": "calculate",  # when another answer changes
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the form says about one node that has no nodes below it."""

    bind: Mapping[str, str]
    control: etree._Element | None = None  # the question in the body
    action: etree._Element | None = None  # what fills the node without a question


def type_word(evidence: Evidence) -> str:
    """Return the XLSForm type, such as "select_one", "integer" or "calculate"."""
    if evidence.control is not None:
        return _asked(evidence.bind, evidence.control)
    if evidence.action is not None:
        return _acted(evidence.action)
    return _silent(evidence.bind)


def _asked(bind: Mapping[str, str], control: etree._Element) -> str:
    kind = local_name(control)
    if kind in _BY_CONTROL:
        return _BY_CONTROL[kind]
    if kind == "upload":
        return _BY_MEDIATYPE.get(control.get("mediatype", "").partition("/")[0], "file")
    if control.get("query"):  # a select with the choices of a server's itemsets.csv
        return "select_one"
    word = _BY_BIND.get(bind.get("type", ""), "text")
    read_only = bind.get("readonly", "").strip() == "true()"
    return "note" if word == "text" and read_only and "calculate" not in bind else word


def _acted(action: etree._Element) -> str:
    word = _BY_ACTION[local_name(action)]
    if word == "start-geopoint" and action.get("event") == "xforms-value-changed":
        return "background-geopoint"
    return word


def _silent(bind: Mapping[str, str]) -> str:
    preload, what = bind.get("preload", ""), bind.get("preloadParams", "")
    if preload == "timestamp":
        return "end" if what == "end" else "start"
    if preload == "date":
        return "today"
    if preload == "property":
        return what
    if bind.get("type") == "binary":
        return "file"
    word = _BY_BIND.get(bind.get("type", ""), "hidden")
    return "calculate" if word == "hidden" and "calculate" in bind else word
