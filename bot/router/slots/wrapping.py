"""What a question is wrapped in: greetings, requests, thanks."""

import re

from bot.router.slots.text import fold

_GREETING = (
    r"(?:hi|hello|hey|oi+|ola|opa|bom dia|boa tarde|boa noite|good (?:morning|afternoon|evening))"
    r"(?: (?:there|team|all|gente|pessoal|time|bot))?\b[\s,!.]*"
)
_PLEASE = r"(?:please|pls|plz|por favor|pf|pfv|pfvr|por gentileza)\b[\s,!.]*"
_REQUEST = (
    r"(?:(?:can|could|would) you (?:please )?(?:(?:tell|show|explain to|remind|help) me(?: with)?)?"
    r"|(?:i(?:'d| would) like|i want|i need) to know(?: about)?"
    r"|(?:(?:voce|vc) )?(?:pode(?:ria)?|consegue|podes)(?: me (?:dizer|explicar|mostrar|falar|ajudar com))?"
    r"|(?:eu )?(?:queria|gostaria de|quero|preciso) saber(?: sobre)?"
    r"|me (?:diz|fala|explica|mostra)|tell me|show me|do you know|voce sabe)\b[\s,:]*"
)
_SEARCH = (
    r"is there|do we have|have we got|find(?: me)?|show(?: me)?|give me|get(?: me)?|search(?: for)?|open"
    r"|tem|temos|existe|ache|acha|busca(?:r)?|procura(?:r)?|mostra|abre|me (?:da|manda|passa|mostra)"
)
_PLAYBOOK = (
    rf"(?:(?:{_SEARCH})\s+)?(?:(?:a|an|any|the|our|o|um|algum|nosso)\s+)?"
    r"playbooks?\s+(?:for|on|about|of|de|da|do|sobre|para|pra|pro)\s+"
    r"|what (?:does|do) (?:the|our) playbooks? say (?:about|on)\s+"
    r"|o que (?:o|os|nosso|nossos) playbooks? (?:diz|dizem|fala|falam) (?:sobre|de|da|do)\s+"
)
_OPENERS = re.compile(rf"(?:{_GREETING}|{_PLEASE}|{_REQUEST})")
_TOPIC_OPENERS = re.compile(rf"(?:{_GREETING}|{_PLEASE}|{_REQUEST}|{_PLAYBOOK})")
_CLOSERS = re.compile(
    r"[\s,.!]*\b(?:please|pls|plz|thanks|thank you|thx|por favor|pf|pfv|pfvr|por gentileza"
    r"|obrigad[oa]|valeu|vlw)[\s,.!?]*$"
)


def topic(text: str) -> str:
    """A question without its greetings, thanks and "is there a playbook for"."""
    return _stripped(text, _TOPIC_OPENERS)


def unwrapped(text: str) -> str:
    """A question without its greetings and thanks."""
    return _stripped(text, _OPENERS)


def _stripped(text: str, openers: "re.Pattern[str]") -> str:
    """Take off what opens and closes, as long as something is left to ask."""
    while True:
        folded = fold(text)
        if opener := openers.match(folded):
            shorter = text[opener.end() :]
        elif closer := _CLOSERS.search(folded):
            shorter = text[: closer.start()]
        else:
            return text.strip()
        if not shorter.strip(" ?!.,"):
            return text.strip()
        text = shorter.strip()
