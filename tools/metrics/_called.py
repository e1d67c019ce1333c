"""What people call the metrics: `_names.yml`, of those that there are."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

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
