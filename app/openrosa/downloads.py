"""What a phone fetches, made once and kept for as long as nothing that it is made of changes.

Who asks and for which edition is part of the key, so nothing kept has to be thrown away when a form
is published or a territory changes, whichever process does it: the next request has another key
(ADR 10).
"""

import logging
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from flask import Response, send_file

from app.accounts.actors import Actor
from app.accounts.phones import Edition, Phone
from app.clock import today
from app.entities.phone_lists import PhoneList, list_rows, phone_lists
from app.errors import NotFound
from app.forms.media import ENTITIES, REGISTRY
from app.forms.models import FormVersion
from app.forms.queries import PublishedFile, open_forms, published
from app.households.lists import surveyor_list_md5
from app.i18n import format_date, gettext, in_language
from app.openrosa import documents
from app.openrosa.documents import ListedFile, ListedForm
from app.openrosa.entities import entity_type, integrity_url
from app.openrosa.responses import Document
from app.storage.blobs import blob_path

CAPABILITY = "list.download"
# Per process: more than the phones of a province, each with a list of forms and some manifests;
# an entry has about a kilobyte.
KEPT_LISTS, KEPT_MANIFESTS = 4096, 16_384

log = logging.getLogger(__name__)


class Asker(NamedTuple):
    """A phone with all on which its documents depend."""

    base: str  # the address it was given, below which everything lies
    project_id: int
    actor: Actor
    edition: Edition
    day: date  # places, and so territories, are valid from a day to a day


def asker(base: str, token: str | None, project_id: int, phone: Phone) -> Asker:
    """A phone that came to this server (`base`) by its token, or (None) by name."""
    key = "" if token is None else f"/key/{token}"
    address = f"{base}/v1{key}/projects/{project_id}"
    return Asker(address, project_id, phone.actor, phone.edition, today())


class Wanted(NamedTuple):
    """What formList may be asked for besides (OpenRosa form list API)."""

    form_id: str | None = None
    verbose: bool = False
    all_versions: bool = False


def form_list(asker: Asker, wanted: Wanted) -> Document:
    """The forms that a phone should have: one version of each, unless all are wanted."""
    # The registry changes all the time and is no part of it.
    return _form_list(asker._replace(edition=asker.edition._replace(lists="")), wanted)


@lru_cache(maxsize=KEPT_LISTS)
def _form_list(asker: Asker, wanted: Wanted) -> Document:
    versions = open_forms(asker.project_id, to=asker.actor, all_versions=wanted.all_versions)
    with in_language(asker.actor.language):
        listed = [
            _listed(version, asker.base, verbose=wanted.verbose)
            for version in versions
            if wanted.form_id in {None, version.form.xml_form_id}
        ]
    return Document.of(documents.form_list(listed))


def manifest(asker: Asker, version_id: int) -> Document:
    """The files of a form; one that is lost is not listed, since the phone would drop the form."""
    files = tuple(file for file in published(version_id).files if is_here(file))
    names = tuple(name for file in files if (name := entity_list_of(file)))
    lists = phone_lists(names, asker.actor, asker.project_id)
    return _manifest(asker, version_id, files, lists)


def entity_list_of(file: PublishedFile) -> str | None:
    """The name of the entity list that a file is made of."""
    made = file.made_list or ""
    return made.removeprefix(ENTITIES) if made.startswith(ENTITIES) else None


def send_media(name: str, sha256: bytes | None, md5: str | None) -> Response:
    """A file of a form as it was uploaded; `NotFound` when it is lost."""
    path = blob_path(sha256 or b"")
    if not path.is_file():
        raise NotFound
    return send_file(path, download_name=name, as_attachment=True, etag=md5 or True)


def is_here(file: PublishedFile) -> bool:
    """Whether a file can be served."""
    if file.made_list is not None or blob_path(file.blob_sha256 or b"").is_file():
        return True
    log.error("The file %s of a form is lost", file.name)
    return False


@lru_cache(maxsize=KEPT_MANIFESTS)
def _manifest(
    asker: Asker,
    version_id: int,
    files: tuple[PublishedFile, ...],
    lists: tuple[PhoneList, ...],
) -> Document:
    by_name = {phone_list.name: phone_list for phone_list in lists}
    listed = (
        _listed_file(file, asker, version_id, by_name.get(entity_list_of(file) or ""))
        for file in files
    )
    return Document.of(documents.manifest(listed))


def _listed_file(
    file: PublishedFile, asker: Asker, version_id: int, entities: PhoneList | None
) -> ListedFile:
    url = f"{asker.base}/forms/{version_id}/media/{quote(file.name, safe='')}"
    if file.made_list == REGISTRY:
        ask = integrity_url(asker.base, REGISTRY)
        return ListedFile(file.name, _md5(file, asker), url, "entityList", ask)
    if entities is None:
        return ListedFile(file.name, _md5(file, asker), url)
    ask = integrity_url(asker.base, entities.name)
    return ListedFile(file.name, list_rows(entities).md5, url, entity_type(entities), ask)


def _listed(version: FormVersion, base: str, *, verbose: bool) -> ListedForm:
    address = f"{base}/forms/{version.id}"
    return ListedForm(
        form_id=version.form.xml_form_id,
        title=version.title,
        version=version.version,
        md5=version.md5,
        url=f"{address}/form.xml",
        manifest_url=f"{address}/manifest" if version.media else None,
        description=_description(version) if verbose else None,
    )


def _description(version: FormVersion) -> str:
    return gettext(
        "Version %(version)s, published on %(date)s",
        version=version.version or "–",
        date=format_date(version.published_at),
    )


def _md5(file: PublishedFile, asker: Asker) -> str:
    if file.made_list is None:
        return file.md5 or ""
    return surveyor_list_md5(file.made_list, asker.actor, asker.project_id, asker.edition)
