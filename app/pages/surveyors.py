"""Surveyors' phones: who works where, and the QR code that sets a phone up."""

import segno
from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from app import audit
from app.access import requires
from app.accounts.phone_settings import collect_settings, project_url
from app.accounts.surveyors import get_surveyor
from app.accounts.surveyors import list_surveyors as find_surveyors
from app.db import transaction
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.projects.queries import get_project


@pages.get("/surveyors")
@requires("user.manage")
def list_surveyors() -> ResponseReturnValue:
    """The phones of the reader's territory."""
    projects = choose_project(reader(), "user.manage")
    surveyors = find_surveyors(reader(), projects.chosen.id)
    return render_template("surveyors.html", projects=projects, surveyors=surveyors)


@pages.get(f"/surveyors/<{UNIT}:app_user_id>")
@requires("user.manage")
def show_surveyor(app_user_id: int) -> ResponseReturnValue:
    """One phone's QR code, to be printed or scanned; it is a key, so showing it is recorded."""
    actor = reader()
    with transaction():
        surveyor = get_surveyor(actor, app_user_id)
        audit.record(actor.label, "app_user.code_shown", f"app_user:{app_user_id}")
        base_url = current_app.config["THONSO"].public_url or request.host_url.rstrip("/")
        project = get_project(surveyor.app_user.project_id)
        address = project_url(surveyor.app_user, base_url)
        settings = collect_settings(address, project.name, surveyor.app_user.enumerator_code)
        return render_template(
            "surveyor.html",
            surveyor=surveyor,
            project=project,
            address=address,
            code=segno.make(settings, error="l", micro=False).svg_data_uri(
                scale=6, border=4, light="#fff"
            ),
        )
