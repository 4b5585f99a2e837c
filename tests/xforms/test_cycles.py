"""Circles that a phone would refuse, told apart from references that only look like one."""

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from app.xforms.cycles import find_cycles
from app.xforms.document import read_document

FORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>T</h:title><model>
  <instance><data id="t" version="1"><a/><b/><c/><g><x/><y/></g>
    <m jr:template=""><p/><q/><n jr:template=""><z/></n></m>
    <meta><instanceID/></meta></data></instance>
  {binds}<bind nodeset="/data/meta/instanceID" jr:preload="uid"/></model></h:head><h:body>
  <input ref="/data/a"><label>a</label></input><input ref="/data/b"><label>b</label></input>
  <group ref="/data/g"><label>g</label><input ref="/data/g/x"><label>x</label></input></group>
  <group ref="/data/m"><label>m</label><repeat nodeset="/data/m">
    <input ref="/data/m/p"><label>p</label></input><input ref="/data/m/q"><label>q</label></input>
    <group ref="/data/m/n"><label>n</label><repeat nodeset="/data/m/n">
      <input ref="/data/m/n/z"><label>z</label></input></repeat></group>
  </repeat></group></h:body></h:html>"""

# rules as "node attribute: expression", and the nodes of the circle
CIRCLES = [
    ("a calculate: . + 1", "a"),
    ("a relevant: . > 1", "a"),
    ("a readonly: . > 1", "a"),
    ("a required: . > 1", "a"),
    ("a calculate: if(. = '', uuid(), .)", "a"),
    ("a calculate: /data/b; b calculate: /data/c; c calculate: /data/a", "a c b"),
    ("a relevant: /data/b = 1; b relevant: /data/a = 1", "a b"),
    ("a required: /data/b = 1; b required: /data/a = 1", "a b"),
    ("a readonly: /data/b = 1; b calculate: /data/a + 1", "a b"),
    ("a calculate: current()/../b; b calculate: current()/../a", "a b"),
    ("g relevant: /data/g/x = 1", "g"),
    ("g relevant: /data/a = 1; a calculate: /data/g/x + 1", "g a"),
    ("m relevant: /data/a = 1; a calculate: sum(/data/m/n/z)", "m a"),
    ("m/p calculate: sum(../n/z); m/n/z calculate: ../../p + 1", "m/p m/n/z"),
    ("m/p calculate: /data/m[position() = position(current()/..) - 1]/p + 1", "m/p"),
    ("a calculate: /data/m[q = /data/b]/p; b calculate: /data/a + 1", "a b"),
]
NO_CIRCLES = [
    "a constraint: . > 1",
    "a calculate: /data/b; b constraint: /data/a = 1",
    "a calculate: once(uuid())",
    "a relevant: true(); b relevant: true()",
    "g readonly: /data/g/x > 1",
    "g/x calculate: position(..)",
    "m/p calculate: position(..) + count(/data/m)",
    "g relevant: /data/a = 1; g/x relevant: /data/b = 1; b calculate: /data/g/y",
    "a calculate: count(/data/g); g/x calculate: /data/a + 1",
]


def form(rules: str) -> str:
    binds = ""
    for rule in rules.split("; "):
        place, expression = rule.split(": ")
        path, attribute = place.split()
        escaped = expression.replace("<", "&lt;").replace('"', "&quot;")
        binds += f'<bind nodeset="/data/{path}" {attribute}="{escaped}"/>'
    return FORM.format(binds=binds)


def circles(rules: str) -> list[str]:
    document = read_document(form(rules).encode())
    found = find_cycles(document.binds, [path for path, _ in document.nodes()])
    return [" ".join(path.removeprefix("/data/") for path, _ in cycle.rules) for cycle in found]


@pytest.mark.parametrize(("rules", "nodes"), CIRCLES)
def test_a_circle_is_found_with_its_nodes_in_order(rules: str, nodes: str) -> None:
    assert circles(rules) == [nodes]


@pytest.mark.parametrize("rules", NO_CIRCLES)
def test_what_a_phone_can_order_is_no_circle(rules: str) -> None:
    assert circles(rules) == []


def test_two_circles_are_told_apart() -> None:
    rules = (
        "a calculate: /data/b; b calculate: /data/a; g/x calculate: /data/g/y; g/y calculate: ../x"
    )
    assert circles(rules) == ["a b", "g/x g/y"]


@pytest.mark.skipif(not shutil.which("java"), reason="JavaRosa, in ODK Validate, runs on Java")
def test_the_engine_of_the_phones_sees_the_same_circles(tmp_path: Path) -> None:
    expected = set()
    every = [*(rules for rules, _ in CIRCLES), *NO_CIRCLES]
    for number, rules in enumerate(every):
        (tmp_path / f"{number}.xml").write_text(form(rules))
        if circles(rules):
            expected.add(f"{number}.xml")
    jar = files("pyxform") / "validators/odk_validate/bin/ODK_Validate.jar"
    command = ["java", "-Djava.awt.headless=true", "-jar", str(jar)]
    names = [f"{number}.xml" for number in range(len(every))]
    told = subprocess.run(
        [*command, *names], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    output = told.stdout + told.stderr
    refused = set(output.partition("failed validation:")[2].split()) & set(names)
    assert refused == expected
    assert output.count("Cycle detected in form's relevant and calculation logic") == len(expected)
