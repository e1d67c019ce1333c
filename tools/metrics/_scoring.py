"""Where scoring keeps what it is set up with: a company's own weights, fitted models, signs found earlier."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Scoring:
    """`weights`: a company's own scorecard; `models`: the folder of fitted models, a file each and one that is current;
    `kept`: the folder in which the signs of large books are kept until the data or the day change. None: not so."""

    weights: Path | None = None
    models: Path | None = None
    kept: Path | None = None


AS_IT_COMES = Scoring()
