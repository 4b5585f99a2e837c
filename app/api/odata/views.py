"""`/api/v1/odata`: the addresses of the feed."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, request

from app.access import requires
from app.api.blueprint import PREFIX, admit, caller, protect
from app.api.errors import install
from app.api.odata.errors import answer
from app.api.odata.filters import split_keys
from app.api.odata.metadata import metadata, service_document
from app.api.odata.model import SETS, EntitySet, Portion, Row
from app.api.odata.options import Options, count_rows, read_options, read_page
from app.api.parameters import choose_project
from app.errors import BadRequest, NotFound

READ = "indicator.read"
VERSION = {"OData-Version": "4.0"}
JSON = "application/json;odata.metadata=minimal;odata.streaming=true;charset=utf-8"

feed = Blueprint("api_odata", __name__, url_prefix=f"{PREFIX}/odata")
KEYED = re.compile(r"(?P<name>[A-Za-z]+)\((?P<keys>.*)\)", re.DOTALL)


@feed.before_request
def check_version() -> None:
    """Lets in who has a key and reads OData 4."""
    admit()
    accepted = request.headers.get("OData-MaxVersion", "4.0")
    if not accepted.startswith("4."):
        raise BadRequest("This feed speaks OData 4.0. Choose a client that reads it.")


@feed.after_request
def finish(response: Response) -> Response:
    """The version, and what every answer of the API carries."""
    response.headers.extend(VERSION)
    return protect(response)


@feed.get("/", strict_slashes=False)
@feed.get("/projects/<int:project_id>", strict_slashes=False)
@requires(READ)
def show_service(project_id: int | None = None) -> Response:
    """Which lists there are."""
    _project(project_id)
    return _json(service_document(_base(project_id), SETS.values()))


@feed.get("/$metadata")
@feed.get("/projects/<int:project_id>/$metadata")
@requires(READ)
def show_metadata(project_id: int | None = None) -> Response:
    """Their fields and types."""
    _project(project_id)
    return Response(metadata(SETS.values()), mimetype="application/xml")


@feed.get("/<path:resource>")
@feed.get("/projects/<int:project_id>/<path:resource>")
@requires(READ)
def show_resource(resource: str, project_id: int | None = None) -> Response:
    """Rows of an entity set, their number, or one of them."""
    project = _project(project_id)
    name, _, rest = resource.partition("/")
    keyed = KEYED.fullmatch(name)
    one = SETS.get(keyed["name"] if keyed else name)
    if one is None or rest not in {"", "$count"} or (keyed and rest):
        raise NotFound("There is no “%(name)s” in this feed.", name=resource)
    if keyed:
        return _entity(project, project_id, one, keyed["keys"])
    options = read_options(request.args, one, request.headers.get("Prefer", ""))
    portions = one.portions(caller(), project, options.equals)
    if rest:
        return Response(str(count_rows(portions, options)), mimetype="text/plain")
    return _rows(project, project_id, one, options)


def _rows(project: int, named: int | None, one: EntitySet, options: Options) -> Response:
    said: dict[str, Any] = {"@odata.context": _context(named, one, options.select)}
    if options.count:
        said["@odata.count"] = count_rows(_portions(project, one, options), options)
    page = read_page(_portions(project, one, options), options)
    said["value"] = [_selected(row, options.select) for row in page.rows]
    if page.following is not None:
        said["@odata.nextLink"] = _following(named, one, options, page.following)
    response = _json(said)
    if "Prefer" in request.headers and "maxpagesize" in request.headers["Prefer"]:
        response.headers["Preference-Applied"] = f"odata.maxpagesize={options.page}"
    return response


def _entity(project: int, named: int | None, one: EntitySet, keys: str) -> Response:
    """The one row with these keys."""
    given = split_keys(keys, one.key)
    condition = " and ".join(f"{name} eq {text}" for name, text in given.items())
    asked = {name: text for name, text in request.args.items() if name in {"$select", "$format"}}
    options = read_options({**asked, "$filter": condition, "$top": "1"}, one)
    page = read_page(_portions(project, one, options), options)
    if not page.rows:
        raise NotFound
    context = {"@odata.context": _context(named, one, options.select) + "/$entity"}
    return _json(context | _selected(page.rows[0], options.select))


def _portions(project: int, one: EntitySet, options: Options) -> Iterable[Portion]:
    return one.portions(caller(), project, options.equals)


def _project(named: int | None) -> int:
    return choose_project(caller(), READ, named)


def _base(named: int | None) -> str:
    more = "" if named is None else f"/projects/{named}"
    return f"{request.url_root.rstrip('/')}{PREFIX}/odata{more}"


def _context(named: int | None, one: EntitySet, select: tuple[str, ...]) -> str:
    some = f"({','.join(select)})" if select else ""
    return f"{_base(named)}/$metadata#{one.name}{some}"


def _following(named: int | None, one: EntitySet, options: Options, token: str) -> str:
    """The same question from where this page ends; what is still wanted of `$top`."""
    kept = {
        name: text
        for name, text in request.args.items()
        if name not in {"$skip", "$skiptoken", "$top", "$count"}
    }
    if options.top is not None:
        kept["$top"] = str(options.top - options.page)
    return f"{_base(named)}/{one.name}?{urlencode(kept | {'$skiptoken': token}, safe='$')}"


def _selected(row: Row, select: tuple[str, ...]) -> Row:
    return {name: row[name] for name in select} if select else row


def _json(said: dict[str, Any]) -> Response:
    return Response(orjson.dumps(said), content_type=JSON)


install(feed, answer)
