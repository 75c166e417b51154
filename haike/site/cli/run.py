"""`haike run` loads neither Django nor the data: it prepares in one child process and serves in two others."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import click

from haike.site import environment
from haike.site.cli.language import _
from haike.site.prepared import SAMPLE_ACCOUNTS, up_to_date
from haike.site.supervise import Child, Supervisor

LOCAL = {"127.0.0.1", "::1", "localhost"}


@click.command()
@click.option("--bind", envvar="HAIKE_BIND", default="127.0.0.1", show_default=True, help=_("Address to listen on"))
@click.option("--port", envvar="HAIKE_PORT", default=8000, show_default=True, help=_("Port to listen on"))
@click.option("--workers", envvar="HAIKE_WORKERS", default=2, show_default=True, help=_("Processes that serve pages"))
@click.option("--threads", envvar="HAIKE_THREADS", default=4, show_default=True, help=_("Threads in each of them"))
@click.option("--no-jobs", is_flag=True, help=_("Serve pages only; jobs run elsewhere by `haike work`"))
@click.option("--sample", is_flag=True, help=_("Make a sample company when there is nobody yet"))
def command(bind: str, port: int, workers: int, threads: int, no_jobs: bool, sample: bool) -> None:
    if taken(bind, port):
        raise click.ClickException(_("Port {port} is taken. Choose another: haike run --port 8080").format(port=port))
    this = [sys.executable, "-m", "haike"]
    data = environment.data_folder()
    if not up_to_date(data, sample=sample):
        done = subprocess.run([*this, "prepare", *(["--sample"] if sample else [])], check=False)
        if done.returncode:
            sys.exit(done.returncode)
    serve = [*this, "serve", "--bind", bind, "--port", str(port), "--workers", str(workers), "--threads", str(threads)]
    children = [Child(_("web pages"), serve)]
    if not no_jobs:
        children.append(Child(_("jobs"), [*this, "work"]))
    supervisor = Supervisor(children, say=lambda line: click.echo(line, err=True))
    code = supervisor.run(ready=lambda: taken(bind, port), greet=lambda: greet(bind, port, data))
    click.echo(_("Haike has stopped."))
    sys.exit(code)


def taken(bind: str, port: int) -> bool:
    """Whether somebody answers on this port."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(bind, bind)
    try:
        with socket.create_connection((host, port), timeout=0.5):
            return True
    except OSError:
        return False


def greet(bind: str, port: int, data: Path) -> None:
    shown = "127.0.0.1" if bind in {"0.0.0.0", "::", ""} else bind
    scheme = "https" if environment.flag("HAIKE_HTTPS") else "http"
    click.echo()
    click.echo("  " + _("Haike runs: {address}").format(address=f"{scheme}://{shown}:{port}/"))
    if bind not in LOCAL and not os.environ.get("HAIKE_HOSTS"):
        click.echo("  " + _("Other machines reach it by the names in HAIKE_HOSTS only, such as HAIKE_HOSTS=crm.local"))
    accounts = data / SAMPLE_ACCOUNTS
    if accounts.exists():
        click.echo("  " + _("Accounts of the sample company:"))
        for account in json.loads(accounts.read_text(encoding="utf-8")):
            click.echo(f"    {account['name']:<8}{account['password']:<18}{account['what']}")
    elif not os.environ.get("HAIKE_DATABASE_URL"):
        click.echo("  " + _("First account: haike user add NAME --boss   Sample company: haike demo"))
    click.echo("  " + _("Ctrl-C stops it."))
    click.echo()
