"""The command line: the only place that prints and exits."""

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from voctext.cli import audits, demands, effects, evaluating, labels, reading, taxonomies, training
from voctext.errors import VoctextError


class _StoppedError(Exception):
    """Stopped by hand; an interrupt by itself never reaches `main`, for Typer ends the process on it."""


class _Commands(TyperGroup):
    """Lets `main` say that nothing half-written was left."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was called."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise _StoppedError from error


app = typer.Typer(
    cls=_Commands,
    help="Read what bank customers write, and tell what they demand and how strongly.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
COMMANDS = (
    reading.analyze,
    reading.demo,
    demands.demand,
    demands.compare,
    effects.effect,
    evaluating.evaluate,
    training.train,
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(audits.app, name="audit")
app.add_typer(labels.app, name="labels")
app.add_typer(taxonomies.app, name="taxonomy")


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Read what bank customers write, and tell what they demand and how strongly."""
    if version:
        from voctext import __version__

        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line: 0 done, 1 an error of the input, 2 a wrong call."""
    try:
        app()
    except VoctextError as error:
        typer.echo(f"voctext: {error}", err=True)
        sys.exit(1)
    except (KeyboardInterrupt, _StoppedError):
        typer.echo("voctext: stopped; nothing half-written was left", err=True)
        sys.exit(130)
