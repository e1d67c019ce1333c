"""What people call the tables of the book."""

from collections.abc import Mapping

from tools._phrase import Phrase, phrase

TABLES: Mapping[str, Phrase] = {
    "accounts": phrase("Accounts"),
    "commitments": phrase("Commitments"),
    "contacts": phrase("Contacts"),
    "costs": phrase("Costs"),
    "discounts": phrase("Discounts"),
    "exchange_rates": phrase("Exchange rates"),
    "exits": phrase("Exits"),
    "features": phrase("Features"),
    "goals": phrase("Goals"),
    "invoices": phrase("Invoices"),
    "packages": phrase("Price list"),
    "pauses": phrase("Pauses"),
    "subscription_changes": phrase("Contract changes"),
    "subscriptions": phrase("Contracts"),
    "survey_answers": phrase("Survey answers"),
    "tickets": phrase("Tickets"),
    "touches": phrase("Touches"),
    "usage": phrase("Usage"),
}
