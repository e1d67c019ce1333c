"""A labelled table read from any CSV: which column is the label, the time, a number, a day or a name."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

YES = frozenset({"1", "1.0", "true", "t", "yes", "y", "sim", "s", "verdadeiro", "churn", "churned", "lost", "left"})
NO = frozenset(
    {"0", "0.0", "false", "f", "no", "n", "nao", "não", "falso", "retained", "active", "stayed", "kept", "ativo"}
)
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})
NUMERIC = 0.95
"""Of what a column holds, so much has to be numbers, or days, for it to be one of numbers or days."""
MOST_NAMES = 60
"""A column of more different texts names the rows and tells nothing."""
FEWEST_ROWS, FEWEST_EACH = 50, 10


class BadTable(Exception):
    """A CSV that cannot be scored: what is wrong, in which row (the header is row 1) and column, and what is meant."""

    def __init__(self, fault: str, file: Path, *, row: int | None = None, column: str = "", said: str = "") -> None:
        super().__init__(f"{file}: {fault} {row or ''} {column} {said}".strip())
        self.fault, self.file, self.row, self.column, self.said = fault, file, row, column, said


@dataclass(frozen=True)
class Labelled:
    """Rows of features (NaN where empty), labels 0 or 1, and when each row was, as days; `names` of the features, which
    of them are `categories`, which columns were `left_out`; `positive`: the label's value that counts as lost."""

    rows: "NDArray[np.float64]"
    lost: "NDArray[np.int_]"
    when: "NDArray[np.float64] | None"
    names: tuple[str, ...]
    categories: frozenset[int]
    left_out: tuple[str, ...]
    positive: str


def read_labelled(file: Path, label: str, time: str | None) -> Labelled:
    """The table in a CSV file. Raises BadTable."""
    table = _table(file)
    for column in filter(None, (label, time)):
        if column not in table.columns:
            raise BadTable("no_column", file, column=column, said=", ".join(map(str, table.columns)))
    lost, positive = _labels(table[label], file)
    when = _when(table[time], file) if time else None
    features = {str(name): _feature(table[name]) for name in table.columns if name not in (label, time)}
    kept = {name: feature for name, feature in features.items() if feature is not None}
    if not kept:
        raise BadTable("no_features", file)
    import numpy as np

    return Labelled(
        np.column_stack([values for values, _ in kept.values()]), lost, when, tuple(kept),
        frozenset(n for n, (_, is_name) in enumerate(kept.values()) if is_name),
        tuple(name for name in features if name not in kept), positive,
    )  # fmt: skip


def _table(file: Path) -> "pd.DataFrame":
    import pandas as pd

    try:
        found = pd.read_csv(file, sep=None, engine="python", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadTable("no_file", file) from None
    except (pd.errors.ParserError, csv.Error, ValueError, OSError) as error:
        raise BadTable("not_csv", file, said=str(error).partition("\n")[0]) from None
    if len(found) < FEWEST_ROWS:
        raise BadTable("too_few_rows", file, said=str(len(found)))
    return found


def _labels(column: "pd.Series[str]", file: Path) -> "tuple[NDArray[np.int_], str]":
    """1 where lost. Of two values that nobody knows the rarer one means lost."""
    values = column.str.strip()
    empty = [n for n, value in enumerate(values) if value.casefold() in MISSING]
    if empty:
        raise BadTable("no_label", file, row=empty[0] + 2, column=str(column.name))
    counts = values.value_counts()
    if len(counts) != 2:
        odd = next((n for n, value in enumerate(values) if value not in counts.index[:2]), 0)
        raise BadTable("not_two_labels", file, row=odd + 2, column=str(column.name), said=", ".join(counts.index[:6]))
    known = [value for value in counts.index if value.casefold() in YES]
    known += [value for value in counts.index[::-1] if value.casefold() not in YES | NO]
    positive = known[0] if known else str(counts.index[-1])
    lost = (values == positive).to_numpy().astype(int)
    if min(lost.sum(), len(lost) - lost.sum()) < FEWEST_EACH:
        raise BadTable("too_few_of_a_label", file, column=str(column.name), said=str(counts.index[-1]))
    return lost, positive


def _when(column: "pd.Series[str]", file: Path) -> "NDArray[np.float64]":
    """Days or numbers, whatever orders the rows."""
    found = _numbers(column)
    if found is None:
        found = _days(column)
    for n, value in enumerate(column if found is None else found):
        if found is None or value != value:
            raise BadTable("not_a_time", file, row=n + 2, column=str(column.name), said=str(column.iloc[n]))
    assert found is not None
    return found


def _feature(column: "pd.Series[str]") -> "tuple[NDArray[np.float64], bool] | None":
    """The values, and whether they are only names; None where the column tells nothing."""
    known = column[~column.str.strip().str.casefold().isin(MISSING)]
    if known.nunique() < 2:
        return None
    numbers = _numbers(column)
    if numbers is None:
        numbers = _days(column)
    if numbers is not None:
        return None if _counts_rows(numbers) else (numbers, False)
    return (_codes(column), True) if known.nunique() <= MOST_NAMES else None


def _counts_rows(numbers: "NDArray[np.float64]") -> bool:
    """Whether they only number the rows: whole, all different, without a gap."""
    import numpy as np

    whole = not np.isnan(numbers).any() and bool((numbers == np.floor(numbers)).all())
    return whole and len(np.unique(numbers)) == len(numbers) == numbers.max() - numbers.min() + 1


def _numbers(column: "pd.Series[str]") -> "NDArray[np.float64] | None":
    import pandas as pd

    return _mostly(column, pd.to_numeric(column.str.strip().str.replace("%", ""), errors="coerce"))


def _days(column: "pd.Series[str]") -> "NDArray[np.float64] | None":
    import pandas as pd

    days = pd.to_datetime(column.str.strip(), errors="coerce", format="ISO8601", utc=True)
    return _mostly(column, (days - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1))


def _mostly(column: "pd.Series[str]", found: Any) -> "NDArray[np.float64] | None":
    """What was found, where nearly all that the column holds is so."""
    import numpy as np

    known = int((~column.str.strip().str.casefold().isin(MISSING)).sum())
    values = found.to_numpy(float, na_value=np.nan)
    return values if known and int((~np.isnan(values)).sum()) >= NUMERIC * known else None


def _codes(column: "pd.Series[str]") -> "NDArray[np.float64]":
    """A number for each text, the most frequent first; NaN where empty."""
    import numpy as np

    values = column.str.strip()
    known = values[~values.str.casefold().isin(MISSING)]
    codes: dict[str, float] = {str(value): float(n) for n, value in enumerate(known.value_counts(sort=True).index)}
    return np.array([codes.get(value, np.nan) for value in values], float)


def blocks(when: "NDArray[np.float64]", count: int) -> "Sequence[NDArray[np.int_]]":
    """The rows in so many blocks of time, the earliest first; rows of one moment are never torn apart."""
    import numpy as np

    order = np.argsort(when, kind="stable")
    cuts = np.searchsorted(when[order], [when[order[len(order) * n // count]] for n in range(1, count)], side="left")
    return [block for block in np.split(order, np.unique(cuts)) if len(block)]
