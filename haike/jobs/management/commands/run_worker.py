"""Run background jobs until stopped."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from haike.jobs.worker import main


class Command(BaseCommand):
    """`run_worker`: background jobs in worker processes; `--processes=0` runs them in this process."""

    help = "Run background jobs until stopped by SIGTERM or Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--processes", type=int, default=1, help="worker processes; 0: work in this process")
        parser.add_argument("--threads", type=int, default=2, help="threads of each process")
        parser.add_argument("--name", default="", help="name of the worker (set by its supervisor)")
        parser.add_argument("--parent", type=int, default=0, help="process id of the supervisor")
        parser.add_argument("--dead", default="", help="name of the worker that died before")
        parser.add_argument("--pulse", type=int, default=-1, help="where the supervisor hears that it lives")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("processes", "threads", "name", "parent", "dead", "pulse")
        sys.exit(main(**{name: options[name] for name in names}))
