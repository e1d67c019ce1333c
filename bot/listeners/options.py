"""What is typed into an account picker."""

from typing import Any

from slack_bolt import Ack, App

from bot import inputs
from bot.listeners import Desk, home_team
from bot.question import Person


def register(app: App, desk: Desk) -> None:
    @app.options(inputs.ACCOUNTS)
    def typed(ack: Ack, body: dict[str, Any]) -> None:
        person = Person(str(body["user"]["id"]), outsider=None if home_team(body, desk) else True)
        found = desk.lookups.accounts(person).find(str(body.get("value") or ""))
        ack(options=inputs.account_options(found))
