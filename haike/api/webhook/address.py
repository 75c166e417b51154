"""Where a webhook may go: not into the house.

An address that somebody types must not make the server ask its own machine, its neighbours, or the cloud's metadata.
What counts is not the name but every IP address it stands for, and the connection goes to the very address that was
looked at, so that a name cannot mean another one a moment later.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from haike.api.webhook.record import ALLOW_HTTP
from haike.refused import Refused

LONGEST = 500
Address = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
_COMPATIBLE = IPv6Network("::/96")


class Inside(Refused):
    """The address leads into the house."""


def reached(address: Address) -> list[Address]:
    """Where a connection to this address ends: the IPv4 address that is written as one of IPv6, or both ends of a
    tunnel, or just the address."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    found: list[Address] = [address, *(address.teredo or ())]
    if address.sixtofour is not None:
        found.append(address.sixtofour)
    if address in _COMPATIBLE:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return found


def is_public(address: Address) -> bool:
    """Whether an address belongs to the internet, in whatever way it is written."""
    return all(_is_public(each) for each in reached(address))


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address.is_site_local or address in _LOCAL_NAT64):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def may_reach(address: Address) -> bool:
    """Whether webhooks may go to this address: to any public one, and to those inside that the server allows."""
    networks = settings.HAIKE_WEBHOOK_INSIDE
    return is_public(address) or any(
        each in network for each in reached(address) for network in networks if each.version == network.version
    )


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host, all of which may be reached; raises Refused."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(_("The name “%(host)s” cannot be found.") % {"host": host}) from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    for each in addresses:
        # A zone ("fe80::1%eth0") is there only for addresses of this very network.
        if "%" in each or not may_reach(ip_address(each)):
            raise Inside(
                _("“%(host)s” leads to %(address)s, which is inside the house. Webhooks only go to the internet.")
                % {"host": host, "address": each}
            )
    return addresses


def checked_url(text: str) -> str:
    """An address as somebody typed it, when webhooks may go there; raises Refused that says why not."""
    text = text.strip()
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError):
        raise Refused(_("This is no address. Write one such as https://example.com/hook.")) from None
    port = url.port if url.port is not None else 443 if url.scheme == "https" else 80
    if url.scheme not in ("http", "https") or not url.host or not 0 < port < 2**16:
        raise Refused(_("This is no address. Write one such as https://example.com/hook."))
    if len(text) > LONGEST or not text.isprintable():
        raise Refused(_("An address has at most %(most)s characters.") % {"most": LONGEST})
    if url.scheme == "http" and not ALLOW_HTTP():
        raise Refused(_("The address must begin with https://. Settings › API can allow http."))
    if url.userinfo:
        raise Refused(_("Leave user name and password out of the address; deliveries are signed instead."))
    resolve(url.raw_host.decode("ascii"), port)
    return str(url.copy_with(fragment=None))
