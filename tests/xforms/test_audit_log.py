"""The phone's log of an interview, however it comes: time per question, events, nothing refused."""

import pytest

from app.xforms.audit_log import QuestionTime, read_log, summarize

LOG = """\
event,node,start,end
form start,,1000,
question,/data/name,1000,4000
question,/data/m[1]/age,4000,6000
question,/data/m[2]/age,6000,7000
jump,,7000,
question,/data/name,8000,9000
form save,,9000,
form exit,,10000,
form resume,,100000,
end screen,,100000,105000
form finalize,,105000,
"""


def test_time_in_the_form_and_per_question():
    found = summarize(LOG.encode())
    # Open from 1 to 10 seconds, and again from 100 to 105: the pause between is nobody's work.
    assert (found.seconds, found.openings, found.damaged) == (14.0, 2, False)
    assert found.questions == [QuestionTime("name", 4.0, 2), QuestionTime("m/age", 3.0, 2)]
    assert found.events == {
        "form start": 1, "jump": 1, "form save": 1, "form exit": 1, "form resume": 1,
        "end screen": 1, "form finalize": 1,
    }  # fmt: skip


def test_questions_on_one_screen_share_its_time():
    found = summarize(b"event,node,start,end\nquestion,/d/a,0,3000\nquestion,/d/b,0,3000\n")
    assert [question.seconds for question in found.questions] == [1.5, 1.5]


def test_optional_columns_in_any_place_are_personal():
    [event], damaged = read_log(
        b"event,node,start,end,latitude,longitude,accuracy,old-value,new-value,user,change-reason\n"
        + 'question,/d/a,1,2,13.98,108.0,5,"Lan, Ia Dom","Hưng ""b""",lan,"hai\ndòng"\n'.encode()
    )
    assert not damaged
    assert event.personal == {
        "latitude": "13.98", "longitude": "108.0", "accuracy": "5", "old-value": "Lan, Ia Dom",
        "new-value": 'Hưng "b"', "user": "lan", "change-reason": "hai\ndòng",
    }  # fmt: skip
    assert event.is_change


def test_a_first_answer_is_no_change_and_neither_is_the_same_again():
    log = (
        b"event,node,start,end,old-value,new-value\n"
        b"question,/d/a,1,2,,x\nquestion,/d/a,2,3,x,x\nquestion,/d/a,3,4,x,y\nquestion,/d/a,4,5,y,\n"
    )
    assert summarize(log).questions[0].changes == 2


def test_a_byte_order_mark_blank_lines_and_windows_line_ends():
    log = b"\xef\xbb\xbfevent,node,start,end\r\n\r\nquestion,/d/a,1000,3000\r\n"
    found = summarize(log)
    assert (found.questions, found.events) == ([QuestionTime("a", 2.0, 1)], {})


def test_rows_shorter_and_longer_than_the_header():
    events, _ = read_log(b"event,node,start,end\nform start\nquestion,/d/a,1\nx,,1,2,3,4\n")
    assert [(event.name, event.start, event.end) for event in events] == [
        ("form start", None, None),
        ("question", 1, None),
        ("x", 1, 2),
    ]


def test_a_header_that_gains_columns_in_the_middle():
    log = (
        b"event,node,start,end\nquestion,/d/a,1,2\nevent,node,start,end,user\nquestion,/d/a,2,3,x\n"
    )
    first, second = read_log(log)[0]
    assert (first.personal, second.personal) == ({}, {"user": "x"})


def test_events_that_nobody_knows_are_counted():
    assert summarize(b"event,node,start,end\nsinging,,1,2\nsinging,,3,4\n").events == {"singing": 2}


def test_a_log_without_a_header_has_the_usual_columns():
    assert summarize(b"question,/d/a,1000,2000\n").questions == [QuestionTime("a", 1.0, 1)]


@pytest.mark.parametrize(
    "log",
    [
        b"",
        b"\0\0\0",
        b"\xff\xfe\xfd",
        b"event\n",
        b"\n\n\n",
        b'event,node,start,end\nquestion,"never closed',
        b"event,node,start,end\nquestion,/d/a,yesterday,-5\n",
        b"event,node,start,end\nquestion,/d/a,99999999999999999999999,1\n",
        "event,node,start,end\nquestion,/d/a,¹²,٣\n".encode(),
        b"event,node,start,end\nquestion,/d/a,5000,1000\n",
        b"event,node,start,end\n" + b"x" * 200_000,
        b"node\n/d/a\n",
    ],
)
def test_nothing_is_refused(log):
    found = summarize(log)
    assert found.seconds >= 0
    assert all(question.seconds == 0 for question in found.questions)


def test_what_cannot_be_read_is_said(monkeypatch):
    assert summarize(b"event,node,start,end\nquestion,/d/a,1000,2000\n" + b"x" * 200_000).damaged
    monkeypatch.setattr("app.xforms.audit_log.MOST_ROWS", 2)
    found = summarize(b"event,node,start,end\n" + b"jump,,1,\n" * 3)
    assert (found.damaged, found.events) == (True, {"jump": 2})
