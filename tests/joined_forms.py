"""Two forms about one drawn adult, an indicator that joins them, and interviews with both."""

from app.forms.source import FormSource
from tests.survey import Survey, new_id

WHO = """
| survey |
| | type          | name       | label     | relevant         |
| | today         | today      |           |                  |
| | text          | village_id | Village   |                  |
| | text          | hh_id      | Household |                  |
| | integer       | pick_no    | Number    |                  |
| | select_one sex | p_sex     | Sex       |                  |
| | integer       | p_yob      | Born      |                  |
"""
CHOICES = """
| choices |
| | list_name | name | label      |
| | sex       | 1    | Man        |
| | sex       | 2    | Woman      |
| | yndk      | 1    | Yes        |
| | yndk      | 2    | No         |
| | yndk      | 8    | Don't know |
"""
SETTINGS = """
| settings |
| | form_id | version   | form_title | org_unit   | household_key | person_key | person_sex | \
person_birth_year |
| | {form}  | {version} | {form}     | village_id | hh_id         | pick_no    | p_sex      | \
p_yob             |
"""
USE = (
    WHO
    + """
| | select_one yndk | net       | Internet  |                  |
| | select_one yndk | net_last  | Lately    | ${net} = '1'     |
"""
    + CHOICES
    + SETTINGS.replace("{form}", "dung")
)
SAFETY = (
    WHO
    + """
| | select_one yndk | phone     | Phone     |                  |
| | select_one yndk | locked    | Locked    | ${phone} = '1'   |
"""
    + CHOICES
    + SETTINGS.replace("{form}", "antoan")
)
INDICATORS = """
| indicators |
| | code | version | label | unit   | join   | eligible          | numerator               \
| irrelevant | by  |
| | SAFE | 1       | Safe  | person | antoan | ${net_last} = '1' | ${antoan#locked} = '1'  \
| 0          | sex |
| | NET  | 1       | Net   | person |        |                   | ${net} = '1'            \
|            | sex |
| breakdowns |
| | name | expression | label |
| | sex  | ${p_sex}   | Sex   |
| missing |
| | list        | code | reason    |
| | yndk        | 8    | dont_know |
| | antoan#yndk | 8    | dont_know |
| indicator_tests |
| | code | answers                                            | eligible | numerator | denominator |
| | SAFE | net=1; net_last=1; antoan#phone=1; antoan#locked=1 | 1        | 1         | 1           |
| | SAFE | net=1; net_last=1; antoan#phone=1; antoan#locked=2 | 1        | 0         | 1           |
| | SAFE | net=1; net_last=1; antoan#phone=2                  | 1        | 0         | 1           |
| | SAFE | net=1; net_last=1; antoan#phone=8                  | 1        |           |             |
| | SAFE | net=2; antoan#phone=1; antoan#locked=1             | 0        |           |             |
"""


def use_form(version: str = "1", indicators: str = INDICATORS) -> FormSource:
    """Whether the Internet is used; its workbook has the indicators."""
    return FormSource("dung.md", (USE + indicators).replace("{version}", version).encode())


def safety_form(version: str = "1", text: str = SAFETY) -> FormSource:
    """Whether the phone is locked."""
    return FormSource("antoan.md", text.replace("{version}", version).encode())


def use_xml(
    survey: Survey, household: str, *, net: str = "1", last: str = "1", **who: str
) -> bytes:
    """An interview with the first form."""
    lately = f"<net_last>{last}</net_last>" if net == "1" else ""
    return _xml(survey, "dung", household, f"<net>{net}</net>{lately}", **who)


def safety_xml(
    survey: Survey, household: str, *, phone: str = "1", locked: str = "1", **who: str
) -> bytes:
    """An interview with the second form."""
    lock = f"<locked>{locked}</locked>" if phone == "1" else ""
    return _xml(survey, "antoan", household, f"<phone>{phone}</phone>{lock}", **who)


def _xml(
    survey: Survey,
    form: str,
    household: str,
    said: str,
    *,
    pick: str = "1",
    sex: str = "2",
    born: str = "1980",
    version: str = "1",
    village: str = "",
    instance_id: str = "",
    deprecated_id: str = "",
) -> bytes:
    deprecated = f"<deprecatedID>{deprecated_id}</deprecatedID>" if deprecated_id else ""
    return (
        f'<data id="{form}" version="{version}"><today>2026-11-01</today>'
        f"<village_id>{village or survey.village.public_id}</village_id><hh_id>{household}</hh_id>"
        f"<pick_no>{pick}</pick_no><p_sex>{sex}</p_sex><p_yob>{born}</p_yob>{said}"
        f"<meta><instanceID>{instance_id or new_id()}</instanceID>{deprecated}</meta></data>"
    ).encode()
