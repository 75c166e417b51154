import logging.config
import sys

import click

from haike.jobs.supervisor import supervise
from haike.site import environment, logs


@click.command()
def command() -> None:
    logging.config.dictConfig(logs.configuration(environment.log_format(), environment.log_level()))
    # The process that looks after the workers does without Django: it starts at once and stays small.
    sys.exit(supervise(processes=1, threads=2))
