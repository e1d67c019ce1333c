"""A short survey for customers who leave."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from knowledge import preamble, question_set
from tools import (
    ACCOUNT,
    LANGUAGE,
    Answer,
    Deps,
    Draft,
    NextSteps,
    Note,
    Part,
    Phrase,
    Section,
    phrase,
    phrase_n,
)
from tools._account import read_account
from tools._drafting import reader_language, written
from tools.metrics import Profile


class Input(BaseModel):
    account: Annotated[str | None, ACCOUNT] = Field(default=None, description="Id of the account that leaves; empty: a general survey.")
    language: Annotated[Literal["en", "pt-BR"] | None, LANGUAGE] = Field(
        default=None, description="Language of the survey; empty: the account's, else the asker's."
    )


EXAMPLES: dict[str, tuple[str, ...]] = {
    "en": (
        "Exit survey",
        "exit survey for {account}",
        "draft an exit survey",
        "draft a churn survey for {account}",
        "churn survey",
        "churn exit survey in Portuguese",
        "cancellation survey",
        "cancellation form for {account}",
        "survey for customers who left",
        "survey for churned customers",
        "questionnaire for customers who cancelled",
        "exit questionnaire",
        "exit form",
        "leaving survey",
        "offboarding questionnaire",
        "offboarding form for {account}",
        "post-churn survey",
        "short survey to learn why customers leave",
        "survey to send to {account} now that they cancelled",
        "{account} churned, send them a survey",
        "build a survey for lost accounts",
        "five question exit survey",
        "why did you leave survey",
        "write a goodbye survey",
        "exit survey in English",
        "exit survey portuguese version",
        "exit suvey {account}",
        "churn questionaire",
        "form asking why they cancelled",
        "feedback form for a customer who left",
        "survey when a customer closes the account",
        "pesquisa de saida in english",
        "make an exit poll for cancelled clients",
        "survey template for churn",
        "I need the departure survey",
        "survey asking customers why they left",
        "questions for customers who cancel, in a form",
        "questionnaire about why they leave us",
        "survey for those who quit",
        "survey to people that left us",
        "cancel survey",
        "questionnaire in the cancellation flow",
        "goodbye questionnaire for {account}",
        "{account} left. exit survey please",
        "we need an exit poll",
        "survey churners",
    ),
    "pt-BR": (
        "Pesquisa de saída",
        "pesquisa de saída para a {account}",
        "monta uma pesquisa de saída",
        "monta uma pesquisa de churn pra {account}",
        "pesquisa de churn",
        "pesquisa de churn em inglês",
        "pesquisa de cancelamento",
        "formulário de cancelamento da {account}",
        "pesquisa pra clientes que saíram",
        "pesquisa para clientes cancelados",
        "questionário para quem cancelou",
        "questionário de saída",
        "formulário de saída",
        "pesquisa de desligamento",
        "questionário de offboarding",
        "formulario de offboarding da {account}",
        "pesquisa pós-churn",
        "pesquisa curta pra saber por que os clientes saem",
        "pesquisa pra mandar pra {account} agora que cancelou",
        "a {account} cancelou, manda uma pesquisa",
        "cria uma pesquisa pra contas perdidas",
        "pesquisa de saída com cinco perguntas",
        "pesquisa por que você saiu",
        "escreve uma pesquisa de despedida",
        "pesquisa de saída em português",
        "exit survey versão em inglês",
        "pesqusa de saida {account}",
        "questionario de churn",
        "formulário perguntando por que cancelaram",
        "formulário de feedback pra cliente que saiu",
        "pesquisa quando o cliente encerra a conta",
        "exit survey em portugues",
        "survey de churn pros cancelados",
        "modelo de pesquisa de cancelamento",
        "preciso da pesquisa de encerramento",
        "questionário perguntando por que saíram",
        "pesquisa perguntando aos clientes por que foram embora",
        "perguntas pra quem cancela, em formulário",
        "pesquisa pra quem saiu",
        "pesquisa pra quem foi embora",
        "pesquisa de quem cancela",
        "questionário no cancelamento",
        "questionário de despedida pra {account}",
        "a {account} saiu, pesquisa de saída por favor",
        "precisamos de uma pesquisa de saída",
        "pesquisa com os churnados",
    ),
}


def exit_survey(ask: Input, deps: Deps) -> Answer:
    """Draft a churn-exit survey: five questions with their logic, to learn why a customer left.

    Use when someone wants a survey, questionnaire or form for customers who cancelled, left or churned.
    """
    account = read_account(ask.account, deps) if ask.account else None
    language = reader_language(ask.language, [account.account.language] if account else [], deps)
    asks = tuple(written(question, language) for question in question_set("why_leave"))
    subject = _subject(account)
    sections = (
        Section(phrase("Introduction"), (phrase("{text}", text=preamble("why_leave")[language]), phrase("Your answers are read by people. It takes about three minutes."))),
        Section(phrase("Questions"), asks),
        Section(phrase("Thanks"), (phrase("Thank you. What you wrote will be read by the people who can change it."),)),
    )
    draft = Draft("exit_survey", subject, language, sections, ask.account)
    return Answer(
        subject=subject,
        headline=phrase_n("A survey with {n} question, about three minutes.", "A survey with {n} questions, about three minutes.", len(asks)),
        parts=(*_cautions(account), draft, NextSteps(_next(account))),
        accounts=frozenset({ask.account} if ask.account else ()),
    )


def _subject(account: Profile | None) -> Phrase:
    if account is None:
        return phrase("Exit survey · any account")
    return phrase("Exit survey · {account}", account=account.account.name)


def _cautions(account: Profile | None) -> list[Part]:
    if account and account.mrr_minor:
        return [Note(phrase("{account} still pays: send it only once the cancellation is certain.", account=account.account.name))]
    return []


def _next(account: Profile | None) -> tuple[Phrase, ...]:
    if account is None:
        return (phrase("What do the playbooks say about why customers leave?"),)
    name = account.account.name
    return (phrase("Win-loss interview script for {account}", account=name), phrase("Summary of {account}", account=name))
