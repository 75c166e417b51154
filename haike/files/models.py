"""Contents of the room: stored contents and what is attached."""

from haike.files.attachment.record import Attachment
from haike.files.blob import Blob

__all__ = ["Attachment", "Blob"]
