"""What somebody hands in to be published, and what it compiles to."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from app.forms.media import MediaFile, gather_media
from app.xforms.choices import instance_sources
from app.xforms.compile import CompiledForm, compile_xlsform, read_xform
from app.xforms.definition import FormDefinition
from app.xforms.document import read_document
from app.xforms.media import referenced_files
from app.xforms.problems import Finding, FormRefused
from app.xforms.workbook import Workbook


@dataclass(frozen=True, slots=True)
class FormSource:
    """A workbook (.xlsx, .xls, .md) or an XForm (.xml) by its file name, with its media files."""

    name: str
    content: bytes = field(repr=False)
    media: Mapping[str, Path | bytes] = field(default_factory=dict, repr=False)

    @property
    def suffix(self) -> str:
        """The ending that says what it is: ".xlsx"."""
        return PurePath(self.name).suffix.lower()

    @property
    def is_workbook(self) -> bool:
        """Whether it is an XLSForm; otherwise it is an XForm in XML."""
        return self.suffix not in {".xml", ".xform"}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A questionnaire that passed: what phones get, what it asks, and what to tell its author."""

    xml: bytes = field(repr=False)
    definition: FormDefinition = field(repr=False)
    workbook: Workbook = field(repr=False)  # without sheets for an XForm
    media: tuple[MediaFile, ...]
    warnings: tuple[Finding, ...]

    @property
    def md5(self) -> str:
        """The hash by which phones tell whether what they have is this XForm."""
        return hashlib.md5(self.xml, usedforsecurity=False).hexdigest()


def read_source(path: Path, media: Path | None = None) -> FormSource:
    """Read a questionnaire's file; its media files are the visible files of a folder."""
    files = sorted(media.iterdir()) if media else []
    visible = {file.name: file for file in files if file.is_file() and file.name[0] != "."}
    return FormSource(path.name, path.read_bytes(), visible)


def compile_source(source: FormSource, entity_lists: Collection[str] = ()) -> Compiled:
    """Compile and check; raises FormRefused with everything that is wrong.

    `entity_lists` are the names of the project's lists; those that the form makes join them.
    """
    form = _compile(source)
    lists = {*entity_lists, *(block.list for block in form.definition.entities)}
    files, findings = gather_media(_needed(form), source.media, lists)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise FormRefused(errors)
    warnings = (*form.warnings, *findings)
    return Compiled(form.xml, form.definition, form.workbook, tuple(files), warnings)


def _compile(source: FormSource) -> CompiledForm:
    if source.is_workbook:
        return compile_xlsform(
            source.content, source.suffix, default_form_id=PurePath(source.name).stem
        )
    # Which files are missing is told by `gather_media`, which also knows the lists made here.
    return read_xform(source.content, referenced_files(read_document(source.content)))


def _needed(form: CompiledForm) -> dict[str, bool]:
    """The files a form refers to, and whether each is a list that the form cannot do without."""
    addresses = instance_sources(read_document(form.xml)).values()
    lists = {address.rpartition("/")[2] for address in addresses}
    return {name: name in lists for name in form.definition.media}
