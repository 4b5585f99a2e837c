"""Surveyors' phones: who works where, and the QR codes that set phones up.

A code is a key: whoever shows, loads or prints one is recorded.
"""

from collections.abc import Sequence
from io import BytesIO

import segno
from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import audit
from app.access import requires
from app.accounts import phone_settings, surveyors
from app.accounts.app_users import device_password
from app.accounts.collect_schema import CHECKS, IMAGE_SIZES, SENDING, UPDATES
from app.accounts.phone_settings import PhoneOptions
from app.accounts.scope import holds_whole, require_whole, sees
from app.accounts.surveyors import Surveyor, get_surveyor, list_surveyors_in
from app.accounts.surveyors import list_surveyors as find_surveyors
from app.accounts.territory import get_unit
from app.db import transaction
from app.errors import BadRequest, Conflict, NotFound, Problem
from app.org_units.models import OrgUnit
from app.org_units.queries import codes_of, find_by_code, find_village
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.inputs import LARGEST_ID, chosen, posted, posted_id
from app.pages.phone_address import phone_base
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.projects.queries import get_project

SCALE = 8  # pixels of a module in a picture that is saved
BY = ("token", "name")


@pages.get("/surveyors")
@requires("user.manage")
def list_surveyors() -> ResponseReturnValue:
    """The phones of the reader's territory."""
    projects = choose_project(reader(), "user.manage")
    found = find_surveyors(reader(), projects.chosen.id)
    return render_template(
        "surveyors.html",
        projects=projects,
        surveyors=found,
        communes=list_surveyors_in(found),
        may_set=holds_whole(reader(), "user.manage", projects.chosen.id),
    )


@pages.get(f"/surveyors/<{UNIT}:app_user_id>")
@requires("user.manage")
def show_surveyor(app_user_id: int) -> ResponseReturnValue:
    """One phone's QR code, to be printed or scanned, and where it works."""
    return _surveyor_page(app_user_id)


@pages.post(f"/surveyors/<{UNIT}:app_user_id>/places")
@requires("user.manage")
def change_places(app_user_id: int) -> ResponseReturnValue:
    """Adds a place where the phone works, or takes one away; lists follow at its next update."""
    actor, code = reader(), posted("place")
    change = surveyors.narrow if posted("act") == "remove" else surveyors.widen
    try:
        with transaction():
            phone = get_surveyor(actor, app_user_id).app_user
            change(actor, phone, _place(code))
    except (BadRequest, Conflict) as problem:
        return _surveyor_page(app_user_id, problem, code), problem.status
    return redirect(url_for("pages.show_surveyor", app_user_id=app_user_id), 303)


def _place(code: str) -> OrgUnit:
    unit = find_village(code) or find_by_code(code)
    if unit is None or not sees(reader(), "user.manage", unit.id):
        raise BadRequest("No place of your territory has the code “%(code)s” today.", code=code)
    return unit


def _surveyor_page(app_user_id: int, problem: Problem | None = None, code: str = "") -> str:
    actor, by_name = reader(), _by_name()
    with transaction():
        surveyor = get_surveyor(actor, app_user_id)
        _record(surveyor)
        project = get_project(surveyor.app_user.project_id)
        address = phone_settings.named_url if by_name else phone_settings.project_url
        return render_template(
            "surveyor.html",
            surveyor=surveyor,
            project=project,
            by_name=by_name,
            address=address(surveyor.app_user, phone_base()),
            password=device_password(surveyor.app_user),
            code=_drawn(surveyor),
            leads_home=phone_settings.leads_home(phone_base()),
            codes=codes_of(place.id for place in surveyor.places),
            problem=problem,
            place_code=code,
        )


@pages.get(f"/surveyors/<{UNIT}:app_user_id>/code.<any(png, svg):kind>")
@requires("user.manage")
def download_code(app_user_id: int, kind: str) -> ResponseReturnValue:
    """The code as a picture, to be put into a letter or a message."""
    with transaction():
        surveyor = get_surveyor(reader(), app_user_id)
        if surveyor.app_user.revoked_at is not None:
            raise NotFound
        _record(surveyor)
        picture = BytesIO()
        _code(surveyor).save(picture, kind=kind, scale=SCALE, border=4, light="#fff")
    response = Response(
        picture.getvalue(), mimetype={"png": "image/png"}.get(kind, "image/svg+xml")
    )
    name = f"odk-collect-{surveyor.app_user.id}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.get(f"/communes/<{UNIT}:commune_id>/surveyors")
@requires("user.manage")
def print_sheet(commune_id: int) -> ResponseReturnValue:
    """The codes of all surveyors who work in a commune, as a sheet to print and cut."""
    actor = reader()
    with transaction():
        commune = get_unit(actor, "user.manage", commune_id, level="commune")
        projects = choose_project(actor, "user.manage")
        known = find_surveyors(actor, projects.chosen.id)
        here = list_surveyors_in(known).get(commune.id)
        working = here.surveyors if here else []
        for surveyor in working:
            _record(surveyor)
        return render_template(
            "surveyor_sheet.html",
            commune=commune,
            project=projects.chosen,
            cards=[(surveyor, _drawn(surveyor)) for surveyor in working],
            by_name=_by_name(),
            passwords={s.app_user.id: device_password(s.app_user) for s in working},
            leads_home=phone_settings.leads_home(phone_base()),
        )


@pages.get("/surveyors/settings")
@requires("user.manage")
def show_phone_settings() -> ResponseReturnValue:
    """What the codes of a project set phones to."""
    projects = choose_project(reader(), "user.manage")
    require_whole(reader(), "user.manage", projects.chosen.id)
    return _settings_page(projects.chosen.id, phone_settings.options_of(projects.chosen))


@pages.post("/surveyors/settings")
@requires("user.manage")
def change_phone_settings() -> ResponseReturnValue:
    """Changes it for codes that are shown from now on."""
    project_id = posted_id("project", LARGEST_ID) or 0
    options = PhoneOptions(
        name=posted("name"),
        color=posted("color"),
        icon=posted("icon"),
        form_update_mode=posted("form_update_mode"),
        periodic_form_updates_check=posted("periodic_form_updates_check"),
        autosend=posted("autosend"),
        image_size=posted("image_size"),
        delete_send=posted("delete_send") == "yes",
        app_language=posted("app_language"),
    )
    try:
        with transaction():
            phone_settings.set_options(project_id, options, reader())
    except BadRequest as problem:
        return _settings_page(project_id, options, problem), problem.status
    return redirect(url_for("pages.list_surveyors", project=project_id), 303)


def _settings_page(project_id: int, options: PhoneOptions, problem: Problem | None = None) -> str:
    return render_template(
        "phone_settings.html",
        project=get_project(project_id),
        options=options,
        choices=_CHOICES,
        problem=problem,
    )


_CHOICES: dict[str, Sequence[str]] = {
    "form_update_mode": UPDATES[::-1],
    "periodic_form_updates_check": CHECKS,
    "autosend": SENDING[::-1],
    "image_size": IMAGE_SIZES,
}


def _by_name() -> bool:
    return chosen("by", BY) == "name"


def _record(surveyor: Surveyor) -> None:
    audit.record(reader().label, "app_user.code_shown", f"app_user:{surveyor.app_user.id}")


def _code(surveyor: Surveyor) -> segno.QRCode:
    project = get_project(surveyor.app_user.project_id)
    settings = phone_settings.surveyor_settings(
        surveyor.app_user, project, phone_base(), by_name=_by_name()
    )
    return segno.make(settings, error="l", micro=False)


def _drawn(surveyor: Surveyor) -> str:
    """The code inside the page, as the address of a picture."""
    return str(_code(surveyor).svg_data_uri(scale=6, border=4, light="#fff"))
