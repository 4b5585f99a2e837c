"""Which nodes an expression reads, in the context of its own node."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.xforms.xpath import referenced_nodes

NODE = ("data", "m", "age")


@pytest.mark.parametrize(
    ("expression", "read"),
    [
        (". > 1", {"data/m/age"}),
        ("../born + 1", {"data/m/born"}),
        (" /data/n15  - 1", {"data/n15"}),
        ("selected( ../owns , 'phone') and not(/data/away = 1)", {"data/m/owns", "data/away"}),
        ("count(/data/m)*2", {"data/m"}),
        ("/data/div div /data/mod mod 2", {"data/div", "data/mod"}),
        ("position(..)", {"data/m"}),
        ("current()", {"data/m/age"}),
        ("/data/m[position() = position(current()/..) - 1]/age", {"data/m/age", "data/m"}),
        ("/data/m[sex = /data/asked]/age", {"data/m/age", "data/m/sex", "data/asked"}),
        ("instance('v')/root/item[code = current()/../village]/title", {"data/m/village"}),
        ("(../a | ../b)[1]/c", {"data/m/a", "data/m/b"}),
        ("pulldata('villages', 'people', 'code', ../village)", {"data/m/village"}),
        ("'../quoted' = \"/data/too\"", set()),
        ("-../a + .5", {"data/m/a"}),
        ("today() - 1", set()),
        ("if(../tuổi > 3, ../a-b.c, d)", {"data/m/tuổi", "data/m/a-b.c", "data/m/age/d"}),
    ],
)
def test_references_are_resolved(expression: str, read: set[str]) -> None:
    assert {"/".join(path) for path in referenced_nodes(expression, NODE)} == read


@given(st.text(alphabet="/.()[]*@':\"ab1 -+,", max_size=60))
def test_broken_expressions_are_read_as_far_as_they_go(expression: str) -> None:
    assert isinstance(referenced_nodes(expression, NODE), set)


def test_brackets_may_be_nested_absurdly_deep() -> None:
    deep = "(" * 5000 + "../a" + ")" * 5000
    assert ("data", "m", "a") in referenced_nodes(deep, NODE)
