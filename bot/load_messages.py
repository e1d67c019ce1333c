"""What `retention load` says: one sentence per fault, with what is wrong and what to do about it."""

from collections.abc import Mapping

from tools import Phrase, phrase, phrase_n
from tools.metrics._cells import printable
from tools.metrics._faults import Fault, FaultKind, Notice, NoticeKind


def explain(fault: Fault) -> Phrase:
    """Where it is, what is wrong and the remedy, in one sentence."""
    values = {"file": fault.file, "column": fault.column or "–", "value": fault.value or "–", **fault.detail}
    shown = {name: printable(str(value)) or "–" for name, value in values.items()}
    what = phrase(_sentence(fault).msgid, **shown)
    return phrase("{place}: {what}", place=_place(fault), what=what)


def _sentence(fault: Fault) -> Phrase:
    if fault.kind == "missing_column":
        return _missing_column(fault)
    return _sentences()[fault.kind]


def _missing_column(fault: Fault) -> Phrase:
    if fault.detail.get("for") != fault.column:
        return phrase("The mapping file names this column, but the file has none called so; its columns: {unused}.")
    if fault.detail.get("asked"):
        return phrase(
            "The query does not give it; of what it gives, not used: {unused}. "
            "Name it in the SELECT (… AS {column}), or in the mapping file under columns:, as below."
        )
    if fault.detail.get("likely"):
        return phrase(
            "It is missing. Perhaps it is called {likely}: name it in a mapping file, as below, or add it to the file."
        )
    return phrase("It is missing, and no other column sounds like it: add it, or name it in a mapping file, as below.")


def _place(fault: Fault) -> Phrase:
    """File, row and column as far as they are known."""
    file, column = printable(fault.file), printable(fault.column or "")
    row = _row(fault)
    if row and column:
        return phrase("{file}, row {row}, column {column}", file=file, row=row, column=column)
    if row:
        return phrase("{file}, row {row}", file=file, row=row)
    if column:
        return phrase("{file}, column {column}", file=file, column=column)
    return phrase("{file}", file=file)


def example(fault: Fault) -> Phrase:
    """One more of the same: only its row and value."""
    row = _row(fault)
    if fault.value:
        return phrase("row {row} (“{value}”)", row=row, value=printable(fault.value))
    return phrase("row {row}", row=row)


def _row(fault: Fault) -> str:
    """Its number, its id, or both; row numbers are labels, so they are not grouped."""
    key = printable(fault.key or "")
    return f"{fault.row} ({key})" if fault.row and key else key or str(fault.row or "")


def remark(notice: Notice) -> Phrase:
    """What the load did on its own account."""
    said = _remarks()[notice.kind]
    file, column = printable(notice.file), printable(notice.column)
    return Phrase(said.msgid, {"file": file, "column": column, "n": notice.count}, said.plural, notice.count)


def _sentences() -> Mapping[FaultKind, Phrase]:
    return {**_of_files(), **_of_sources(), **_of_cells(), **_of_money_and_words(), **_of_rows()}


def _of_files() -> dict[FaultKind, Phrase]:
    return {
        "missing_directory": phrase("There is no directory {file}; give the one that holds the CSV files."),
        "missing_file": phrase(
            "The file for {table} is missing; add a CSV file with {table} in its name, or name it in the "
            "mapping file under tables: {table}: file:. The folder holds: {found}."
        ),
        "two_files": phrase(
            "{files} could all be {table}; say which one in the mapping file under tables: {table}: file:, "
            "or list the others under ignore:."
        ),
        "empty_file": phrase("The file for {table} has no rows; export it again with its header and rows."),
        "unreadable_file": phrase("It cannot be opened; check that it exists and that you may read it."),
        "workbook": phrase("This is an Excel workbook or a zip file, whatever its name; save it as “CSV UTF-8”."),
        "not_a_table": phrase(
            "This is no table: the first line is “{value}”. It must be the header, its cells parted by commas, "
            "semicolons, tabs or |; take out lines above it, or export again if a web page was saved instead."
        ),
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
        "two_columns": phrase("Two columns are called {column}; rename or remove one of them."),
    }


def _of_sources() -> dict[FaultKind, Phrase]:
    return {
        "no_input": phrase(
            "There is nothing to load; give the folder with the CSV files, or a mapping file with queries."
        ),
        "two_urls": phrase("A source has either a url: or a url_from:; give it one of them."),
        "two_origins": phrase(
            "A table comes from a file or from a query; give it either file:, or query: with source: and changed:."
        ),
        "not_select": phrase(
            "Only one SELECT statement can be asked, and this is none: {value}. Nothing is ever written into a source."
        ),
        "unknown_source": phrase(
            "There is no source {value} under sources: in the mapping file (there: {known}); add it there, or name "
            "another one."
        ),
        "url_missing": phrase(
            "Its URL is to come from {value}, which is neither an environment variable nor in .env; set it, for "
            "instance {value}=postgresql+psycopg://user:password@host/database."
        ),
        "bad_url": phrase(
            "{value} is no SQLAlchemy URL that can be used; write it as dialect+driver://user:password@host/database."
        ),
        "secret_in_mapping": phrase(
            "Its URL in the mapping file holds a password; move the URL into .env and name it there: "
            "{value}: {{url_from: NAME}}."
        ),
        "driver_missing": phrase(
            "No driver for {value} is installed; install its SQLAlchemy dialect beside the assistant (for Snowflake, "
            "for instance: pip install snowflake-sqlalchemy), or correct the URL."
        ),
        **_of_queries(),
        **_in_place(),
    }


def _in_place() -> dict[FaultKind, Phrase]:
    return {
        "name_taken": phrase(
            "This database already has {value}, and not from this assistant. Give the book a database or schema of its "
            "own, so that nothing is overwritten; on PostgreSQL for instance "
            "…/database?options=-csearch_path%3Dretention."
        ),
        "missing_query": phrase(
            "To be read in place, {table} needs a query: under tables: {table}: in the mapping file."
        ),
        "not_in_place": phrase(
            "{value} is only for a load; to be read in place, the query itself must give the values as the book has "
            "them."
        ),
        "elsewhere": phrase(
            "This is another database than that of BOOK_URL; to be read in place, both must be the same."
        ),
    }


def _of_queries() -> dict[FaultKind, Phrase]:
    return {
        "unreachable": phrase(
            "The database cannot be reached: {cause}. Check its URL, the network, and that its user may connect."
        ),
        "query_failed": phrase(
            "The database refused the query: {cause}. Correct it in the mapping file, and try it in a client of the "
            "database."
        ),
        "changed_missing": phrase(
            "The mapping file says changed: {column}, but the query gives only: {columns}; add it to the SELECT."
        ),
        "no_rows": phrase(
            "The query for {table} gives no rows; check its conditions, and what the database's user may see."
        ),
    }


def _of_cells() -> dict[FaultKind, Phrase]:
    return {
        "value_missing": phrase(
            "The cell is empty but needed; fill it in, or give a constant in the mapping file: {column}: {{const: …}}."
        ),
        "too_long": phrase("The value has more than {longest} characters; check that the right column is used."),
        "not_a_date": phrase(
            "“{value}” is not a date; write it as 2025-12-31, or, if the column holds no dates, leave it out in the "
            "mapping file: columns: {{{field}: }}."
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
        "history_incomplete": phrase(
            "The movements of “{value}” do not begin with its first one; export them from the beginning, without a "
            "filter of dates."
        ),
        "repeated_key": phrase(
            "“{value}” is there more than once, and each id may come only once; correct the query, with GROUP BY or "
            "with ids of their own."
        ),
        "unknown_account": phrase(
            "“{value}” is not among the accounts; add it there, correct it, or say in the mapping file how the rows "
            "name accounts: account_id: {{via: accounts.name, column: …}}."
        ),
        "unknown_subscription": phrase("“{value}” is not among the subscriptions; add it there or correct it."),
        "ended_before_started": phrase("The end {value} is before the start {started}; correct one of the two dates."),
    }


def _remarks() -> Mapping[NoticeKind, Phrase]:
    return {**_of_changes(), **_of_rows_apart(), **_of_doubts()}


def _of_changes() -> dict[NoticeKind, Phrase]:
    return {
        "rounded": phrase_n(
            "{file}, {column}: {n} amount had more decimals than its currency and was rounded.",
            "{file}, {column}: {n} amounts had more decimals than their currency and were rounded.", 2,
        ),
        "shortened": phrase_n(
            "{file}, {column}: {n} text was longer than the book keeps and was cut.",
            "{file}, {column}: {n} texts were longer than the book keeps and were cut.", 2,
        ),
        "unnamed": phrase_n(
            "{file}: {n} account has no name and is called by its id.",
            "{file}: {n} accounts have no name and are called by their id.", 2,
        ),
        "unnumbered": phrase_n(
            "{file}: {n} row has no id of its own; its row number was taken.",
            "{file}: {n} rows have no id of their own; their row number was taken.", 2,
        ),
        "trials_at_zero": phrase_n(
            "{file}: {n} contract line is marked as a trial without an end and counts as unpaid.",
            "{file}: {n} contract lines are marked as trials without an end and count as unpaid.", 2,
        ),
        "summed": phrase_n(
            "{file}: {n} row of the same account, day and feature was added to another.",
            "{file}: {n} rows of the same account, day and feature were added to others.", 2,
        ),
        "unlisted_value": phrase_n(
            "{file}, {column}: {n} value is not among the usual ones and was kept as it is.",
            "{file}, {column}: {n} values are not among the usual ones and were kept as they are.", 2,
        ),
        "unlisted_country": phrase_n(
            "{file}, {column}: {n} country was not recognised and was kept as it is.",
            "{file}, {column}: {n} countries were not recognised and were kept as they are.", 2,
        ),
    }  # fmt: skip


def _of_rows_apart() -> dict[NoticeKind, Phrase]:
    return {
        "left_out": phrase_n(
            "{file}: {n} row was left out because of its {column}, as the mapping says.",
            "{file}: {n} rows were left out because of their {column}, as the mapping says.", 2,
        ),
        "further_lines": phrase_n(
            "{file}: {n} row repeats the id of another and is a contract line of its own.",
            "{file}: {n} rows repeat the id of another and are contract lines of their own.", 2,
        ),
    }  # fmt: skip


def _of_doubts() -> dict[NoticeKind, Phrase]:
    return {
        "empty": phrase("{file} has a header but no rows."),
        "last_days": phrase_n(
            "{file}, {column}: {n} end is the last day of a month. If ends are the last day of service, say "
            "ends: last_day in the mapping file; they were taken as the first day without it.",
            "{file}, {column}: {n} ends are the last day of a month. If ends are the last day of service, say "
            "ends: last_day in the mapping file; they were taken as the first day without it.", 2,
        ),
        "cancelled_open": phrase_n(
            "{file}, {column}: {n} contract line is cancelled, but no column says when it ends, so it goes on "
            "counting. If it ended on that day, say ended_on: {column} in the mapping file.",
            "{file}, {column}: {n} contract lines are cancelled, but no column says when they end, so they go on "
            "counting. If they ended on that day, say ended_on: {column} in the mapping file.", 2,
        ),
        "unpaid": phrase_n(
            "{file}: no column says when an invoice was paid, so {n} counts as late once it is due. Name that column "
            "as paid_on in the mapping file, or leave due_on: empty there.",
            "{file}: no column says when an invoice was paid, so {n} count as late once they are due. Name that "
            "column as paid_on in the mapping file, or leave due_on: empty there.", 2,
        ),
    }  # fmt: skip
