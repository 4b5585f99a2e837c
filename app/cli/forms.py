"""`thonso forms`: checks and publishes questionnaires."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.context import with_app

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
@with_app
def publish(files: tuple[Path, ...], media: Path | None, project: int) -> None:
    """Publish questionnaires; a faulty one is refused and does not hold up the others."""
    from app import programme
    from app.accounts.actors import OPERATOR
    from app.errors import Problem
    from app.forms.source import read_source
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
            click.echo(f"{path}: {problem}", err=True)
            refused = True
        else:
            _tell(path, published.warnings)
            version = published.version
            click.echo(
                f"{path}: {version.form.xml_form_id} version {version.version} is published."
            )
    raise SystemExit(refused)


@forms.command()
@files_argument
@media_option
@click.option("--project", type=int, help="Compare with what this project has published.")
@with_app
def check(files: tuple[Path, ...], media: Path | None, project: int | None) -> None:
    """Say what publishing would say, without publishing."""
    from app import programme
    from app.forms.source import read_source

    refused = False
    for path in files:
        findings = programme.check(read_source(path, media), project)
        _tell(path, findings)
        errors = any(finding.severity == "error" for finding in findings)
        refused = refused or errors
        if not errors:
            click.echo(f"{path}: can be published.")
    raise SystemExit(refused)


@forms.command(name="list")
@click.option("--project", default=1, show_default=True)
@with_app
def list_(project: int) -> None:
    """Show the forms of a project and their current versions."""
    from app.forms.queries import list_forms

    for form in list_forms(project):
        version = form.current_version
        about = f"{version.version}  {version.title}" if version else "not published"
        click.echo(f"{form.xml_form_id}  {form.state}  {about}")


def _tell(path: Path, findings: Iterable["Finding"]) -> None:
    """Errors as `file: sheet!cell: message`; warnings say that they are."""
    for finding in findings:
        kind = "" if finding.severity == "error" else "warning: "
        click.echo(f"{path}: {kind}{finding}", err=True)
