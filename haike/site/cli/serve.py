import multiprocessing
import os
import signal
import time

import click
from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels

from haike.site import environment, logs
from haike.site.cli.language import _

PAUSE = 0.2
"""Seconds in which streams end."""


class Server(Granian):  # type: ignore[misc,valid-type]
    """Ends event streams before it stops: else it would wait for them, and then kill what serves them."""

    def shutdown(self, exit_code: int = 0) -> None:
        for child in multiprocessing.active_children():
            if child.pid is not None:
                os.kill(child.pid, signal.SIGUSR1)
        time.sleep(PAUSE)
        super().shutdown(exit_code)


@click.command()
@click.option("--bind", envvar="HAIKE_BIND", default="127.0.0.1", show_default=True, help=_("Address to listen on"))
@click.option("--port", envvar="HAIKE_PORT", default=8000, show_default=True, help=_("Port to listen on"))
@click.option("--workers", envvar="HAIKE_WORKERS", default=2, show_default=True, help=_("Processes that serve pages"))
@click.option("--threads", envvar="HAIKE_THREADS", default=4, show_default=True, help=_("Threads in each of them"))
def command(bind: str, port: int, workers: int, threads: int) -> None:
    # The processes that serve are new ones; this is how they learn of it.
    os.environ["HAIKE_THREADS"] = str(threads)
    Server(
        "haike.site.rsgi:application",
        address=bind,
        port=port,
        interface=Interfaces.RSGI,
        loop=Loops.asyncio,
        workers=workers,
        # Open streams count as requests that are under way.
        backpressure=4096,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=3,
        log_level=LogLevels.warning,
        log_dictconfig=logs.of_server(environment.log_format()),
        log_access=environment.flag("HAIKE_ACCESS_LOG"),
        log_access_format="%(method)s %(path)s %(status)d %(dt_ms).1f ms",
    ).serve()
