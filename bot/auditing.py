"""`retention audit`: the audit log, from the terminal."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from io import StringIO
from typing import Any, Literal
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection, Select, select

from bot.app import Assistant
from bot.as_csv import MARK, harmless
from bot.chain import Event, Head, instant
from bot.question import Person
from bot.tables import audit_entries, audit_people, audit_texts
from bot.verifying import verify
from tools import Phrase, phrase, phrase_n

COLUMNS = ("n", "at", "kind", "who", "person", "name", "facts", "text", "sealed", "salt", "previous", "hash")
TERMINAL = Person("terminal")
e, t, p = audit_entries.c, audit_texts.c, audit_people.c


@dataclass(frozen=True)
class Wanted:
    """Which entries: days in the workspace's time zone, a kind, a person's Slack id or pseudonym, how many at most."""

    since: date | None = None
    until: date | None = None
    kind: str | None = None
    who: str | None = None
    limit: int | None = None


def entries(connection: Connection, wanted: Wanted, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """Each entry with what is still known of it, the last ones first; texts and facts read from their JSON."""
    for row in connection.execute(_query(wanted, zone)):
        found = dict(row._mapping)
        yield {**found, "facts": json.loads(row.facts), "text": json.loads(row.text) if row.text else None}


def listed(bot: Assistant, wanted: Wanted, console: Console) -> int:
    """A table of the last entries, the newest first."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("#", phrase("When"), phrase("Who"), phrase("What"), phrase("About")):
        table.add_column(bot.speaker.cell(column), overflow="fold")
    zone = ZoneInfo(bot.settings.retention_timezone)
    with bot.store.engine.connect() as connection:
        for entry in entries(connection, wanted, zone):
            at = datetime.fromisoformat(entry["at"]).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
            who = entry["name"] or entry["person"] or entry["who"]
            table.add_row(*map(Text, (str(entry["n"]), at, who, entry["kind"], about(entry))))
    if not table.row_count:
        return _say(bot, console, phrase("There are no such entries in the audit log."))
    console.print(table)
    return 0


def about(entry: Mapping[str, Any]) -> str:
    """An entry's facts in a line, and the words of the question where they are still kept."""
    facts, text = entry["facts"], entry["text"] or {}
    said = [f"{name}={_short(value)}" for name, value in facts.items() if name != "question"]
    return " ".join((*([f"“{text['text']}”"] if text.get("text") else []), *said))


def _short(value: Any) -> str:
    """How many, where there is a list; the export has them all."""
    if isinstance(value, dict):
        return ",".join(f"{name}:{each}" for name, each in value.items())
    return str(len(value)) if isinstance(value, list) else str(value)


def exported(bot: Assistant, wanted: Wanted, form: Literal["csv", "jsonl"], console: Console) -> int:
    """Every entry as a line, the first one first; that it was exported is in the log from then on."""
    zone = ZoneInfo(bot.settings.retention_timezone)
    with bot.store.engine.connect() as connection:
        found = list(entries(connection, wanted, zone))[::-1]
    bot.audit.note(Event("exported", TERMINAL, {"what": "audit", "form": form, "entries": len(found)}))
    console.file.write(_as_csv(found) if form == "csv" else "".join(f"{_line(entry)}\n" for entry in found))
    return 0


def verified(bot: Assistant, anchor: Head | None, console: Console) -> int:
    """Say whether the log is whole, and its head. Exit status 1 where it is not."""
    found = verify(bot.store.engine, anchor)
    if found.fault:
        return _say(bot, console, found.fault, style="red") or 1
    _say(bot, console, phrase_n(
        "The audit log is whole: {n} entry.", "The audit log is whole: {n} entries.", found.entries
    ))  # fmt: skip
    return _say(bot, console, phrase("Its head, to be kept elsewhere: {head}", head=str(found.head)))


def read_head(written: str) -> Head:
    """What `verify` printed. Raises ValueError where it is nothing of the kind."""
    n, _, digest = written.strip().partition(":")
    if len(digest) != 64:
        raise ValueError(written)
    return Head(int(n), digest)


def _query(wanted: Wanted, zone: ZoneInfo) -> Select[Any]:
    joined = audit_entries.outerjoin(audit_texts, t.n == e.n).outerjoin(audit_people, p.pseudonym == e.who)
    query = select(audit_entries, p.person, p.name, t.text, t.salt).select_from(joined).order_by(e.n.desc())
    if wanted.since:
        query = query.where(e.at >= _instant(wanted.since, time.min, zone))
    if wanted.until:
        query = query.where(e.at <= _instant(wanted.until, time.max, zone))
    if wanted.kind:
        query = query.where(e.kind == wanted.kind)
    if wanted.who:
        query = query.where((p.person == wanted.who) | (e.who == wanted.who))
    return query.limit(wanted.limit)


def _instant(day: date, hour: time, zone: ZoneInfo) -> str:
    return instant(datetime.combine(day, hour, zone))


def _line(entry: Mapping[str, Any]) -> str:
    return json.dumps({name: entry[name] for name in COLUMNS}, ensure_ascii=False)


def _as_csv(found: list[dict[str, Any]]) -> str:
    page = StringIO()
    page.write(MARK)
    rows = csv.writer(page, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for entry in found:
        rows.writerow(harmless(_cell(entry[name])) for name in COLUMNS)
    return page.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "" if value is None else str(value)


def _say(bot: Assistant, console: Console, said: Phrase, style: str = "") -> int:
    console.print(Text(bot.speaker.say(said), style), soft_wrap=True)
    return 0
