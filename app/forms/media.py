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
REGISTRY = "households"  # which phones that know entities treat as a list of them
MADE = ("communes", "villages", REGISTRY, "receipts")
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
        Finding(
            "The form does not use %(file)s, so it is left out.",
            severity="warning",
            details={"file": name},
        )
        for name in unused
    ]
    return files, findings


def check_list(name: str, content: bytes) -> Iterator[Finding]:
    """Find what would keep a phone from reading a list file (OpenRosa conformance 67, 68)."""
    check = _CHECKS.get(name.rpartition(".")[2].lower())
    if check:
        yield from check(name, content)


def _given(name: str, value: Path | bytes) -> MediaFile:
    content = value if isinstance(value, bytes) else value.read_bytes()
    return MediaFile(name, content, hashlib.md5(content, usedforsecurity=False).hexdigest())


def _missing(name: str, *, is_list: bool) -> Finding:
    if is_list:
        return Finding(
            "The form takes choices from %(file)s: give this file with the form.",
            details={"file": name},
        )
    return Finding(
        "The form shows %(file)s, which was not given with it.",
        severity="warning",
        details={"file": name},
    )


def _check_csv(name: str, content: bytes) -> Iterator[Finding]:
    details = {"file": name}
    try:
        header = content.decode("utf-8-sig").partition("\n")[0]
    except UnicodeDecodeError:
        yield Finding("%(file)s is not in UTF-8: save it as “CSV UTF-8”.", details=details)
        return
    if ";" in header and "," in header:
        yield Finding(
            "%(file)s has a semicolon in its first line, where phones would split: rename that"
            " column.",
            details=details,
        )
        return
    columns = next(csv.reader([header], delimiter=";" if ";" in header else ","), [])
    if not any(column.strip() for column in columns):
        yield Finding("%(file)s is empty: its first line must name the columns.", details=details)


def _check_geojson(name: str, content: bytes) -> Iterator[Finding]:
    details = {"file": name}
    try:
        data = json.loads(content)
    except ValueError:
        yield Finding("%(file)s is not readable as JSON.", details=details)
        return
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        yield Finding("%(file)s must be a FeatureCollection.", details=details)
    elif not isinstance(data.get("features"), list):
        yield Finding("%(file)s has no list of features.", details=details)


def _check_xml(name: str, content: bytes) -> Iterator[Finding]:
    try:
        parse_untrusted(content)
    except (DtdRefused, NotXml) as error:
        details = {"file": name, "why": error}
        yield Finding("%(file)s is not readable as XML: %(why)s", details=details)


_CHECKS = {"csv": _check_csv, "geojson": _check_geojson, "xml": _check_xml}
