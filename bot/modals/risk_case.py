"""Say what the score does not know: that an account is not at risk, and why, or how it ended."""

from collections.abc import Iterator

from bot import inputs
from bot.block_kit import Block
from bot.inputs import Filled, Wrong
from bot.locale import Speaker
from bot.lookups import Lookups
from bot.modals._modal import About, Asked, Modal
from tools import SAID, phrase


def fields(about: About, lookups: Lookups, speaker: Speaker) -> Iterator[Block]:
    say = speaker.say
    yield inputs.account(speaker, lookups.named(about.person, about.account))
    verdicts = [(verdict, say(said)) for verdict, said in SAID.items()]
    yield inputs.select("verdict", say(phrase("What is so")), verdicts, "not_at_risk")
    hint = say(phrase("Its score does not change; what you say is shown beside it."))
    yield inputs.text("reason", say(phrase("Because")), long=True, optional=True, hint=hint)


def read(filled: Filled, about: About, lookups: Lookups) -> Asked:
    """Who disagrees says why; the reason comes to the tool as what stands after a colon."""
    verdict = filled.get("verdict", "not_at_risk")
    if verdict == "not_at_risk" and "reason" not in filled:
        raise Wrong({"reason": phrase("Say why: it is what others will go by.")})
    account, name = lookups.chosen(about.person, filled)
    reason = {"reason": f": {filled['reason']}"} if "reason" in filled else {}
    arguments = {"account": account, "verdict": verdict, **reason}
    return Asked({"tool": "risk_feedback", "arguments": arguments}, phrase("Risk feedback on {account}", account=name))


MODAL = Modal("risk_case", phrase("Risk feedback"), phrase("Write it down"), fields, read)
