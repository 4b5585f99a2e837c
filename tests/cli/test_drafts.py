"""`thonso forms draft` and its kin."""

from app.db import transaction
from tests import people
from tests.small_forms import WELL


def test_a_draft_on_the_command_line(thonso, app, tmp_path):
    with transaction():
        project = people.project()
    (tmp_path / "well.md").write_text(WELL)
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "dug.png").write_bytes(b"PNG")
    of = f"--project {project.id}"
    made = thonso(
        f"forms draft {tmp_path}/well.md --media {tmp_path}/media {of} --qr --place {people.IA_DOM}"
    )
    assert made.exit_code == 0
    assert f"/projects/{project.id}/forms/well/draft" in made.output
    assert "well  1  Wells" in thonso(f"forms drafts {of}").output
    assert "well version 1 is published." in thonso(f"forms publish-draft well {of}").output
    assert thonso(f"forms drafts {of}").output == ""
    assert "has no draft of well" in thonso(f"forms discard-draft well {of}").output
