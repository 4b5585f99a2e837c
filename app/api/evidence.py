"""`/api/v1/scorecards/…/files`: what proves a commune's card, taken in and given out whole."""

from io import BytesIO
from typing import Any
from urllib.parse import quote

from flask import Response, request, send_file

from app.access import requires, takes
from app.api.blueprint import caller, resource
from app.api.card_schemas import CardSchema, EvidenceSchema, OneCard
from app.api.cards import CRITERION, card_of, find_where
from app.api.parameters import LARGEST_ID
from app.db import transaction
from app.errors import BadRequest
from app.scorecards import evidence
from app.scorecards.card import SCORE
from app.scorecards.cards import CAPABILITY, Where
from app.storage.blobs import open_blob

FILE = f"/scorecards/files/<int(max={LARGEST_ID}):evidence_id>"
BINARY = {"schema": {"type": "string", "format": "binary"}}
WHOLE = {"content": {"application/octet-stream": BINARY}}


@resource(
    f"{CRITERION}/files/<name>",
    method="POST",
    query=OneCard,
    answer=EvidenceSchema,
    doc={"requestBody": WHOLE | {"required": True}},
)
@requires(SCORE)
@takes(evidence.LARGEST)
def attach_evidence(asked: dict[str, Any], scorecard: str, criterion: str, name: str) -> Any:
    """Adds a file, which is the body of the request, under a name to a criterion"""
    where = find_where(asked, scorecard, SCORE)
    content = request.get_data(cache=False)
    if not content or "\0" in name:
        raise BadRequest("Send the file as the body of the request.")
    with transaction():
        file = evidence.attach(caller(), where, criterion, name=name, content=BytesIO(content))
        file_id = file.id
    return evidence.get_file(caller(), file_id)


@resource(FILE, doc={"responses": {"200": WHOLE | {"description": "The file."}}})
@requires(CAPABILITY)
def download_evidence(evidence_id: int) -> Response:
    """A file of a card, as it came"""
    file = evidence.get_file(caller(), evidence_id)
    response = send_file(open_blob(file.blob_sha256), "application/octet-stream", etag=False)
    name = quote(file.name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@resource(FILE, method="DELETE", answer=CardSchema)
@requires(SCORE)
def remove_evidence(evidence_id: int) -> dict[str, Any]:
    """Takes a file out of a card; it stays on record"""
    with transaction():
        file = evidence.detach(caller(), evidence_id)
        where = Where(file.card.scorecard, file.card.round, file.card.unit)
    return card_of(where)
