"""A headless browser for the tests of the page: Debian's Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

PATIENCE = 240_000
"""Milliseconds for an answer: the first of a run waits until the router has learnt its examples, on a busy machine."""
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def browser() -> Iterator[Browser]:
    """Skips with a sentence where there is no browser; under CI that is a failure."""
    if CHROMIUM is None:
        sentence = "The page is tested in Chromium, which is not installed: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(sentence)
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def page(browser: Browser, url: str, **look: Any) -> Iterator[Page]:
    """The page in a window of its own; what the browser complains of fails the test."""
    window = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **look})
    opened, complaints = window.new_page(), list[str]()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", _complains(complaints))
    opened.set_default_timeout(60_000)
    try:
        opened.goto(url)
        opened.wait_for_selector("#app .pane")
        yield opened
        assert complaints == []
    finally:
        window.close()


def _complains(complaints: list[str]) -> Callable[[ConsoleMessage], None]:
    def hear(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(said.text)

    return hear


def ask(page: Page, text: str) -> None:
    """Type into the composer at the bottom and send by Enter."""
    composer = page.locator(".pane .composer textarea")
    composer.fill(text)
    composer.press("Enter")


def answer(page: Page, n: int = 0) -> str:
    """What the assistant says in the open thread, its n-th message there."""
    said = page.locator(".thread .message.app").nth(n)
    said.wait_for(timeout=PATIENCE)
    return said.inner_text()


def is_wider_than_the_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
