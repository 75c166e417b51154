"""Secrets that the program itself must be able to read again, encrypted with a key made of SECRET_KEY.

A copy of the database alone does not tell them.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from haike.refused import Refused


def _boxes() -> MultiFernet:
    # The first seals; the older keys, which a server may keep for a while, still open.
    return MultiFernet([_box(str(key)) for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def _box(key: str) -> Fernet:
    made = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"haike sealed secrets").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(made))


def seal(secret: str) -> str:
    """A secret as it is stored."""
    return _boxes().encrypt(secret.encode()).decode()


def unseal(stored: str) -> str:
    """The secret again; Refused when the server's key is another than the one it was sealed with."""
    try:
        return _boxes().decrypt(stored.encode()).decode()
    except InvalidToken:
        raise Refused(_("The key of this server has changed, so the secret cannot be read. Make a new one.")) from None
