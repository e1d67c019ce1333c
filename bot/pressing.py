"""What was pressed or filled in, as something to answer: a call that is chosen, or a verb about an earlier answer.

Everything is done as who pressed it, with their rights of now: an earlier answer is never shown again, it is asked
again.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.app import Assistant
from bot.conversation import SUGGESTIONS, Reply
from bot.lookups import Answered
from bot.question import Question
from bot.router import Call, Choice, Context
from bot.router.following import explaining
from bot.router.slots.text import clean
from tools import phrase
from tools.metrics import NOTHING

NEAR = 5
"""Accounts that are offered where several may be meant."""


def pressed(bot: Assistant, question: Question) -> Reply:
    """The answer to a question that carries a choice."""
    said: Mapping[str, Any] = json.loads(question.choice)
    if "tool" in said:
        return bot.ask(question, call_of(said))
    if said["do"] == "summarise":
        return _summarised(bot, question)
    answered = bot.store.answered(str(said["of"]))
    if answered is None:
        return _refused(question, phrase("That answer is not kept any more. Please ask again."))
    call = _about(bot, str(said["do"]), answered, str(said.get("account") or ""))
    if call is None:
        return _refused(question, phrase("There is nothing to explain that answer with."))
    return bot.ask(question, call)


def call_of(said: Mapping[str, Any]) -> Call:
    """The call that a button or a modal holds."""
    return Call(said["tool"], said["arguments"], tuple(said.get("unread", ())), form=said.get("form", ""))


def _about(bot: Assistant, verb: str, answered: Answered, account: str) -> Call | None:
    """rows: its tables as files. why: what explains it. why_of: what explains it of one account. share: the same, for
    everybody who may see it."""
    if verb == "rows":
        return replace(answered.call, form="csv")
    if verb in ("why", "why_of"):
        listed = (account,) if account else answered.listed
        return explaining(Context(answered.call, listed, answered.language), bot.tools)
    return answered.call


def _summarised(bot: Assistant, question: Question) -> Reply:
    """A summary of the account that a message speaks of; of several it is asked which."""
    typeahead = bot.accounts(question)
    found = list(typeahead.mentioned(clean(question.text)))[:NEAR]
    calls = [Call("account_summary", {"account": account}) for account in found]
    if not calls:
        return _refused(question, phrase("I found no account in that message."))
    if len(calls) == 1:
        return bot.ask(replace(question, text=typeahead.names[found[0]]), calls[0])
    choices = tuple(Choice(typeahead.names[account], call) for account, call in zip(found, calls, strict=True))
    return Reply(question, question.language, "clarify", phrase("Which account do you mean?"), choices=choices)


def _refused(question: Question, why: Any) -> Reply:
    return Reply(question, question.language, "declined", why, suggestions=SUGGESTIONS, needs=NOTHING)
