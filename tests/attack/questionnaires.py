"""What the town is asked, and the kinds of answers that its households may give."""

from collections.abc import Mapping
from itertools import product

from app.forms.source import FormSource
from tests.survey import new_id

HOUSEHOLD = """
| survey |
| | type              | name         | label     | relevant              | repeat_count |
| | today             | today        |           |                       |              |
| | text              | village_id   | Village   |                       |              |
| | text              | hh_id        | Household |                       |              |
| | select_one visit  | visit_result | Result    |                       |              |
| | begin_group       | main         | Interview | ${visit_result} = '1' |              |
| | select_one poor   | poor         | Poor      |                       |              |
| | select_one fibre  | fibre        | Fibre     |                       |              |
| | integer           | devices      | Devices   |                       |              |
| | integer           | n15          | Adults    |                       |              |
| | begin_repeat      | m            | Member    |                       | ${n15}       |
| | integer           | m_age        | Age       |                       |              |
| | select_one sex    | m_sex        | Sex       |                       |              |
| | select_one phone  | m_phone      | Phone     |                       |              |
| | select_one net    | m_net        | Internet  |                       |              |
| | end_repeat        |              |           |                       |              |
| | end_group         |              |           |                       |              |
| choices |
| | list_name | name | label      |
| | visit     | 1    | Complete   |
| | visit     | 2    | Nobody     |
| | poor      | 1    | Yes        |
| | poor      | 3    | No         |
| | sex       | 1    | Man        |
| | sex       | 2    | Woman      |
| | phone     | 0    | None       |
| | phone     | 2    | Smart      |
| | phone     | 8    | Don't know |
| | net       | 1    | Yes        |
| | net       | 2    | No         |
| | fibre     | 1    | Yes        |
| | fibre     | 0    | No         |
| | fibre     | 8    | Don't know |
| settings |
| | form_id | version | form_title | org_unit   | household_key | visit_result | adults |
| | ho      | 1       | Household  | village_id | hh_id         | visit_result | n15    |
| breakdowns |
| | name  | expression | label |
| | poor  | ${poor}    | Poor  |
| | sex   | ${m_sex}   | Sex   |
| | phone | ${m_phone} | Phone |
| missing |
| | list  | code | reason    |
| | phone | 8    | dont_know |
| | fibre | 8    | dont_know |
| indicators |
| | code | version | label | unit | eligible | numerator | by |
"""
# By code: unit, who is counted, what of them, and in which groups.
OF_HOUSEHOLDS = {
    "FIBRE": ("household", "", "${fibre} = '1'", "poor"),
    "COPPER": ("household", "", "${fibre} != '1'", ""),
    "INDEX": ("household", "", "100 * indicator('FIBRE')", ""),
    "DEVICES": ("household", "", "${devices}", "poor"),
    "PHONE": ("m", "${m_age} >= 18", "${m_phone} = '2'", "sex"),
    "PHONE15": ("m", "${m_age} >= 15", "${m_phone} = '2'", "sex"),
    "NONE15": ("m", "${m_age} >= 15", "${m_phone} != '2'", ""),
    "USERS": ("m", "${m_age} >= 18 and ${m_phone} = '2'", "${m_net} = '1'", ""),
    "NET": ("m", "${m_age} >= 18", "${m_net} = '1'", "phone"),
}

# One adult of a household; the second indicator asks what the household said as well.
ADULT = """
| survey |
| | type            | name       | label     |
| | today           | today      |           |
| | text            | village_id | Village   |
| | text            | hh_id      | Household |
| | integer         | pick_no    | Number    |
| | select_one yndk | skilled    | Skilled   |
| choices |
| | list_name | name | label      |
| | yndk      | 1    | Yes        |
| | yndk      | 2    | No         |
| | yndk      | 8    | Don't know |
| settings |
| | form_id | version | form_title | org_unit   | household_key | person_key |
| | nguoi   | 1       | Adult      | village_id | hh_id         | pick_no    |
| breakdowns |
| | name | expression | label |
| | poor | ${ho#poor} | Poor  |
| missing |
| | list | code | reason    |
| | yndk | 8    | dont_know |
| indicators |
| | code | version | label | unit | join | eligible | numerator | by |
"""
# By code: the form that is joined, who is counted, what of them, and in which groups.
OF_ADULTS = {
    "SKILL": ("", "", "${skilled} = '1'", ""),
    "SAFE": ("ho", "${ho#fibre} = '1'", "${skilled} = '1'", "poor"),
}
INDICATORS = (*OF_HOUSEHOLDS, *OF_ADULTS)

VILLAGE = """
| survey |
| | type          | name       | label   |
| | today         | today      |         |
| | text          | village_id | Village |
| | select_one yn | signal     | Signal  |
| choices |
| | list_name | name | label |
| | yn        | 1    | Yes   |
| | yn        | 2    | No    |
| settings |
| | form_id | version | form_title | org_unit   |
| | thon    | 1       | Village    | village_id |
| indicators |
| | code   | version | label  | unit    | numerator       |
| | SIGNAL | 1       | Signal | village | ${signal} = '1' |
"""

# A criterion of each rule that takes a figure; of one the commune reports.
SCORECARD = """
| settings |
| | code | version | year | label::English (en) |
| | CDS  | 1       | 2026 | Digital society     |
| groups |
| | code | label::English (en) |
| | XH   | Survey              |
| criteria |
| | code | group | label::English (en) | indicator | points | rule | target | steps | each |
| | A | XH | Fibre | FIBRE | 20 | target | 80% | | |
| | B | XH | Phone | PHONE | 10 | proportional | | | |
| | C | XH | Copper | COPPER | 10 | steps | | 50%=10 | |
| | D | XH | Devices | DEVICES | 10 | count | | | 3 |
| | E | XH | Meetings | | 10 | yes_no | | | |
"""

Home = tuple[str, str, int]  # poor, fibre, devices
Member = tuple[int, str, str, str]  # age, sex, phone, uses the Internet
# What a household says, whether one of its adults is skilled ("": nobody was asked), and of whom.
Kind = tuple[Home, str, tuple[Member, ...]]

HOMES: tuple[Home, ...] = tuple(product("31", "108", (2, 1)))
ADULTS = ("", "1", "2", "8")
MEMBERS: tuple[Member, ...] = tuple(product((40, 16), "12", "208", "12"))
YOUTH = ((16, "1", "2", "1"), (16, "1", "0", "1"))
ROWS = (
    (),
    *((one,) for one in MEMBERS),
    *((one, youth) for one in MEMBERS[:12] for youth in YOUTH),
)
KINDS: tuple[Kind, ...] = tuple(
    kind for kind in product(HOMES, ADULTS, ROWS) if kind[2] or not kind[1]
)
# By kind, the one that says the same without an adult.
PLAIN = [KINDS.index((home, "", members)) for home, _, members in KINDS]

# The answer that decides what an indicator counts, by its place in a kind.
FIBRE, DEVICES, SKILLED, PHONE, NET = 1, 2, 3, 6, 7
ASKS = {
    "FIBRE": FIBRE, "COPPER": FIBRE, "INDEX": FIBRE, "DEVICES": DEVICES,
    "PHONE": PHONE, "PHONE15": PHONE, "NONE15": PHONE, "USERS": NET, "NET": NET,
    "SKILL": SKILLED, "SAFE": SKILLED,
}  # fmt: skip


def changed_answer(one: Kind, other: Kind) -> int | None:
    """The place of the one answer in which two kinds differ; None when they differ in more."""
    if len(one[2]) != len(other[2]) or bool(one[1]) != bool(other[1]):
        return None
    pairs = list(zip(_answers(one), _answers(other), strict=True))
    places = [at for at, (said, says) in enumerate(pairs) if said != says]
    if len(places) != 1:
        return None
    (at,), first = places, SKILLED + 1
    return at if at < first else first + (at - first) % len(MEMBERS[0])


def _answers(kind: Kind) -> list[object]:
    home, adult, members = kind
    return [*home, adult, *(answer for member in members for answer in member)]


def household_form(codes: tuple[str, ...]) -> FormSource:
    """The questionnaire with some of the indicators."""
    return FormSource("ho.md", (HOUSEHOLD + _rows(OF_HOUSEHOLDS, codes)).encode())


def adult_form(codes: tuple[str, ...]) -> FormSource:
    """What one adult is asked, with some of the indicators."""
    rows = _rows({code: ("person", *said) for code, said in OF_ADULTS.items()}, codes)
    return FormSource("nguoi.md", (ADULT + rows).encode())


def _rows(known: Mapping[str, tuple[str, ...]], codes: tuple[str, ...]) -> str:
    """The rows of a sheet."""
    return "".join(
        f"| | {code} | 1 | {code} | {' | '.join(known[code])} |\n"
        for code in codes
        if code in known
    )


def village_form() -> FormSource:
    """What villages say of themselves."""
    return FormSource("thon.md", VILLAGE.encode())


def household_xml(kind: int, village: str, household: str, day: str = "2026-11-01") -> bytes:
    """An interview in which a household gives answers of a kind."""
    (poor, fibre, devices), _, members = KINDS[kind]
    rows = "".join(
        f"<m><m_age>{age}</m_age><m_sex>{sex}</m_sex><m_phone>{phone}</m_phone><m_net>{net}</m_net></m>"
        for age, sex, phone, net in members
    )
    return (
        f'<data id="ho" version="1"><today>{day}</today><village_id>{village}</village_id>'
        f"<hh_id>{household}</hh_id><visit_result>1</visit_result><main><poor>{poor}</poor>"
        f"<fibre>{fibre}</fibre><devices>{devices}</devices><n15>{len(members)}</n15>{rows}</main>"
        f"<meta><instanceID>{new_id()}</instanceID></meta></data>"
    ).encode()


def adult_xml(skilled: str, village: str, household: str) -> bytes:
    """An interview with an adult of a household."""
    return (
        f'<data id="nguoi" version="1"><today>2026-11-01</today><village_id>{village}</village_id>'
        f"<hh_id>{household}</hh_id><pick_no>1</pick_no><skilled>{skilled}</skilled>"
        f"<meta><instanceID>{new_id()}</instanceID></meta></data>"
    ).encode()


def village_xml(village: str) -> bytes:
    """What a village says."""
    return (
        f'<data id="thon" version="1"><today>2026-11-01</today><village_id>{village}</village_id>'
        f"<signal>1</signal><meta><instanceID>{new_id()}</instanceID></meta></data>"
    ).encode()
