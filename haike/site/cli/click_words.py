"""What click says by itself; named here so that it stands in the catalogue with our own words."""

from haike.site.cli.language import _

WORDS = (
    _("Usage:"),
    _("Options"),
    _("Commands"),
    _("Error: {message}"),
    _("Show this message and exit."),
    _("Show the version and exit."),
    _("Try '{command} {option}' for help."),
    _("No such command {name!r}."),
    _("No such option: {name}"),
    _("Missing argument"),
    _("Missing option"),
    _("Got unexpected extra argument ({args})"),
    _("Invalid value: {message}"),
    _("Invalid value for {param_hint}: {message}"),
    _("{value!r} is not a valid {number_type}."),
    _("default: {default}"),
    _("required"),
    _("Aborted!"),
    _("Repeat for confirmation"),
    _("Error: The two entered values do not match."),
)
