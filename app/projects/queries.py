"""Finding and making projects."""

from collections.abc import Sequence

from sqlalchemy import select

from app.db import db
from app.errors import BadRequest, NotFound
from app.projects.models import Project


def get_project(project_id: int) -> Project:
    """The project with this id; `NotFound` when there is none."""
    project = db.session.get(Project, project_id)
    if project is None:
        raise NotFound
    return project


def list_projects() -> Sequence[Project]:
    """Every project, oldest first."""
    return db.session.scalars(select(Project).order_by(Project.id)).all()


def create_project(name: str, org_unit_id: int | None = None, language: str = "vi") -> Project:
    """Makes a project for one province (or any other place); its language is its phones'."""
    if not name.strip():
        raise BadRequest("A project needs a name.")
    project = Project(name=name.strip(), org_unit_id=org_unit_id, language=language)
    db.session.add(project)
    db.session.flush()
    return project


def first_project() -> Project:
    """The project that every installation starts with; made when there is none yet."""
    return db.session.scalar(select(Project).order_by(Project.id)) or create_project("Thôn Số")
