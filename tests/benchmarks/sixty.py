"""A questionnaire of about sixty questions without indicators, and a template of its answers."""

MEMBERS = 4
HOUSE = 32  # questions about the house
MEMBER = 12  # questions about each member
CHOICES = ("1", "2", "3", "4")
VERSION = "2026112201"


def form() -> bytes:
    """The XLSForm, as Markdown."""
    rows = ["| survey |", "|  | type | name | label | required |", "|  | today | today |  |  |"]
    rows += [_question(f"house_{number}", number) for number in range(HOUSE)]
    rows += ["|  | begin_repeat | person | Person |  |"]
    rows += [_question(f"member_{number}", number) for number in range(MEMBER)]
    rows += ["|  | end_repeat |  |  |  |", "| choices |", "|  | list_name | name | label |"]
    rows += [f"|  | four | {code} | Choice {code} |" for code in CHOICES]
    rows += ["| settings |", "|  | form_id | form_title | version |"]
    rows += [f"|  | sixty | Sixty questions | {VERSION} |"]
    return "\n".join(rows).encode()


def template() -> str:
    """An instance with `{{pick}}` and `{{int}}` in the places of answers, of about 2.7 kB."""
    house = "".join(f"<house_{n}>{_answer(n)}</house_{n}>" for n in range(HOUSE))
    person = "".join(f"<member_{n}>{_answer(n)}</member_{n}>" for n in range(MEMBER))
    persons = f"<person>{person}</person>" * MEMBERS
    return (
        "<?xml version='1.0' encoding='UTF-8'?>"
        f'<data id="sixty" version="{VERSION}"><today>2026-01-15</today>{house}{persons}'
        "<meta><instanceID>{{uuid}}</instanceID></meta></data>"
    )


def _kind(number: int) -> str:
    return ("select_one four", "integer", "select_multiple four", "text", "date")[number % 5]


def _question(name: str, number: int) -> str:
    return f"|  | {_kind(number)} | {name} | Question {name} | yes |"


def _answer(number: int) -> str:
    return {
        "select_one four": "{{pick:1|2|3|4}}",
        "integer": "{{int:0:999}}",
        "select_multiple four": "{{pick:1 2|2 3 4|4|1 3}}",
        "text": "{{pick:một câu trả lời ngắn|ghi chú của người dân}} {{n}}",
        "date": "20{{int:10:25}}-0{{int:1:9}}-{{int:10:28}}",
    }[_kind(number)]
