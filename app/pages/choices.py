"""What a reader works with at the moment: the project and the round chosen in the address."""

from dataclasses import dataclass

from app.accounts.actors import Actor
from app.accounts.scope import sees
from app.errors import NotFound
from app.pages.inputs import asked_id
from app.projects.models import Project
from app.projects.queries import get_project
from app.rounds.models import Round
from app.rounds.queries import list_rounds, present_of


@dataclass(frozen=True, slots=True)
class ProjectChoice:
    """The project that a page is about, and those the reader may change to."""

    chosen: Project
    all: list[Project]


@dataclass(frozen=True, slots=True)
class RoundChoice:
    """The round that a page is about (None while there is none), and the other ones."""

    chosen: Round | None
    all: list[Round]


def choose_project(actor: Actor, capability: str) -> ProjectChoice:
    """The project named in the address, else the reader's first; `NotFound` without any."""
    projects = [get_project(project_id) for project_id in actor.projects(capability)]
    wanted = asked_id("project")
    chosen = [p for p in projects if wanted in {None, p.id}]
    if not chosen:
        raise NotFound
    return ProjectChoice(chosen[0], projects)


def choose_round(actor: Actor, unit_id: int) -> RoundChoice:
    """The round named in the address, else the present one of the first project with rounds."""
    projects = [
        project_id
        for project_id in actor.projects("indicator.read")
        if sees(actor, "indicator.read", unit_id, project_id)
    ]
    by_project = [list_rounds(project_id) for project_id in projects]
    rounds = [found for project in by_project for found in project]
    wanted = asked_id("round")
    if wanted is None:
        return RoundChoice(next(filter(None, map(present_of, by_project)), None), rounds)
    chosen = [found for found in rounds if found.id == wanted]
    if not chosen:
        raise NotFound
    return RoundChoice(chosen[0], rounds)
