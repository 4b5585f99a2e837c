"""The files that go with a form: given with it, or lists that the server makes."""

import csv
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.xforms.problems import Finding
from app.xforms.untrusted import DtdRefused, NotXml, parse_untrusted

# The lists the server makes for each surveyor, unless a file of that name comes with the form.
MADE = ("communes", "villages", "households", "receipts")
MADE_LISTS = {f"{name}.csv": name for name in MADE}
ENTITIES = "entities:"  # in front of the name of an entity list, where a made list is named


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that phones get with the form; one with `made_list` has no content of its own."""

    name: str
    content: bytes | None = field(default=None, repr=False)
    md5: str | None = None
    made_list: str | None = None


def gather_media(
    needed: Mapping[str, bool],
    given: Mapping[str, Path | bytes],
    entity_lists: Collection[str] = (),
) -> tuple[list[MediaFile], list[Finding]]:
    """Match the files a form refers to (name -> whether it is a list) with what was given."""
    files: list[MediaFile] = []
    findings: list[Finding] = []
    for name, is_list in needed.items():
        if name in given:
            files.append(_given(name, given[name]))
            findings += check_list(name, files[-1].content or b"") if is_list else []
        elif name in MADE_LISTS:
            files.append(MediaFile(name, made_list=MADE_LISTS[name]))
        elif name.endswith(".csv") and name.removesuffix(".csv") in entity_lists:
            files.append(MediaFile(name, made_list=ENTITIES + name.removesuffix(".csv")))
        else:
            findings.append(_missing(name, is_list=is_list))
    unused = sorted(set(given) - set(needed))
    findings += [
        Finding(f"The form does not use {name}, so it is left out.", severity="warning")
        for name in unused
    ]
    return files, findings


def check_list(name: str, content: bytes) -> Iterator[Finding]:
    """Find what would keep a phone from reading a list file (OpenRosa conformance 67, 68)."""
    check = _CHECKS.get(name.rpartition(".")[2].lower())
    complaint = check(content) if check else None
    if complaint:
        yield Finding(f"{name} {complaint}")


def _given(name: str, value: Path | bytes) -> MediaFile:
    content = value if isinstance(value, bytes) else value.read_bytes()
    return MediaFile(name, content, hashlib.md5(content, usedforsecurity=False).hexdigest())


def _missing(name: str, *, is_list: bool) -> Finding:
    if is_list:
        return Finding(f"The form takes choices from {name}: give this file with the form.")
    return Finding(f"The form shows {name}, which was not given with it.", severity="warning")


def _csv_complaint(content: bytes) -> str | None:
    try:
        header = content.decode("utf-8-sig").partition("\n")[0]
    except UnicodeDecodeError:
        return "is not in UTF-8: save it as “CSV UTF-8”."
    if ";" in header and "," in header:
        return "has a semicolon in its first line, where phones would split: rename that column."
    columns = next(csv.reader([header], delimiter=";" if ";" in header else ","), [])
    if not any(column.strip() for column in columns):
        return "is empty: its first line must name the columns."
    return None


def _geojson_complaint(content: bytes) -> str | None:
    try:
        data = json.loads(content)
    except ValueError:
        return "is not readable as JSON."
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        return "must be a FeatureCollection."
    return None if isinstance(data.get("features"), list) else "has no list of features."


def _xml_complaint(content: bytes) -> str | None:
    try:
        parse_untrusted(content)
    except (DtdRefused, NotXml) as error:
        return f"is not readable as XML: {error}"
    return None


_CHECKS = {"csv": _csv_complaint, "geojson": _geojson_complaint, "xml": _xml_complaint}
