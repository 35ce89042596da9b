"""A paper as a PDF; it knows nothing of what papers are about."""

from crm.files.printing.pages import pdf_of

__all__ = ["pdf_of"]
