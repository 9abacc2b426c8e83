"""The table of contents of the command line: every command, in the order a newcomer meets them."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from spendsense_pipeline.cli import (
    calibrate,
    config,
    consent,
    exporting,
    history,
    importing,
    log,
    person,
    plaid,
    presets,
    recommendations,
    refresh,
    review,
    summary,
    trace,
    ui,
)
from spendsense_pipeline.cli.failures import INTERRUPTED, report
from spendsense_pipeline.errors import RUN_FAILED

_PURPOSE = """Synthetic bank data with the personas you ask for: generated, measured, judged,
explained."""

app = typer.Typer(
    name="spendsense",
    help=_PURPOSE,
    epilog="Start with: spendsense refresh, then spendsense summary. "
    "Exit codes: 0 all good, 1 a run or blocking check failed, 2 the input was wrong.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(help=_PURPOSE)
def spendsense(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and exit.",
            is_eager=True,
            callback=lambda v: _show_version(shown=v),
        ),
    ] = False,
    _debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback when something fails.")
    ] = False,
) -> None:
    """Options that stand before every command."""


app.command("refresh")(refresh.refresh)
app.command("summary")(summary.summary)
app.command("user")(person.user)
app.command("trace")(trace.trace)
app.command("recommendations")(recommendations.recommendations)
app.command("presets")(presets.presets)
app.add_typer(config.app, name="config")
app.command("export")(exporting.export)
app.command("import")(importing.import_)
app.command("calibrate")(calibrate.calibrate)
app.command("diff")(history.diff)
app.command("rollback")(history.rollback)
app.add_typer(consent.app, name="consent")
app.add_typer(review.app, name="review")
app.command("log")(log.log)
app.command("ui")(ui.ui)
app.command("plaid")(plaid.plaid)


def main() -> int:
    """Run the command named on the command line; returns its exit code."""
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1  # wherever it stands
    try:
        code = app(args=arguments, prog_name="spendsense", standalone_mode=False)
    except BrokenPipeError:  # `| head` has read enough
        sys.stderr.close()
        return 0
    except typer.Abort:
        sys.stderr.write("Stopped; nothing was changed.\n")
        return RUN_FAILED
    except Exception as error:
        return _ended_by(error, debug=debug)
    except KeyboardInterrupt as error:
        return report(error, debug=debug)
    if code == INTERRUPTED:  # typer makes a code of it, and says nothing
        return report(KeyboardInterrupt(), debug=debug)
    return code if isinstance(code, int) else 0


def _ended_by(error: Exception, *, debug: bool) -> int:
    """A usage error shows itself; anything else is one paragraph."""
    show = getattr(error, "show", None)
    if callable(show) and hasattr(error, "exit_code"):
        show()
        return int(error.exit_code)
    return report(error, debug=debug)


def _show_version(*, shown: bool) -> None:
    if shown:
        from importlib.metadata import version

        typer.echo(f"spendsense {version('spendsense-pipeline')}")
        raise typer.Exit
