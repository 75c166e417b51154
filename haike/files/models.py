"""Contents of the room: stored contents and what is attached."""

from haike.files.attachment.record import Attachment
from haike.files.blob import Blob
from haike.files.own_file.record import Upload

__all__ = ["Attachment", "Blob", "Upload"]
