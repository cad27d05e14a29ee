"""The console: one page on which a person sees the whole world and turns its clock. It works without JavaScript."""

from rehearsal.server.console.pages import console_pages

__all__ = ["console_pages"]
