"""Members of a repeat that was not asked, or of which nobody knows whether it should have been.

`visit` is asked where net = 1, and inside it `fault` where the visit took more than 5 minutes.
"""

import pytest

ONE = "<net>1</net><visit><minutes>9</minutes><fault><cause>1</cause></fault></visit>"
UNKNOWN = "<net>8</net>"
# Of two visits one has no minutes: nobody knows whether faults should have been asked there.
HALF = (
    "<net>1</net><visit><minutes>9</minutes><fault><cause>1</cause></fault></visit>"
    "<visit><minutes/></visit>"
)


@pytest.mark.parametrize(
    ("text", "xml", "not_asked_is_missing", "not_asked_is_nothing"),
    [
        ("count(${visit})", "<net>1</net>", 0, 0),  # asked, and there were none
        ("count(${visit})", ONE, 1, 1),
        ("count(${visit})", "<net>2</net>", "irrelevant", 0),
        ("count(${visit})", UNKNOWN, "dont_know", "dont_know"),
        ("count(${visit})", "", "blank", "blank"),
        ("sum(${minutes})", "<net>1</net>", 0, 0),
        ("sum(${minutes})", "<net>2</net>", "irrelevant", 0),
        ("sum(${minutes})", UNKNOWN, "dont_know", "dont_know"),
        ("max(${minutes})", "<net>2</net>", "irrelevant", "blank"),
        ("join(' ', ${minutes})", "<net>2</net>", "irrelevant", ""),
        ("join(' ', ${minutes})", UNKNOWN, "dont_know", "dont_know"),
        ("count-non-empty(${minutes})", "<net>2</net>", "irrelevant", 0),
        ("count-non-empty(${minutes})", UNKNOWN, "dont_know", "dont_know"),
        ("count(${visit}[${minutes} > 5]) >= 1", "<net>2</net>", "irrelevant", False),
        ("count(${visit}[${minutes} > 5]) >= 1", UNKNOWN, "dont_know", "dont_know"),
        ("count(${visit}[${minutes} > 5]) >= 1", ONE, True, True),
        # a repeat in a repeat
        ("count(${fault})", ONE, 1, 1),
        ("count(${fault})", "<net>1</net>", 0, 0),
        ("count(${fault})", "<net>2</net>", "irrelevant", 0),
        ("count(${fault})", "<net>1</net><visit><minutes>2</minutes></visit>", "irrelevant", 0),
        ("count(${fault})", HALF, "blank", "blank"),
    ],
)  # fmt: skip
def test_members_nobody_asked_for(members, text, xml, not_asked_is_missing, not_asked_is_nothing):
    assert members(text, xml, "") == [not_asked_is_missing]
    assert members(text, xml, "", nothing=True) == [not_asked_is_nothing]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("count(${fault}[${cause} = '1']) >= 1", True),  # one is sure, whatever the others are
        ("count(${fault}[${cause} = '1']) > 0", True),
        ("count(${fault}[${cause} = '1']) = 0", False),
        ("count(${fault}[${cause} = '1']) >= 2", "blank"),
        ("count(${fault}[${cause} = '1']) = 1", "blank"),
        ("count(${fault}[${cause} = '1']) != 7", "blank"),
        ("count(${fault}[${cause} = '1']) < 3", "blank"),
        ("count(${fault}[${cause} = '1']) >= -1", True),
        ("count(${fault}[${cause} = '1']) != 0.5", True),
        ("3 <= count(${fault})", "blank"),
    ],
)
def test_what_is_sure_however_many_there_are(members, text, expected):
    assert members(text, HALF, "") == [expected]


def test_members_that_are_there_were_asked(members):
    xml = "<net>2</net><visit><minutes>3</minutes></visit>"
    assert members("count(${visit})", xml, "") == [1]
    assert members("${minutes} + 1", xml, "visit") == [4]


def test_a_member_asks_about_the_repeat_around_it(members):
    assert members("count(${fault})", HALF, "visit") == [1, "blank"]
    assert members("count(${visit})", HALF, "fault") == [2]
