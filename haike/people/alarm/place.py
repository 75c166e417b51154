"""Signing in from a new place: a network or a kind of device from which this user has not come before."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haike.people.alarm.kinds import AlarmKind, declare_alarms, raise_alarm
from haike.people.alarm.options import NEW_PLACE
from haike.people.signin.record import SignIn

NETWORK_BITS = {4: 16, 6: 32}
"""How much of an address stands for a place: a provider's customers of one region share about so much, and a line
that gets another address every night stays in the same place."""

SYSTEMS = (
    ("HarmonyOS", "HarmonyOS|OpenHarmony"),
    ("Android", "Android"),
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("Windows", "Windows"),
    ("macOS", "Macintosh|Mac OS X"),
    ("Linux", "Linux|X11"),
)
BROWSERS = (
    ("WeCom", "wxwork"),
    ("WeChat", "MicroMessenger"),
    ("DingTalk", "DingTalk"),
    ("Edge", r"Edg\w*/"),
    ("QQ", "QQBrowser|MQQBrowser"),
    ("UC", "UCBrowser|UCWEB"),
    ("Huawei", "HuaweiBrowser"),
    ("Xiaomi", "MiuiBrowser"),
    ("Firefox", "Firefox|FxiOS"),
    ("Chrome", "Chrome|CriOS"),
    ("Safari", "Safari"),
)


def network_of(ip: str | None) -> str:
    """The network that stands for a place, such as "183.14.0.0/16"; empty for no address."""
    if not ip:
        return ""
    address = ipaddress.ip_address(ip)
    return str(ipaddress.ip_network(f"{address}/{NETWORK_BITS[address.version]}", strict=False))


def device_of(agent: str) -> str:
    """The kind of device, such as "Chrome · Windows"; without versions, which change every month."""
    found = [next((name for name, pattern in table if re.search(pattern, agent)), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(part for part in found if part) or agent.partition("/")[0][:40]


def watch_place(signed_in: SignIn) -> None:
    """Raise an alarm when this sign-in comes from a place that is new for its user."""
    wanted = NEW_PLACE()
    if wanted == "never" or signed_in.user is None:
        return
    earlier = SignIn.objects.filter(user=signed_in.user, result=SignIn.Result.OK, id__lt=signed_in.pk)
    places = set(earlier.order_by().values_list("ip", "agent").distinct())
    if not places:
        return  # the first time everything is new
    network, device = network_of(signed_in.ip), device_of(signed_in.agent)
    new_network = network not in {network_of(ip) for ip, __ in places}
    new_device = device not in {device_of(agent) for __, agent in places}
    if (new_network and new_device) or (wanted == "either" and (new_network or new_device)):
        raise_alarm(
            "new_place",
            user=signed_in.user,
            ip=signed_in.ip,
            network=(signed_in.ip or "") if new_network else "",
            device=device if new_device else "",
        )


def _say(facts: Mapping[str, Any]) -> str:
    network, device = facts.get("network"), facts.get("device") or _("unknown device")
    if network and facts.get("device"):
        return _("Signed in from a new network (%(ip)s) with a new device (%(device)s)") % {
            "ip": network,
            "device": device,
        }
    if network:
        return _("Signed in from a new network (%(ip)s)") % {"ip": network}
    return _("Signed in with a new device (%(device)s)") % {"device": device}


declare_alarms({"new_place": AlarmKind(gettext_lazy("Sign-in from a new place"), _say)})
