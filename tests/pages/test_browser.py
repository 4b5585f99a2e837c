"""The pages in a real Chromium, scripts switched off: they look whole, and work by keyboard."""

import os
import shutil
import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from app.accounts.actors import OPERATOR
from app.db import transaction
from tests import people, releasing
from tests.pages.test_submission import state_of
from tests.scorecards.small import publish

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PHONE, OLD_PC = {"width": 360, "height": 740}, {"width": 1024, "height": 768}
PAPER = {"width": 703, "height": 1000}  # A4 less its margins, in pixels of 1/96 inch
# Where an element stands in the page, as a number.
ORDER = "one => [...document.querySelectorAll('*')].indexOf(one)"


@pytest.fixture(scope="module")
def chromium() -> Iterator:
    if CHROMIUM is None and not os.environ.get("THONSO_REQUIRE_TOOLS"):
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def server(app) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains about: a refused style, a missing file, an insecure form."""
    return []


@pytest.fixture
def window(chromium, server, survey, complaints) -> Iterator:
    """A window of the commune's lead, signed in by typing."""
    with transaction():
        people.person("commune_lead", people.IA_DOM, of=survey.project, username="lan")
    context = chromium.new_context(java_script_enabled=False, viewport=OLD_PC, base_url=server)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto("/")
    page.locator("[name=username]").focus()
    page.keyboard.type("lan")
    page.keyboard.press("Tab")
    page.keyboard.type(people.PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    yield page
    context.close()


def every_page(commune, submission_id):
    yield from (
        "/", f"/communes/{commune.id}", f"/communes/{commune.id}/indicators/FIBRE",
        f"/communes/{commune.id}/submissions", f"/submissions/{submission_id}", "/forms", "/parked",
        "/nix",
    )  # fmt: skip


@pytest.mark.parametrize("size", [PHONE, OLD_PC], ids=["phone", "old PC"])
def test_nothing_is_refused_and_nothing_runs_off_the_screen(
    window, complaints, sent, commune, size
):
    submission_id = sent(0)
    window.set_viewport_size(size)
    for address in every_page(commune, submission_id):
        window.goto(address)
        body = window.locator("body").bounding_box()
        assert body["width"] <= size["width"], address
        main = window.locator("main").bounding_box()
        assert main["x"] >= 0, address
        assert main["x"] + main["width"] <= size["width"], address

    assert [text for text in complaints if "404" not in text] == []


def test_the_style_is_in_force_and_letters_are_large(window, commune):
    window.goto(f"/communes/{commune.id}")
    title, text = (window.locator(kind).first.bounding_box() for kind in ("h1", "main p"))

    assert window.locator("header img").first.bounding_box()["height"] == 40
    assert title["height"] > text["height"] / 3
    # 18 px letters in lines of one and a half
    assert window.locator("th[scope=col]").first.bounding_box()["height"] >= 24


def test_an_interview_is_approved_without_a_mouse(window, sent):
    submission_id = sent(0)
    window.goto(f"/submissions/{submission_id}")
    window.locator("textarea").first.focus()
    window.keyboard.press("Tab")
    with window.expect_navigation():
        window.keyboard.press("Enter")  # the button after the reason is “approve”

    assert state_of(submission_id) == ("approved", submission_id)
    assert "Đã ghi quyết định" in window.locator("main").inner_text()


def test_rejecting_asks_for_the_reason_and_keeps_what_was_typed(window, sent):
    submission_id = sent(0)
    window.goto(f"/submissions/{submission_id}")
    window.get_by_role("button", name="Từ chối").click()
    assert "Hãy ghi lý do" in window.get_by_role("alert").inner_text()

    window.locator("textarea").first.fill("Nhầm hộ")
    with window.expect_navigation():
        window.get_by_role("button", name="Từ chối").click()
    assert state_of(submission_id)[0] == "rejected"


def test_the_language_changes_with_one_press(window):
    window.get_by_role("button", name="English").click()
    window.get_by_role("button", name="Sign out").wait_for()

    assert window.locator("html").get_attribute("lang") == "en"


def test_on_paper_there_are_no_menus_and_no_buttons(window, commune):
    window.goto(f"/communes/{commune.id}")
    window.emulate_media(media="print")

    assert not window.locator("header").is_visible()
    assert not window.locator("footer").is_visible()
    assert not window.locator("form:visible").count()
    assert window.locator("table").first.is_visible()
    said = window.locator(".paper").inner_text()
    assert said.endswith(f"/communes/{commune.id}")  # where it is from, since links do not show


def figure_pages(survey, commune):
    """What people print, of figures and what is made of them."""
    score = f"/communes/{commune.id}/scorecards/CDS"
    yield from (
        f"/communes/{commune.id}", f"/communes/{commune.id}/indicators/FIBRE",
        f"/communes/{commune.id}/indicators/FIBRE/explain", score, f"{score}/difference",
        "/scorecards/CDS/ranking", f"/rounds/{survey.round.id}/releases",
        f"/rounds/{survey.round.id}/releases/1", f"/rounds/{survey.round.id}/figures",
    )  # fmt: skip


@pytest.fixture
def published(survey, sent):
    """A scorecard, a release, and two of five interviews."""
    with transaction():
        survey.round.review_policy = "approve-unflagged"
    publish(survey.project.id)
    for number, fibre in enumerate("10"):
        sent(number, fibre=fibre)
    with transaction():
        releasing.release(survey.round, OPERATOR)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_old_screen_shows_tables_of_figures_whole(window, published, commune, language):
    if language == "en":
        window.get_by_role("button", name="English").click()
        window.get_by_role("button", name="Sign out").wait_for()
    for address in (f"/communes/{commune.id}", f"/communes/{commune.id}/indicators/FIBRE"):
        window.goto(address)
        table = window.locator("table.figures")
        assert table.get_by_text(
            {"vi": "tạm tính", "en": "provisional"}[language]
        ).first.is_visible()
        frame = table.locator("xpath=..").bounding_box()
        assert table.bounding_box()["width"] <= frame["width"], address


def test_what_is_printed_fits_on_paper_and_repeats_its_header(window, survey, commune, published):
    window.set_viewport_size(PAPER)
    window.emulate_media(media="print")
    for address in figure_pages(survey, commune):
        answer = window.goto(address)
        assert answer.status == 200, address
        for table in window.locator("table").all():
            assert table.bounding_box()["width"] <= PAPER["width"], address
            assert style(table.locator("thead"), "display") == "table-header-group"
            assert style(table.locator("tr").first, "break-inside") == "avoid"
        assert not window.locator("nav:visible, form:visible, .button:visible").count(), address
        assert window.locator(".paper").is_visible()
    assert window.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def style(element, name):
    """What the browser makes of a property."""
    return element.evaluate(f"one => getComputedStyle(one).getPropertyValue('{name}')")


def test_the_first_key_leads_past_the_menu(window, commune):
    window.goto(f"/communes/{commune.id}")
    window.keyboard.press("Tab")
    skip = window.locator(":focus")
    assert skip.get_attribute("href") == "#content"
    assert skip.bounding_box()["x"] >= 0
    window.keyboard.press("Enter")
    assert window.locator(":focus").get_attribute("id") == "content"
    window.keyboard.press("Tab")
    assert window.locator("main :focus").count() == 1


def test_all_can_be_reached_by_keys_in_the_order_in_which_it_is_read(
    window, survey, commune, published
):
    for address in figure_pages(survey, commune):
        window.goto(address)
        seen, last = 0, 0
        for now in stops(window):
            assert style(now, "outline-style") == "solid", address
            assert float(style(now, "outline-width")[:-2]) >= 2, address
            assert now.bounding_box()["width"] > 0, address
            place = now.evaluate(ORDER)
            assert place >= last, address  # a day is several stops
            seen, last = seen + (place > last), place
        assert seen > window.locator("main a[href]:visible, main button:visible").count(), address


def stops(window):
    """What the tabulator leads to, one after the other, once through the page."""
    began = False
    for _ in range(300):
        window.keyboard.press("Tab")
        now = window.locator(":focus")
        if not now.count():  # the calendar of a day is a stop of the browser's own
            continue
        if now.get_attribute("class") == "skip" and began:
            return
        began = True
        yield now


def test_what_is_folded_opens_with_a_key(window, sent):
    window.goto(f"/submissions/{sent(0)}")
    window.locator("summary:visible").first.focus()
    folded = window.locator("details:not([open])").count()
    window.keyboard.press("Enter")
    assert window.locator("details:not([open])").count() == folded - 1
    window.keyboard.press("Space")
    assert window.locator("details:not([open])").count() == folded
