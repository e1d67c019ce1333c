import pytest

from bot.router.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("MRR semanal", "pt-BR"),
        ("weekly mrr", "en"),
        ("at risk?", "en"),
        ("contas em risco", "pt-BR"),
        ("resumo Aurora", "pt-BR"),
        ("summary of Clínica São Lucas", "en"),
        ("quem vai sair", "pt-BR"),
        ("who will leave", "en"),
        ("renovacoes", "pt-BR"),
        ("Which accounts are at risk?", "en"),
        ("Monte um roteiro de entrevista win-loss para Blue Ridge Health", "pt-BR"),
        ("resumo da Contoso in English please", "en"),
        ("Contoso summary em português", "pt-BR"),
    ],
)
def test_short_questions_tell_their_language(text: str, language: str) -> None:
    assert detect(text, "en") == detect(text, "pt-BR") == language


@pytest.mark.parametrize("text", ["", "mrr", "NRR?", "A-015", "<@U1>", "12345", "\x00", "QBR"])
def test_what_says_nothing_is_in_the_default_language(text: str) -> None:
    assert (detect(text, "en"), detect(text, "pt-BR")) == ("en", "pt-BR")
