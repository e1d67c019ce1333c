"""What people call the metrics: `_names.yml`, of those that there are."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml
from rapidfuzz import fuzz, process

from tools.metrics._cells import fold
from tools.metrics._registry import all_metrics


@cache
def metric_names() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Metric → language → what it is called, the usual name first."""
    text = files("tools.metrics").joinpath("_names.yml").read_text(encoding="utf-8")
    written = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # libyaml's is ten times as fast
    return {
        metric: {language: tuple(names) for language, names in by_language.items()}
        for metric, by_language in written.items()
        if metric in all_metrics()
    }


def metric_called(name: str) -> str | None:
    """The metric of exactly this name, its own or one that people use; accents and case do not matter."""
    return name if name in all_metrics() else _meanings().get(fold(name))


def metric_named_in(text: str) -> str | None:
    """The metric of the longest name that stands in a text."""
    said = f" {fold(text)} "
    found = (name for name in _meanings() if f" {name} " in said)
    longest = max(found, key=len, default=None)
    return _meanings()[longest] if longest else None


def metrics_called_almost(name: str, limit: int) -> tuple[str, ...]:
    """The metrics whose names are most alike, the likeliest first."""
    near = process.extract(fold(name), _meanings().keys(), scorer=fuzz.WRatio, limit=10 * limit)
    return tuple(dict.fromkeys(_meanings()[found] for found, *_ in near))[:limit]


@cache
def _meanings() -> Mapping[str, str]:
    """Every name, folded → its metric."""
    said = {
        fold(name): metric for metric, called in metric_names().items() for some in called.values() for name in some
    }
    return {**said, **{fold(metric): metric for metric in all_metrics()}}
