"""Companies on an imported list, and which of them are customers already: none is ever invented."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import BigInteger, cast, func, select

from tools.metrics._book import accounts, audiences, mentions, mrr_movements, prospects, web_visits
from tools.metrics._dimensions import LARGEST, SIZES
from tools.metrics._opening import Book
from tools.metrics._query import Where, limited_to, read

Known = Literal["new", "customer", "former", "twin"]
"""`former`: it paid once; `twin`: it stands in the list before, under another id."""
_LEGAL = frozenset({
    "ltda", "me", "epp", "eireli", "sa", "s", "a", "inc", "llc", "ltd", "limited", "corp", "corporation", "co",
    "company", "gmbh", "ag", "sas", "srl", "sl", "bv", "plc", "cia", "lda",
})  # fmt: skip
"""Words of legal forms, which lists write or leave out as they like."""
_DOMAIN = re.compile(r"^(?:[a-z]+://)?(?:www\d?\.)?([^/:?#\s]+)")


@dataclass(frozen=True)
class Prospect:
    """A row of the list. `account`: id and name of the account that it is already, by domain or name."""

    id: str
    name: str
    domain: str | None
    values: Mapping[str, str | None]
    """Its traits, as customers are told apart by them: size, industry, country, region."""
    known: Known
    account: tuple[str, str] | None = None


def matched_prospects(book: Book, day: date) -> list[Prospect]:
    """Every company of the imported list, in its order, and what it is to us already."""
    rows, _ = read(book, select(prospects).order_by(prospects.c.prospect_id))
    by_domain, by_name = _ours(book) if rows else ({}, {})
    paying = _paying(book, day)
    seen: set[str] = set()
    return [_prospect(row, by_domain, by_name, paying, seen) for row in rows]


def plain_domain(text: str | None) -> str:
    """`https://www.Acme.com.br/contact` → `acme.com.br`; nothing where there is none."""
    found = _DOMAIN.match((text or "").strip().lower())
    return found[1] if found else ""


def plain_name(text: str) -> str:
    """`ACME Alimentos S.A.` → `acme alimentos`: without case, accents, signs and legal forms."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = re.sub(r"[^\w]+", " ", folded).split()
    return " ".join(word for word in words if word not in _LEGAL) or " ".join(words)


def _ours(book: Book) -> tuple[dict[str, Any], dict[str, Any]]:
    a = accounts.c
    rows, _ = read(book, select(a.account_id, a.name, a.domain).order_by(a.account_id.desc()))
    domains = {plain_domain(row.domain): row for row in rows if plain_domain(row.domain)}
    return domains, {plain_name(row.name): row for row in rows}


def _paying(book: Book, day: date) -> frozenset[str]:
    m = mrr_movements.c
    total = cast(func.sum(m.amount_minor), BigInteger)
    rows, _ = read(book, select(m.account_id).where(m.on_day <= day).group_by(m.account_id).having(total > 0))
    return frozenset(row.account_id for row in rows)


def _prospect(
    row: Any, by_domain: Mapping[str, Any], by_name: Mapping[str, Any], paying: frozenset[str], seen: set[str]
) -> Prospect:
    marks = {mark for mark in (plain_domain(row.domain), plain_name(row.name)) if mark}
    ours = by_domain.get(plain_domain(row.domain)) or by_name.get(plain_name(row.name))
    known: Known = "twin" if marks & seen else "new"
    if ours is not None:
        known = "customer" if ours.account_id in paying else "former"
    seen |= marks
    values = {"industry": row.industry, "country": row.country, "region": row.region, "size": _size(row.employees)}
    account = (ours.account_id, ours.name) if ours is not None else None
    return Prospect(row.prospect_id, row.name, row.domain, values, known, account)


def _size(employees: int | None) -> str | None:
    if employees is None:
        return None
    return next((name for most, name in SIZES if employees <= most), LARGEST)


def top_content(book: Book, since: date, where: Where) -> Sequence[Any]:
    """What customers read on our web site: segment, content, visits, seconds, conversions; the most visited first."""
    w, a = web_visits.c, accounts.c
    sums = [func.sum(each).label(each.name) for each in (w.visits, w.seconds, w.conversions)]
    rows = select(a.segment, w.content, *sums).join_from(
        web_visits, accounts, a.account_id == w.account_id, isouter=True
    )
    found, _ = read(
        book,
        rows.where(w.on_day >= since, *limited_to(where, web_visits, since))
        .group_by(a.segment, w.content)
        .order_by(a.segment, func.sum(w.visits).desc(), w.content),
    )
    return found


def has_web_analytics(book: Book) -> bool:
    """Whether any visit to our web site is loaded."""
    return bool(read(book, select(web_visits.c.visit_id).limit(1))[0])


def audiences_by_network(book: Book) -> Sequence[Any]:
    """Who follows us: network, trait, value, people, of the latest report of each network."""
    a = audiences.c
    latest = select(a.network, func.max(a.on_day).label("on_day")).group_by(a.network).subquery("latest")
    rows = select(a.network, a.trait, a.value, a.people, a.on_day).join_from(
        audiences, latest, (latest.c.network == a.network) & (latest.c.on_day == a.on_day)
    )
    return read(book, rows.order_by(a.network, a.trait, a.people.desc(), a.value))[0]


def mentions_of(book: Book, account_id: str | None, since: date, day: date) -> Sequence[Any] | None:
    """Mentions from a day on, of one account or (None) of anybody, the latest first; None: none are loaded at all."""
    m = mentions.c
    if not read(book, select(m.mention_id).limit(1))[0]:
        return None
    rows = select(mentions).where(m.on_day >= since, m.on_day <= day)
    if account_id:
        rows = rows.where(m.account_id == account_id)
    return read(book, rows.order_by(m.on_day.desc(), m.mention_id))[0]
