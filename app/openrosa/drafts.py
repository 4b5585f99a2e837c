"""Where testers' phones come to: one draft, its files, and a place for trial interviews.

The address is ODK Central's: `/v1/test/<token>/projects/<id>/forms/<formId>/draft`.
"""

from typing import Any
from urllib.parse import quote

from flask import (
    Blueprint,
    Flask,
    Response,
    g,
    request,
)
from sqlalchemy.orm import undefer

from app.access import requires
from app.audit import record
from app.db import db, transaction
from app.drafts.make import draft_url
from app.drafts.models import DraftMedia, FormDraft
from app.drafts.trials import draft_of_tester, keep_trial, tester
from app.entities.phone_lists import COLUMNS, list_rows, phone_lists
from app.errors import NotFound
from app.forms.media import ENTITIES
from app.households.lists import surveyor_list
from app.openrosa import responses
from app.openrosa.addresses import own_base
from app.openrosa.auth import SUBMISSION
from app.openrosa.blueprint import METHODS, answer_like_openrosa
from app.openrosa.documents import ListedFile, ListedForm, form_list, manifest
from app.openrosa.downloads import send_media
from app.openrosa.receiving import device_in, keep_files
from app.openrosa.responses import Document
from app.openrosa.uploads import read_body
from app.storage.blobs import blob_path
from app.submissions.upload import Upload

DRAFT = "/v1/test/<token>/projects/<int(max=2147483647):project_id>/forms/<path:xml_form_id>/draft"

drafts = Blueprint("openrosa_test", __name__, url_prefix=DRAFT)
answer_like_openrosa(drafts)


def register(app: Flask) -> None:
    """Bring the testers' address into the application."""
    app.register_blueprint(drafts)


@drafts.url_value_preprocessor
def read_address(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take token, project and form out of the address."""
    values = values or {}
    g.token = values.pop("token", "")
    g.project_id = values.pop("project_id", 0)
    g.xml_form_id = values.pop("xml_form_id", "")


@drafts.before_request
def admit() -> None:
    """Let whoever has the draft's token through; it opens this draft and nothing else."""
    g.draft = draft_of_tester(g.token, g.project_id, g.xml_form_id)


@drafts.get("/formList", strict_slashes=False)
@requires("list.download")
def list_forms() -> Response:
    """The draft alone."""
    draft: FormDraft = g.draft
    listed = ListedForm(
        form_id=draft.xml_form_id,
        title=draft.title,
        version=draft.version,
        md5=draft.md5,
        url=f"{_base()}/form.xml",
        manifest_url=f"{_base()}/manifest" if draft.media else None,
    )
    wanted = request.args.get("formID") in {None, draft.xml_form_id}
    return _send(form_list([listed] if wanted else []))


@drafts.get("/form.xml", strict_slashes=False)
@requires("list.download")
def download_form() -> Response:
    """The draft's XForm."""
    xml = [undefer(FormDraft.xml)]
    draft = db.session.get_one(FormDraft, g.draft.id, options=xml, populate_existing=True)
    return _send(draft.xml)


@drafts.get("/manifest", strict_slashes=False)
@requires("list.download")
def list_media() -> Response:
    """The draft's files."""
    base, files = _base(), ((file.name, _md5_of(file)) for file in g.draft.media)
    listed = (
        ListedFile(name, md5, f"{base}/media/{quote(name, safe='')}") for name, md5 in files if md5
    )
    return _send(manifest(listed))


@drafts.get("/media/<name>", strict_slashes=False)
@requires("list.download")
def download_media(name: str) -> Response:
    """A file of the draft, or a list of the place that was chosen for testing."""
    file = next((file for file in g.draft.media if file.name == name), None)
    if file is None or not _md5_of(file):
        raise NotFound
    if file.made_list is None:
        return send_media(name, file.blob_sha256, file.md5)
    _record_reading(file.made_list)
    return responses.send(_made(file.made_list), "text/csv; charset=utf-8")


@drafts.get("/submission", strict_slashes=False)
@requires(SUBMISSION)
def announce_submission() -> Response:
    """Tell a phone that it may send."""
    return Response(status=204, content_type=responses.XML)


@drafts.post("/submission", strict_slashes=False)
@requires(SUBMISSION)
def receive_trial() -> Response:
    """Take in one POST of a trial interview."""
    content_type = request.headers.get("Content-Type", "")
    stream, length = request.stream, request.content_length
    with read_body(stream, content_type, length, lambda: None) as body:
        upload = Upload(body.xml, keep_files(body), device_in(request.environ["QUERY_STRING"]))
    with transaction():
        keep_trial(g.draft, upload)
    return responses.created()


@drafts.route("/", methods=METHODS, strict_slashes=False, provide_automatic_options=False)
@drafts.route("/<path:_rest>", methods=METHODS, provide_automatic_options=False)
@requires("list.download")
def nothing_here(_rest: str = "") -> Response:
    """Refuse an address or a method that there is not."""
    raise NotFound


def _base() -> str:
    """The address that the tester's phone was given."""
    return draft_url(g.draft, own_base())


def _send(content: bytes) -> Response:
    return responses.send(Document.of(content))


def _md5_of(file: DraftMedia) -> str | None:
    if file.made_list is not None:
        return _made(file.made_list).md5
    return file.md5 if blob_path(file.blob_sha256 or b"").is_file() else None


def _made(name: str) -> Document:
    """A list of the place that was chosen; entities as plain rows, since none are made here."""
    actor = tester(g.draft)
    if not name.startswith(ENTITIES):
        made = surveyor_list(name, actor, g.project_id)
        return Document(made.packed, made.md5)
    found = phone_lists([name.removeprefix(ENTITIES)], actor, g.project_id)
    if not found:
        # A list that this very form would make has no rows yet, and the form cannot do without it.
        return Document.of(",".join(COLUMNS).encode() + b"\n")
    rows = list_rows(found[0])
    return Document(rows.packed, rows.md5)


def _record_reading(name: str) -> None:
    """Households and entities may have the names of people in them."""
    actor = tester(g.draft)
    if actor.grants and name not in {"communes", "villages"}:
        with transaction():
            record(actor.label, "draft_list.read", f"project:{g.project_id}", list=name)
