"""Modals that were filled in and sent."""

import re
from typing import Any

from slack_bolt import Ack, App

from bot import inputs
from bot.inputs import Wrong
from bot.listeners import Desk, accepted, home_team
from bot.locale import Speaker
from bot.modals import Opinion, modals, question, read_about


def register(app: App, desk: Desk) -> None:
    @app.view(re.compile(".*"))
    def submitted(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        about = read_about(view["private_metadata"])
        try:
            read = modals()[view["callback_id"]].read(inputs.filled(view), about, desk.lookups)
        except Wrong as wrong:
            speaker = Speaker(about.language)
            ack(response_action="errors", errors={name: speaker.say(why) for name, why in wrong.faults.items()})
            return
        if isinstance(read, Opinion):
            desk.judge(read.answer, about.who, read.good, read.reason)
        else:
            accepted(desk, question(view["id"], read, about, None if home_team(body, desk) else True))
        ack()
