"""The two lists of OpenRosa as XML: forms, and the files of one form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_FORMS = '<xforms xmlns="http://openrosa.org/xforms/xformsList">\n'
_FILES = '<manifest xmlns="http://openrosa.org/xforms/xformsManifest">\n'


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a form: the name under which the form knows it, its hash and address."""

    name: str
    md5: str
    url: str
    type: str | None = None  # of an entity list, and then where deleted entities are asked for
    integrity_url: str | None = None


@dataclass(frozen=True, slots=True)
class ListedForm:
    """A form with the address of its XForm and, when it has files, of their list."""

    form_id: str
    title: str
    version: str
    md5: str
    url: str
    manifest_url: str | None = None
    description: str | None = None


def form_list(forms: Iterable[ListedForm]) -> bytes:
    """The document of formList; Collect refuses all of it when one form lacks one of its parts."""
    return _document(_FORMS, map(_form, forms), "</xforms>\n")


def manifest(files: Iterable[ListedFile]) -> bytes:
    """The document that lists a form's files."""
    return _document(_FILES, map(_file, files), "</manifest>\n")


def integrity(deleted: Mapping[str, bool]) -> bytes:
    """By id of an entity whether it is deleted; no namespace, "true" and "false" to the letter."""
    entities = (
        f"<entity id={quoteattr(uuid)}><deleted>{str(gone).lower()}</deleted></entity>\n"
        for uuid, gone in deleted.items()
    )
    return _document("<data><entities>\n", entities, "</entities></data>\n")


def _document(start: str, entries: Iterable[str], end: str) -> bytes:
    return "".join([_DECLARATION, start, *entries, end]).encode()


def _form(form: ListedForm) -> str:
    parts = {
        "formID": form.form_id,
        "name": form.title.strip() or form.form_id,
        "version": form.version,
        "hash": f"md5:{form.md5}",
        "descriptionText": form.description,
        "downloadUrl": form.url,
        "manifestUrl": form.manifest_url,
    }
    return f"<xform>{_elements(parts)}</xform>\n"


def _file(file: ListedFile) -> str:
    parts = {
        "filename": file.name,
        "hash": f"md5:{file.md5}",
        "downloadUrl": file.url,
        "integrityUrl": file.integrity_url,
    }
    kind = f" type={quoteattr(file.type)}" if file.type else ""
    return f"<mediaFile{kind}>{_elements(parts)}</mediaFile>\n"


def _elements(parts: Mapping[str, str | None]) -> str:
    return "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in parts.items() if text)
