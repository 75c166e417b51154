"""Comments, tags and stars can be switched off; notices cannot, because alarms come by them."""

from django.utils.translation import gettext_lazy as _

from haike.screens.module import Module, declare_module

TALK = declare_module(
    Module(
        "talk",
        _("Comments, tags and stars"),
        _("Talk about a record with mentions, the company's and one's own tags, following a record."),
        icon="message-circle",
        code=("haike.talk.comment", "haike.talk.tag", "haike.talk.star", "haike.talk.head"),
        fields=("tags",),
        reminders=("mention", "comment", "changed"),
        grants=("tags",),
        options=("talk.edit_hours",),
    )
)
