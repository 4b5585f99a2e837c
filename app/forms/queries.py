"""Finding forms and their versions; what never changes is kept in the process."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, selectinload, undefer

from app.db import db
from app.errors import NotFound
from app.forms.models import Form, FormVersion
from app.xforms.definition import FormDefinition


@dataclass(frozen=True, slots=True)
class FormFile:
    """A version's XForm as it goes to phones: byte for byte what was published, and packed."""

    project_id: int
    xml: bytes
    md5: str
    packed: bytes  # gzip


def list_forms(project_id: int) -> Sequence[Form]:
    """Every form of a project, by id, with its current version."""
    forms = (
        select(Form)
        .where(Form.project_id == project_id)
        .options(selectinload(Form.current_version))
        .order_by(Form.xml_form_id)
    )
    return db.session.scalars(forms).all()


def open_forms(project_id: int) -> Sequence[FormVersion]:
    """The versions that phones should have: the current one of each open form, with its files."""
    current = (
        select(FormVersion)
        .join(Form, Form.current_version_id == FormVersion.id)
        .where(Form.project_id == project_id, Form.state == "open")
        .options(contains_eager(FormVersion.form), selectinload(FormVersion.media))
        .order_by(Form.xml_form_id)
    )
    return db.session.scalars(current).all()


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


@lru_cache(maxsize=64)
def form_file(version_id: int) -> FormFile:
    """The XForm of a version; `NotFound` when there is none with this id."""
    version = db.session.get(
        FormVersion, version_id, options=[undefer(FormVersion.xml), selectinload(FormVersion.form)]
    )
    if version is None:
        raise NotFound
    packed = gzip.compress(version.xml, mtime=0)
    return FormFile(version.form.project_id, version.xml, version.md5, packed)
