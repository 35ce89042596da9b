"""A paper as a PDF; it knows nothing of what papers are about."""

from crm.files.papers import Paper


def pdf_of(paper: Paper) -> bytes:
    """The paper as the business would send it, of as many pages as it takes."""
    # A tenth of every process's start, for what most processes never do.
    from crm.files.printing.pages import pdf_of as printed

    return printed(paper)


__all__ = ["pdf_of"]
