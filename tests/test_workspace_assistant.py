"""`retention workspace` as a person uses it: the command, the page in a browser, the assistant on the demo company."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.workspace.company import GUEST, LEADER, REP
from tests.browser import answer, ask, browser, is_wider_than_the_window, page
from tests.conftest import DEMO_DAY, assistant_at
from tools.metrics import lately_left

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def url(chromium: Browser, demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the command says that the page is; it ends well when it is interrupted."""
    store = f"sqlite:///{tmp_path_factory.mktemp('workspace') / 'store.sqlite'}"
    settings = {"RETENTION_HOME": str(demo_home), "RETENTION_TODAY": DEMO_DAY, "STORE_URL": store}
    command = [sys.executable, "-u", "-m", "bot", "workspace", "--no-open"]
    started = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert started.stdout is not None
    said = started.stdout.readline()
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found, said
        yield found[0]
    finally:
        started.send_signal(signal.SIGINT)
        assert started.wait(60) == 0


@pytest.fixture
def leader(chromium: Browser, url: str) -> Iterator[Page]:
    with page(chromium, f"{url}/#/{LEADER}") as opened:
        yield opened


def test_the_three_main_questions_are_answered(leader: Page, demo_home: Path) -> None:
    bot = assistant_at(demo_home)
    left = lately_left(bot.book(), bot.today())[0]
    ask(leader, "Which accounts are at risk?")
    assert "accounts are at risk, with R$" in answer(leader)
    expect(leader.locator(".thread table")).to_contain_text("Owner")
    ask(leader, "Weekly MRR summary")
    expect(leader.locator(".thread .text").first).to_have_text("Weekly MRR summary")
    assert "MRR was R$2,681,890.30 on 15 Nov 2026; net new since 9 Nov 2026: -R$9,839.47." in answer(leader)
    expect(leader.locator(".thread figure img").first).to_have_js_property("complete", True)
    assert leader.locator(".thread figure img").first.evaluate("image => image.naturalWidth > 0")
    ask(leader, f"Monte um roteiro de entrevista win-loss para {left}")
    expect(leader.locator(".thread .text").first).to_contain_text("roteiro de entrevista")
    assert left in answer(leader)


def test_how_it_was_counted_is_a_click_away(leader: Page) -> None:
    ask(leader, "Weekly MRR summary")
    answer(leader)
    leader.locator(".thread").get_by_role("button", name="How was this counted?").click()
    assert re.search(r"That answer shows \d+ figures\.", answer(leader, 1))


def test_a_touch_is_logged_by_a_modal_with_typeahead(leader: Page) -> None:
    leader.locator(".pane .bar summary").click()
    leader.get_by_role("button", name="Log a touch").first.click()
    expect(leader.get_by_role("combobox", name="Account")).to_be_focused()
    leader.keyboard.type("auriluz l")
    leader.get_by_role("option", name="Auriluz Logística").wait_for()
    leader.keyboard.press("Enter")
    leader.get_by_label("Day").fill("2026-12-24")
    leader.get_by_role("button", name="Log", exact=True).click()
    expect(leader.locator("[data-block=day] .wrong")).to_contain_text("still to come")
    leader.get_by_label("Day").fill("2026-11-19")
    leader.get_by_label("What was said").fill("They renew early")
    leader.get_by_role("button", name="Log", exact=True).click()
    expect(leader.locator("dialog")).to_be_hidden()
    expect(leader.locator(".message.app").last).to_contain_text("Logged for Auriluz Logística on 19 Nov 2026.")


def test_home_opens_and_asks(leader: Page) -> None:
    leader.get_by_role("tab", name="Home").click()
    expect(leader.locator(".home .header").first).to_be_visible()


def at_risk(page: Page) -> int:
    found = re.search(r"(\d+) accounts are at risk", answer(page))
    assert found
    return int(found[1])


def test_the_rep_sees_fewer_channels_and_accounts_and_a_guest_none(leader: Page, chromium: Browser, url: str) -> None:
    expect(leader.get_by_role("button", name="leadership")).to_be_visible()
    leader.get_by_role("radio").nth(1).click()
    expect(leader).to_have_url(re.compile(REP))
    expect(leader.get_by_role("button", name="customer-success")).to_be_visible()
    expect(leader.get_by_role("button", name="leadership")).to_have_count(0)
    ask(leader, "Which accounts are at risk?")
    seen_by_the_rep = at_risk(leader)
    with page(chromium, f"{url}/#/{LEADER}") as of_the_leader:
        ask(of_the_leader, "Which accounts are at risk?")
        assert 0 < seen_by_the_rep < at_risk(of_the_leader)
    with page(chromium, f"{url}/#/{GUEST}") as guest:
        ask(guest, "Which accounts are at risk?")
        assert "only for members of this workspace" in answer(guest)


def test_in_a_channel_with_a_guest_the_answer_comes_in_private(leader: Page) -> None:
    leader.get_by_role("button", name="general").click()
    ask(leader, "@Retention Quais contas estão em risco?")
    expect(leader.locator(".replies")).to_contain_text("1 reply")
    expect(leader.get_by_role("button", name="Retention new")).to_be_visible()
    leader.locator(".replies").click()
    assert "R$" not in answer(leader)


def test_on_a_phone_the_longest_answer_fits(chromium: Browser, url: str) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
    with page(chromium, f"{url}/#/{LEADER}", **phone) as opened:
        ask(opened, "Weekly MRR summary")
        assert "MRR was" in answer(opened)
        assert not is_wider_than_the_window(opened)


def test_a_rep_gets_from_the_list_at_risk_to_an_approved_and_logged_message_in_three_clicks(
    chromium: Browser, url: str
) -> None:
    with page(chromium, f"{url}/#/{REP}") as rep:
        thread = rep.locator(".thread")
        rep.get_by_role("button", name="Accounts at risk").click()
        assert "at risk, with R$" in answer(rep)
        thread.get_by_role("button", name=re.compile("^(Re-engagement message|Renewal notice) to ")).first.click()
        assert "Contact guard: allowed on 20 Nov 2026." in answer(rep, 1)
        thread.get_by_role("button", name="Approve", exact=True).click()
        expect(thread.locator(".message.app").nth(1)).to_contain_text("Send it yourself; the touch is booked.")
        assert not is_wider_than_the_window(rep)
