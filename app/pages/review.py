"""A place's interviews: the list a reviewer works through."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.actors import Actor
from app.accounts.territory import get_unit
from app.forms.models import Form
from app.forms.queries import list_forms
from app.org_units.hierarchy import descendants
from app.org_units.models import OrgUnit
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.inputs import LARGEST_RECORD, asked, asked_id, chosen
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.review.newest import MOST_COUNTED, STATE_FILTERS, QueueFilter, count_queue
from app.review.queries import review_queue
from app.submissions.counts import count_by_state

ITEMS_A_PAGE = 50


@pages.get(f"/communes/<{UNIT}:commune_id>/submissions")
@requires("submission.read")
def list_submissions(commune_id: int) -> ResponseReturnValue:
    """The interviews of a commune, or of all that a larger place holds, as filtered."""
    actor = reader()
    place = get_unit(actor, "submission.read", commune_id)
    projects = choose_project(actor, "submission.read")
    wanted = _filter(projects.chosen.id, actor, place)
    before = asked_id("before", LARGEST_RECORD)
    return render_template(
        "submissions.html",
        place=place,
        projects=projects,
        asked=wanted,
        forms=(forms := list_forms(projects.chosen.id)),
        titles={form.id: _title(form) for form in forms},
        villages=descendants(place.id, "village") if place.level == "commune" else [],
        counts=count_by_state(actor, projects.chosen.id, [place.id])[place.id],
        found=count_queue(actor, wanted),
        most=MOST_COUNTED,
        queue=review_queue(actor, wanted, before=before, limit=ITEMS_A_PAGE),
        before=before,
        decided=asked_id("decided", LARGEST_RECORD),
    )


def _title(form: Form) -> str:
    return form.current_version.title if form.current_version else form.xml_form_id


def _filter(project_id: int, actor: Actor, place: OrgUnit) -> QueueFilter:
    village = asked_id("village")
    if village is not None:
        get_unit(actor, "submission.read", village)  # 404 for somebody else's village
    return QueueFilter(
        project_id=project_id,
        unit_id=village or place.id,
        state=chosen("state", STATE_FILTERS),
        form_id=asked_id("form"),
        flagged={"yes": True, "no": False}.get(chosen("flagged", ("yes", "no")) or ""),
        itself=chosen("itself", ("yes",)) is not None,
        text=asked("q"),
    )
