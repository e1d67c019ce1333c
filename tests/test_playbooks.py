"""The written content: playbooks that mirror each other, and question sets that say what was agreed."""

import re
from datetime import date

import pytest

import tools
from knowledge import Playbook, playbooks, preamble, question_set

TOPICS = frozenset([
    "eleven-strategies", "why-customers-buy", "why-customers-stay", "why-customers-leave",
    "win-loss-analysis", "keep-or-let-go", "touchpoint-cadence", "qbr", "honest-conversations",
    "nps-after-touchpoints", "contact-frequency", "data-aware-goals", "account-team", "break-silos",
    "trust-enablement-plan", "retention-formulas", "loyalty-matrix", "clv-and-unit-economics",
    "mrr-four-pillars", "onboarding-activation", "renewal-120-90-60-30", "escalation", "win-back",
    "re-engagement", "upsell-cross-sell", "announcing-changes", "champion-left", "ideal-customer-profile",
    "save-play-usage-drop", "overdue-invoice",
    "loyalty-programme", "feature-education", "customer-delight", "true-friends", "butterflies", "barnacles",
    "strangers", "price-increase", "discount-requests", "nps-detractor-follow-up",
    "value-case", "sales-to-cs-handover", "success-plan", "executive-sponsor",
    "churn-review", "support-tickets-early-warning", "one-to-many", "segmentation-and-coverage",
    "customer-advocacy", "competitor-threat",
])  # fmt: skip

LITERAL_TRANSLATIONS = (
    "vender a novos clientes do que", "Receita Federal", "pilha de ensino", "tomada no ar", "embarque",
    "dataaware", "balançar o barco", "sell to new customers than", "Federal Revenue", "teaching stack",
    "taken in the air",
)  # fmt: skip
CLAIM = re.compile(r"\b5 (?:to|a) 25\b|\b5–25\b|\b25(?:–| to | a )95\b|\b65%|\b7 (?:times|vezes)\b")
VENDORS = re.compile(r"\b(?:Gainsight|ChurnZero|HubSpot|Salesforce|Vendasta|Scora|ChartMogul)\b", re.I)
BARE_CHURN = re.compile(r"(?<!logo )(?<!revenue )\bchurn\b(?! de (?:logos|receita))", re.I)

QUESTIONS = {
    "why_buy": (
        ("buy-1", "Which pain points does our product remove?",
         "Quais dores o nosso produto ou solução resolve?"),
        ("buy-2", "Who really buys, why, and what value do they perceive?",
         "Quem realmente compra, por que motivo, e qual é o valor percebido?"),
        ("buy-3", "What do our solutions really mean for your business, in your words?",
         "O que as nossas soluções significam de fato para o negócio de vocês, nas suas palavras?"),
    ),
    "why_stay": (
        ("stay-1", "Why did you renew, buy again or upgrade?",
         "Por que vocês renovaram, compraram de novo ou fizeram upgrade?"),
        ("stay-2", "How did you justify it to procurement? To your boss?",
         "Como vocês justificaram a compra para o time de compras? E para a chefia?"),
        ("stay-3", "What value are we creating for your business?",
         "Que valor estamos criando para o seu negócio?"),
        ("stay-4", "What would have been the impact of not renewing?",
         "Qual seria o impacto para você ou para a empresa se não tivessem renovado?"),
        ("stay-5", "Was the renewal ever in doubt? What were the concerns and what eased them?",
         "A renovação chegou a ficar em dúvida? Se sim, que preocupações havia e o que as resolveu?"),
    ),
    "why_leave": (
        ("leave-1", "Did we help solve the problem you bought us for?",
         "Ajudamos a resolver o problema para o qual vocês nos contrataram?"),
        ("leave-2", "If so, did the problem go away or did we become less effective?",
         "Se sim, o problema desapareceu ou a nossa solução ficou menos eficaz?"),
        ("leave-3", "Did you go in-house or to another solution?",
         "Vocês decidiram resolver internamente ou com outra solução?"),
        ("leave-4", "What analysis did you make and which factors weighed?",
         "Que análise fizeram e que fatores pesaram na decisão?"),
        ("leave-5", "What did we do well and where should we do better?",
         "No tempo em que trabalhamos juntos, o que fizemos bem e onde devemos melhorar?"),
    ),
}  # fmt: skip
ROLES = ("buyer", "champion", "user", "finance", "sponsor")
ALL = tuple(playbooks())


def _named(language: str) -> dict[str, Playbook]:
    return {playbook.slug: playbook for playbook in ALL if playbook.language == language}


def _sections(playbook: Playbook) -> dict[str, str]:
    """The text of each section by its id, in order."""
    parts = re.split(r"^## .+ \{#([a-z0-9-]+)\}$", playbook.body, flags=re.MULTILINE)
    assert not parts[0].strip(), f"{playbook.slug}: text before the first section"
    return dict(zip(parts[1::2], (text.strip() for text in parts[2::2]), strict=True))


def _items(text: str) -> list[str]:
    return re.findall(r"^(?:\d+\.|-) .+$", text, flags=re.MULTILINE)


def _all_texts() -> dict[str, str]:
    """Every word that people may read: playbooks with their front matter, questions, probes and preambles."""
    texts = {f"{p.language}/{p.slug}": f"{p.title}\n{dict(p.meta)}\n\n{p.body}" for p in ALL}
    return texts | {name: f"{preamble(name)} {question_set(name)}" for name in QUESTIONS}


each_playbook = pytest.mark.parametrize("playbook", ALL, ids=lambda p: f"{p.language}/{p.slug}")


def test_both_languages_hold_the_agreed_topics() -> None:
    assert _named("en").keys() == _named("pt-BR").keys()
    assert _named("en").keys() >= TOPICS


@pytest.mark.parametrize("slug", sorted(_named("en")))
def test_the_two_languages_of_a_playbook_mirror_each_other(slug: str) -> None:
    english, portuguese = _named("en")[slug], _named("pt-BR")[slug]
    theirs, ours = _sections(english), _sections(portuguese)
    assert list(theirs) == list(ours)
    for section in theirs:
        assert len(_items(theirs[section])) == len(_items(ours[section])), section
    assert re.findall(r"`(\w+)`", english.body) == re.findall(r"`(\w+)`", portuguese.body)
    assert english.meta["sources"] == portuguese.meta["sources"]
    assert english.meta["reviewed_on"] == portuguese.meta["reviewed_on"]
    assert english.title != portuguese.title or slug == "qbr"


@each_playbook
def test_front_matter_is_complete(playbook: Playbook) -> None:
    assert playbook.meta.keys() == {"title", "when", "triggers", "owner", "reviewed_on", "sources"}
    assert isinstance(playbook.meta["reviewed_on"], date)
    for name in ("triggers", "sources"):
        assert playbook.meta[name], name
        assert all(isinstance(value, str) and value for value in playbook.meta[name]), name
    assert playbook.meta["when"].startswith("Use ")
    assert playbook.meta["when"].endswith(".")


@each_playbook
def test_every_heading_carries_a_section_id_of_its_own(playbook: Playbook) -> None:
    headings = re.findall(r"^#+ .*$", playbook.body, flags=re.MULTILINE)
    assert len(headings) == len(_sections(playbook)) >= 4


@each_playbook
def test_sections_are_short_enough_to_quote_and_long_enough_to_help(playbook: Playbook) -> None:
    for section, text in _sections(playbook).items():
        least = 20 if _items(text) or section.startswith(("what-not", "how-to-know")) else 40
        assert least <= len(text.split()) <= 170, (section, len(text.split()))


@each_playbook
def test_every_playbook_ends_in_actions_and_names_a_tool(playbook: Playbook) -> None:
    actions = _sections(playbook)["actions"]
    assert 3 <= len(_items(actions)) <= 6
    assert re.search(r"`\w+`", actions)


def test_whatever_stands_in_backticks_is_a_tool() -> None:
    named = {name for playbook in ALL for name in re.findall(r"`([^`]*)`", playbook.body)}
    assert named <= set(tools.load())


def test_literal_translations_of_the_sources_never_appear() -> None:
    for where, text in _all_texts().items():
        for words in LITERAL_TRANSLATIONS:
            assert words.casefold() not in text.casefold(), (where, words)


def test_unsourced_claims_always_stand_with_their_warning() -> None:
    warned = 0
    for where, text in _all_texts().items():
        for paragraph in text.split("\n\n"):
            if CLAIM.search(paragraph):
                assert re.search(r"unsourced|sem fonte", paragraph), (where, paragraph)
                warned += 1
    assert warned == 4  # the claims and their contradiction: two playbooks, two languages


@each_playbook
def test_a_playbook_with_the_claims_shows_their_conflict_and_says_to_measure(playbook: Playbook) -> None:
    for text in _sections(playbook).values():
        if CLAIM.search(text):
            assert re.search(r"5 to 25|5 a 25", text)
            assert re.search(r"7 times|7 vezes", text)
            assert re.search(r"contradict|se contradizem", text)
            assert re.search(r"Measure your own|Meça os seus", text)


@each_playbook
def test_no_vendor_is_named_and_churn_is_never_bare(playbook: Playbook) -> None:
    assert not VENDORS.search(playbook.body)
    assert not BARE_CHURN.search(playbook.body)


def test_portuguese_money_and_decimals_are_written_in_portuguese() -> None:
    for playbook in _named("pt-BR").values():
        assert not re.search(r"R\$ ?\d+,\d{3}|\d\.\d+%", playbook.body), playbook.slug
    for playbook in _named("en").values():
        assert not re.search(r"R\$ ?\d+\.\d{3}|\d,\d+%", playbook.body), playbook.slug


def test_retention_playbook_shows_what_99_percent_hides() -> None:
    for language in ("en", "pt-BR"):
        text = _sections(_named(language)["retention-formulas"])["what-it-hides"]
        assert re.findall(r"(?:is|é) (\d+%)\.$", text, flags=re.MULTILINE) == ["99%", "79%"]


def test_eleven_strategies_are_eleven() -> None:
    for language in ("en", "pt-BR"):
        assert len(_items(_sections(_named(language)["eleven-strategies"])["the-eleven"])) == 11


@pytest.mark.parametrize("name", QUESTIONS)
def test_questions_are_worded_as_agreed(name: str) -> None:
    asked = tuple((q.id, q.text["en"], q.text["pt-BR"]) for q in question_set(name))
    assert asked == QUESTIONS[name]
    chapter = 1 + list(QUESTIONS).index(name)
    assert {q.source for q in question_set(name)} == {f"article:001#{chapter}"}


def test_only_the_compound_questions_have_probes_and_both_languages_have_as_many() -> None:
    probed = {q.id: q.probes for name in QUESTIONS for q in question_set(name) if q.probes}
    assert probed.keys() == {"buy-2", "stay-2", "stay-5", "leave-4", "leave-5"}
    for probes in probed.values():
        assert len(probes["en"]) == len(probes["pt-BR"]) >= 2


def test_leave_2_is_asked_only_after_a_yes_and_leave_4_always_after_leave_3() -> None:
    questions = {q.id: q for q in question_set("why_leave")}
    order = list(questions)
    assert questions["leave-2"].only_if == ("leave-1", "yes")
    assert [q.id for q in questions.values() if q.only_if] == ["leave-2"]
    assert order.index("leave-1") < order.index("leave-2")
    assert order.index("leave-3") < order.index("leave-4")
    assert all(not q.roles for q in questions.values())


def test_survey_answers_have_their_options_in_both_languages() -> None:
    questions = {q.id: q for name in QUESTIONS for q in question_set(name)}
    assert {i: q.answer for i, q in questions.items() if q.answer != "open"} == {
        "leave-1": "yes_no", "leave-2": "choice", "leave-3": "choice",
    }  # fmt: skip
    assert questions["leave-1"].options == {"en": ("Yes", "No"), "pt-BR": ("Sim", "Não")}
    for question in questions.values():
        if question.answer != "open":
            assert len(question.options["en"]) == len(question.options["pt-BR"]) >= 2


def test_roles_get_different_questions_and_each_keeps_enough() -> None:
    def asked(role: str, name: str) -> list[str]:
        return [q.id for q in question_set(name) if not q.roles or role in q.roles]

    assert asked("user", "why_stay") == ["stay-1", "stay-3", "stay-4"]
    assert asked("buyer", "why_stay") == ["stay-1", "stay-2", "stay-3", "stay-4", "stay-5"]
    assert {role for name in QUESTIONS for q in question_set(name) for role in q.roles} <= set(ROLES)
    assert all(len(asked(role, name)) >= 2 for role in ROLES for name in QUESTIONS)


def test_exit_preamble_is_the_agreed_promise() -> None:
    assert preamble("why_leave") == {
        "en": "We are not asking you to reconsider; we want to learn and improve.",
        "pt-BR": "Não queremos fazer vocês reconsiderarem; queremos aprender e melhorar.",
    }


@pytest.mark.parametrize("name", ["why_buy", "why_stay"])
def test_listening_preambles_offer_nothing(name: str) -> None:
    said = preamble(name)
    assert said.keys() == {"en", "pt-BR"}
    words = " ".join(said.values()).casefold()
    assert not re.search("offer|discount|deal|come back|ofert|descont|promoç|voltar|reconsider", words)
