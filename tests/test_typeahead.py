"""Finding accounts while somebody types, among as many as a large company has."""

import time

from bot.inputs import account_options
from bot.typeahead import Typeahead

WORDS = ("Aurora", "Padaria", "São", "Logística", "Health", "Móveis", "Grupo", "Norte", "Delta", "Café")
LARGE = {f"A-{n:06}": f"{WORDS[n % 10]} {WORDS[n // 10 % 10]} {WORDS[n // 100 % 10]} {n}" for n in range(100_000)}


def test_among_100_000_accounts_every_key_is_answered_within_300_ms() -> None:
    typeahead = Typeahead(LARGE)
    for typed in ("", "a", "logistica", "padaria sao 4", "zzzz", "A-099999", "norte delta cafe 99"):
        started = time.process_time()
        found = account_options(typeahead.find(typed))
        assert time.process_time() - started < 0.3, typed
        assert len(found) <= 100


def test_accents_and_case_do_not_matter_and_what_begins_so_comes_first() -> None:
    names = {"1": "Café do Porto", "2": "Porto Seguro", "3": "Aeroporto", "4": "Importações Lima"}
    assert [name for _, name in Typeahead(names).find("PORTO")] == ["Porto Seguro", "Café do Porto", "Aeroporto"]
    assert [name for _, name in Typeahead(names).find("importacoes")] == ["Importações Lima"]


def test_accounts_of_one_name_are_told_apart_and_an_id_that_slack_does_not_take_is_left_out() -> None:
    options = account_options([("A-1", "Acme"), ("A-2", "Acme"), ("A-3", "B" * 200), ("x" * 151, "Long")])
    assert [option["text"]["text"] for option in options][:2] == ["Acme · A-1", "Acme · A-2"]
    assert len(options) == 3 and max(len(option["text"]["text"]) for option in options) == 75


def test_an_account_is_found_in_a_message_by_its_name() -> None:
    names = {"1": "Café do Porto", "2": "Porto Seguro"}
    assert list(Typeahead(names).mentioned("alguém falou com o cafe do porto hoje?")) == ["1"]
    assert list(Typeahead(names).mentioned("bom dia")) == []
