"""Files of interviews: pictures are shown, everything else is downloaded, nothing is run."""

from urllib.parse import quote

import pytest

from app.storage.blobs import store
from app.submissions.upload import UploadedFile
from tests import people

JPEG = b"\xff\xd8\xff\xe0 picture"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.fixture
def fetch(signed_in, sent):
    def get(content, name="nhà.jpg", status=200, **who):
        pk = sent(0, photo=name, files=[UploadedFile(name, store(content))])
        browser = signed_in(**who)
        answer = browser.client.get(f"/submissions/files/{pk}/{quote(name)}", buffered=True)
        assert answer.status_code == status
        return answer

    return get


@pytest.mark.parametrize(
    ("content", "kind"),
    [(JPEG, "image/jpeg"), (b"\x89PNG\r\n\x1a\nrest", "image/png"), (b"GIF89a", "image/gif"),
     (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp")],
)  # fmt: skip
def test_pictures_are_shown(fetch, content, kind):
    answer = fetch(content)

    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"] == "inline; filename*=UTF-8''nh%C3%A0.jpg"
    assert answer.data == content


@pytest.mark.parametrize("content", [SVG, b"<html><script>alert(1)</script>", b"", b"%PDF-1.7"])
def test_what_only_calls_itself_a_picture_is_downloaded(fetch, content):
    answer = fetch(content)

    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ['a"b;c.jpg', "thôn bản.jpg", "…", "x\x7f.jpg", "'*.jpg"])
def test_a_name_never_breaks_out_of_its_header(signed_in, sent, name):
    pk = sent(0, files=[UploadedFile(name, store(JPEG))])  # not asked for, so it is personal
    address = f"/submissions/files/{pk}/{quote(name, safe='')}"
    answer = signed_in().client.get(address, buffered=True)

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].isascii()
    assert answer.headers["Content-Disposition"].endswith(f"''{quote(name, safe='')}")


def test_the_page_shows_pictures_and_what_has_not_arrived(signed_in, sent):
    pk = sent(0, photo="nhà.jpg")
    assert "chưa gửi đến" in signed_in().get(f"/submissions/{pk}").text

    there = sent(1, photo="nhà.jpg", files=[UploadedFile("nhà.jpg", store(JPEG))])
    page = signed_in().get(f"/submissions/{there}")
    assert page.tree.xpath("//img/@src")[1:] == [f"/submissions/files/{there}/{quote('nhà.jpg')}"]


def test_personal_files_are_named_and_not_shown_to_others(signed_in, sent):
    pk = sent(0, files=[UploadedFile("audit.csv", store(b"event,"))])
    page = signed_in("commune_reviewer").get(f"/submissions/{pk}")

    assert "audit.csv: đã ẩn" in page.text
    assert not any("audit.csv" in link for link in page.links())
    signed_in("commune_reviewer").get(f"/submissions/files/{pk}/audit.csv", 404)


def test_other_communes_get_nothing(fetch):
    fetch(JPEG, status=404, role="commune_lead", place=people.PLEIKU)


@pytest.mark.parametrize("tail", ["1/%00", "99999999999999999999/a", "1/../../etc/passwd", "1/"])
def test_nonsense_is_not_found(signed_in, tail):
    assert signed_in().client.get(f"/submissions/files/{tail}").status_code in {404, 308}
