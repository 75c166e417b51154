"""Read the rows of an import for the worker that writes them."""

from __future__ import annotations

import gc
import os
import pickle
import sys
from typing import IO, Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone, translation

from haike.exchange.ahead import in_turn
from haike.exchange.apart import send
from haike.exchange.engine import in_parts, reader_for
from haike.exchange.run import ImportRun
from haike.exchange.work import data_rows, open_file
from haike.kernel.entity import entity_named


class Command(BaseCommand):
    """`read_rows`: begun by an import, from which it takes its order and to which it hands the rows."""

    help = "Read the rows of an import (begun by the worker that writes them)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the worker that has begun this process
        # What anybody prints goes to the log, and not between the rows.
        with os.fdopen(os.dup(1), "wb") as answer:
            os.dup2(2, 1)
            try:
                _read(order, answer)
            except BrokenPipeError:
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, the import shall fail with it
                send(error, answer)


def _read(order: dict[str, Any], answer: IO[bytes]) -> None:
    connection.settings_dict["NAME"] = order["database"]
    # What is loaded stays: looking through it again and again for garbage would be a tenth of the work.
    gc.collect()
    gc.freeze()
    run = ImportRun.objects.get(pk=order["run"])
    user = get_user_model()._default_manager.get(pk=order["by"])
    with translation.override(order["language"]), timezone.override(order["zone"]), open_file(run) as book:
        __, rows = data_rows(run, book)
        for part in in_turn(in_parts(run, reader_for(run, entity_named(run.entity), user), rows)):
            send([row.packed() for row in part], answer)
        send([], answer)
