"""One interview in several POSTs, again, and by several hands at once, before a real server."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from sqlalchemy import select

from app import pipeline
from app.db import db
from app.submissions.models import Instance
from app.submissions.queries import attachments_of
from tests.openrosa.conftest import CONTENT_TYPE, multipart, xml_part

INCOMPLETE = ("*isIncomplete*", None, b"yes", None)


def post(server, base, *parts):
    with closing(http.client.HTTPConnection(server.host, server.port, timeout=60)) as line:
        line.request(
            "POST",
            f"{base}/submission?deviceID=x",
            multipart(*parts),
            {"Content-Type": CONTENT_TYPE},
        )
        answer = line.getresponse()
        answer.read()
        return answer.status


def stored():
    db.session.rollback()
    return list(db.session.scalars(select(Instance.id)))


def photo(number):
    name = f"ảnh {number}.jpg"
    return (name, name, f"photo {number}".encode(), "image/jpeg")


def test_ten_identical_posts_at_once_give_one_record(server, phone, interview):
    base, part = phone.base, xml_part(interview())
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: post(server, base, part, photo(1)), range(10)))

    assert answers == [201] * 10
    [instance_pk] = stored()
    assert [file.name for file in attachments_of(instance_pk)] == ["ảnh 1.jpg"]


def test_three_posts_with_the_same_interview_and_other_files_give_one_whole_record(
    server, phone, interview
):
    base, part = phone.base, xml_part(interview(photo="ảnh 2.jpg"))
    first = post(server, base, part, photo(1), INCOMPLETE)
    pipeline.settle()
    [instance_pk] = stored()
    assert [f.name for f in attachments_of(instance_pk) if f.size is None] == ["ảnh 2.jpg"]
    rest = [post(server, base, part, photo(2), INCOMPLETE), post(server, base, part, photo(3))]

    assert [first, *rest] == [201, 201, 201]
    assert stored() == [instance_pk]
    found = attachments_of(instance_pk)
    assert {f.name: f.size for f in found} == {f"ảnh {n}.jpg": 7 for n in (1, 2, 3)}
