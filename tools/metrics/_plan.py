"""Which file is which table, and which of its columns is which of the book's."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from operator import itemgetter
from pathlib import Path

from tools.metrics._cells import currencies, currency_of, fold, printable, text_of
from tools.metrics._faults import Fault
from tools.metrics._fields import Field, Shape, StandIn, shapes
from tools.metrics._likely import likely
from tools.metrics._mapping import ColumnRule, LoadMapping, Rule, TableMapping, rules_of
from tools.metrics._reading import SUFFIXES, Cell, Feed

_CENTS = re.compile(r" (?:(?:in|em) )?(?:cents|centavos|minor|minor units)$")


@dataclass(frozen=True)
class Origin:
    """Where a field's values come from: a column of the feed (`index`) or the same for all rows (`const`).

    `currency`: the one that the header names; `in_utc`, `in_cents`: the header says so, the latter also of basis
    points and millionths, where it is the book's own (`percent_bp`); `amounts`: in what money is, as the mapping
    says; `via`: the values name a row of another table, whose account is taken; `when`: in which rows it counts;
    `others`: further columns, of which in each row the first filled one counts.
    """

    field: Field
    header: str
    index: int | None = None
    const: str = ""
    currency: str | None = None
    in_utc: bool = False
    in_cents: bool = False
    via: tuple[str, str] | None = None
    when: "When | None" = None
    others: tuple["Origin", ...] = ()
    amounts: str | None = None

    def cells(self, rows: Sequence[Sequence[Cell]]) -> list[Cell]:
        """The cell of each row; rows that are too short have an empty one."""
        if self.index is None:
            return [self.const] * len(rows)
        if self.when is None and not self.others:
            index = self.index
            try:
                return [*map(itemgetter(index), rows)]
            except IndexError:
                return [row[index] if index < len(row) else "" for row in rows]
        return [self._cell(row) for row in rows]

    def _cell(self, row: Sequence[Cell]) -> Cell:
        for one in (self, *self.others):
            index = one.index or 0
            if index < len(row) and row[index] != "" and (one.when is None or one.when.holds(row)):
                return row[index]
        return ""


@dataclass(frozen=True)
class When:
    """A cell counts only in rows that have one of these words in a column."""

    index: int
    words: frozenset[str]

    def holds(self, row: Sequence[Cell]) -> bool:
        return self.index < len(row) and fold(text_of(row[self.index])) in self.words


@dataclass(frozen=True)
class Plan:
    """How one feed becomes rows of one table."""

    shape: Shape
    feed: Feed
    header: Sequence[str]
    origins: tuple[Origin, ...]
    said: TableMapping = field(default_factory=TableMapping)

    @property
    def file(self) -> str:
        return self.feed.name

    @property
    def via(self) -> Origin | None:
        return next((origin for origin in self.origins if origin.via), None)

    def origin(self, name: str) -> Origin | None:
        return next((origin for origin in self.origins if origin.field.name == name), None)

    @property
    def used(self) -> dict[str, str]:
        """Field → the column that fills it or, after `=`, what all rows get."""
        places = list(self.shape.fields)
        origins = sorted(self.origins, key=lambda one: places.index(one.field.name))
        return {one.field.name: one.header if one.index is not None else f"= {one.const}" for one in origins}

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns of the feed that are good for nothing."""
        used = {self.said.changed, *self.said.leave_out}
        return tuple(title for title in _unused(self.header, self.origins) if title not in used)

    @property
    def absent(self) -> tuple[str, ...]:
        """Fields that nothing fills."""
        given = {origin.field.name for origin in self.origins}
        return tuple(name for name in self.shape.fields if name not in given)


def files_by_table(directory: Path, mapping: LoadMapping) -> tuple[dict[str, list[Path]], list[str]]:
    """The files of each table, as the mapping or their names say, and the names of those that are of none."""
    named = {said.file: table for table, said in mapping.tables.items() if said.file}
    patterns = [(pattern, table) for table, said in mapping.tables.items() if not said.file for pattern in said.files]
    found: dict[str, list[Path]] = {}
    unknown = []
    for path in sorted(path for path in directory.iterdir() if _is_meant(path)):
        if path.name in mapping.ignore:
            continue
        fitting = (table for pattern, table in patterns if fnmatch(path.name.lower(), pattern.lower()))
        table = named.get(path.name) or next(fitting, None) or _table_called(path, exclude=set(named.values()))
        if table:
            found.setdefault(table, []).append(path)
        else:
            unknown.append(path.name)
    return found, unknown


def _is_meant(path: Path) -> bool:
    """Files, and links that lead nowhere: those are told, not passed over."""
    return not path.name.startswith(".") and (path.is_file() or (path.is_symlink() and not path.exists()))


def _table_called(path: Path, exclude: set[str]) -> str | None:
    """The table with the longest name that the file's name holds, unless a mapping gives it another file."""
    if path.suffix.lower() not in SUFFIXES:
        return None
    words = f" {fold(path.stem)} "
    called = [(len(said), name) for name, shape in shapes().items() for said in _called(shape) if f" {said} " in words]
    table = max(called, default=(0, None))[1]
    return None if table in exclude else table


def _called(shape: Shape) -> Iterator[str]:
    yield fold(shape.name)
    yield from (fold(said) for said in shape.called)


def plan_columns(shape: Shape, feed: Feed, header: list[str], said: TableMapping) -> tuple[Plan, list[Fault]]:
    """How the feed's columns fill the table's, and which are missing."""
    faults: list[Fault] = []
    found = _recognised(shape, header)
    faults += _twice(feed, header, found)
    for name, rules in said.columns.items():
        found.pop(name, None)
        faults += _apply(name, rules, shape, feed.name, header, found)
    _let_stand_in(shape, header, said, found)
    _fill_in(shape, header, found)
    faults += _missing(shape, feed, header, found, faults)
    if faults and not feed.is_query and not _is_table(header):
        faults = [Fault(feed.name, "not_a_table", 1, value=printable(" ".join(header).strip())[:80])]
    return Plan(shape, feed, header, tuple(found.values()), said), faults


def _is_table(header: list[str]) -> bool:
    """Whether the first line holds several cells; web pages and JSON hold none, whatever commas they have."""
    return sum(bool(title.strip()) for title in header) > 1 and not header[0].lstrip().startswith(("<", "{", "["))


def _recognised(shape: Shape, header: list[str]) -> dict[str, Origin]:
    """Fields by the names of the columns; where several could be one field, the likeliest name wins."""
    found: dict[str, tuple[int, Origin]] = {}
    ranks = {word: rank for rank, word in enumerate(shape.names)}
    for index, title in enumerate(header):
        for words in _readings(shape, title):
            name = shape.names.get(words)
            if name is None:
                continue
            rank = -1 if words == fold(name) else ranks[words]
            if name not in found or rank < found[name][0]:
                found[name] = rank, _column(shape.fields[name], title, index)
            break
    origins = {name: origin for name, (_, origin) in found.items()}
    return _counted_units(shape, header, origins)


def _counted_units(shape: Shape, header: list[str], found: dict[str, Origin]) -> dict[str, Origin]:
    """Beside a `billing period unit` (month), a `billing period` (3) says how many."""
    unit = found.get("interval_unit")
    stem, _, last = fold(unit.header).rpartition(" ") if unit else ("", "", "")
    index = _position(header, stem) if stem and last == "unit" else None
    if index is not None:
        found.setdefault("interval_count", _column(shape.fields["interval_count"], header[index], index))
    return found


def _readings(shape: Shape, title: str) -> Iterator[str]:
    """The header as it stands; without `cents`, currency or `UTC`; without the table's own name before it."""
    words = fold(re.sub(r"[A-Za-z]{0,3}[$€£¥]", " ", title)).split()
    yield " ".join(words)
    if found := _CENTS.search(" ".join(words)):
        words = " ".join(words)[: found.start()].split()
        yield " ".join(words)
    if len(words) > 1 and (words[-1] == "utc" or words[-1].upper() in currencies()):
        words = words[:-1]
        yield " ".join(words)
    for called in _called(shape):
        if " ".join(words).startswith(called + " "):
            yield " ".join(words)[len(called) + 1 :]


def _column(field: Field, title: str, index: int, via: tuple[str, str] | None = None) -> Origin:
    words = fold(title)
    in_cents = field.kind == "money" and _CENTS.search(words) is not None
    in_cents |= words == fold(field.column) != fold(field.name)
    currency = _currency_of_header(title) if field.kind == "money" else None
    return Origin(field, title, index, "", currency, words.endswith(" utc"), in_cents, via)


def _currency_of_header(title: str) -> str | None:
    """By a sign anywhere, or by a code that is the last word: `All prices` is not in Albanian lek."""
    title = re.sub(r"(?i)[\s_(]+(?:cents|centavos)\W*$", "", title)
    code = currency_of(title)
    signed = any(sign in title for sign in "$€£¥")
    return code if code and (signed or fold(title).split()[-1].upper() == code) else None


def _position(header: list[str], title: str) -> int | None:
    """Where the column with this header is: as written, else as it sounds."""
    if title in header:
        return header.index(title)
    return next((index for index, other in enumerate(header) if fold(other) == fold(title)), None)


def _apply(
    name: str, rules: ColumnRule, shape: Shape, file: str, header: list[str], found: dict[str, Origin]
) -> Iterator[Fault]:
    """What the mapping says of one column: where it comes from, or several places of which the first filled counts."""
    stand_in = next((one for one in shape.stand_ins if one.name == name), None)
    target = shape.fields.get(stand_in.column if stand_in else name)
    if rules is None or target is None:
        return
    several = rules_of(rules)
    origins = [origin for rule in several if (origin := _ruled(name, rule, target, header))]
    if not origins:
        if not all(rule.optional for rule in several):
            title = next((rule.column for rule in several if rule.column), None) or _title(name, several[0])
            yield Fault(file, "missing_column", None, title, detail={"for": name, **likely(shape, title, header)})
        return
    first, *others = origins
    found[target.name] = replace(first, others=tuple(one for one in others if one.index is not None))
    if stand_in:
        _imply(stand_in, shape, found)


def _ruled(name: str, rule: Rule, target: Field, header: list[str]) -> Origin | None:
    """The origin of which a rule speaks; None where the header does not have it."""
    if rule.const is not None:
        return Origin(target, rule.const, const=rule.const)
    title = _title(name, rule)
    index, when = _position(header, title), _when(rule, header)
    if index is None or (rule.when and when is None):
        return None
    return replace(_column(target, title, index, _via(rule)), when=when, amounts=rule.amounts)


def _title(name: str, rule: Rule) -> str:
    via = _via(rule)
    return rule.column or (via[1] if via else name)


def _when(rule: Rule, header: list[str]) -> When | None:
    for title, words in rule.when.items():
        if (index := _position(header, title)) is not None:
            return When(index, frozenset(fold(word) for word in words))
    return None


def _via(rule: Rule) -> tuple[str, str] | None:
    if rule.via is None:
        return None
    table, _, column = rule.via.partition(".")
    return table, column


def _let_stand_in(shape: Shape, header: list[str], said: TableMapping, found: dict[str, Origin]) -> None:
    """Take a column such as MRR for the several it says, where those are not all there themselves."""
    for stand_in in shape.stand_ins:
        needed = {stand_in.column, *stand_in.implies} - shape.defaults.keys()
        if stand_in.name in said.columns or stand_in.column in said.columns or needed <= found.keys():
            continue
        called = [fold(word) for word in stand_in.called]
        for index, title in enumerate(header):
            if any(words in called for words in _readings(shape, title)):
                found[stand_in.column] = _column(shape.fields[stand_in.column], title, index)
                _imply(stand_in, shape, found, keep=said.columns.keys())
                return


def _imply(stand_in: StandIn, shape: Shape, found: dict[str, Origin], keep: object = ()) -> None:
    for name, const in stand_in.implies.items():
        if name not in keep:  # type: ignore[operator]
            found[name] = Origin(shape.fields[name], const, const=const)


def _fill_in(shape: Shape, header: list[str], found: dict[str, Origin]) -> None:
    """Defaults for what is left out, and the account by way of the subscription where rows name only that."""
    for name, const in shape.defaults.items():
        found.setdefault(name, Origin(shape.fields[name], const, const=const))
    refers = "account_id" in shape.fields and shape.name not in ("accounts", "subscriptions")
    if (
        refers
        and "account_id" not in found
        and (line := _recognised(shapes()["subscription_changes"], header).get("subscription_id"))
    ):
        via = ("subscriptions", "subscription_id")
        found["account_id"] = _column(shape.fields["account_id"], line.header, line.index or 0, via)


def _twice(feed: Feed, header: list[str], found: Mapping[str, Origin]) -> Iterator[Fault]:
    row = None if feed.is_query else 1
    for origin in found.values():
        if header.count(origin.header) > 1:
            yield Fault(feed.name, "two_columns", row, origin.header)


def _missing(
    shape: Shape, feed: Feed, header: list[str], found: Mapping[str, Origin], known: list[Fault]
) -> Iterator[Fault]:
    """Required fields that no column gives; currencies, names and row numbers can come from elsewhere."""
    told = {fault.detail.get("for") for fault in known}
    unused = _unused(header, found.values())
    elsewhere = {"name"} if shape.name == "accounts" else set()
    if any(field.kind == "money" for field in shape.fields.values()):
        elsewhere.add("currency")
    if shape.numbered:
        elsewhere.add(next(iter(shape.fields)))
    for name, field_ in shape.fields.items():
        if field_.required and name not in found and name not in elsewhere and name not in told:
            asked = {"asked": "query"} if feed.is_query else {}
            detail = {"for": name, **likely(shape, name, unused), **asked}
            yield Fault(feed.name, "missing_column", None, name, detail=detail)


def _unused(header: Sequence[str], origins: Iterable[Origin]) -> list[str]:
    places = [place for origin in origins for place in (origin, *origin.others)]
    used = {place.index for place in places} | {place.when.index for place in places if place.when}
    return [title for index, title in enumerate(header) if title.strip() and index not in used]
