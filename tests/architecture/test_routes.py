"""Every route says who may call it, and shows or changes nothing of another territory.

One commune's interviews, files and people are the secret; everybody else walks every route with
their ids and must come back with nothing. A new route joins the walk by itself; only a new kind of
parameter is entered in `ids`.
"""

import io
import re

import openpyxl
import pytest
from markupsafe import escape
from sqlalchemy import select

from app import clock, programme
from app.access import CAPABILITIES, PUBLIC, SIGNED_IN
from app.accounts.actors import OPERATOR, user_actor
from app.accounts.app_users import app_user_token, device_password
from app.accounts.models import User
from app.accounts.permissions import ROLES as RIGHTS
from app.accounts.tokens import issue_api_token
from app.counts import tasks
from app.counts.models import CountTask
from app.counts.take import Source, take_table
from app.db import db, driver, transaction
from app.entities.models import Entity
from app.exports import run as workbooks
from app.exports.ask import Asked
from app.forms.models import Form
from app.imports.run import begin
from app.scorecards import evidence, writing
from app.scorecards.cards import Where
from app.scorecards.catalog import get_scorecard
from app.storage.blobs import store
from app.submissions.models import ParkedUpload, Submission
from app.submissions.upload import UploadedFile
from tests import people, releasing
from tests.entities import trees
from tests.pages.browsing import browser_of
from tests.scorecards.small import publish as publish_scorecard
from tests.survey import household_form, start_survey

PHONES = ("openrosa.", "openrosa_by_name.")
# They have keys of their own, and tests of their own for whom they open what.
TESTERS = ("openrosa_test.", "openrosa_briefcase.")
MACHINES = ("api.", "api_elsewhere.", "api_odata.")
# What a machine would have to say, where it is not a decision about an interview.
BODIES = {
    "change_entity": {"act": "delete", "reason": "felled"},
    "change_household": {"act": "split"},
    "throw_submission_away": {"reason": "x"},
    "write_criterion": {"own": "1", "explanation": "x"},
    "grant_points": {"points": "1", "remark": "x"},
    "advance_card": {"step": "review"},
    "change_workbook": {"state": "stopped"},
    "settle_pair": {"one": "T-00000-0001", "other": "T-00000-0002"},
}
HARMLESS = {"pages.sign_out", "pages.choose_language", "pages.sign_in"}
# Routes that refuse a question without a place before they look at anything else.
OF_ONE_PLACE = {
    "api.advance_card",
    "api.write_criterion",
    "api.grant_points",
    "api.attach_evidence",
}
# Whoever reads figures may have a file of those that are theirs.
HARMLESS |= {"pages.make_workbook", "api.make_workbook"}
# What decisions, admissions and publications write to.
CHANGING = (
    "submissions",
    "trashed_submissions",
    "review_decisions",
    "parked_uploads",
    "forms",
    "audit_events",
    "form_drafts",
    "inbox",
    "imports",
    "scorecards",
    "commune_scores",
    "criterion_entries",
    "evidence_files",
    "count_tables",
    "count_tasks",
    "figure_files",
)


def rules(app, method="GET"):
    found = [rule for rule in app.url_map.iter_rules() if method in rule.methods]
    assert len(found) > 1 or method != "GET"
    return found


def test_every_route_says_who_may_call_it(installation):
    views = installation.view_functions
    unmarked = {name for name, view in views.items() if not hasattr(view, "access")}
    unknown = {
        name
        for name, view in views.items()
        if getattr(view, "access", PUBLIC) not in CAPABILITIES | {PUBLIC, SIGNED_IN}
    }

    assert unmarked == set()
    assert unknown == set()


def test_public_routes_are_few_and_known(installation):
    views = installation.view_functions.items()

    assert {name for name, view in views if view.access == PUBLIC} == {
        "api.openapi", "api_elsewhere.nothing_here", "openrosa.nothing_here",
        "openrosa_by_name.nothing_here", "pages.favicon", "pages.health", "pages.sign_in",
        "pages.sign_in_form", "pages.sign_out", "pages.choose_language", "pages.static_file",
    }  # fmt: skip


@pytest.fixture
def survey(app):
    """Ia Dom: an interview that waits, with a photo, another that counts, and a parked one."""
    survey = start_survey(policy="approve-unflagged", households=3)
    photo = [UploadedFile("nhà.jpg", store(b"\xff\xd8\xff"))]
    survey.send(survey.instance(survey.ids[0], photo="nhà.jpg"), files=photo)
    survey.send(survey.instance("T-00000-0001"))
    survey.send(survey.instance(survey.ids[2], version="99"))
    trees.publish(survey)
    survey.send(trees.new_tree(survey, trees.SOME, "Cây của làng Mook Đen"))
    return survey


def released(survey):
    """The number of a release of the round."""
    with transaction():
        made = releasing.release(survey.round, OPERATOR)
        return made.version


@pytest.fixture
def ids(survey):
    """Values for the parameters of addresses: all of them of Ia Dom."""
    submission_id = db.session.query(Submission.id).order_by(Submission.id).first()[0]
    form = db.session.scalars(select(Form).filter_by(xml_form_id="ho")).one()
    entity = db.session.scalars(select(Entity)).one()
    return {
        "commune_id": people.unit(people.IA_DOM).id,
        "unit_id": people.unit(people.IA_DOM).id,
        "province_id": people.unit(people.GIA_LAI).id,
        "event_id": 1,
        "code": "FIBRE",
        "submission_id": submission_id,
        "instance_pk": submission_id,
        "name": "nhà.jpg",
        "round_id": survey.round.id,
        "version": released(survey),
        "day": clock.today().isoformat(),
        "parked_id": db.session.scalars(select(ParkedUpload.id)).one(),
        "form_id": form.id,
        "app_user_id": survey.phone.id,
        "token": survey.token,
        "project_id": survey.project.id,
        "version_id": form.current_version_id,
        "_rest": "x",
        "resource": "Figures",
        "xml_form_id": "ho",
        "draft_id": drafted(survey),
        "import_id": imported(survey),
        "kind": "png",
        "entity_id": entity.id,
        "household": driver().execute("select uuid from households limit 1").fetchone()[0],
        "change_id": 1,
        "list_id": entity.list_id,
        "scorecard": publish_scorecard(survey.project.id).code,
        "criterion": "D",
        "evidence_id": proved(survey),
        "step": "review",
        "act": "stop",
        "table_id": counted(survey),
        "workbook_id": asked_for(survey),
        "task_id": db.session.scalars(select(CountTask.id)).one(),
    }


def drafted(survey):
    """A draft of the survey's next form."""
    return programme.save_draft(survey.project.id, household_form("2"), OPERATOR).id


def asked_for(survey):
    """A workbook of figures that the lead of Ia Dom asked for, ready to be fetched."""
    lead = user_actor(db.session.scalars(select(User.id).filter_by(username="lan.ia.dom")).one())
    with transaction():
        made = workbooks.begin(lead, survey.round, Asked(level="village"), "vi").id
    while workbooks.advance(made):
        pass
    return made


def imported(survey):
    """An import that somebody of Ia Dom brings."""
    with transaction():
        lead = people.person("commune_lead", of=survey.project, username="lan.ia.dom")
        return begin(survey.project.id, "Mook Đen.zip", user_actor(lead.id)).id


def proved(survey):
    """A file that the lead of Ia Dom has handed in."""
    lead = user_actor(db.session.scalars(select(User.id).filter_by(username="lan.ia.dom")).one())
    found = get_scorecard(survey.project.id, "CDS")
    where = Where(found, survey.round, people.unit(people.IA_DOM))
    with transaction():
        writing.write(lead, where, "D", reported="yes", explanation="Mook Đen")
        file = io.BytesIO(b"%PDF-1.7 Mook \xc4\x90en")
        return evidence.attach(lead, where, "D", name="x.pdf", content=file).id


def counted(survey):
    """A table with a count of Ia Dom's village, far from the survey's figure."""
    source = Source("viettel", "Viettel", "123", clock.today(), "NĐ 278/2025")
    content = f"unit,indicator,numerator,denominator\n{survey.village.public_id},FIBRE,1,100\n"
    with transaction():
        table = take_table(survey.project.id, source, "x.csv", content.encode(), OPERATOR)
        assert tasks.open_tasks(survey.round, table) == 1
        return table.id


@pytest.fixture
def secrets(survey, ids):
    """Texts that give Ia Dom's people, places and answers away."""
    return [survey.village.public_id, "Mook Đen", survey.phone.name, survey.token,
            f"/submissions/{ids['submission_id']}", f"/parked/{ids['parked_id']}"]  # fmt: skip


def address(app, rule, ids):
    missing = rule.arguments - set(ids)
    assert not missing, f"say in `ids` what {missing} of {rule.rule} is"
    values = {name: ids[name] for name in rule.arguments}
    if rule.endpoint == "pages.static_file":
        values["name"] = "site.css"
    if rule.endpoint in OF_ONE_PLACE:
        values["unit"] = ids["commune_id"]
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


def queries(ids, survey):
    """Ways to ask for Ia Dom beside the address."""
    yield ""
    yield (
        f"?unit={ids['commune_id']}&village={survey.village.id}&project={survey.project.id}"
        f"&personal=yes&q=Mook&below={ids['commune_id']}"
    )
    yield f"?unit={ids['commune_id']}"
    yield f"?code={survey.village.public_id}"
    yield f"?village={survey.village.id}"
    yield "?q=mook"


def text_of(answer):
    """What an answer says; of a workbook, what its cells say."""
    if "spreadsheetml" not in answer.mimetype:
        return answer.get_data(as_text=True)
    sheets = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets
    return "\n".join(str(cell) for sheet in sheets for row in sheet.values for cell in row)


def assert_silent(answer, secrets, where):
    """The answer tells none of the secrets; the address it was asked for may come back."""
    text = text_of(answer).replace(str(escape(where)), "")
    text = re.sub(r"next=[^\"&]*", "", text)
    assert answer.status_code < 500, where
    assert [secret for secret in secrets if secret in text] == [], where


ROLES = ["commune_reviewer", "commune_lead", "auditor", "administrator", "api_client"]


@pytest.mark.parametrize("role", ROLES)
def test_pages_show_nothing_of_another_territory(app, survey, ids, secrets, role):
    browser = browser_of(app.test_client(), role, place=people.PLEIKU, of=survey.project)
    for rule in rules(app):
        if rule.endpoint.startswith((*PHONES, *TESTERS, *MACHINES)):
            continue
        for query in queries(ids, survey):
            where = address(app, rule, ids) + query
            assert_silent(browser.client.get(where, buffered=True), secrets, where)


@pytest.mark.parametrize("role", ROLES)
def test_machines_learn_nothing_of_another_territory(app, survey, ids, secrets, role):
    with transaction():
        user = people.person(role, people.PLEIKU, of=survey.project)
        headers = {"Authorization": f"Bearer {issue_api_token(user, 'Máy')}"}
    client = app.test_client()
    for rule in rules(app):
        if rule.endpoint.startswith(MACHINES):
            for query in queries(ids, survey):
                where = address(app, rule, ids) + query
                assert_silent(client.get(where, headers=headers), secrets, where)


def test_a_role_in_another_project_opens_nothing(app, survey, ids, secrets):
    with transaction():
        other = people.project(name="Chương trình khác")
    browser = browser_of(app.test_client(), "administrator", place=people.GIA_LAI, of=other)
    # Villages are places, which belong to no project; the interviews of this one do.
    kept = [secret for secret in secrets if secret not in {survey.village.public_id, "Mook Đen"}]
    for rule in rules(app):
        if not rule.endpoint.startswith((*PHONES, *TESTERS, *MACHINES)):
            for query in queries(ids, survey):
                where = address(app, rule, ids) + query
                assert_silent(browser.client.get(where, buffered=True), kept, where)


def test_strangers_get_no_further_than_the_sign_in_page(app, survey, ids, secrets):
    client = app.test_client()
    for rule in rules(app):
        if rule.endpoint.startswith((*PHONES, *TESTERS)):
            continue
        where = address(app, rule, ids)
        answer = client.get(where, buffered=True)
        assert_silent(answer, secrets, where)
        if app.view_functions[rule.endpoint].access != PUBLIC:
            assert answer.status_code in {302, 401}, where


def test_phones_of_another_territory_get_nothing_of_this_one(app, survey, ids, secrets):
    with transaction():
        village = people.village("Plei Bạc", people.PLEIKU)
        phone = people.surveyor(village, of=survey.project, username="dtv02")
        phone.name = "Người khác"
        token = app_user_token(phone)
        signed = ("dtv02", device_password(phone))  # sent to the addresses that have no token
    client = app.test_client()
    https = {"base_url": "https://localhost", "auth": signed, "buffered": True}
    for rule in rules(app):
        if not rule.endpoint.startswith(PHONES):
            continue
        for name in ("nhà.jpg", "villages.csv", "communes.csv", "households.csv"):
            where = address(app, rule, ids | {"token": token, "name": name})
            answer = client.get(where, **https)
            assert_silent(answer, secrets, where)
            assert answer.status_code not in {401, 403}, where


def test_an_unknown_phone_gets_nothing_at_all(app, survey, ids, secrets):
    client = app.test_client()
    for rule in rules(app):
        if rule.endpoint.startswith((*PHONES, *TESTERS)):
            where = address(app, rule, ids | {"token": "A" * 43})
            answer = client.get(where, buffered=True)
            assert_silent(answer, secrets, where)
            refusal = 403 if "token" in rule.arguments else 401
            assert answer.status_code in {refusal, 404}, where


def contents():
    """Everything that a decision, an admission or a publication would change."""
    return [driver().execute(f"select * from {table} order by 1").fetchall() for table in CHANGING]


@pytest.mark.parametrize("role", ["commune_lead", "administrator"])
def test_nothing_of_another_territory_is_changed(app, survey, ids, role):
    browser = browser_of(app.test_client(), role, place=people.PLEIKU, of=survey.project)
    csrf = browser.get("/").tree.xpath("//input[@name='csrf']/@value")[0]
    form = {
        "csrf": csrf, "decision": "approve", "seen": ids["submission_id"], "reason": "x",
        "project": survey.project.id, "ticket": "x", "state": "nothing",
    }  # fmt: skip
    before = contents()
    db.session.rollback()
    for rule in rules(app, "POST"):
        if rule.endpoint.startswith((*PHONES, *TESTERS, *MACHINES)) or rule.endpoint in HARMLESS:
            continue
        where = address(app, rule, ids)
        answer = browser.client.post(where, data=form)
        assert 400 <= answer.status_code < 500, where

    assert contents() == before


def test_posts_without_the_pages_mark_are_refused_everywhere(app, survey, ids):
    browser = browser_of(
        app.test_client(), "administrator", place=people.GIA_LAI, of=survey.project
    )
    for rule in rules(app, "POST"):
        if not rule.endpoint.startswith((*PHONES, *TESTERS, *MACHINES)):
            where = address(app, rule, ids)
            for mark in ({}, {"csrf": ""}, {"csrf": "0" * 64}):
                answer = browser.client.post(where, data=mark)
                assert answer.status_code == 403, where


def test_machines_change_nothing_of_another_territory(app, survey, ids):
    with transaction():
        user = people.person("commune_lead", people.PLEIKU, of=survey.project)
        headers = {"Authorization": f"Bearer {issue_api_token(user, 'Máy')}"}
    before = contents()
    db.session.rollback()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for rule in rules(app, method):
            if rule.endpoint.startswith(MACHINES) and rule.endpoint not in HARMLESS:
                where = address(app, rule, ids)
                body = BODIES.get(rule.endpoint.partition(".")[2], {"state": "approved"})
                answer = app.test_client().open(where, method=method, headers=headers, json=body)
                allowed = app.view_functions[rule.endpoint].access in RIGHTS["commune_lead"] | {
                    PUBLIC
                }
                assert answer.status_code == (404 if allowed else 403), where

    assert contents() == before
