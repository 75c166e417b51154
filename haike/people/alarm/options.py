"""Settings of the alarms."""

from django.utils.translation import gettext_lazy as _

from haike.kernel.option import option

GROUP = _("Alarms")

NEW_PLACE = option(
    "people.alarm_new_place",
    "either",
    _("Alarm when somebody signs in from a new place"),
    group=GROUP,
    choices=(
        ("either", _("A new network or a new kind of device")),
        ("both", _("Only a new network with a new kind of device")),
        ("never", _("Never")),
    ),
    help=_("Compared with all places from which the same person signed in before; the first sign-in raises none."),
)
MANY_VIEWS = option(
    "people.alarm_views",
    200,
    _("Alarm when somebody opens more records in an hour than"),
    group=GROUP,
    help=_("0: no alarm."),
)
MANY_EXPORTED = option(
    "people.alarm_exports",
    5000,
    _("Alarm when somebody exports more rows in 24 hours than"),
    group=GROUP,
    most=100_000_000,
    help=_("0: no alarm."),
)
MANY_DELETED = option(
    "people.alarm_deletions",
    100,
    _("Alarm when somebody deletes more records in an hour than"),
    group=GROUP,
    help=_("0: no alarm."),
)
