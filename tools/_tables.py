"""What people call the tables of the book."""

from collections.abc import Mapping

from tools._phrase import Phrase, phrase

TABLES: Mapping[str, Phrase] = {
    "accounts": phrase("Accounts"),
    "audiences": phrase("Social audiences"),
    "campaign_contacts": phrase("Campaign contacts"),
    "campaigns": phrase("Campaigns"),
    "commitments": phrase("Commitments"),
    "contacts": phrase("Contacts"),
    "costs": phrase("Costs"),
    "discounts": phrase("Discounts"),
    "exchange_rates": phrase("Exchange rates"),
    "exits": phrase("Exits"),
    "features": phrase("Features"),
    "goals": phrase("Goals"),
    "invoices": phrase("Invoices"),
    "mentions": phrase("Mentions"),
    "packages": phrase("Price list"),
    "pauses": phrase("Pauses"),
    "prospects": phrase("Prospects"),
    "subscription_changes": phrase("Contract changes"),
    "subscriptions": phrase("Contracts"),
    "survey_answers": phrase("Survey answers"),
    "tickets": phrase("Tickets"),
    "touches": phrase("Touches"),
    "usage": phrase("Usage"),
    "web_visits": phrase("Web visits"),
}
