"""A small scorecard over the small survey's two indicators, and what a commune reports itself."""

from app.accounts.actors import OPERATOR
from app.db import transaction
from app.scorecards import catalog
from app.scorecards.models import Scorecard

BOOK = """
| settings |
| | code | version | year | label::Tiếng Việt (vi) | label::English (en) | legal_basis | due_on |
| | CDS  | {version} | 2026 | Xã hội số | Digital society | QĐ 1 | {due_on} |
| groups |
| | code | label::Tiếng Việt (vi) | label::English (en) |
| | XH   | Số liệu điều tra       | Survey              |
| | NT   | Xã báo cáo             | Reported            |
| criteria |
| | code | group | label::Tiếng Việt (vi) | indicator | points | rule | target | steps | evidence |
| | A    | XH | Hộ dùng cáp quang   | FIBRE | 20 | target       | 80% | | |
| | B    | XH | Có điện thoại       | PHONE | 10 | proportional | | | |
| | C    | NT | Họp chuyên đề       |       | {meetings} | steps | | 2={meetings}; 1=5 | |
| | D    | NT | Có chuyên mục       |       | 10 | yes_no       | | | yes |
"""


def book(version=1, due_on="", meetings=10) -> bytes:
    return BOOK.format(version=version, due_on=due_on, meetings=meetings).encode()


def publish(project_id: int, **said) -> Scorecard:
    """Puts it in force."""
    with transaction():
        return catalog.publish(project_id, "cds.md", book(**said), OPERATOR)
