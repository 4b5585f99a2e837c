"""Which files a form needs on the phone."""

from tests.xforms.sheets import compiled


def test_lists_images_and_searches_are_named_once_and_without_folders() -> None:
    definition = compiled("""
        | survey  |
        |         | type                       | name  | label   | image   | appearance      |
        |         | csv-external               | drugs |         |         |                 |
        |         | note                       | a     | A       | hoa.png |                 |
        |         | select_one yn              | yes   | Yes     |         |                 |
        |         | select_one places          | where | Where   |         | search('wards') |
        |         | select_one_from_file v.csv | v     | Village |         |                 |
        | choices |
        |         | list_name | name | label | image     |
        |         | yn        | 1    | Yes   | hoa.png   |
        |         | yn        | 0    | No    | không.png |
        |         | places    | code | name  |           |
    """).definition
    assert definition.media == (
        "hoa.png",
        "không.png",
        "drugs.csv",
        "v.csv",
        "wards.csv",
    )


def test_the_last_saved_interview_is_the_phones_own() -> None:
    definition = compiled("""
        | survey |
        |        | type | name | label | default         |
        |        | text | a    | A     | ${last-saved#a} |
    """).definition
    assert definition.media == ()
