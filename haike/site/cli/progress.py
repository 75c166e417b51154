"""Progress bars on standard error; a plain line now and then where there is no terminal."""

import sys
import time

import click


class Bar:
    """Called with (done, total, what); draws a bar that changes its label as the work goes on."""

    def __init__(self) -> None:
        self.shown = time.monotonic()
        self.what = ""

    def __call__(self, done: int, total: int, what: str = "") -> None:
        now, last = time.monotonic(), done >= total
        terminal = sys.stderr.isatty()
        same = what == self.what or not terminal
        if not last and same and now - self.shown < (0.1 if terminal else 5.0):
            return
        if terminal and what != self.what and self.what:
            click.echo(err=True)
        self.shown, self.what = now, what
        part = min(1.0, done / total) if total else 1.0
        if terminal:
            filled = int(part * 30)
            click.echo(f"\r{'█' * filled}{'░' * (30 - filled)} {part:4.0%} {what}\033[K", nl=False, err=True)
        else:
            click.echo(f"{part:4.0%} {what}", err=True)

    def close(self) -> None:
        if self.what and sys.stderr.isatty():
            click.echo(err=True)
