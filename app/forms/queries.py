"""Finding forms and their versions; what never changes is kept in the process."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import select, true
from sqlalchemy.orm import contains_eager, selectinload, undefer

from app.accounts.actors import OPERATOR, Actor
from app.db import db
from app.errors import NotFound
from app.forms.assignment import is_for
from app.forms.models import Form, FormVersion
from app.xforms.definition import FormDefinition


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file of a form: uploaded with it, or (`made_list`) made by the server for each surveyor."""

    name: str
    blob_sha256: bytes | None
    md5: str | None
    made_list: str | None


@dataclass(frozen=True, slots=True)
class PublishedForm:
    """A version as it goes to phones: byte for byte what was published, and packed."""

    version_id: int
    project_id: int
    xml: bytes = field(repr=False)
    md5: str
    packed: bytes = field(repr=False)  # gzip
    files: tuple[PublishedFile, ...]


def list_forms(project_id: int) -> Sequence[Form]:
    """Every form of a project, by id, with its current version."""
    forms = (
        select(Form)
        .where(Form.project_id == project_id)
        .options(selectinload(Form.current_version))
        .order_by(Form.xml_form_id)
    )
    return db.session.scalars(forms).all()


def open_forms(
    project_id: int, *, to: Actor = OPERATOR, all_versions: bool = False
) -> Sequence[FormVersion]:
    """The versions that a phone should have: the current one of each open form, with its files.

    Only the forms that are for the phone's territory; with `all_versions` also earlier versions,
    oldest first.
    """
    current = Form.current_version_id == FormVersion.id
    listed = (
        select(FormVersion)
        .join(Form, FormVersion.form_id == Form.id if all_versions else current)
        .where(Form.project_id == project_id, Form.state == "open")
        .where(true() if to.is_operator else is_for(to, project_id))
        .options(contains_eager(FormVersion.form), selectinload(FormVersion.media))
        .order_by(Form.xml_form_id, FormVersion.id)
    )
    return db.session.scalars(listed).all()


def find_form(project_id: int, xml_form_id: str) -> Form | None:
    """The form with this id on the wire."""
    return db.session.scalar(
        select(Form).where(Form.project_id == project_id, Form.xml_form_id == xml_form_id)
    )


def get_version(version_id: int, project_id: int) -> FormVersion:
    """A published version with its files; `NotFound` when the project has none with this id."""
    version = db.session.scalar(
        select(FormVersion)
        .join(Form, FormVersion.form_id == Form.id)
        .where(FormVersion.id == version_id, Form.project_id == project_id)
        .options(contains_eager(FormVersion.form), selectinload(FormVersion.media))
    )
    if version is None:
        raise NotFound
    return version


def find_version(form_id: int, version: str) -> FormVersion | None:
    """The version of a form that calls itself so."""
    return db.session.scalar(
        select(FormVersion).where(FormVersion.form_id == form_id, FormVersion.version == version)
    )


@lru_cache(maxsize=256)
def definition_of(version_id: int) -> FormDefinition:
    """What a version asks; `NotFound` when there is none with this id."""
    definition = db.session.scalar(
        select(FormVersion.definition).where(FormVersion.id == version_id)
    )
    if definition is None:
        raise NotFound
    return FormDefinition.from_json(definition)


def current_definition(form_id: int) -> FormDefinition:
    """What the current version of a form asks; `NotFound` when nothing of it is published."""
    version_id = db.session.scalar(select(Form.current_version_id).where(Form.id == form_id))
    if version_id is None:
        raise NotFound
    return definition_of(version_id)


def current_definitions(project_id: int) -> dict[str, FormDefinition]:
    """What the current versions of a project's forms ask, by id on the wire."""
    known = db.session.execute(
        select(Form.xml_form_id, Form.current_version_id).where(
            Form.project_id == project_id, Form.current_version_id.is_not(None)
        )
    )
    return {xml_form_id: definition_of(version_id) for xml_form_id, version_id in known}


@lru_cache(maxsize=256)
def published(version_id: int) -> PublishedForm:
    """The XForm of a version and its files; `NotFound` when there is none with this id."""
    whole = (
        undefer(FormVersion.xml),
        selectinload(FormVersion.form),
        selectinload(FormVersion.media),
    )
    version = db.session.get(FormVersion, version_id, options=whole)
    if version is None:
        raise NotFound
    files = (
        PublishedFile(file.name, file.blob_sha256, file.md5, file.made_list)
        for file in version.media
    )
    return PublishedForm(
        version_id,
        version.form.project_id,
        version.xml,
        version.md5,
        gzip.compress(version.xml, mtime=0),
        tuple(files),
    )
