"""Small questionnaires as Markdown tables, and the same published for a project."""

from app.accounts.actors import OPERATOR
from app.db import transaction
from app.forms.models import FormVersion
from app.forms.publish import store_version
from app.forms.source import FormSource, compile_source
from app.projects.models import Project

WELL = """
| survey |
| | type                              | name    | label   | choice_filter           | pii      |
| | today                             | today   |         |                         |          |
| | select_one_from_file communes.csv | commune | Commune |                         |          |
| | select_one_from_file villages.csv | village | Village | commune_code=${commune} |          |
| | select_one kind                   | kind    | Kind    |                         |          |
| | text                              | owner   | Owner   |                         | personal |
| | file                              | photo   | Photo   |                         |          |
| choices |
| | list_name | name | label   | image   |
| | kind      | 1    | Dug     | dug.png |
| | kind      | 2    | Drilled |         |
| settings |
| | form_id | version | form_title        | org_unit |
| | well    | 1       | Wells & <springs> | village  |
"""


def source(text: str = WELL, name: str = "well.md", **media: bytes) -> FormSource:
    """A workbook as Markdown; a media file's name has `_` where its dot is."""
    files = {".".join(name.rsplit("_", 1)): content for name, content in media.items()}
    return FormSource(name, text.encode(), files)


def publish(project: Project, text: str = WELL, **media: bytes) -> FormVersion:
    """A version in force; its files as in `source`."""
    given = source(text, **media)
    compiled = compile_source(given)
    with transaction():
        return store_version(project.id, compiled, given, OPERATOR)
