"""The pictures behind the pins, from whichever service the company has chosen; without one the map is a plain sheet."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from haike.kernel.option import option

GROUP = _("Map")
TILES = option(
    "customers.map_tiles",
    "",
    _("Map pictures from"),
    group=GROUP,
    help=_(
        "The address of a tile service with {z}, {x} and {y}, and {s} where it has several servers. "
        "Empty: the map shows pins without a picture behind them."
    ),
)
SERVERS = option(
    "customers.map_servers", "1,2,3,4", _("Servers of the map pictures"), group=GROUP, help=_("What {s} stands for.")
)
SYSTEM = option(
    "customers.map_system",
    "gcj02",
    _("Coordinates of the map pictures"),
    group=GROUP,
    choices=(("gcj02", _("GCJ-02 (Amap, Tencent)")), ("wgs84", _("WGS-84 (Tianditu, OpenStreetMap)"))),
)
CREDIT = option(
    "customers.map_credit", "", _("Source named on the map"), group=GROUP, help=_("As the tile service demands it.")
)
HOST = re.compile(r"[A-Za-z0-9.:-]+")


def tiles() -> dict[str, Any]:
    """What the map needs to know of the service; `url` is empty where there is none or its address cannot be one."""
    url = str(TILES()).strip()
    servers = [name.strip() for name in str(SERVERS()).split(",") if name.strip()] or [""]
    usable = url.startswith(("https://", "http://")) and all(part in url for part in ("{z}", "{x}", "{y}"))
    usable = usable and all(HOST.fullmatch(host) for host in _hosts(url, servers))
    return {
        "url": url if usable else "",
        "servers": servers,
        "system": SYSTEM(),
        "credit": CREDIT(),
        "faulty": bool(url) and not usable,
    }


def origins(found: dict[str, Any]) -> list[str]:
    """Where pictures come from, for the page's security policy."""
    if not found["url"]:
        return []
    scheme = urlsplit(found["url"]).scheme
    return [f"{scheme}://{host}" for host in _hosts(found["url"], found["servers"])]


def _hosts(url: str, servers: list[str]) -> list[str]:
    host = url.partition("://")[2].partition("/")[0]
    return sorted({host.replace("{s}", server) for server in servers})
