"""The first page: the communes a reader may see, and what waits there."""

from collections.abc import Iterable

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import signed_in
from app.accounts.actors import Actor
from app.accounts.scope import sees
from app.accounts.territory import UnitFilter, find_units
from app.counts.take import CAPABILITY as COUNTS
from app.counts.task_lists import count_tasks
from app.org_units.models import OrgUnit
from app.org_units.queries import get_unit as get_place
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.inputs import asked
from app.pages.reader import reader
from app.projects.models import Project
from app.review.newest import MOST_COUNTED, QueueFilter, count_queue
from app.rounds.models import Round
from app.rounds.queries import current_round
from app.submissions.counts import Counts, count_by_state

MOST_COMMUNES = 200  # a province has up to 170


@pages.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """The reader's communes with the number of interviews by state, searchable by name."""
    actor, wanted = reader(), asked("q")
    if not actor.projects("submission.read"):
        return render_template("nothing.html")
    projects = choose_project(actor, "submission.read")
    communes = find_units(
        actor,
        "submission.read",
        UnitFilter(level="commune", text=wanted),
        project_id=projects.chosen.id,
        limit=MOST_COMMUNES,
    )
    counts = count_by_state(actor, projects.chosen.id, [commune.id for commune in communes])
    return render_template(
        "home.html",
        projects=projects,
        communes=communes,
        counts=counts,
        total=_sum(counts.values()),
        placeless=_placeless(actor, projects.chosen),
        most=MOST_COUNTED,
        province=_province(actor, projects.chosen),
        differing=_differing(actor, projects.chosen),
        wanted=wanted,
        is_full=len(communes) == MOST_COMMUNES,
    )


def _placeless(actor: Actor, project: Project) -> int:
    """How many interviews name no known place (at most `MOST_COUNTED` + 1).

    They are filed at the project's own.
    """
    if project.org_unit_id is None:
        return 0
    asked = QueueFilter(project.id, project.org_unit_id, itself=True)
    return count_queue(actor, asked)


def _province(actor: Actor, project: Project) -> OrgUnit | None:
    """The project's province, for those who may read its figures."""
    place = get_place(project.org_unit_id) if project.org_unit_id else None
    if place is None or place.level != "province":
        return None
    return place if sees(actor, "indicator.read", place.id, project.id) else None


def _differing(actor: Actor, project: Project) -> tuple[Round, int] | None:
    """The present round, and how many of its figures differ much from what others count.

    For those who are to look into it.
    """
    round_ = current_round(project.id) if actor.may(COUNTS, project.id) else None
    count = count_tasks(actor, round_) if round_ else 0
    return (round_, count) if round_ and count else None


def _sum(counts: Iterable[Counts]) -> Counts:
    known = list(counts)
    return Counts(
        sum(c.waiting for c in known),
        sum(c.approved for c in known),
        sum(c.rejected for c in known),
    )
