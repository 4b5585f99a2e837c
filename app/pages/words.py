"""Words for codes: what a reader sees instead of `edited`, `same-id` or a place's bare name."""

from collections.abc import Mapping
from typing import Any

from app.entities.merge import PROBLEMS
from app.i18n import gettext, present_language
from app.imports.find import REASONS as SKIPPED
from app.indicators.behind import REASONS as SHARES
from app.indicators.places import Place
from app.org_units.models import OrgUnit
from app.org_units.names import official_name
from app.review.checks import FLAGS
from app.submissions.parked import REASONS


def state(code: str) -> str:
    """A submission's state."""
    known = {
        "received": gettext("waiting for review"),
        "edited": gettext("edited, waiting for review"),
        "approved": gettext("approved"),
        "rejected": gettext("rejected"),
    }
    return known.get(code, code)


def form_state(code: str) -> str:
    """Whether phones get a form, and whether what they send is filed."""
    known = {
        "open": gettext("open"),
        "closing": gettext("closing: takes interviews, phones no longer get it"),
        "closed": gettext("closed: what arrives is parked"),
    }
    return known.get(code, code)


def outcome(code: str) -> str:
    """What a visit came to."""
    known = {
        "complete": gettext("complete interview"),
        "refused": gettext("refused"),
        "ineligible": gettext("not a household of this survey"),
        "unresolved": gettext("not reached yet"),
        "encrypted": gettext("encrypted"),
    }
    return known.get(code, code)


def design(code: str) -> str:
    """Whether a round is of all households or of some."""
    known = {"census": gettext("census: every household"), "sample": gettext("a sample")}
    return known.get(code, code)


def policy(code: str) -> str:
    """What a round does with new interviews."""
    known = {
        "hold-all": gettext("all held for a person"),
        "approve-unflagged": gettext("approved when no check finds a doubt"),
    }
    return known.get(code, code)


def sample_kind(code: str) -> str:
    """How a sample is drawn."""
    known = {
        "census": gettext("census: every household"),
        "simple": gettext("simple random: households of the whole territory"),
        "stratified": gettext("stratified: households of each stratum"),
        "two-stage": gettext("two stages: villages, then households"),
    }
    return known.get(code, code)


def stratum_kind(code: str) -> str:
    """What the strata of a sample are."""
    known = {
        "none": gettext("none"),
        "commune": gettext("communes"),
        "village": gettext("villages"),
    }
    return known.get(code, code)


def visit_state(code: str) -> str:
    """What a household's visits came to."""
    known = {
        "unvisited": gettext("not visited"),
        "absent": gettext("nobody at home"),
        "unreachable": gettext("not reachable"),
        "refused": gettext("refused"),
        "moved": gettext("moved away"),
        "vacant": gettext("not found or empty"),
        "completed": gettext("interviewed"),
    }
    return known.get(code, code)


def step(code: str) -> str:
    """How far an upload came."""
    known = {
        "sent": gettext("sent"),
        "received": gettext("received"),
        "parked": gettext("parked"),
        "processed": gettext("read"),
        "approved": gettext("approved"),
        "counted": gettext("counted in indicators"),
    }
    return known.get(code, code)


def refusal_title(status: int) -> str:
    """The heading of the page that tells a refusal with this HTTP status."""
    known = {
        401: gettext("Please sign in"),
        403: gettext("Not allowed"),
        404: gettext("Nothing here"),
        409: gettext("Something changed meanwhile"),
        413: gettext("Too large"),
        429: gettext("Please wait"),
        503: gettext("Not available at the moment"),
    }
    return known.get(status, gettext("This did not work"))


def flag(code: str) -> str:
    """What a check found doubtful."""
    return gettext(FLAGS.get(code, code))


def flag_details(detail: Mapping[str, Any]) -> str:
    """What else a check noted: names of questions and codes, never the answers themselves."""
    parts: list[str] = []
    for value in detail.values():
        items = value if isinstance(value, list) else [value]
        parts += (str(item[0] if isinstance(item, list) else item) for item in items)
    return ", ".join(part for part in parts if part and part != "None")


def parked_reason(code: str) -> str:
    """Why an upload could not be filed."""
    return gettext(REASONS.get(code, code))


def import_state(code: str) -> str:
    """How far an import by hand is."""
    known = {
        "running": gettext("being taken in"),
        "stopped": gettext("stopped"),
        "finished": gettext("finished"),
        "failed": gettext("failed"),
    }
    return known.get(code, code)


def workbook_state(code: str) -> str:
    """How far a workbook of figures is."""
    known = {
        "running": gettext("being made"),
        "stopped": gettext("stopped"),
        "finished": gettext("ready"),
        "failed": gettext("failed"),
    }
    return known.get(code, code)


def import_outcome(code: str) -> str:
    """What became of one folder that was brought."""
    known = {
        "new": gettext("new"),
        "edit": gettext("edits"),
        "repeat": gettext("already here"),
        "parked": gettext("parked"),
        "skipped": gettext("skipped"),
    }
    return known.get(code, code)


def skip_reason(code: str) -> str:
    """Why a folder that was brought is left alone."""
    return gettext(SKIPPED.get(code, code))


def duration(seconds: float) -> str:
    """Minutes and seconds, and hours when there are any: 0:07, 12:34, 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def collect_word(code: str) -> str:
    """A choice in ODK Collect's settings."""
    known = {
        "match_exactly": gettext("always exactly the forms of this server"),
        "previously_downloaded": gettext("only new versions of the forms that are there"),
        "manual": gettext("only when the surveyor asks for it"),
        "every_fifteen_minutes": gettext("every 15 minutes"),
        "every_one_hour": gettext("every hour"),
        "every_six_hours": gettext("every six hours"),
        "every_24_hours": gettext("once a day"),
        "off": gettext("never; the surveyor sends"),
        "wifi_only": gettext("when there is Wi-Fi"),
        "cellular_only": gettext("when there is mobile data"),
        "wifi_and_cellular": gettext("whenever there is a connection"),
        "original_image_size": gettext("as taken"),
        "very_small": gettext("very small (640 pixels)"),
        "small": gettext("small (1024 pixels)"),
        "medium": gettext("medium (2048 pixels)"),
        "large": gettext("large (3072 pixels)"),
    }
    return known.get(code, code)


def entity_state(code: str) -> str:
    """What became of something that an interview asked of an entity."""
    known = {
        "applied": gettext("carried out"),
        "held": gettext("held until the change before it arrives"),
        "waiting": gettext("waiting for approval"),
        "failed": gettext("not possible"),
        "ignored": gettext("not repeated"),
    }
    return known.get(code, code)


def entity_conflict(code: str) -> str:
    """How two changes of an entity met."""
    known = {
        "soft": gettext("conflict: other properties"),
        "hard": gettext("conflict: the same property"),
    }
    return known.get(code, code)


def share(code: str) -> str:
    """What an interview is to a figure: counted, or why not."""
    return gettext(SHARES.get(code, code))


def entity_problem(code: str) -> str:
    """Why something asked of an entity was not carried out."""
    return gettext(PROBLEMS.get(code, code))


def place(unit: OrgUnit | Place) -> str:
    """A place's name in full."""
    return official_name(unit.type, unit.name, present_language())


def full_name(type_: str, name: str) -> str:
    """The same of a name that a place had on another day."""
    return official_name(type_, name, present_language())


def level(code: str) -> str:
    """A rung of the ladder of places."""
    known = {
        "province": gettext("province"),
        "district": gettext("district (until 30 June 2025)"),
        "commune": gettext("commune"),
        "village": gettext("village"),
    }
    return known.get(code, code)


def place_change(code: str) -> str:
    """What happened to places by a decision."""
    known = {
        "reform": gettext("reform of 1 July 2025"),
        "merge": gettext("merger"),
        "split": gettext("division"),
        "rename": gettext("new name"),
        "retype": gettext("new type"),
        "move": gettext("move"),
    }
    return known.get(code, code)


def extent(code: str) -> str:
    """How much of a place's ground went somewhere."""
    known = {"whole": gettext("all of it"), "part": gettext("a part of it")}
    return known.get(code, code)
