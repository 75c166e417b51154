"""The kinds of own fields: a word, an icon, a look, and what an administrator can say about one."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.fields.own_field import looks
from haike.fields.own_field.computed import Computed, OwnSerial, formula_look
from haike.fields.own_field.looks import OwnLook
from haike.fields.own_field.places_and_times import OwnAddress, OwnTime
from haike.fields.own_field.record import OwnField


@dataclass(frozen=True)
class Kind:
    """One kind. `asks` names what its form asks besides the words; `icon` is of the icon set."""

    key: str
    label: str | Promise
    icon: str
    look: type[OwnLook]
    hint: str | Promise
    asks: frozenset[str] = frozenset()


def _kind(key: str, label: str | Promise, look: type[OwnLook], hint: str | Promise, asks: str, *, icon: str) -> Kind:
    return Kind(key, label, icon, look, hint, frozenset(asks.split()))


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        _kind(
            "text",
            _("Text"),
            looks.OwnText,
            _("One line: a name, a model, a note"),
            "required unique searched default length",
            icon="letter-case",
        ),
        _kind(
            "longtext",
            _("Long text"),
            looks.OwnLongText,
            _("Several lines"),
            "required searched default",
            icon="align-left",
        ),
        _kind(
            "number",
            _("Figure"),
            looks.OwnNumber,
            _("A count, a size, a rate"),
            "required unique default places often",
            icon="hash",
        ),
        _kind(
            "money",
            _("Money"),
            looks.OwnMoney,
            _("An amount in the company's currency"),
            "required default often",
            icon="currency-yuan",
        ),
        _kind("date", _("Date"), looks.OwnDate, _("A day"), "required unique default often", icon="calendar"),
        _kind("datetime", _("Date and time"), looks.OwnMoment, _("A day and an hour"), "required often", icon="clock"),
        _kind("yesno", _("Yes or no"), looks.OwnYesNo, _("A switch"), "default", icon="toggle-left"),
        _kind(
            "choice",
            _("Choice"),
            looks.OwnChoice,
            _("One of a list that you write or that is there already"),
            "required default options often",
            icon="circle-check",
        ),
        _kind(
            "choices",
            _("Several choices"),
            looks.OwnChoices,
            _("Any number of a list"),
            "required default options",
            icon="checkbox",
        ),
        _kind("person", _("Colleague"), looks.OwnPerson, _("One who works here"), "required often", icon="user"),
        _kind(
            "department",
            _("Department"),
            looks.OwnDepartment,
            _("A department of the company"),
            "required often",
            icon="sitemap",
        ),
        _kind(
            "reference",
            _("Link to a record"),
            looks.OwnReference,
            _("A customer, a contact or any other record"),
            "required target often",
            icon="link",
        ),
        _kind(
            "phone",
            _("Telephone"),
            looks.OwnPhone,
            _("Click to call, found by any piece"),
            "required unique searched",
            icon="phone",
        ),
        _kind(
            "email",
            _("E-mail"),
            looks.OwnEmail,
            _("Click to write"),
            "required unique searched",
            icon="mail",
        ),
        _kind("time", _("Time"), OwnTime, _("An hour of the day"), "required often", icon="clock-hour-4"),
        _kind(
            "address", _("Address"), OwnAddress, _("Province, city, district and street"), "required", icon="map-pin"
        ),
        _kind(
            "formula",
            _("Formula"),
            Computed,
            _("Worked out from other fields at every save"),
            "formula places often",
            icon="calculator",
        ),
        _kind(
            "serial",
            _("Running number"),
            OwnSerial,
            _("Drawn when a record is made, without gaps or doubles"),
            "searched pattern",
            icon="list-numbers",
        ),
        _kind("url", _("Web page"), looks.OwnUrl, _("An address to open"), "required unique", icon="world"),
    )
}


def look_of(own: OwnField) -> OwnLook:
    """The look of an own field."""
    return formula_look(own) if own.kind == "formula" else KINDS[own.kind].look(own)
