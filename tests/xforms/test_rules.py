"""Broken expressions and circles of a workbook are told with the cells to look at."""

from tests.xforms.sheets import compiled, refusals


def test_a_circle_through_a_group_names_every_cell() -> None:
    [told] = refusals("""
        | survey |
        |        | type        | name   | label  | relevant      | calculation |
        |        | integer     | people | People |               |             |
        |        | calculate   | adults |        |               | ${old} + 1  |
        |        | begin group | more   | More   | ${adults} > 1 |             |
        |        | integer     | old    | Old    |               |             |
        |        | end group   |        |        |               |             |
    """)
    assert told == (
        "survey!E3: A circle, where each needs the one before it: adults (calculation,"
        " survey!E3) → more (relevant, survey!D4) → adults."
    )


def test_the_count_of_a_repeat_may_be_part_of_a_circle() -> None:
    [told] = refusals("""
        | survey |
        |        | type         | name | label  | calculation       | repeat_count |
        |        | calculate    | n    |        | /data/m_count + 1 |              |
        |        | begin repeat | m    | Member |                   | ${n} + 1     |
        |        | text         | who  | Who    |                   |              |
        |        | end repeat   |      |        |                   |              |
    """)
    assert told.startswith("survey!D2: A circle")
    assert "m_count (calculation, survey!E3)" in told


def test_the_own_value_may_be_looked_at_in_a_constraint_and_a_default_only() -> None:
    assert compiled("""
        | survey |
        |        | type    | name | label | constraint | default |
        |        | integer | age  | Age   | . < 120    | 1 + 1   |
    """)
    [told] = refusals("""
        | survey |
        |        | type    | name | label | required |
        |        | integer | age  | Age   | . < 120  |
    """)
    assert told == "survey!D2: 'age' depends on itself: its required reads its own value."


def test_an_incomplete_expression_is_told_with_its_cell() -> None:
    told = refusals("""
        | survey  |
        |         | type          | name | label | relevant      | constraint | choice_filter |
        |         | integer       | age  | Age   |               | . > 0 and  |               |
        |         | select_one yn | yes  | Yes   | if(${age} > 3 |            |               |
        |         | select_one yn | no   | No    |               |            | x =           |
        | choices |
        |         | list_name | name | label | x |
        |         | yn        | 1    | Yes   | 1 |
    """)
    assert told == [
        "survey!E2: The constraint of 'age' is no complete expression: correct it.",
        "survey!D3: The relevant of 'yes' is no complete expression: correct it.",
        "survey!F4: The choice_filter of 'no' is no complete expression: correct it.",
    ]
