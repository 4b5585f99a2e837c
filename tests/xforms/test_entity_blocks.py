"""What forms declare about entities: as workbooks and as XForms, and what is refused where."""

import pytest

from app.xforms.compile import compile_xlsform, read_xform
from app.xforms.definition import FormDefinition
from app.xforms.entity_actions import read_entity_actions
from app.xforms.entity_blocks import EntityBlock
from app.xforms.problems import FormRefused
from app.xforms.untrusted import parse_untrusted

PLOT = """
| survey |
| | type         | name    | label   | {header}      |
| | begin_repeat | tree    | Tree    |               |
| | text         | species | Species | trees#{name}  |
| | end_repeat   |         |         |               |
| | text         | owner   | Owner   | plots#owner   |
| settings |
| | form_id | version |
| | plot    | 1       |
| entities |
| | list_name | label      | repeat  |
| | trees     | ${{species}} | ${{tree}} |
| | {plots}     | ${{owner}}   |         |
"""

XFORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:entities="http://www.opendatakit.org/xforms/entities">
<h:head><h:title>Trees</h:title><model entities:entities-version="{version}"><instance>
<data id="trees" version="1"><main><species/><meta>
<entity dataset="{list}" create="1" id=""/></meta>
</main><other/><meta><instanceID/></meta></data></instance>
<bind nodeset="/data/main/species" type="string" entities:saveto="{name}"/>
{bind}</model></h:head>
<h:body><input ref="/data/main/species"/><input ref="/data/other"/></h:body></h:html>
"""


def plot(name="species", plots="plots", header="save_to"):
    text = PLOT.format(name=name, plots=plots, header=header)
    return compile_xlsform(text.encode(), ".md", default_form_id="plot").definition


def xform(version="2025.1.0", name="species", list_name="trees", bind=""):
    text = XFORM.format(version=version, name=name, list=list_name, bind=bind)
    return read_xform(text.encode(), ()).definition


def test_a_workbook_declares_entities_of_the_form_and_of_its_repeats():
    definition = plot()
    assert definition.entities == (
        EntityBlock("trees", "tree", {"tree/species": "species"}),
        EntityBlock("plots", "", {"owner": "owner"}),
    )
    assert FormDefinition.from_json(definition.to_json()) == definition


@pytest.mark.parametrize("version", ["2022.1.0", "2023.1.0", "2024.1.0", "2025.1.0"])
def test_an_xform_does_too(version):
    assert xform(version).entities == (EntityBlock("trees", "main", {"main/species": "species"}),)


@pytest.mark.parametrize("name", ["name", "Label", "__version"])
def test_reserved_names_are_refused_at_their_cell(name):
    with pytest.raises(FormRefused) as refused:
        plot(name)
    assert [str(finding.place) for finding in refused.value.findings] == ["survey!D3"]


@pytest.mark.parametrize("name", ["__plots", "pl.ots"])
def test_names_of_lists_too(name):
    with pytest.raises(FormRefused) as refused:
        plot(plots=name)
    assert "entities!A3" in [str(finding.place) for finding in refused.value.findings]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"name": "Name"}, "every entity has its own name and label"),
        ({"name": "__x"}, "the system's"),
        ({"name": "a b"}, "use letters, digits"),
        ({"list_name": ""}, "no dataset"),
        ({"list_name": "__trees"}, "no name for an entity list"),
        ({"list_name": "tr.ees"}, "no name for an entity list"),
        ({"version": "2031.1"}, "unknown to phones"),
        (
            {"bind": '<bind nodeset="/data/other" entities:saveto="x"/>'},
            "other is saved to an entity, but none is declared around it",
        ),
    ],
)
def test_an_xform_is_refused_for_the_same(change, complaint):
    with pytest.raises(FormRefused, match=complaint):
        xform(**change)


def test_entities_in_a_group_need_their_version_as_well():
    text = XFORM.format(version="", name="a", list="trees", bind="")
    with pytest.raises(FormRefused, match="needs an entities-version"):
        read_xform(text.replace(' entities:entities-version=""', "").encode(), ())


def test_an_interview_says_what_it_makes_and_leaves_out_what_was_not_asked():
    filled = parse_untrusted(b"""
        <data id="plot" version="1"><tree><meta>
        <entity dataset="trees" update="1" id="uuid:3FB0AD59-6C5D-4D4A-9A7E-39C2F7B3F111"
          baseVersion="2" trunkVersion="1" branchId="b"/></meta></tree>
        <tree><species/><meta><entity dataset="trees" create="0" id=""/></meta></tree>
        <owner> An </owner><meta><entity dataset="plots" create="1"
          id="4fb0ad59-6c5d-4d4a-9a7e-39c2f7b3f111"><label>An</label></entity></meta></data>""")
    tree, plot_ = read_entity_actions(filled, plot().entities)

    assert (tree.list, tree.position, tree.id) == (
        "trees", "tree[1]", "3fb0ad59-6c5d-4d4a-9a7e-39c2f7b3f111",
    )  # fmt: skip
    assert (tree.create, tree.update, tree.base, tree.trunk, tree.branch) == (
        False,
        True,
        2,
        1,
        "b",
    )
    assert (tree.label, tree.values, tree.problem) == (None, {}, None)
    assert (plot_.label, plot_.values, plot_.position) == ("An", {"owner": "An"}, "")
