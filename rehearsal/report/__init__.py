"""The report of a run as web pages that need no network: an index, and a page for each scenario that was played."""

from rehearsal.report.pages import write

__all__ = ["write"]
