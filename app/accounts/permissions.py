"""Which role carries which capabilities; `docs/people.md` explains the table to administrators."""

from app.access import CAPABILITIES

SURVEYOR = "surveyor"
ADMINISTRATOR = "administrator"

_READER = frozenset({"submission.read", "indicator.read", "unit.read", "form.read"})
_REVIEWER = _READER | {"submission.decide", "scorecard.score"}
_PHONE = frozenset({"submission.create", "list.download"})

ROLES: dict[str, frozenset[str]] = {
    SURVEYOR: _PHONE,
    "commune_reviewer": _REVIEWER,
    "commune_lead": _REVIEWER
    | {"personal.read", "parked.manage", "submission.import", "submission.trash"}
    | {"fieldwork.manage", "scorecard.submit"},
    "province_analyst": _READER
    | {"parked.manage", "unit.manage"}
    | {"scorecard.appraise", "count.manage", "figures.release"},
    ADMINISTRATOR: CAPABILITIES - _PHONE,
    "auditor": _READER,
    "api_client": frozenset({"indicator.read", "unit.read"}),
}
