"""What `retention load` says: one sentence per fault, with what is wrong and what to do about it."""

from collections.abc import Mapping

from tools import Phrase, phrase
from tools.metrics._faults import Fault, FaultKind, Notice, NoticeKind


def explain(fault: Fault) -> Phrase:
    """Where it is, what is wrong and the remedy, in one sentence."""
    values = {"file": fault.file, "column": fault.column or "–", "value": fault.value or "–", **fault.detail}
    what = phrase(_sentences()[fault.kind].msgid, **{name: str(value) for name, value in values.items()})
    return phrase("{place}: {what}", place=_place(fault), what=what)


def _place(fault: Fault) -> Phrase:
    """File, row and column as far as they are known; row numbers are labels, so they are not grouped."""
    if fault.row and fault.column:
        return phrase("{file}, row {row}, column {column}", file=fault.file, row=str(fault.row), column=fault.column)
    if fault.row:
        return phrase("{file}, row {row}", file=fault.file, row=str(fault.row))
    if fault.column:
        return phrase("{file}, column {column}", file=fault.file, column=fault.column)
    return phrase("{file}", file=fault.file)


def remark(notice: Notice) -> Phrase:
    """What the load did on its own account."""
    return phrase(_remarks()[notice.kind].msgid, file=notice.file, column=notice.column, n=notice.count)


def _sentences() -> Mapping[FaultKind, Phrase]:
    return {**_of_files(), **_of_cells(), **_of_money_and_words(), **_of_rows()}


def _of_files() -> dict[FaultKind, Phrase]:
    return {
        "missing_directory": phrase("There is no directory {file}; give the one that holds the CSV files."),
        "missing_file": phrase(
            "The file for {table} is missing; add a CSV file with {table} in its name, or name it in the "
            "mapping file under tables: {table}: file:."
        ),
        "two_files": phrase(
            "{files} could all be {table}; say which one in the mapping file under tables: {table}: file:, "
            "or list the others under ignore:."
        ),
        "empty_file": phrase("The file for {table} is empty; export it again with its header and rows."),
        "bad_mapping": phrase(
            "The mapping file cannot be understood at {column} ({value}); compare it with the example in the "
            "documentation."
        ),
        "unknown_name": phrase("{value} is not known under {column} in the mapping file; use one of: {allowed}."),
        "bad_encoding": phrase(
            "The text is damaged here: it is neither whole UTF-8 nor another usual encoding; export the file "
            "again as “CSV UTF-8”."
        ),
        "nul_byte": phrase("There is a zero byte, so the file is damaged or not text; export it again as CSV."),
        "broken_row": phrase(
            "A quotation mark that opens in this row is never closed properly; double quotation marks inside "
            "a cell, or export the file again."
        ),
        "missing_column": phrase(
            "The column {column} is missing; the file has {found}: add it, or name the right one in the "
            "mapping file under columns:."
        ),
        "two_columns": phrase("Two columns are called {column}; rename or remove one of them."),
    }


def _of_cells() -> dict[FaultKind, Phrase]:
    return {
        "value_missing": phrase(
            "The cell is empty but needed; fill it in, or give a constant in the mapping file: {column}: {{const: …}}."
        ),
        "too_long": phrase("The value has more than {longest} characters; check that the right column is used."),
        "not_a_date": phrase(
            "“{value}” is not a date; write it as 2025-12-31, or say dates: dmy or mdy in the mapping file."
        ),
        "ambiguous_date": phrase(
            "“{value}” could be day/month or month/day and nothing in the column settles it; say dates: dmy "
            "or dates: mdy in the mapping file."
        ),
        "excel_serial": phrase(
            "“{value}” is a date as a spreadsheet counts it; format the column as a date before you save the "
            "file as CSV."
        ),
        "implausible_date": phrase(
            "The date {value} cannot be right; correct it, or make it empty in the mapping file under "
            "values: if it stands for “never”."
        ),
        "not_a_number": phrase(
            "“{value}” is not a number; correct it, or say decimal: comma or point in the mapping file."
        ),
        "ambiguous_number": phrase(
            "“{value}” could be thousands or decimals and nothing in the column settles it; say decimal: "
            "comma or decimal: point in the mapping file."
        ),
        "not_whole": phrase("“{value}” is not a whole number; correct it, or check that the right column is used."),
        "negative": phrase("“{value}” is less than it can be; correct the number."),
        "out_of_range": phrase(
            "“{value}” is outside {lowest} to {highest}; correct it, or convert the scale before the export."
        ),
        "not_a_flag": phrase(
            "“{value}” is neither yes nor no; write true or false, or translate it in the mapping file under values:."
        ),
    }


def _of_money_and_words() -> dict[FaultKind, Phrase]:
    return {
        "not_a_currency": phrase("“{value}” is not a currency; write its ISO 4217 code, such as BRL or USD."),
        "currency_missing": phrase(
            "The currency is not said; add a currency column, or say it with --currency or currency: in the "
            "mapping file."
        ),
        "currency_conflict": phrase(
            "“{value}” is not in {stated}, which the row says it is; correct the amount or the currency."
        ),
        "rate_missing": phrase(
            "{rows} rows are in {value}, which has no rate into {reporting}; add exchange_rates.csv "
            "(currency, on_day, rate), or rates: {{{value}: …}} in the mapping file."
        ),
        "unknown_interval": phrase(
            "“{value}” is not a billing interval; write month, quarterly, annual …, or translate it in the "
            "mapping file under values: interval_unit:."
        ),
        "unknown_value": phrase(
            "“{value}” is not one of {allowed}; correct it, or translate it in the mapping under values:."
        ),
    }


def _of_rows() -> dict[FaultKind, Phrase]:
    return {
        "too_many_cells": phrase(
            "The row has {cells} cells, the header {columns}; put cells that hold the delimiter in quotation "
            "marks, or export the file again."
        ),
        "too_few_cells": phrase(
            "The row has {cells} cells, the header {columns}; complete the row, or export the file again."
        ),
        "duplicate_key": phrase(
            "“{value}” was there before, in row {first_row}, with another {differs}; keep one of the rows or "
            "give them different ids."
        ),
        "unknown_account": phrase(
            "“{value}” is no account of the accounts file; add it there, correct it, or say in the mapping "
            "file how the rows name "
            "accounts: account_id: {{via: accounts.name, column: …}}."
        ),
        "unknown_subscription": phrase(
            "“{value}” is no subscription of the subscriptions file; add it there or correct it."
        ),
        "ended_before_started": phrase("The end {value} is before the start {started}; correct one of the two dates."),
    }


def _remarks() -> Mapping[NoticeKind, Phrase]:
    return {
        "rounded": phrase("{file}, {column}: {n} amounts had more decimals than their currency and were rounded."),
        "shortened": phrase("{file}, {column}: {n} texts were longer than the book keeps and were cut."),
        "unnamed": phrase("{file}: {n} accounts have no name and are called by their id."),
        "unnumbered": phrase("{file}: {n} rows have no id of their own; their row number was taken."),
        "trials_at_zero": phrase("{file}: {n} contract lines are marked as trials without an end and count as unpaid."),
        "summed": phrase("{file}: {n} rows of the same account, day and feature were added to others."),
        "unlisted_value": phrase(
            "{file}, {column}: {n} values are not among the usual ones and were kept as they are."
        ),
        "unlisted_country": phrase("{file}, {column}: {n} countries were not recognised and were kept as they are."),
        "empty": phrase("{file} has a header but no rows."),
    }
