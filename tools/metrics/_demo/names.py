"""Invented names of companies and people."""

import re
import unicodedata
from itertools import product
from random import Random

HARD_NAMES: tuple[tuple[str, str, str], ...] = (
    ("Auriluz Alimentos", "food", "BR"),
    ("Auriluz Logística", "logistics", "BR"),
    ("Irmãos Quintanilha & Cia", "retail", "BR"),
    ("Moinho d'Alvorecer", "food", "BR"),
    ("Ação & Reação Fisioterapia", "health", "BR"),
    ("Colégio São Tibúrcio", "education", "BR"),
    ("Três Garças Construções", "construction", "BR"),
    ("Usina Pôr do Sol Energia", "energy", "BR"),
    ("D'Ávila Brandão Têxtil", "textiles", "BR"),
    ("Clínica Bem-te-vi", "health", "BR"),
    ("Solmira Tech", "technology", "BR"),
    ("Solmira Tecnologia", "technology", "BR"),
    ("O'Marrow Freight", "logistics", "US"),
    ("Kräutner & Söhne", "manufacturing", "DE"),
    ("Ñandubay Sistemas", "technology", "AR"),
    ("Peñarroja & Hijos", "agribusiness", "ES"),
)
"""Name, industry and country: near twins, accents, ampersands and apostrophes."""

TRADES: dict[str, dict[str, tuple[str, ...]]] = {
    "food": {"pt": ("Alimentos", "Massas", "Laticínios"), "en": ("Foods", "Bakeries"), "es": ("Alimentos",)},
    "logistics": {
        "pt": ("Logística", "Transportes", "Cargas"),
        "en": ("Freight", "Logistics"),
        "es": ("Logística",),
    },
    "health": {"pt": ("Saúde", "Diagnósticos", "Odonto"), "en": ("Health", "Clinics"), "es": ("Salud",)},
    "education": {
        "pt": ("Educação", "Ensino", "Idiomas"),
        "en": ("Learning", "Academy"),
        "es": ("Educación",),
    },
    "retail": {"pt": ("Varejo", "Lojas", "Móveis"), "en": ("Stores", "Outfitters"), "es": ("Tiendas",)},
    "manufacturing": {
        "pt": ("Metais", "Plásticos", "Embalagens"),
        "en": ("Works", "Tooling"),
        "es": ("Industrias",),
    },
    "finance": {
        "pt": ("Seguros", "Crédito", "Pagamentos"),
        "en": ("Capital", "Insurance"),
        "es": ("Seguros",),
    },
    "technology": {
        "pt": ("Sistemas", "Software", "Digital"),
        "en": ("Systems", "Software"),
        "es": ("Sistemas",),
    },
    "construction": {
        "pt": ("Engenharia", "Construtora"),
        "en": ("Builders", "Surveying"),
        "es": ("Construcciones",),
    },
    "energy": {"pt": ("Energia", "Solar"), "en": ("Energy", "Solar"), "es": ("Energía",)},
    "agribusiness": {"pt": ("Grãos", "Agro", "Sementes"), "en": ("Farms", "Seeds"), "es": ("Agro",)},
    "textiles": {"pt": ("Têxtil", "Confecções"), "en": ("Textiles", "Apparel"), "es": ("Textiles",)},
}
INDUSTRIES = tuple(TRADES)

_LATIN = (
    "Alva Ara Bela Brisa Cami Clari Cora Doura Esta Flori Guara Ibi Itu Jaci Luma Mara Monte Novi "
    "Ori Pala Sere Tabi Veri",
    "vento mar peva riba verde dora lume polo nova pira terra rama zal neia luar serra campo",
)
_ENGLISH = (
    "Ald Bram Cald Dun Els Farrow Glen Had Kes Larch Morrow Nor Oster Penn Quill Ravel Thorn Ulver Wex Yarrow",
    "mere stead wick brook gate haven field holt",
)
_FIRST = {
    "pt": "Ana Beatriz Bruno Caio Camila Carla Cecília Daniel Débora Diego Eduardo Fábio Felipe Fernanda "
    "Gabriela Gustavo Helena Igor Isabela João José Juliana Larissa Leandro Letícia Lucas Luís "
    "Marcela Márcio Mariana Mateus Natália Otávio Patrícia Paula Pedro Rafael Renata Rodrigo Sérgio "
    "Simone Tatiana Thiago Vanessa Vinícius Yasmin",
    "en": "Alice Aaron Brian Chloe Claire Daniel Diane Edward Emma Fiona George Hannah Ian Jason Julia "
    "Karen Kevin Laura Marcus Megan Nathan Olivia Peter Rachel Samuel Sarah Thomas Victoria William "
    "Zoe",
    "es": "Alejandro Andrés Carmen Daniela Elena Esteban Gonzalo Inés Javier Jimena Lucía Martín Nicolás "
    "Pilar Rocío Santiago Sofía Tomás Valentina Ximena",
}
_LAST = {
    "pt": "Almeida Amaral Araújo Azevedo Barbosa Barros Bezerra Brandão Camargo Cardoso Carvalho Coelho "
    "Correia Duarte Esteves Farias Fonseca Freitas Gonçalves Guimarães Leite Lima Macedo Machado "
    "Magalhães Medeiros Melo Moraes Moreira Nogueira Pacheco Peixoto Pinheiro Prado Queiroz Ramos "
    "Rezende Ribeiro Sá Salgado Sampaio Siqueira Tavares",
    "en": "Abbott Barker Bennett Carver Chapman Dalton Ellison Fletcher Garner Hale Hewitt Ingram Jennings "
    "Keller Lawson Mercer Nolan O'Brien Parrish Quinn Ramsey Sutton Thornton Underwood Vance Whitaker "
    "Yates",
    "es": "Aguirre Bustos Cabrera Domínguez Escobar Figueroa Gallardo Herrera Ibáñez Luna Medina Núñez "
    "Ocampo Paredes Quiroga Rivas Salinas Toledo Urrutia Villalobos",
}


class NameBook:
    """Company names, none given twice."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._roots = {"pt": _roots(rng, _LATIN), "en": _roots(rng, _ENGLISH)}
        self._roots["es"] = self._roots["pt"]

    def company(self, tongue: str, industry: str) -> str:
        """A new name in the language's manner, for instance `Brisaterra Embalagens`."""
        root = self._roots[tongue].pop()
        draw = self._rng.random()
        if tongue == "pt" and draw < 0.05:
            return f"Grupo {root}"
        if draw < 0.1:
            family = self._rng.choice(_LAST[tongue].split())
            return f"{root} & {family}"
        return f"{root} {self._rng.choice(TRADES[industry][tongue])}"


def person(rng: Random, tongue: str) -> str:
    """First name and surname."""
    return f"{rng.choice(_FIRST[tongue].split())} {rng.choice(_LAST[tongue].split())}"


def web_name(text: str) -> str:
    """The name in the letters of a web address: `Três Garças & Cia` is `tres-garcas-cia`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "").lower()))


def _roots(rng: Random, parts: tuple[str, str]) -> list[str]:
    roots = [head + tail for head, tail in product(*(part.split() for part in parts))]
    rng.shuffle(roots)
    return roots
