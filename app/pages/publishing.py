"""Publishing a questionnaire by page: hand in, see what is wrong, confirm."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage

from app import programme
from app.access import requires, takes
from app.errors import BadRequest, Conflict, NotAllowed
from app.extensions import secret_key
from app.forms.source import FormSource
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.inputs import LARGEST_ID, posted, posted_id
from app.pages.reader import reader
from app.rounds.queries import current_round
from app.storage.blobs import blob_path, store
from app.xforms.problems import Finding, FormRefused

LARGEST_UPLOAD = 100 * 1024 * 1024  # bytes, workbook and media files together
HOUR = 3600
TRIED = 1000  # interviews on which new indicators are tried while somebody waits


@pages.get("/forms/new")
@requires("form.manage")
def new_form() -> ResponseReturnValue:
    """Where a workbook and its media files are handed in."""
    return render_template("publish.html", projects=choose_project(reader(), "form.manage"))


@pages.post("/forms/check")
@requires("form.manage")
@takes(LARGEST_UPLOAD)
def check_form() -> ResponseReturnValue:
    """Shows everything that is wrong or doubtful; without errors it can be published at once."""
    project_id = posted_project()
    file = request.files.get("form")
    if file is None or not file.filename:
        raise BadRequest("Choose a file: an XLSForm (.xlsx, .xls) or an XForm (.xml).")
    media = [item for item in request.files.getlist("media") if item.filename]
    handed_in = {
        "name": bare_name(file),
        "form": _kept(file),
        "media": {bare_name(item): _kept(item) for item in media},
    }
    findings = programme.check(source_of_ticket(handed_in), project_id)
    errors = [finding for finding in findings if finding.severity == "error"]
    preview = None
    if not errors:
        round_ = current_round(project_id)
        preview = programme.preview(project_id, source_of_ticket(handed_in), round_, TRIED)
    page = render_template(
        "check.html",
        name=handed_in["name"],
        project_id=project_id,
        errors=errors,
        warnings=[finding for finding in findings if finding.severity != "error"],
        ticket=None if errors else tickets(project_id).dumps(handed_in),
        preview=preview,
    )
    return page, BadRequest.status if errors else 200


@pages.post("/forms")
@requires("form.manage")
def publish_form() -> ResponseReturnValue:
    """Publishes what was handed in and checked."""
    project_id = posted_project()
    try:
        handed_in = tickets(project_id).loads(posted("ticket", longest=None), max_age=HOUR)
    except BadData as error:
        raise BadRequest("This check is too old. Hand the file in again.") from error
    try:
        published = programme.publish(project_id, source_of_ticket(handed_in), reader())
    except FormRefused as refusal:
        return refused_page(handed_in["name"], project_id, refusal.findings)
    except Conflict as problem:
        return refused_page(handed_in["name"], project_id, [as_finding(problem)])
    version = published.version
    address = url_for("pages.show_form", form_id=version.form_id, published=version.version)
    return redirect(address, 303)


def refused_page(name: str, project_id: int, findings: Sequence[Finding]) -> ResponseReturnValue:
    page = render_template(
        "check.html",
        name=name,
        project_id=project_id,
        errors=findings,
        warnings=[],
        ticket=None,
        preview=None,
    )
    return page, Conflict.status


def as_finding(problem: Conflict) -> Finding:
    """A refusal of the whole file, among what else may be wrong with it."""
    return Finding(problem.message, details=problem.details)


def posted_project() -> int:
    project_id = posted_id("project", LARGEST_ID)
    if project_id is None or not reader().may("form.manage", project_id):
        raise NotAllowed
    return project_id


def bare_name(file: FileStorage) -> str:
    """The bare name; it never becomes a path."""
    return PurePosixPath((file.filename or "").replace("\\", "/").replace("\0", "")).name


def _kept(file: FileStorage) -> str:
    return store(file.stream).sha256.hex()  # type: ignore[arg-type]


def source_of_ticket(handed_in: dict[str, Any]) -> FormSource:
    media = {name: blob_path(bytes.fromhex(mark)) for name, mark in handed_in["media"].items()}
    content = blob_path(bytes.fromhex(handed_in["form"])).read_bytes()
    return FormSource(handed_in["name"], content, media)


def tickets(project_id: int) -> URLSafeTimedSerializer:
    """Signs what was handed in, so that exactly that is published, by whom it was checked."""
    return URLSafeTimedSerializer(secret_key(), salt=f"publish:{project_id}:{reader().label}")
