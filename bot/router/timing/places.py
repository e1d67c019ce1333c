"""Where something is to go: here, #another channel, somebody's direct messages; and the words for sending it."""

import re
from dataclasses import dataclass

HERE, ME = "here", "me"

_DM = r"(?:dms?|direct messages?|mensage(?:m|ns) diretas?|privado|pv|inbox|caixa de entrada|mensagem privada)"
_FORMS: tuple[tuple["re.Pattern[str]", str], ...] = tuple(
    (re.compile(rf"(?<!\w)(?:{form})(?!\w)"), meaning)
    for form, meaning in (
        (
            rf"(?:(?:to|in|into|on|via|by|for|n[oa]|pel[oa]|para|pra|em|por)\s+)?(?:the\s+|[oa]\s+)?(?:{_DM}\s+(?:of|d[aeo]|with|com)\s+)?@(?P<user>[uw][a-z0-9]+)(?:'s)?(?:\s+{_DM})?",
            "",
        ),
        (
            r"(?:(?:to|in|into|on|at|for|n[oa]|para|pra|pro|em|d[oe])\s+)?(?:the\s+|[oa]\s+)?(?:(?:channel|canal)\s+)?#(?P<channel>[\w.-]+)(?:\s+(?:channel))?",
            "",
        ),
        (r"(?:dm|message)\s+me", ME),
        (
            rf"(?:(?:to|in|into|on|via|by|as|n[oa]|pel[oa]|para|pra|por|em)\s+)?(?:(?:my|minha|meu|a|uma|[oa])\s+)*{_DM}(?:\s+d[oa]\s+slack)?",
            ME,
        ),
        (
            r"(?:(?:to|for)\s+me|pra\s+mim|para\s+mim|a\s+mim)(?:\s+(?:directly|privately|only|so))?|privately"
            r"|in private|em particular",
            ME,
        ),
        (
            r"(?:(?:in|into|to|on)\s+(?:here|this channel|this room|the channel)|here|aqui(?:\s+(?:mesmo"
            r"|no canal|neste canal|nesse canal))?"
            r"|por aqui|n(?:est|ess)e\s+canal|no\s+canal)",
            HERE,
        ),
    )
)
_SENDING = re.compile(
    r"(?<!\w)(?:"
    r"(?:please\s+)?(?:(?:can|could) you\s+)?(?:post|send|share|publish|drop|deliver|dm|message|ping|schedule"
    r"|set up|remind)(?:\s+(?P<me>me|us))?(?:\s+(?:with|of|about))?"
    r"|i\s*(?:want|need|'d like|would like)\s+to\s+(?:get|receive|have)(?P<get>)"
    r"|(?:(?:(?:voce|vc)\s+)?(?:pode|poderia|consegue)\s+)?(?:(?P<mim>me|nos)\s+)?(?:post[ae]r?|public(?:a|ar|que)|mand[ae]r?|envi(?:a|e|ar)|compartilh(?:a|ar|e)|agend(?:a|ar|e)|program(?:a|ar|e)|lembr[ae]r?|coloc(?:a|ar|que)|solta|solte)(?:-me|-nos)?(?:\s+(?:de|com))?"
    r"|(?:eu\s+)?(?:quero|gostaria de|queria|preciso)\s+receber"
    r")(?!\w)"
)
_TO_ME = re.compile(
    r"(?<!\w)(?:(?:post|send|share|deliver|dm|message|ping|remind)\s+me|me\s+(?:post|mand|envi|lembr)\w*|(?:mand|envi|lembr)\w*-me"
    r"|(?:quero|gostaria de|queria|preciso)\s+receber|to (?:get|receive))(?!\w)"
)


@dataclass(frozen=True)
class Aim:
    """Where to (`here`, `me`, `#…`, `@…`), and the stretch that says it."""

    to: str
    start: int
    end: int


def find_place(folded: str, original: str) -> Aim | None:
    """The place that a text names. Ids of channels and people keep the capitals of the original."""
    for form, meaning in _FORMS:
        if match := form.search(folded):
            return Aim(meaning or _named(match, original), match.start(), match.end())
    return None


def find_sending(folded: str) -> Aim | None:
    """The word for sending; `to` is `me` where it says so."""
    match = _SENDING.search(folded)
    if not match:
        return None
    return Aim(ME if _TO_ME.search(folded) else "", match.start(), match.end())


def _named(match: "re.Match[str]", original: str) -> str:
    kind, sign = ("user", "@") if match.groupdict().get("user") else ("channel", "#")
    return sign + original[match.start(kind) : match.end(kind)]
