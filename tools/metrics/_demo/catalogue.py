"""What the demo company sells, at what price, and who works there."""

from typing import Literal

Segment = Literal["enterprise", "mid-market", "smb"]

SEGMENTS: dict[Segment, float] = {"smb": 0.52, "mid-market": 0.34, "enterprise": 0.14}
EMPLOYEES: dict[Segment, tuple[int, int]] = {
    "smb": (8, 90),
    "mid-market": (90, 800),
    "enterprise": (800, 9000),
}
SEATS: dict[Segment, tuple[int, int]] = {"smb": (4, 30), "mid-market": (22, 110), "enterprise": (80, 300)}

PLANS = ("Starter", "Pro", "Business", "Enterprise")
SEAT_PRICES = {"Starter": 4990, "Pro": 8990, "Business": 13990, "Enterprise": 18990}
"""Centavos per seat and month."""
PLAN_MIX: dict[Segment, dict[str, float]] = {
    "smb": {"Starter": 0.55, "Pro": 0.45},
    "mid-market": {"Pro": 0.5, "Business": 0.5},
    "enterprise": {"Business": 0.4, "Enterprise": 0.6},
}
TERM_MIX: dict[Segment, dict[int, float]] = {
    "smb": {1: 0.72, 3: 0.1, 12: 0.18},
    "mid-market": {1: 0.38, 3: 0.2, 12: 0.42},
    "enterprise": {1: 0.12, 3: 0.16, 12: 0.72},
}
"""Months for which an account commits itself, which is also how often it pays; but see PAYS_MONTHLY."""
TERM_PRICE = {1: 1.0, 3: 0.97, 12: 0.88}
PAYS_MONTHLY = 0.12
"""Share of annual contracts that are paid month by month."""

ADD_ONS = {"Analytics": 29000, "API Access": 19000, "Premium Support": 48000, "E-signature": 15000}
"""Centavos per month for a small account."""
ADD_ON_SCALE: dict[Segment, float] = {"smb": 0.5, "mid-market": 1.4, "enterprise": 4.0}
PLATFORM = "Workflow Platform"
RETAINER = "Consulting"
REPEATS = ("Training credits", "Scanner kits", "Form packs")

CURRENCY_PARITY = {"BRL": 1.0, "USD": 0.205, "EUR": 0.185}
"""How the price list of each currency compares with the one in reais."""

FEATURES = ("workflows", "forms", "dashboards", "approvals", "integrations", "mobile")
FEATURE_USE = {
    "workflows": 9.0,
    "forms": 6.0,
    "dashboards": 3.5,
    "approvals": 4.0,
    "integrations": 2.0,
    "mobile": 5.0,
}
"""Events per active user and week."""

SEAT_LIMITS = {"Starter": 25, "Pro": 100, "Business": 300, "Enterprise": None}
"""Most seats of each plan; what outgrew it was agreed by hand, and should move up."""
FEATURE_FROM = {"workflows": 1, "forms": 1, "mobile": 1, "dashboards": 2, "approvals": 2, "integrations": 3}
"""The lowest tier (place in PLANS, from 1) that has a feature."""
TRAININGS = {
    "workflows": ("Your first workflow in 15 minutes", "https://academy.fluxo.example/workflows"),
    "forms": ("Forms that people finish", "https://academy.fluxo.example/forms"),
    "dashboards": ("The Monday dashboard", "https://academy.fluxo.example/dashboards"),
    "approvals": ("Approvals without e-mail", "https://academy.fluxo.example/approvals"),
}
"""What features are taught with; integrations and mobile have nothing yet."""

CSMS = (
    "Bianca Nogueira", "Rafael Teixeira", "Luana Prado", "Marcelo Antunes",
    "Priya Raman", "Tomás Ferreira", "Hannah Whitlock", "Júlia Sant'Anna",
)  # fmt: skip
SALES = ("Diogo Meirelles", "Camila Portela", "Eric Lindholm")
AGENTS = ("Suporte N1", "Suporte N2", "Wagner Lemos", "Nadia Haddad")

SOURCES = {"referral": 0.24, "inbound": 0.26, "ads": 0.22, "event": 0.12, "partner": 0.16}
SOURCE_FITNESS = {"referral": 1.35, "inbound": 1.1, "ads": 0.7, "event": 0.95, "partner": 1.05}
"""How seldom customers won this way meet trouble: a weak tie that an analysis can find."""
SEGMENT_FITNESS: dict[Segment, float] = {"smb": 0.8, "mid-market": 1.0, "enterprise": 1.7}
"""The same by size: a stronger tie."""
STATES = {
    "SP": 0.36, "MG": 0.13, "RJ": 0.1, "PR": 0.1, "RS": 0.08, "SC": 0.08, "BA": 0.04, "GO": 0.03, "PE": 0.03, 
    "CE": 0.03, "ES": 0.02,
}  # fmt: skip
ABROAD = {
    "US": 0.36,
    "MX": 0.12,
    "AR": 0.12,
    "CL": 0.1,
    "PT": 0.1,
    "CO": 0.08,
    "GB": 0.06,
    "DE": 0.04,
    "ES": 0.02,
}
REGIONS = {
    "US": "North America", "MX": "Latin America", "AR": "Latin America", "CL": "Latin America",
    "CO": "Latin America",
    "PT": "Europe", "GB": "Europe", "DE": "Europe", "ES": "Europe",
}  # fmt: skip
TONGUES = {
    "BR": "pt",
    "PT": "pt",
    "US": "en",
    "GB": "en",
    "DE": "en",
    "MX": "es",
    "AR": "es",
    "CL": "es",
    "CO": "es",
    "ES": "es",
}
