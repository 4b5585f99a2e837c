"""The files a form refers to: lists, images, sounds."""

import re
from collections import defaultdict
from collections.abc import Iterator

from app.xforms.document import FormDocument
from app.xforms.problems import Finding

_ADDRESS = re.compile(r"jr://(?:images|audio|video|file|file-csv)/([^\s'\"]+.*)", re.DOTALL)
_SEARCH = re.compile(r"""\bsearch\(\s*['"]([^'"]+)['"]""")


def referenced_files(document: FormDocument) -> tuple[str, ...]:
    """Return the names, without folders, of the files that the form needs on the phone."""
    return tuple(dict.fromkeys(path.rpartition("/")[2] for path in _paths(document)))


def clashing_files(document: FormDocument) -> list[Finding]:
    """Find files that phones cannot tell apart: they drop folders and may ignore case."""
    paths = defaultdict(set)
    for path in _paths(document):
        paths[path.rpartition("/")[2].lower()].add(path)
    return [
        Finding(
            "These files would be one on the phone, rename one: %(files)s.",
            details={"files": ", ".join(sorted(same))},
        )
        for same in paths.values()
        if len(same) > 1
    ]


def _paths(document: FormDocument) -> Iterator[str]:
    for part in (document.model, document.body):
        for element in part.iter("{*}*"):
            texts = [element.text or "", *map(str, element.attrib.values())]
            for text in texts:
                address = _ADDRESS.fullmatch(text.strip())
                if address:
                    yield address[1]
                for name in _SEARCH.findall(text):
                    yield f"{name}.csv"
