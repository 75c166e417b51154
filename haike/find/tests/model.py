"""Tables that only these tests have: a thing like a customer, and a part that hangs on it like a contact."""

from django.conf import settings
from django.db import models

from haike.find.indexes import few_index, filter_index, hot_indexes


class Group(models.Model):
    """What a thing may belong to."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=20)

    class Meta:
        app_label = "findtests"


class Base(models.Model):
    """The columns every record has, as far as lists know them."""

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Thing(Base):
    """Shaped like a customer."""

    name = models.CharField(max_length=60)
    level = models.IntegerField()
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    seen_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    hot = models.BooleanField(default=False)
    group = models.ForeignKey(Group, models.DO_NOTHING, null=True, db_constraint=False)

    class Meta:
        app_label = "findtests"
        indexes = [
            *hot_indexes("thing", "created_at", "amount", "seen_at", "level", "due_on"),
            filter_index("thing", "level", "seen_at", "amount"),
            few_index("thing", "created_at"),
            models.Index(fields=["hot", "level"], name="thing_hot"),
        ]


class Part(Base):
    """Hangs on a thing: who sees the thing sees it."""

    thing = models.ForeignKey(Thing, models.DO_NOTHING, db_constraint=False)
    label = models.CharField(max_length=20)

    class Meta:
        app_label = "findtests"
        indexes = hot_indexes("part", "created_at")


class Unready(Base):
    """Declares indexes that its table does not have, as before a migration."""

    level = models.IntegerField(default=0)

    class Meta:
        app_label = "findtests"
        indexes = hot_indexes("unready", "created_at", "level")


TABLES = (Group, Thing, Part, Unready)
