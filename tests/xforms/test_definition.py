"""A form's definition survives the database unchanged."""

import json

from app.xforms.definition import Field, FormDefinition
from tests.xforms.sheets import compiled

SHEETS = """
| survey  |
|         | type          | name  | label::Việt (vi) | label::En (en) | pii      | repeat_count |
|         | integer       | n     | Số người         | People         |          |              |
|         | begin repeat  | m     | Thành viên       | Member         |          | ${n}         |
|         | text          | name  | Tên              | Name           | personal |              |
|         | select_one yn | phone | Điện thoại       | Phone          |          |              |
|         | end repeat    |       |                  |                |          |              |
|         | text          | name  | Tên hộ           | Household      |          |              |
| choices |
|         | list_name | name | label::Việt (vi) | label::En (en) |
|         | yn        | 1    | Có               | Yes            |
"""


def test_json_brings_the_same_definition_back() -> None:
    definition = compiled(SHEETS).definition
    stored = json.loads(json.dumps(definition.to_json()))
    assert FormDefinition.from_json(stored) == definition


def test_a_field_is_found_by_its_path_and_by_a_name_that_only_it_has() -> None:
    definition = compiled(SHEETS).definition
    assert definition.field("phone") == definition.field("m/phone")
    assert definition.field("m/name") == Field(
        name="name",
        path="m/name",
        type="text",
        repeat="m",
        labels={"vi": "Tên", "en": "Name"},
        pii="personal",
    )
    assert definition.field("name") is None
    assert definition.field("nobody") is None
