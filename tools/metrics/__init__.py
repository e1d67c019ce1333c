"""The metrics database. The law of this folder:

every public module is one metric, named as its file: one function, whose docstring holds definition, formula and
reference, and which returns a `Figure`. Nothing here knows the tools, the playbooks or the language of the reader.
"""

from tools.metrics._figure import Figure, Money, Share, Source, Unit
from tools.metrics._opening import Book, open_book
from tools.metrics._period import Grain, Period, add_months

__all__ = ["Book", "Figure", "Grain", "Money", "Period", "Share", "Source", "Unit", "add_months", "open_book"]
