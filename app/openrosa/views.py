"""What a phone asks for: its forms, their files, and a place to send interviews to."""

from flask import Flask, Response, g, request

from app.access import requires
from app.audit import record
from app.db import transaction
from app.errors import NotFound
from app.forms.queries import PublishedForm, published
from app.households.lists import surveyor_list
from app.i18n import gettext, in_language
from app.openrosa import downloads, responses
from app.openrosa.addresses import own_base
from app.openrosa.auth import SUBMISSION
from app.openrosa.blueprint import BY_NAME, BY_TOKEN, door, language
from app.openrosa.downloads import Asker, Wanted
from app.openrosa.entities import send_entities
from app.openrosa.receiving import take_in
from app.openrosa.responses import Document
from app.openrosa.shortcut import OUTCOME, Shortcut
from app.submissions.parked import REASONS
from app.submissions.upload import Receipt

ID = "int(max=2147483647)"
PROJECT = f"/projects/<{ID}:project_id>"
VERSION = f"{PROJECT}/forms/<{ID}:version_id>"


def register(app: Flask) -> None:
    """Bring the door into the application, at both of its addresses, and the short way to it."""
    app.register_blueprint(door, url_prefix=BY_TOKEN)
    app.register_blueprint(door, url_prefix=BY_NAME, name=f"{door.name}_by_name")
    app.wsgi_app = Shortcut(app)  # type: ignore[method-assign]


@door.get(f"{PROJECT}/formList", strict_slashes=False)
@requires(downloads.CAPABILITY)
def list_forms() -> Response:
    """The forms that the phone should have, one version of each."""
    asked = request.args
    wanted = Wanted(
        asked.get("formID"),
        verbose=asked.get("verbose", "").lower() == "true",
        all_versions=asked.get("listAllVersions", "").lower() == "true",
    )
    return responses.send(downloads.form_list(_asker(), wanted))


@door.get(f"{VERSION}/form.xml", strict_slashes=False)
@requires(downloads.CAPABILITY)
def download_form(version_id: int) -> Response:
    """An XForm, byte for byte as its hash in the list says."""
    form = _published(version_id)
    return responses.send(Document(form.packed, form.md5))


@door.get(f"{VERSION}/manifest", strict_slashes=False)
@requires(downloads.CAPABILITY)
def list_media(version_id: int) -> Response:
    """The files that go with a form; one that cannot be served is not listed."""
    _published(version_id)
    return responses.send(downloads.manifest(_asker(), version_id))


@door.get(f"{VERSION}/media/<name>", strict_slashes=False)
@requires(downloads.CAPABILITY)
def download_media(version_id: int, name: str) -> Response:
    """A file of a form: as it was uploaded, or made for this surveyor."""
    file = next((file for file in _published(version_id).files if file.name == name), None)
    if file is None or not downloads.is_here(file):
        raise NotFound
    if file.made_list is None:
        return downloads.send_media(name, file.blob_sha256, file.md5)
    entities = downloads.entity_list_of(file)
    return send_entities(entities) if entities else _send_list(file.made_list)


@door.get(f"{PROJECT}/submission", strict_slashes=False)
@requires(SUBMISSION)
def announce_submission() -> Response:
    """Tell a phone that it may send, and how much at once; without a Location, which it would obey.

    Any other success than 204 is no OpenRosa server to Collect (OpenRosa form submission API).
    """
    return Response(status=204, content_type=responses.XML)


@door.post(f"{PROJECT}/submission", strict_slashes=False)
@requires(SUBMISSION)
def receive_submission() -> Response:
    """Take in one POST of an interview; what is acknowledged is durable."""
    # What the short way took in, or why it could not.
    found = request.environ.get(OUTCOME)
    if isinstance(found, Exception):
        raise found
    receipt: Receipt = found or take_in(request.environ, g.project_id, g.token_hash)
    if receipt.reason is None:
        return responses.created()
    with in_language(language()):
        return responses.accepted(_why_kept(receipt.reason))


def _asker() -> Asker:
    return downloads.asker(own_base(), g.token, g.project_id, g.phone)


def _published(version_id: int) -> PublishedForm:
    form = published(version_id)
    if form.project_id != g.project_id:
        raise NotFound
    return form


def _send_list(name: str) -> Response:
    made = surveyor_list(name, g.phone.actor, g.project_id, g.phone.edition)
    response = responses.send(Document(made.packed, made.md5), "text/csv; charset=utf-8")
    if name == "households" and response.status_code == 200:  # noqa: PLR2004
        with transaction():  # it has the names of people
            record(g.phone.actor.label, "household_names.read", f"project:{g.project_id}")
    return response


def _why_kept(reason: str) -> str:
    return gettext(
        "Received and kept; it need not be sent again. The commune will look at it: %(reason)s",
        reason=gettext(REASONS[reason]),
    )
