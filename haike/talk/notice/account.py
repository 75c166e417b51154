"""The tab of the account page about notices: quiet hours, pop-ups, sound, how many days ahead."""

from __future__ import annotations

import re
from datetime import time
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.entity import Section
from haike.kernel.escape import escape
from haike.kernel.look import Look, YesNoLook
from haike.kernel.look.base import Raw, one
from haike.kernel.policy import Actor
from haike.people.account.views import show_tab
from haike.people.typed import AllTyped
from haike.refused import Refused
from haike.screens.door import done
from haike.screens.form import FormPage
from haike.talk.notice.choice import MOST_DAYS, choice_of, choose
from haike.talk.notice.reminder import reminders_on

CLOCK = re.compile(r"([01]?\d|2[0-3])[:：]?([0-5]\d)(?::[0-5]\d)?")


class ClockLook(Look):
    """A time of day."""

    kind = "clock"

    def raw(self, value: Any) -> Raw:
        return f"{value:%H:%M}" if value else ""

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        attributes = self.attributes(name, invalid=invalid)
        return mark_safe(f'<input type="time" class="form-control" value="{escape(one(raw))}" {attributes}>')

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = one(raw).strip()
        if not text:
            return None
        found = CLOCK.fullmatch(text)
        if found is None:
            raise Refused(_("Write a time such as 22:00."))
        return time(int(found[1]), int(found[2]))


class DaysLook(Look):
    """A number of days ahead."""

    kind = "days"

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        attributes = f'value="{escape(one(raw))}" {self.attributes(name, invalid=invalid)}'
        return mark_safe(f'<input type="number" class="form-control" min="0" max="{MOST_DAYS}" {attributes}>')

    def parse(self, raw: Raw, by: Actor) -> Any:
        days = whole(one(raw).strip())
        if days is None or days > MOST_DAYS:
            raise Refused(_("Enter a whole number from 0 to %(most)s.") % {"most": MOST_DAYS})
        return days


def choice_view(request: HttpRequest) -> HttpResponse:
    """Choose when and how notices come."""
    user, status = cast(Any, request.user), 200
    choice = choice_of(user)
    known = {key: reminder for key, reminder in reminders_on().items() if reminder.asked}
    days = {f"ahead-{key}": key for key in known}
    looks: dict[str, Look] = {
        "popup": YesNoLook("popup", _("Show a pop-up when something comes")),
        "sound": YesNoLook("sound", _("Play a sound with it")),
        "quiet_from": ClockLook("quiet_from", _("From")),
        "quiet_to": ClockLook("quiet_to", _("Until")),
        **{name: DaysLook(name, known[key].kind.label) for name, key in days.items()},
    }
    typed = AllTyped(looks, user)
    start: dict[str, Any] = {"popup": choice.popup, "sound": choice.sound}
    start |= {"quiet_from": choice.quiet_from, "quiet_to": choice.quiet_to}
    typed.start(start | {name: choice.days_ahead(key) for name, key in days.items()})
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse() and _both_or_none(typed):
            ahead = {key: typed.values.pop(name) for name, key in days.items()}
            choose(user, ahead=ahead, **typed.values)
            return done(request, _("Saved."), "/account/notices")
        status = 422
    sections = [
        Section(_("On the screen"), ["popup", "sound"]),
        Section(_("Quiet hours: nothing pops up, the bell still counts"), ["quiet_from", "quiet_to"]),
        Section(_("How many days ahead I am reminded"), list(days)),
    ]
    link = format_html(
        '<p class="hint"><a href="/account/workbench">{}</a></p>', _("Choose which kinds of notices reach me")
    )
    form = FormPage(
        title=_("Notices"),
        action="/account/notices",
        sections=typed.sections(sections),
        errors=typed.error_lines(),
        message=typed.message,
        back_url="/notices/",
        bottom=link,
    )
    return show_tab(request, "notices", status, form=form)


def _both_or_none(typed: AllTyped) -> bool:
    missing = [name for name in ("quiet_from", "quiet_to") if typed.values[name] is None]
    if len(missing) == 1:
        typed.errors[missing[0]] = str(_("Quiet hours need a beginning and an end."))
    return not typed.errors
