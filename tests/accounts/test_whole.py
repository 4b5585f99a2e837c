"""What concerns a whole programme is not decided in one commune of it."""

import pytest

from app.accounts.actors import OPERATOR
from app.accounts.scope import require_whole
from app.errors import NotAllowed
from tests import people

pytestmark = pytest.mark.usefixtures("app")


def test_an_administrator_of_the_province_may_and_one_of_a_commune_may_not():
    project = people.project()
    of_province = people.actor("administrator", people.GIA_LAI, of=project)
    of_commune = people.actor("administrator", people.IA_DOM, of=project)

    require_whole(of_province, "form.manage", project.id)
    with pytest.raises(NotAllowed):
        require_whole(of_commune, "form.manage", project.id)


def test_the_right_in_another_programme_does_not_help():
    project, other = people.project(), people.project()
    elsewhere = people.actor("administrator", people.GIA_LAI, of=other)

    with pytest.raises(NotAllowed):
        require_whole(elsewhere, "form.manage", project.id)


def test_the_operator_may():
    require_whole(OPERATOR, "form.manage", people.project().id)
