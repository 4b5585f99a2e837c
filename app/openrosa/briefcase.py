"""Where ODK Briefcase pulls from and pushes to (Briefcase Aggregate API).

People come here, not phones: with their user name and a password of its own for this, by Digest or,
on https, Basic. An interview's XML has all names in it, so pulling needs the right to them, shows
each person their own places only, and is recorded interview by interview.
"""

import re
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, request, send_file

from app import programme
from app.access import requires
from app.accounts.actors import user_actor
from app.accounts.sessions import WrongPassword
from app.accounts.throttle import count_attempt
from app.accounts.usernames import ALLOWED
from app.accounts.users import find_user, transfer_password
from app.db import transaction
from app.errors import BadRequest, NotAllowed, NotFound, SignInNeeded
from app.forms.models import Form
from app.forms.queries import PublishedForm, find_form, list_forms, published
from app.forms.source import FormSource
from app.i18n import gettext, in_language
from app.openrosa import responses
from app.openrosa.addresses import own_url
from app.openrosa.blueprint import METHODS, answer_like_openrosa, language
from app.openrosa.briefcase_documents import id_chunk, submission, taken
from app.openrosa.documents import ListedFile, ListedForm, form_list, manifest
from app.openrosa.downloads import send_media
from app.openrosa.receiving import keep_files
from app.openrosa.responses import Document
from app.openrosa.sign_in import NonceExpired, name_in, read_proof
from app.openrosa.uploads import read_body
from app.storage.blobs import blob_path
from app.submissions.intake import receive_brought
from app.submissions.parked import REASONS
from app.submissions.personal import get_file
from app.submissions.pulling import list_interviews, pull_interview, read_cursor
from app.submissions.upload import Upload
from app.xforms.instance import parse_instance
from app.xforms.problems import FormRefused

ID = "int(max=2147483647)"
RECORD = "int(max=9223372036854775807)"
LARGEST_FORM = 100 * 1024**2
# "formid[@version=null and @uiVersion=null]/top[@key=uuid:…]"; a form id may have brackets in it.
KEY = re.compile(r"(?P<form>.+)\[@version.*\]/[^/]*\[@key=(?P<key>.+)\]", re.DOTALL)

briefcase = Blueprint(
    "openrosa_briefcase", __name__, url_prefix=f"/v1/briefcase/projects/<{ID}:project_id>"
)
answer_like_openrosa(briefcase)


def register(app: Flask) -> None:
    """Bring it into the application."""
    app.register_blueprint(briefcase)


@briefcase.url_value_preprocessor
def read_address(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take the project out of the address."""
    g.project_id = (values or {}).pop("project_id", 0)
    g.token = None


@briefcase.url_defaults
def write_address(_endpoint: str, values: dict[str, Any]) -> None:
    """Keep it in the addresses that are told."""
    values["project_id"] = g.project_id


@briefcase.before_request
def admit() -> None:
    """Let the person through to what they have the right to."""
    proof = read_proof()
    name = name_in(proof)
    if proof is None or not ALLOWED.fullmatch(name):
        raise SignInNeeded
    user = find_user(name)
    # For a name that nobody has, nobody's password is computed, so that it takes as long.
    if not proof.fits(transfer_password(user)) or user is None or user.disabled_at is not None:
        count_attempt(f"briefcase:{name}")
        raise WrongPassword
    if proof.stale:
        raise NonceExpired
    g.person = user_actor(user.id)
    view: Any = current_app.view_functions[str(request.endpoint)]
    if not g.person.may(view.access, g.project_id):
        raise NotAllowed


@briefcase.get("/formList", strict_slashes=False)
@requires("form.read")
def forms() -> Response:
    """Every form's present version, closed ones too: their interviews are here."""
    wanted = request.args.get("formID")
    listed = (
        _listed(form)
        for form in list_forms(g.project_id)
        if form.current_version_id and wanted in {None, form.xml_form_id}
    )
    return _send(form_list(listed))


@briefcase.get(f"/forms/<{ID}:version_id>/form.xml", strict_slashes=False)
@requires("form.read")
def download_form(version_id: int) -> Response:
    """An XForm."""
    form = _published(version_id)
    return responses.send(Document(form.packed, form.md5))


@briefcase.get(f"/forms/<{ID}:version_id>/manifest", strict_slashes=False)
@requires("form.read")
def list_media(version_id: int) -> Response:
    """Its files, but for the lists that are made for each surveyor."""
    files = (
        ListedFile(
            file.name, file.md5, own_url("download_media", version_id=version_id, name=file.name)
        )
        for file in _published(version_id).files
        if file.md5 is not None
    )
    return _send(manifest(files))


@briefcase.get(f"/forms/<{ID}:version_id>/media/<name>", strict_slashes=False)
@requires("form.read")
def download_media(version_id: int, name: str) -> Response:
    """One of them."""
    files = (file for file in _published(version_id).files if file.name == name)
    file = next(files, None)
    if file is None:
        raise NotFound
    return send_media(name, file.blob_sha256, file.md5)


@briefcase.get("/view/submissionList", strict_slashes=False)
@requires("personal.read")
def list_submissions() -> Response:
    """Ids of complete interviews, and a cursor; the same cursor again says that this was all."""
    asked = request.args
    entries = asked.get("numEntries", "100")
    if not entries.isascii() or not entries.isdigit() or len(entries) > len(str(10**6)):
        raise BadRequest("numEntries must be a number.")
    form = _form(asked.get("formId", ""))
    page = list_interviews(g.person, form, read_cursor(asked.get("cursor")), int(entries))
    return _xml(id_chunk(page))


@briefcase.get("/view/downloadSubmission", strict_slashes=False)
@requires("personal.read")
def download_submission() -> Response:
    """One interview with the addresses of its files; that it was read is recorded."""
    key = KEY.fullmatch(request.args.get("formId", "").replace("\0", ""))
    if key is None:
        raise BadRequest("formId must be form[@version=null and @uiVersion=null]/top[@key=id].")
    with transaction():
        pulled = pull_interview(g.person, _form(key["form"]), key["key"])
        addresses = {
            name: own_url("download_file", instance_pk=pulled.instance.id, name=name)
            for name, _ in pulled.files
        }
        return _xml(submission(pulled, addresses))


@briefcase.get(f"/view/media/<{RECORD}:instance_pk>/<path:name>", strict_slashes=False)
@requires("personal.read")
def download_file(instance_pk: int, name: str) -> Response:
    """A file of an interview; reading a personal one is recorded."""
    with transaction():
        found = get_file(g.person, instance_pk, name)
    assert found.sha256 is not None
    return send_file(
        blob_path(found.sha256), mimetype="application/octet-stream", download_name="file"
    )


@briefcase.get("/formUpload", strict_slashes=False)
@requires("form.manage")
def announce_form() -> Response:
    """Say that forms may be pushed."""
    return Response(status=204, content_type=responses.XML)


@briefcase.post("/formUpload", strict_slashes=False)
@requires("form.manage")
def receive_form() -> Response:
    """Publish an XForm with its files, by the rules of every other way."""
    request.max_content_length = LARGEST_FORM
    file = request.files.get("form_def_file")
    if file is None:
        raise BadRequest("The upload has no form in it (form_def_file).")
    media = {
        (item.filename or "").replace("\0", ""): item.read()
        for item in request.files.getlist("datafile")
        if item.filename
    }
    source = FormSource(f"{file.filename or 'form'}.xml", file.read(), media)
    try:
        programme.publish(g.project_id, source, g.person)
    except FormRefused as refusal:
        with in_language(language()):
            found = "; ".join(gettext(item.message, **item.details) for item in refusal.findings)
        raise BadRequest("The form cannot be published: %(found)s", found=found) from refusal
    return responses.created()


@briefcase.get("/submission", strict_slashes=False)
@requires("submission.import")
def announce_submission() -> Response:
    """Say that interviews may be pushed."""
    return Response(status=204, content_type=responses.XML)


@briefcase.post("/submission", strict_slashes=False)
@requires("submission.import")
def receive_submission() -> Response:
    """Take in an interview that somebody pushes, as from a stick."""
    content_type = request.headers.get("Content-Type", "")
    stream, length = request.stream, request.content_length
    with read_body(stream, content_type, length, lambda: None) as body:
        upload = Upload(body.xml, keep_files(body))
    receipt = receive_brought(upload, project_id=g.project_id, app_user_id=None)
    if receipt.reason is not None:
        with in_language(language()):
            return responses.accepted(gettext(REASONS[receipt.reason]))
    return _xml(taken(parse_instance(upload.xml), responses.created().get_data()), 201)


@briefcase.route("/", methods=METHODS, strict_slashes=False, provide_automatic_options=False)
@briefcase.route("/<path:_rest>", methods=METHODS, provide_automatic_options=False)
@requires("form.read")
def nothing_here(_rest: str = "") -> Response:
    """Refuse an address or a method that there is not."""
    raise NotFound


def _listed(form: Form) -> ListedForm:
    version_id = form.current_version_id
    assert version_id is not None
    version = published(version_id)
    has_files = any(file.md5 is not None for file in version.files)
    current = form.current_version
    assert current is not None
    return ListedForm(
        form_id=form.xml_form_id,
        title=current.title,
        version=current.version,
        md5=version.md5,
        url=own_url("download_form", version_id=version_id),
        manifest_url=own_url("list_media", version_id=version_id) if has_files else None,
    )


def _published(version_id: int) -> PublishedForm:
    form = published(version_id)
    if form.project_id != g.project_id:
        raise NotFound
    return form


def _form(xml_form_id: str) -> Form:
    form = find_form(g.project_id, xml_form_id.replace("\0", ""))
    if form is None:
        raise NotFound
    return form


def _send(content: bytes) -> Response:
    return responses.send(Document.of(content))


def _xml(content: bytes, status: int = 200) -> Response:
    return Response(content, status, content_type=responses.XML)
