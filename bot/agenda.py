"""`retention schedules`: schedules and alerts, from the terminal."""

from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from rich.console import Console
from rich.text import Text

from bot.app import Assistant
from bot.question import Person, Place, Question
from bot.router import Call
from bot.serving import CannotServe, identify
from bot.terminal import show
from tools import Phrase, phrase

Act = Literal["list", "show", "add", "pause", "resume", "run", "delete"]
TOOL = "schedules"


@dataclass(frozen=True)
class Order:
    """What is to be done: `what` is the id of a schedule, or to add one the sentence that asks for it; `owner` is the
    Slack user id of who will own it, in whose name it is posted."""

    act: Act
    what: str | None = None
    owner: str | None = None


def agenda(bot: Assistant, order: Order, console: Console) -> int:
    """Do it, and say what was done. Exit status 1 where it cannot be done."""
    if order.act != "add":
        wanted = {"schedule": order.what, "act": "show" if order.act == "list" else order.act}
        call = Call(TOOL, {name: value for name, value in wanted.items() if value})
        return _answered(bot, _question(f"{order.act} schedules", Person("terminal")), call, console)
    try:
        team = _team(bot)
    except CannotServe as reason:
        return _said(bot, console, reason.message)
    question = _question(order.what or "", Person(order.owner or ""), team)
    language = bot.conversation.language_of(question.text, "")
    decision = bot.router.choose(question.text, language, bot.today(), bot.conversation.names_for(question, bot.book()))
    if not (isinstance(decision, Call) and decision.tool == TOOL and decision.arguments.get("act") == "add"):
        return _said(bot, console, phrase("Say what, how often, at what hour and where, as in: every Monday 9h …"))
    return _answered(bot, question, decision, console)


def _question(text: str, who: Person, team: str = "") -> Question:
    return Question(f"terminal/{uuid4().hex}", text, who, Place("terminal", team))


def _answered(bot: Assistant, question: Question, call: Call, console: Console) -> int:
    reply = bot.ask(question, call)
    show(reply, console)
    return 0 if reply.outcome == "answered" else 1


def _team(bot: Assistant) -> str:
    """The workspace in which it will be posted: that of the bot token."""
    token = bot.settings.slack_bot_token
    if token is None:
        raise CannotServe(phrase("SLACK_BOT_TOKEN is not set: it says in which workspace to post."))
    return identify(token.get_secret_value(), bot.settings.slack_api_url).team


def _said(bot: Assistant, console: Console, message: Phrase) -> int:
    console.print(Text(bot.speaker.say(message)))
    return 1
