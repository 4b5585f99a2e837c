"""PURE. The feed's own description: the service document, and `$metadata` in CSDL XML."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from xml.sax.saxutils import quoteattr

NAMESPACE = "ThonSo"
EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
NEEDED = ' Nullable="false"'
EDM = "http://docs.oasis-open.org/odata/ns/edm"


class Described(Protocol):
    """What is said of an entity set."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, str]: ...
    @property
    def key(self) -> tuple[str, ...]: ...
    @property
    def needed(self) -> frozenset[str]: ...


def service_document(base: str, sets: Iterable[Described]) -> dict[str, Any]:
    """The entity sets there are, each with its address below the base."""
    return {
        "@odata.context": f"{base}/$metadata",
        "value": [{"name": one.name, "kind": "EntitySet", "url": one.name} for one in sets],
    }


def metadata(sets: Iterable[Described]) -> str:
    """Every entity set with its fields, their types, and what a row is known by."""
    known = list(sets)
    types = "".join(_entity_type(one) for one in known)
    listed = "".join(
        f"<EntitySet Name={quoteattr(one.name)} EntityType={quoteattr(f'{NAMESPACE}.{one.kind}')}/>"
        for one in known
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<edmx:Edmx Version="4.0" xmlns:edmx="{EDMX}"><edmx:DataServices>'
        f'<Schema Namespace="{NAMESPACE}" xmlns="{EDM}">{types}'
        f'<EntityContainer Name="Feed">{listed}</EntityContainer>'
        "</Schema></edmx:DataServices></edmx:Edmx>"
    )


def _entity_type(one: Described) -> str:
    keys = "".join(f"<PropertyRef Name={quoteattr(name)}/>" for name in one.key)
    fields = "".join(
        f"<Property Name={quoteattr(name)} Type={quoteattr(kind)}"
        f"{NEEDED if name in one.needed else ''}{_precision(kind)}/>"
        for name, kind in one.fields.items()
    )
    return f"<EntityType Name={quoteattr(one.kind)}><Key>{keys}</Key>{fields}</EntityType>"


def _precision(kind: str) -> str:
    """Instants have microseconds."""
    return ' Precision="6"' if kind == "Edm.DateTimeOffset" else ""
