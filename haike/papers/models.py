"""The tables of this room."""

from haike.papers.digest.record import LateDigest
from haike.papers.record import Opening, PaperLink, PaperMail
from haike.papers.server import MailServer

__all__ = ["LateDigest", "MailServer", "Opening", "PaperLink", "PaperMail"]
