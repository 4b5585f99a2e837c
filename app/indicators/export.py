"""What a file of figures is of: its state, its rule of disclosure, and what is open data."""

from collections.abc import Iterator
from dataclasses import replace

from app.accounts.actors import Actor
from app.clock import PROGRAMME_ZONE, now
from app.i18n import format_date, format_instant, gettext
from app.indicators.disclosure import Rule
from app.indicators.figures import Figure
from app.indicators.release_models import Release
from app.indicators.release_queries import newest_release, rule_from, rule_of
from app.indicators.table import COLUMNS
from app.indicators.walk import Wanted, walk
from app.indicators.withhold import reads_interviews
from app.projects.queries import get_project
from app.rounds.models import Round

OPEN_COLUMNS = tuple(name for name in COLUMNS if name != "broken")


def open_data(actor: Actor, round_: Round, wanted: Wanted) -> Iterator[Figure]:
    """What everybody may have: the figures of a release that are not withheld, whoever asks."""
    everything = walk(actor, round_, replace(wanted, given_out=True))
    return (figure for figure in everything if figure.value is not None)


def lineage(
    actor: Actor, round_: Round, wanted: Wanted, *, is_open: bool = False
) -> list[tuple[str, str]]:
    """What a file of figures is of, in the present language: name and text."""
    release = state_of(actor, round_, wanted, is_open=is_open)
    rule = rule_from(release.rule) if release else rule_of(round_.project_id)
    said = [
        (gettext("Round"), f"{round_.name} ({round_.code})"),
        (gettext("State"), _state(release)),
        (
            gettext("Boundaries"),
            format_date(wanted.on) if wanted.on else gettext("of the figures' day"),
        ),
        (gettext("Made on"), format_instant(now())),
        (gettext("Time zone"), PROGRAMME_ZONE.key),
    ]
    if release and release.reason:
        said.append((gettext("Reason"), release.reason))
    return [*said, *describe_rule(rule)]


def describe_rule(rule: Rule) -> list[tuple[str, str]]:
    """What is withheld from readers without interviews, in the present language."""
    return [
        (gettext("Fewest people behind a figure"), str(rule.threshold)),
        (gettext("Fewest answers of a sample"), str(rule.smallest_n)),
        (gettext("Counts are rounded to"), str(rule.round_to)),
        (gettext("Sensitive indicators"), ", ".join(sorted(rule.sensitive)) or "–"),
        (gettext("Legal note"), rule.legal_note or "–"),
    ]


def state_of(actor: Actor, round_: Round, wanted: Wanted, *, is_open: bool) -> Release | None:
    """The release that a file is of; None where it is of the figures as they are now."""
    if wanted.release is not None:
        return wanted.release
    place = wanted.unit_id or get_project(round_.project_id).org_unit_id
    reads = place is not None and reads_interviews(actor, place, round_.project_id)
    return None if reads and not is_open else newest_release(round_.id)


def _state(release: Release | None) -> str:
    if release is None:
        return gettext("as it is now; not given out")
    status = gettext("final") if release.status == "final" else gettext("provisional")
    when = format_instant(release.released_at)
    return f"{gettext('Release %(version)s', version=release.version)}, {status}, {when}"
