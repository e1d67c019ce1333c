"""What the page itself says."""

from collections.abc import Mapping

from bot.locale import Speaker
from tools import Phrase, phrase


def texts(language: str) -> dict[str, str]:
    """Every text of the page by its name there, in a language."""
    speaker = Speaker(language)
    return {"language": speaker.language, **{name: speaker.say(said) for name, said in _all().items()}}


def _all() -> Mapping[str, Phrase]:
    """What holds `%s` is completed by the page."""
    return {**_frame(), **_messages(), **_fields(), **_news()}


def _frame() -> Mapping[str, Phrase]:
    return {
        "title": phrase("Local workspace"),
        "local": phrase("Runs on this computer; nothing is sent to Slack."),
        "channels": phrase("Channels"),
        "apps": phrase("Assistant"),
        "people": phrase("Who you are"),
        "language_choice": phrase("Language"),
        "home": phrase("Home"),
        "chat": phrase("Messages"),
        "thread": phrase("Thread"),
        "close": phrase("Close"),
        "back": phrase("Back"),
        "menu": phrase("Channels and people"),
    }


def _messages() -> Mapping[str, Phrase]:
    return {
        "write": phrase("Message %s"),
        "reply": phrase("Reply…"),
        "send": phrase("Send"),
        "attach": phrase("Attach a file"),
        "detach": phrase("Remove %s"),
        "shortcuts": phrase("Shortcuts"),
        "more": phrase("More actions"),
        "reply_in_thread": phrase("Reply in thread"),
        "one_reply": phrase("1 reply"),
        "replies": phrase("%s replies"),
        "only_you": phrase("Only visible to you"),
        "app": phrase("APP"),
        "guest": phrase("guest"),
        "elsewhere": phrase("other organisation"),
        "shared": phrase("Shared with another organisation"),
        "people_here": phrase("%s people"),
        "absent": phrase("%s is not in this channel."),
        "invite": phrase("Add to channel"),
        "start": phrase("This is the beginning of %s."),
        "try": phrase("Try one of these"),
        "home_waits": phrase("The Home tab comes as soon as the assistant has answered."),
    }


def _fields() -> Mapping[str, Phrase]:
    return {
        "choose": phrase("Choose…"),
        "search": phrase("Type to search"),
        "nothing_found": phrase("Nothing found"),
        "searching": phrase("Searching…"),
        "cancel": phrase("Cancel"),
        "optional": phrase("(optional)"),
        "required": phrase("Please complete this required field."),
        "too_short": phrase("This is too short."),
        "too_long": phrase("This is too long."),
        "not_a_number": phrase("Enter a number that is allowed here."),
        "not_valid": phrase("Check how this is written."),
    }


def _news() -> Mapping[str, Phrase]:
    return {
        "app_did_not_answer": phrase("The assistant did not answer in time. Try again in a moment."),
        "no_such_command": phrase("There is no such command. Type / to see which there are."),
        "failed": phrase("That did not work: %s"),
        "offline": phrase("The connection is lost; trying again…"),
        "download": phrase("Download"),
        "thanks": phrase("Thank you for the feedback."),
        "picture": phrase("Open the picture"),
        "today": phrase("Today"),
        "yesterday": phrase("Yesterday"),
        "new": phrase("new"),
        "by_command": phrase("Type / for commands, @ for people."),
    }
