"""The page in a real browser, with a small app of every block behind it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.workspace.server import LocalSlack
from tests.browser import answer, ask, browser, is_wider_than_the_window, page
from tests.sample_app import KIT, sample

Heard = list[dict[str, Any]]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[LocalSlack, Heard]]:
    with sample() as started:
        yield started


@pytest.fixture
def slack(running: tuple[LocalSlack, Heard]) -> LocalSlack:
    for said in (running[0].world.messages, running[0].world.whispers, running[0].world.stacks):
        said.clear()
    running[1].clear()
    return running[0]


@pytest.fixture
def heard(running: tuple[LocalSlack, Heard]) -> Heard:
    return running[1]


@pytest.fixture
def ana(slack: LocalSlack, chromium: Browser) -> Iterator[Page]:
    with page(chromium, f"{slack.root}/#/U1/C1") as opened:
        yield opened


def pressed(heard: Heard) -> list[dict[str, Any]]:
    return [action for body in heard if body.get("type") == "block_actions" for action in body["actions"]]


def test_what_is_said_to_the_app_is_answered_in_a_thread_that_opens(slack: LocalSlack, chromium: Browser) -> None:
    with page(chromium, f"{slack.root}/#/U1") as opened:
        ask(opened, "2 < 3 & <b>*so*</b>")
        assert "You said: 2 < 3 & <b>so</b>" in answer(opened)
        opened.keyboard.press("Escape")
        expect(opened.locator(".thread")).to_have_count(0)
        expect(opened.locator(".replies")).to_contain_text("1 reply")


def test_a_suggested_prompt_is_asked_by_a_click(slack: LocalSlack, chromium: Browser) -> None:
    with page(chromium, f"{slack.root}/#/U1") as opened:
        opened.get_by_role("button", name="Say hello").click()
        assert "You said: Say hello" in answer(opened)


def test_a_mention_is_typed_ahead_and_a_whisper_is_seen_by_one_person_alone(
    slack: LocalSlack, chromium: Browser, ana: Page
) -> None:
    with page(chromium, f"{slack.root}/#/U2/C1") as bo:
        ana.keyboard.type("@Sa")
        ana.keyboard.press("Enter")
        ana.keyboard.type("hello")
        ana.keyboard.press("Enter")
        expect(ana.locator(".message.whisper")).to_contain_text("Only for you")
        expect(bo.locator(".message")).to_contain_text("@Sample hello")
        expect(bo.locator(".whisper")).to_have_count(0)


def test_every_block_is_shown_and_every_element_tells_the_app(ana: Page, heard: Heard) -> None:
    ask(ana, "/kit")
    message = ana.locator(".message.app")
    expect(message.get_by_role("heading", name="Every block")).to_be_visible()
    expect(message.locator("strong", has_text="bold")).to_be_visible()
    expect(message.get_by_role("link", name="Acme")).to_have_attribute("href", "https://acme.example")
    expect(message.locator("td.right")).to_have_text("1,250")
    expect(message.locator("li strong", has_text="two")).to_be_visible()
    assert message.locator(".block").count() == len(KIT)
    message.get_by_role("combobox").select_option(label="Blue")
    message.get_by_role("button", name="Good").click()
    message.locator("summary").click()
    message.get_by_role("button", name="Edit").click()
    message.get_by_role("button", name="Drop it").click()
    ana.get_by_role("button", name="Keep").click()
    message.get_by_role("button", name="Drop it").click()
    ana.get_by_role("button", name="Drop", exact=True).click()
    expect(ana.locator("dialog")).to_have_count(0)
    ana.wait_for_timeout(300)
    chosen = [action.get("selected_option", {}).get("value") or action.get("value") for action in pressed(heard)]
    assert [action["action_id"] for action in pressed(heard)] == ["pick", "judged", "more", "drop"]
    assert chosen == ["blue", "good", "edit", None]


def test_a_modal_is_filled_in_with_the_keyboard_alone_and_keeps_what_was_typed(ana: Page, slack: LocalSlack) -> None:
    ana.keyboard.type("/pl")
    ana.keyboard.press("Enter")
    ana.keyboard.press("Enter")
    account = ana.get_by_role("combobox", name="Account")
    expect(account).to_be_focused()
    ana.keyboard.type("account 29")
    expect(ana.get_by_role("option")).to_have_count(11)
    ana.keyboard.press("ArrowDown")
    ana.keyboard.press("Enter")
    expect(account).to_have_value("Account 290")
    ana.get_by_label("Why").focus()
    ana.keyboard.type("Because!")
    ana.keyboard.press("Tab")
    ana.get_by_role("button", name="Save").press("Enter")
    expect(ana.locator("[data-block=day] .wrong")).to_have_text("Please complete this required field.")
    ana.get_by_label("Day").fill("2026-12-01")
    ana.get_by_label("Call").press("Space")
    ana.get_by_role("button", name="Save").press("Enter")
    expect(ana.locator("[data-block=why] .wrong")).to_have_text("Without an exclamation mark, please.")
    expect(account).to_have_value("Account 290")
    ana.get_by_label("Why").fill("Because")
    ana.get_by_role("button", name="Save").press("Enter")
    expect(ana.locator("dialog")).to_be_hidden()
    assert [said["text"] for said in slack.world.messages["DU1"]] == ["Planned: Because"]


def test_escape_closes_a_modal_and_a_shortcut_opens_it_again(ana: Page) -> None:
    ana.locator(".bar summary").click()
    ana.get_by_role("button", name="Plan").click()
    expect(ana.get_by_role("dialog", name="Plan")).to_be_visible()
    ana.keyboard.press("Escape")
    expect(ana.locator("dialog")).to_be_hidden()


def test_home_is_what_the_app_publishes(slack: LocalSlack, chromium: Browser) -> None:
    with page(chromium, f"{slack.root}/#/U1") as opened:
        opened.get_by_role("tab", name="Home").click()
        expect(opened.get_by_role("heading", name="Every block")).to_be_visible()


def test_somebody_else_sees_only_their_own_rooms(ana: Page) -> None:
    expect(ana.get_by_role("button", name="quiet")).to_be_visible()
    ana.get_by_role("radio", name="Bo Berg").click()
    expect(ana.get_by_role("radio", name="Bo Berg")).to_have_attribute("aria-checked", "true")
    expect(ana.get_by_role("button", name="quiet")).to_have_count(0)
    expect(ana.get_by_role("button", name="team")).to_be_visible()


def test_the_page_speaks_portuguese(ana: Page) -> None:
    ana.get_by_role("button", name="Português").click()
    expect(ana.get_by_role("combobox", name="Mensagem para #team")).to_be_visible()
    assert ana.evaluate("document.documentElement.lang") == "pt-BR"
    ana.get_by_role("button", name="English").click()
    expect(ana.get_by_role("combobox", name="Message #team")).to_be_visible()


def test_where_the_app_is_not_it_can_be_brought_in(slack: LocalSlack, chromium: Browser) -> None:
    with page(chromium, f"{slack.root}/#/U1/C2") as opened:
        ask(opened, "@Sample are you there?")
        opened.get_by_role("button", name="Add to channel").click()
        expect(opened.locator(".top small")).to_contain_text("2 people")


def test_a_file_goes_up_with_a_message_and_comes_down_again(ana: Page, tmp_path: Any) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    ana.locator("input[type=file]").set_input_files(tmp_path / "rows.csv")
    expect(ana.locator(".held .piece")).to_contain_text("rows.csv")
    ana.get_by_role("button", name="Send").click()
    with ana.expect_download() as down:
        ana.locator(".file").click()
    assert down.value.path().read_text() == "a,b\n1,2\n"


NASTY = ["<img src=x onerror=alert(1)>", "<javascript:alert(1)|press me>", "<https://a.example/?q=<script>|x>"]


@pytest.mark.parametrize("text", NASTY)
def test_nothing_that_anybody_writes_becomes_markup(ana: Page, slack: LocalSlack, text: str) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
    slack.answer("chat.postMessage", {"channel": "C1", "text": text, "blocks": blocks}, slack.token)
    expect(ana.locator(".message.app")).to_be_visible()
    assert ana.locator(".message.app .blocks :is(img, script, [onerror])").count() == 0
    assert ana.locator("a[href^='javascript']").count() == 0


@pytest.mark.parametrize("width", [320, 400])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_window(
    slack: LocalSlack, chromium: Browser, width: int, look: str
) -> None:
    phone = {"viewport": {"width": width, "height": 720}, "color_scheme": look, "has_touch": True, "is_mobile": True}
    with page(chromium, f"{slack.root}/#/U1/C1", **phone) as opened:
        ask(opened, "/kit")
        expect(opened.locator(".message.app")).to_be_visible()
        assert not is_wider_than_the_window(opened)
        opened.get_by_role("button", name="Channels and people").click()
        opened.get_by_role("button", name="Sample").click()
        ask(opened, "hello")
        assert "You said: hello" in answer(opened)
        expect(opened.locator(".pane")).to_be_hidden()
        assert not is_wider_than_the_window(opened)
        opened.get_by_role("button", name="Back").click()
        expect(opened.locator(".pane")).to_be_visible()
