"""`thonso forms`: checks and publishes questionnaires."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.context import with_app
from app.cli.drafts import discard_draft, draft, drafts, publish_draft
from app.cli.language import in_asked_language

if TYPE_CHECKING:
    from app.xforms.problems import Finding

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

files_argument = click.argument("files", metavar="FILE…", nargs=-1, required=True, type=FILE)
media_option = click.option("--media", type=FOLDER, help="Folder with the forms' media files.")


@click.group()
def forms() -> None:
    """Questionnaires: XLSForm (.xlsx, .xls, .md) or XForm (.xml)."""


@forms.command()
@files_argument
@media_option
@click.option("--project", default=1, show_default=True)
@in_asked_language
@with_app
def publish(files: tuple[Path, ...], media: Path | None, project: int) -> None:
    """Publish questionnaires; a faulty one is refused and does not hold up the others."""
    from app import programme
    from app.accounts.actors import OPERATOR
    from app.errors import Problem
    from app.forms.source import read_source
    from app.i18n import gettext
    from app.projects.queries import list_projects
    from app.xforms.problems import FormRefused

    if project not in {known.id for known in list_projects()}:
        raise click.ClickException(f"There is no project {project}. See `thonso projects list`.")
    refused = False
    for path in files:
        try:
            published = programme.publish(project, read_source(path, media), OPERATOR)
        except FormRefused as refusal:
            _tell(path, refusal.findings)
            refused = True
        except Problem as problem:
            click.echo(f"{path}: {gettext(problem.message, **problem.details)}", err=True)
            refused = True
        else:
            _tell(path, published.warnings)
            version = published.version
            form = version.form.xml_form_id
            told = gettext(
                "%(form)s version %(version)s is published.", form=form, version=version.version
            )
            click.echo(f"{path}: {told}")
    raise SystemExit(refused)


@forms.command()
@files_argument
@media_option
@click.option("--project", type=int, help="Compare with what this project has published.")
@in_asked_language
@with_app
def check(files: tuple[Path, ...], media: Path | None, project: int | None) -> None:
    """Say what publishing would say, without publishing."""
    from app import programme
    from app.forms.source import read_source
    from app.i18n import gettext

    refused = False
    sources = {path: read_source(path, media) for path in files}
    for path, source in sources.items():
        findings = programme.check(source, project, sources.values())
        _tell(path, findings)
        errors = any(finding.severity == "error" for finding in findings)
        refused = refused or errors
        if not errors:
            click.echo(f"{path}: " + gettext("can be published."))
    raise SystemExit(refused)


@forms.command(name="list")
@click.option("--project", default=1, show_default=True)
@with_app
def list_(project: int) -> None:
    """Show the forms of a project and their current versions."""
    from app.cli.places import written
    from app.forms.assignment import places_of
    from app.forms.queries import list_forms

    for form in list_forms(project):
        version = form.current_version
        about = f"{version.version}  {version.title}" if version else "not published"
        click.echo(f"{form.xml_form_id}  {form.state}  {about}")
        for unit in places_of(form.id):
            click.echo(f"    only for {written(unit)}")


@forms.command()
@click.argument("form")
@click.argument("state", type=click.Choice(["open", "closing", "closed"]))
@click.option("--project", default=1, show_default=True)
@with_app
def state(form: str, state: str, project: int) -> None:
    """Open a form, let it run out (not listed, still accepted), or close it (what comes waits)."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.forms.states import set_state

    with transaction():
        set_state(project, _form(project, form), state, OPERATOR)
    click.echo(f"{form} is {state}.")


@forms.command()
@click.argument("form")
@click.argument("places", metavar="[PLACE]…", nargs=-1)
@click.option("--project", default=1, show_default=True)
@with_app
def assign(form: str, places: tuple[str, ...], project: int) -> None:
    """List a form only on phones that work in these places; on all when none is named.

    A place is an official code or a village's id: thonso units find NAME.
    """
    from app.accounts.actors import OPERATOR
    from app.cli.places import place, written
    from app.db import transaction
    from app.forms.assignment import assign

    units = [place(code) for code in places]
    with transaction():
        assign(project, _form(project, form), [unit.id for unit in units], OPERATOR)
        told = [written(unit) for unit in units]
    click.echo(f"{form} is for " + ("all phones." if not told else "phones that work in"))
    for line in told:
        click.echo(f"  {line}")


def _form(project: int, xml_form_id: str) -> int:
    """The number of the form with this id."""
    from app.forms.queries import find_form

    form = find_form(project, xml_form_id)
    if form is None:
        raise click.ClickException(f"There is no form {xml_form_id}. See `thonso forms list`.")
    return form.id


for command in (draft, drafts, publish_draft, discard_draft):
    forms.add_command(command)


def _tell(path: Path, findings: Iterable["Finding"]) -> None:
    """Errors as `file: sheet!cell: message`; warnings say that they are."""
    from app.i18n import gettext

    for finding in findings:
        kind = "" if finding.severity == "error" else gettext("warning") + ": "
        click.echo(f"{path}: {kind}{finding.told(gettext)}", err=True)
