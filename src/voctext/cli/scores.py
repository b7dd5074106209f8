"""How figures of agreement are printed for people."""

from collections.abc import Mapping
from typing import Any

import typer

from voctext.console import counted

_SHOWN = 10
"""Classes that a model does not know, named; the rest are counted."""


def print_scores(scores: Mapping[str, Any]) -> None:
    """Show the figures of `voctext.evaluate.evaluate` as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("", "precision", "recall", "F1", "notes", title=counted(scores["n"], "note"))
    for head in ("perception", "intent"):
        for name, value in scores[head].items():
            if isinstance(value, dict):
                figures = (f"{value[k]:.3f}" for k in ("precision", "recall"))
                table.add_row(name, *figures, _with_interval(value, "f1"), str(value["support"]))
        macro = _with_interval(scores[head], "macro_f1")
        table.add_row(f"{head}, macro", "", "", macro, "", end_section=True)
    console = Console()
    console.print(table)
    typer.echo(
        f"polarity accuracy {_with_interval(scores['polarity'], 'accuracy')}   "
        f"exact match {_with_interval(scores, 'exact_match')}"
    )
    if "calibration" in scores:
        errors = "  ".join(f"{answer} {error:.3f}" for answer, error in scores["calibration"].items())
        typer.echo(f"calibration error  {errors}")
        surest = scores["surest"]
        typer.echo(
            f"the surest {surest['n']}: perception {surest['perception']['macro_f1']:.3f}, "
            f"intent {surest['intent']['macro_f1']:.3f} (macro F1)"
        )
    _print_intervals(scores)
    for name, groups in scores.get("by", {}).items():
        console.print(_groups(name, groups))
    _print_against(scores)


def print_single(scores: Mapping[str, Any]) -> None:
    """Show the figures of `voctext.evaluate.evaluate_single`."""
    from rich.console import Console

    typer.echo(
        f"{counted(scores['n'], 'text')}: accuracy {_with_interval(scores, 'accuracy')}, "
        f"macro F1 {_with_interval(scores, 'macro_f1')}"
    )
    for label, row in scores["classes"].items():
        typer.echo(
            f"  {label}: precision {row['precision']:.3f}, recall {row['recall']:.3f}, F1 {row['f1']:.3f}"
        )
    unknown = scores["unknown_classes"]
    if unknown:
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        typer.echo(
            f"note: the model was never taught {', '.join(unknown[:_SHOWN])}{more}; "
            "texts of these labels count as misread"
        )
    typer.echo(f"calibration error {scores['calibration']:.3f}")
    _print_intervals(scores)
    for name, groups in scores.get("by", {}).items():
        Console().print(_single_groups(name, groups))
    _print_against(scores)


def _with_interval(figures: Mapping[str, Any], name: str) -> str:
    """
    Write a figure with the interval beside it, if there is one.

    >>> _with_interval({"f1": 0.5, "f1_interval": [0.25, 0.75]}, "f1")
    '0.500 (0.250–0.750)'
    """
    if f"{name}_interval" not in figures:
        return f"{figures[name]:.3f}"
    low, high = figures[f"{name}_interval"]
    return f"{figures[name]:.3f} ({low:.3f}–{high:.3f})"


def _print_intervals(scores: Mapping[str, Any]) -> None:
    if "intervals" in scores:
        made = scores["intervals"]
        typer.echo(f"in brackets 95 % intervals, by {made['draws']} draws of {made['units']} {made['drawn']}")


def _print_against(scores: Mapping[str, Any]) -> None:
    """Show how two readers differ, and the verdict."""
    from rich.console import Console
    from rich.table import Table

    if "against" not in scores:
        return
    against = scores["against"]
    shown = Table(caption=f"P: the probability that {against['first']} is better")
    for heading in ("", against["first"], against["second"], "difference", "P"):
        shown.add_column(heading, no_wrap=heading in {"difference", "P"}, overflow="fold")
    for name, row in against["figures"].items():
        low, high = row["interval"]
        difference = f"{row['difference']:+.3f} ({low:+.3f} to {high:+.3f})"
        shown.add_row(
            _title(name),
            f"{row['first']:.3f}",
            f"{row['second']:.3f}",
            difference,
            f"{row['better']:.2f}",
        )
    Console().print(shown)
    typer.echo(against["verdict"])


def _title(figure: str) -> str:
    """
    Write the path of a figure in words.

    >>> _title("perception.product.f1"), _title("intent.macro_f1"), _title("exact_match")
    ('product F1', 'intent macro F1', 'exact match')
    """
    words = figure.removesuffix(".f1").replace("_f1", " F1").replace(".", " ").replace("_", " ")
    return words.removeprefix("perception ") + " F1" if figure.endswith(".f1") else words


def _groups(name: str, groups: Mapping[str, Any]) -> Any:
    """Show the figures of each group on a line."""
    from rich.table import Table

    table = Table(f"by {name}", "notes", "product", "rule", "person", "macro", "intent", "polarity")
    for group, scores in groups.items():
        perception = scores["perception"]
        figures = [perception[p]["f1"] for p in ("product", "rule", "person")]
        figures += [perception["macro_f1"], scores["intent"]["macro_f1"], scores["polarity"]["accuracy"]]
        table.add_row(group or "(none)", str(scores["n"]), *(f"{figure:.3f}" for figure in figures))
    return table


def _single_groups(name: str, groups: Mapping[str, Any]) -> Any:
    from rich.table import Table

    table = Table(f"by {name}", "texts", "accuracy", "macro F1")
    for group, scores in groups.items():
        accuracy = _with_interval(scores, "accuracy")
        table.add_row(group or "(none)", str(scores["n"]), accuracy, f"{scores['macro_f1']:.3f}")
    return table
