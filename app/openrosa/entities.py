"""Entity lists at the door for phones: their rows, and the question what has been deleted.

https://docs.getodk.org/openrosa-integrity/ describes the question.
"""

from urllib.parse import quote

from flask import Response, g, request

from app.access import requires
from app.audit import record
from app.db import transaction
from app.entities.phone_lists import PhoneList, deleted_among, list_rows, phone_lists
from app.errors import NotFound
from app.forms.media import REGISTRY
from app.households.identities import gone_among
from app.openrosa import documents, responses
from app.openrosa.blueprint import door
from app.openrosa.responses import Document

OK = 200


def entity_type(phone_list: PhoneList) -> str:
    """How the manifest calls a list; phones show what waits for approval only once it is there."""
    return "approvalEntityList" if phone_list.needs_approval else "entityList"


def integrity_url(base: str, name: str) -> str:
    """Where a phone asks which of its entities were deleted."""
    return f"{base}/entityLists/{quote(name, safe='')}/integrity"


@door.get("/projects/<int(max=2147483647):project_id>/entityLists/<name>/integrity")
@requires("list.download")
def tell_integrity(name: str) -> Response:
    """Say of each id that is known here whether the phone should forget it."""
    ids = [uuid for uuid in request.args.get("id", "").replace("\0", "").split(",") if uuid]
    if name == REGISTRY:
        gone = gone_among(g.project_id, g.phone.actor, ids)
    else:
        gone = deleted_among(_phone_list(name), ids)
    answer = documents.integrity(gone)
    return Response(answer, content_type=responses.XML)


def send_entities(name: str) -> Response:
    """A list's rows as CSV."""
    phone_list = _phone_list(name)
    rows = list_rows(phone_list)
    response = responses.send(Document(rows.packed, rows.md5), "text/csv; charset=utf-8")
    if phone_list.has_personal and response.status_code == OK:
        with transaction():
            subject = f"entity_list:{phone_list.id}"
            record(g.phone.actor.label, "entity_list.read", subject)
    return response


def _phone_list(name: str) -> PhoneList:
    found = phone_lists([name], g.phone.actor, g.project_id)
    if not found:
        raise NotFound
    return found[0]
