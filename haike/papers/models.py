"""The tables of this room."""

from haike.papers.record import Opening, PaperLink, PaperMail
from haike.papers.server import MailServer

__all__ = ["MailServer", "Opening", "PaperLink", "PaperMail"]
