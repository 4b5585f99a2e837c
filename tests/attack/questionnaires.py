"""What the town is asked, and the kinds of answers that its households may give."""

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
INDICATORS = {
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

Household = tuple[str, str, int]  # poor, fibre, devices
Member = tuple[int, str, str, str]  # age, sex, phone, uses the Internet
Kind = tuple[Household, tuple[Member, ...]]

HOMES: tuple[Household, ...] = tuple(product("31", "108", (2, 1)))
MEMBERS: tuple[Member, ...] = tuple(product((40, 16), "12", "208", "12"))
YOUTH = ((16, "1", "2", "1"), (16, "1", "0", "1"))
ROWS = (
    (),
    *((one,) for one in MEMBERS),
    *((one, youth) for one in MEMBERS[:12] for youth in YOUTH),
)
KINDS: tuple[Kind, ...] = tuple(product(HOMES, ROWS))


# The answer that decides what an indicator counts, by its place in a kind.
FIBRE, DEVICES, PHONE, NET = 1, 2, 5, 6
ASKS = {
    "FIBRE": FIBRE, "COPPER": FIBRE, "INDEX": FIBRE, "DEVICES": DEVICES,
    "PHONE": PHONE, "PHONE15": PHONE, "NONE15": PHONE, "USERS": NET, "NET": NET,
}  # fmt: skip


def changed_answer(one: Kind, other: Kind) -> int | None:
    """The place of the one answer in which two kinds differ; None when they differ in more."""
    if len(one[1]) != len(other[1]):
        return None
    pairs = list(zip(_answers(one), _answers(other), strict=True))
    places = [at for at, (said, says) in enumerate(pairs) if said != says]
    if len(places) != 1:
        return None
    at = places[0]
    return at if at < len(HOMES[0]) else len(HOMES[0]) + (at - len(HOMES[0])) % len(MEMBERS[0])


def _answers(kind: Kind) -> list[object]:
    home, members = kind
    return [*home, *(answer for member in members for answer in member)]


def household_form(codes: tuple[str, ...]) -> FormSource:
    """The questionnaire with some of the indicators."""
    rows = (f"| | {code} | 1 | {code} | {' | '.join(INDICATORS[code])} |\n" for code in codes)
    return FormSource("ho.md", (HOUSEHOLD + "".join(rows)).encode())


def village_form() -> FormSource:
    """What villages say of themselves."""
    return FormSource("thon.md", VILLAGE.encode())


def household_xml(kind: int, village: str, household: str) -> bytes:
    """An interview in which a household gives answers of a kind."""
    (poor, fibre, devices), members = KINDS[kind]
    rows = "".join(
        f"<m><m_age>{age}</m_age><m_sex>{sex}</m_sex><m_phone>{phone}</m_phone><m_net>{net}</m_net></m>"
        for age, sex, phone, net in members
    )
    return (
        f'<data id="ho" version="1"><today>2026-11-01</today><village_id>{village}</village_id>'
        f"<hh_id>{household}</hh_id><visit_result>1</visit_result><main><poor>{poor}</poor>"
        f"<fibre>{fibre}</fibre><devices>{devices}</devices><n15>{len(members)}</n15>{rows}</main>"
        f"<meta><instanceID>{new_id()}</instanceID></meta></data>"
    ).encode()


def village_xml(village: str) -> bytes:
    """What a village says."""
    return (
        f'<data id="thon" version="1"><today>2026-11-01</today><village_id>{village}</village_id>'
        f"<signal>1</signal><meta><instanceID>{new_id()}</instanceID></meta></data>"
    ).encode()
