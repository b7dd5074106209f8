"""Commands about taxonomies."""

from pathlib import Path
from typing import Annotated

import typer

from voctext.console import counted

app = typer.Typer(help="The topics voctext knows.", no_args_is_help=True)


@app.command("check")
def check_taxonomy(
    path: Annotated[Path, typer.Argument(help="A taxonomy file, or the name of one that ships.")],
) -> None:
    """Check a taxonomy file whole; exit 1 if it cannot be used."""
    from voctext.taxonomy import Taxonomy, check

    problems = check(path)
    for problem in problems:
        typer.echo(str(problem), err=True)
    fatal = sum(problem.fatal for problem in problems)
    if fatal:
        typer.echo(f"{path}: {fatal} to mend", err=True)
        raise typer.Exit(1)
    taxonomy = Taxonomy.load(path)
    size = f"{counted(len(taxonomy), 'topic')} in {counted(len(taxonomy.groups), 'group')}"
    typer.echo(f"{path}: {size}, nothing to mend")


@app.callback()
def about() -> None:
    """The topics voctext knows."""  # noqa: D401  makes "check" a command of its own name
