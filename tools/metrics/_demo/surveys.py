"""Answers to NPS and CSAT questions, asked after touchpoints. Three accounts in ten never answer."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from tools.metrics._demo.accounts import MONTHS, Account
from tools.metrics._demo.chance import every, stream
from tools.metrics._demo.life import Stint
from tools.metrics._demo.people import Contact, people_there
from tools.metrics._demo.words import SURVEY_COMMENTS, say
from tools.metrics._demo.writing import Row
from tools.metrics._period import add_months

REVIEW_EVERY = {"smb": 150, "mid-market": 110, "enterprise": 92}


def survey_answers(account: Account, contacts: list[Contact], today: date, seed: int) -> Iterator[Row]:
    """The account's rows of `survey_answers`."""
    rng = stream(seed, "surveys", account.number)
    if rng.random() < 0.3:
        return
    mood = rng.gauss(0, 0.8) + 0.8 * (account.fitness - 1)
    for stint in account.stints:
        for touchpoint, asked_on in _occasions(rng, account, stint, today):
            day = asked_on + timedelta(days=rng.randint(0, 9))
            if day >= stint.end(today):
                continue
            people, shown = people_there(contacts, day), account.shows("mood", day)
            if people and rng.random() < 0.58 * (1 - 0.35 * shown):
                kind = "csat" if touchpoint == "support" and rng.random() < 0.6 else "nps"
                yield _answer(rng, account, rng.choice(people), day, kind, touchpoint, mood - 6.2 * shown)


def _occasions(rng: Random, account: Account, stint: Stint, today: date) -> Iterator[tuple[str, date]]:
    end, step = stint.end(today), max(6, account.term)
    yield "onboarding", stint.joined + timedelta(days=rng.randint(28, 50))
    for day in every(rng, stint.joined + timedelta(days=rng.randint(70, 130)), end, REVIEW_EVERY[account.segment], 20):
        yield "qbr", day
    for day in every(rng, stint.joined + timedelta(days=rng.randint(20, 150)), end, 130, 60):
        yield "support", day
    for months in range(step, MONTHS + 1, step):
        yield "renewal", add_months(stint.paid_from, months) + timedelta(days=4)


def _answer(rng: Random, account: Account, contact: Contact, day: date, kind: str, touchpoint: str, mood: float) -> Row:
    top, usual = (10, 8.7) if kind == "nps" else (5, 4.4)
    score = max(0 if kind == "nps" else 1, min(top, round(rng.gauss(usual + mood * top / 10, top * 0.125))))
    return {
        "account_id": account.id,
        "contact_id": contact.id if rng.random() < 0.9 else None,
        "answered_on": day,
        "kind": kind,
        "score": float(score),
        "touchpoint": touchpoint,
        "comment": say(rng, SURVEY_COMMENTS[_tone(score / top)], account.tongue) if rng.random() < 0.4 else None,
    }


def _tone(share: float) -> str:
    return "happy" if share > 0.85 else "so-so" if share > 0.65 else "unhappy"
