"""Alarms about unusual use: those who look after them hear of each at once."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from haike.kernel.events import on
from haike.people.account.choices import hears
from haike.people.alarm.kinds import ENTITY, alarm_kinds, with_name
from haike.people.alarm.record import Alarm
from haike.people.grants import grants_of
from haike.talk.notice.kinds import Kind, declare_kind
from haike.talk.notice.send import Telling, tell
from haike.talk.where import active_users

RAISED = declare_kind(
    Kind(
        "alarm",
        _("Alarms about unusual use"),
        _("An alarm about unusual use"),
        icon="alert-triangle",
        place="/settings/alarms/",
        thing=_("Alarm"),
    )
)


@on("people.alarm.raised")
def raised(alarm: Alarm) -> None:
    """Tell all who may see alarms but the one whom it is about."""
    told = []
    for user in active_users().values():
        if user.pk != alarm.user_id and grants_of(user.pk).may_do("alarms") and hears(user, RAISED.key):
            with translation.override(user.language):
                label = str(alarm_kinds()[alarm.kind].label)
                facts = {"title": label, "text": with_name(alarm)}
            told.append(Telling(user.pk, alarm.pk, facts, f"alarm:{alarm.pk}"))
    tell(RAISED, ENTITY, told)
