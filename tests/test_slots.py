"""What words become arguments. Today is Sunday 22 November 2026: the last full ISO week is 46."""

from datetime import date

import pytest

from bot.router.slots.accounts import AccountNames
from bot.router.slots.calendar import Calendar
from bot.router.slots.numbers import find_count
from bot.router.slots.periods import find_period
from bot.router.slots.text import LONGEST, clean, fold, word_set
from bot.router.slots.words import find_choice, find_language, find_owner, find_segment
from bot.router.slots.wrapping import topic

TODAY = date(2026, 11, 22)


def period(text: str, ahead: bool = False) -> str | None:
    found = find_period(fold(clean(text)), Calendar(TODAY, ahead))
    return str(found.period) if found else None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("today", "2026-11-22"),
        ("ontem", "2026-11-21"),
        ("last week", "2026-W46"),
        ("semana passada", "2026-W46"),
        ("this week", "2026-W47"),
        ("mrr wk 45", "2026-W45"),
        ("semana do dia 9 de novembro", "2026-W46"),
        ("mês passado", "2026-10"),
        ("este mês", "2026-11"),
        ("o mes q passou", "2026-10"),
        ("trimestre passado", "2026-Q3"),
        ("last year", "2025"),
        ("no ano passado", "2025"),
        ("Q3", "2026-Q3"),
        ("Q4", "2026-Q4"),
        ("Q3 2025", "2025-Q3"),
        ("3Q25", "2025-Q3"),
        ("2T25", "2025-Q2"),
        ("3º trimestre", "2026-Q3"),
        ("terceiro trimestre de 2025", "2025-Q3"),
        ("outubro", "2026-10"),
        ("em dezembro", "2025-12"),
        ("oct 2025", "2025-10"),
        ("out/25", "2025-10"),
        ("2026-10", "2026-10"),
        ("10/2026", "2026-10"),
        ("MRR in 2025", "2025"),
        ("since march", "2026-03-01..2026-11-22"),
        ("desde março", "2026-03-01..2026-11-22"),
        ("last 90 days", "2026-08-25..2026-11-22"),
        ("últimos 90 dias", "2026-08-25..2026-11-22"),
        ("últimas 4 semanas", "2026-10-19..2026-11-15"),
        ("last two months", "2026-09-01..2026-10-31"),
        ("between 1 and 15 october", "2026-10-01..2026-10-15"),
        ("de 1 a 15 de outubro", "2026-10-01..2026-10-15"),
        ("01/10/2026 a 15/10/2026", "2026-10-01..2026-10-15"),
        ("10/15/2026", "2026-10-15"),
        ("january to march 2026", "2026-01-01..2026-03-31"),
        ("nov to feb", "2025-11-01..2026-02-28"),
        ("Q1 to Q3 2026", "2026-01-01..2026-09-30"),
        ("H1 2026", "2026-01-01..2026-06-30"),
        ("primeiro semestre", "2026-01-01..2026-06-30"),
        ("weekly MRR", "2026-W46"),
        ("mrr mensal", "2026-10"),
        ("resumo trimestral", "2026-Q3"),
        ("year to date", "2026-01-01..2026-11-22"),
        ("no ano", "2026-01-01..2026-11-22"),
        ("weekly MRR of October", "2026-10"),
        ("last half year", "2026-01-01..2026-06-30"),
        ("semestre passado", "2026-01-01..2026-06-30"),
        ("semana retrasada", "2026-W45"),
        ("the month before last", "2026-09"),
        ("última quinzena", "2026-11-02..2026-11-15"),
        ("snooze it until Friday", "2026-11-27"),
        ("adiar até segunda-feira", "2026-11-23"),
        ("até a próxima quarta", "2026-11-25"),
        ("until Sunday", "2026-11-29"),
    ],
)
def test_a_period_in_words_becomes_its_written_form(text: str, written: str) -> None:
    assert period(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("FY26", "2025-04-01..2026-03-31"),
        ("fiscal year 2026", "2025-04-01..2026-03-31"),
        ("no ano fiscal de 2026", "2025-04-01..2026-03-31"),
        ("this fiscal year", "2026-04-01..2027-03-31"),
        ("ano fiscal atual", "2026-04-01..2027-03-31"),
        ("last FY", "2025-04-01..2026-03-31"),
        ("exercício anterior", "2025-04-01..2026-03-31"),
        ("Q1 FY27", "2026-Q2"),
        ("segundo trimestre do ano fiscal 2027", "2026-Q3"),
        ("fq4", "2027-Q1"),
    ],
)
def test_a_fiscal_year_begins_when_the_company_says(text: str, written: str) -> None:
    found = find_period(fold(clean(text)), Calendar(TODAY, fiscal=4))
    assert found and str(found.period) == written


def test_without_a_setting_the_fiscal_year_is_the_calendars() -> None:
    assert (period("FY26"), period("Q3 FY26")) == ("2026", "2026-Q3")


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2026",
        "99/99/2026",
        "31 de fevereiro",
        "last 900 years",
        "monthly recurring revenue",
        "receita recorrente mensal",
        "plano mensal",
        "you may want out of this",
        "suporte 24/7",
        "o processo de 90 dias",
        "me passa as dez contas",
        "adiar até ter resposta",
        "on Friday",
        "",
    ],
)
def test_what_is_no_period_gives_none(text: str) -> None:
    assert period(text) is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("renewing in december", "2026-12"),
        ("vencem em março", "2027-03"),
        ("Q1", "2027-Q1"),
        ("Q4", "2026-Q4"),
        ("next 90 days", "2026-11-22..2027-02-19"),
        ("próximos 60 dias", "2026-11-22..2027-01-20"),
        ("próximo trimestre", "2027-Q1"),
        ("mês que vem", "2026-12"),
        ("vencem até março", "2026-11-22..2027-03-31"),
        ("before year end", "2026-11-22..2026-12-31"),
        ("rest of the year", "2026-11-22..2026-12-31"),
        ("no restante do trimestre", "2026-11-22..2026-12-31"),
        ("até o fim do ano que vem", "2026-11-22..2027-12-31"),
        ("by the end of next quarter", "2026-11-22..2027-03-31"),
        ("12 months out", "2026-11-22..2027-11-21"),
        ("daqui a seis meses", "2026-11-22..2027-05-21"),
        ("próximo semestre", "2027-01-01..2027-06-30"),
        ("renewals until Friday", "2026-11-22..2026-11-27"),
    ],
)
def test_ahead_a_month_without_its_year_is_the_next_one(text: str, written: str) -> None:
    assert period(text, ahead=True) == written


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("top 5", 5),
        ("os 3 maiores", 3),
        ("dez contas", 10),
        ("the five worst", 5),
        ("20 rows", 20),
        ("so 7", 7),
        ("90 days", None),
        ("contas em risco", None),
        ("one account", None),
        ("nota 3 no nps", None),
        ("20% de desconto", None),
    ],
)
def test_counts_are_told_from_other_numbers(text: str, count: int | None) -> None:
    found = find_count(text)
    assert (found and found[0]) == count


ACCOUNTS = AccountNames({
    "A-1": "Aurora Alimentos Ltda", "A-2": "Aurora Têxtil S.A.", "A-3": "Bravo Logística",
    "A-4": "Blue Ridge Health, Inc.",
    "A-5": "Café Serrano", "A-6": "Lumen & Co.", "A-7": "TechNova Sistemas", "A-8": "Bridge",
})  # fmt: skip
COMMON = word_set("resumo da de do the a what mrr bridge summary of with logistica alimentos cafe health")


def meant(text: str) -> list[tuple[str, ...]]:
    folded = fold(text)
    return [m.ids for m in ACCOUNTS.exact(folded, COMMON)] or [m.ids for m in ACCOUNTS.partial(folded, text, COMMON)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("resumo da Aurora Alimentos", [("A-1",)]),
        ("aurora textil sa", [("A-2",)]),
        ("AURORA TÊXTIL", [("A-2",)]),
        ("summary of blue ridge", [("A-4",)]),
        ("Blue Ridge Health's", [("A-4",)]),
        ("tech nova sistemas", [("A-7",)]),
        ("technovasistemas.com.br", [("A-7",)]),
        ("lumen", [("A-6",)]),
        ("a-3", [("A-3",)]),
        ("resumo da bravo", [("A-3",)]),
        ("cafe serano", [("A-5",)]),
        ("resumo da technvoa", [("A-7",)]),
        ("mrr bridge", []),
        ("Bridge", [("A-8",)]),
        ("resumo da logistica", []),
        ("Aurora Pharma", []),
    ],
)
def test_accounts_are_found_by_name_part_id_and_typo(text: str, ids: list[tuple[str, ...]]) -> None:
    assert meant(text) == ids


def test_two_accounts_alike_are_both_meant() -> None:
    assert [set(ids) for ids in meant("resumo da aurora")] == [{"A-1", "A-2"}]


def test_the_nearest_names_are_offered_for_an_unknown_one() -> None:
    assert ACCOUNTS.nearest("Auroro")[:2] in (["A-1", "A-2"], ["A-2", "A-1"])
    assert ACCOUNTS.nearest("Xyzzy") == []


def test_namesakes_are_shown_with_their_ids() -> None:
    twins = AccountNames({"A-1": "Acme", "A-2": "Acme", "A-3": "Zeta"})
    assert [twins.label(id_, ("A-1", "A-2", "A-3")) for id_ in ("A-1", "A-3")] == ["Acme (A-1)", "Zeta"]


def test_owners_are_found_by_first_or_full_name() -> None:
    owners = ("Ana Souza", "Carla Mendes", "Ana Prado")
    assert (said := find_owner("contas da carla", owners)) and said.value == "Carla Mendes" and not said.others
    assert (said := find_owner("ana prado's accounts", owners)) and said.value == "Ana Prado" and not said.others
    assert (said := find_owner("contas da ana", owners)) and (said.value, said.others) == (
        "Ana Souza",
        ("Ana Prado",),
    )
    assert find_owner("contas da semana", owners) is None


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("contas corporativas em risco", "Enterprise"),
        ("medias empresas", "Mid-Market"),
        ("mid market only", "Mid-Market"),
        ("pequenas e medias", "SMB"),
        ("pme", "SMB"),
        ("smb accounts", "SMB"),
        ("contas", None),
    ],
)
def test_segments_are_found_in_the_books_own_spelling(text: str, segment: str | None) -> None:
    said = find_segment(text, ("Enterprise", "Mid-Market", "SMB"))
    assert (said and said.value) == segment


def test_a_segment_that_the_book_has_not_is_recognised_but_has_no_value() -> None:
    said = find_segment("enterprise accounts", ("Healthcare",))
    assert said is not None and said.value is None


def test_choices_match_endings_separators_and_short_forms() -> None:
    words = {"win_loss": ("win-loss",), "why_leave": ("por que cancel*",), "why_stay": ("por que fica*",)}
    assert [
        said and said.value
        for said in (find_choice(text, words) for text in ("win/loss", "pq cancelou", "porque ficaram", "entrevista"))
    ] == ["win_loss", "why_leave", "why_stay", None]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("in english please", "en"),
        ("em ingles", "en"),
        ("em portugues", "pt-BR"),
        ("versao em portugues", "pt-BR"),
        ("x", None),
    ],
)
def test_a_language_asked_for(text: str, language: str | None) -> None:
    said = find_language(text)
    assert (said and said.value) == language


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Hi! Can you tell me how we run a QBR? Thanks!", "how we run a QBR?"),
        ("is there a playbook for onboarding", "onboarding"),
        ("Oi, tem playbook de renovação por favor", "renovação"),
        ("what does the playbook say about win-back", "win-back"),
        ("como lidar com cliente irritado, obrigada!", "como lidar com cliente irritado"),
        ("thanks", "thanks"),
    ],
)
def test_a_topic_is_the_question_without_its_wrapping(text: str, about: str) -> None:
    assert topic(text) == about


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("<@U0BOT> *resumo* da _Aurora_ :pray:", "resumo da Aurora"),
        ("<https://acme.com/x|acme.com> &amp; <#C1|cs-acme> <!here>", "acme.com & cs-acme"),
        ("```mrr```\n> last week", "mrr last week"),
        ("<mailto:a@b.co|a@b.co>", "a@b.co"),
        ("ﬁnance\u200b\x00", "finance"),
        ("snake_case stays", "snake_case stays"),
        ("", ""),
    ],
)
def test_slack_mark_up_is_taken_off(raw: str, plain: str) -> None:
    assert clean(raw) == plain


def test_folding_keeps_the_length_and_cleaning_bounds_it() -> None:
    text = "São Paulo ÇÃÕ – ﬀ ½ İstanbul ß 😀"
    assert len(fold(text)) == len(text)
    assert len(clean("a " * 40_000)) <= LONGEST
