"""
Write the pages of the reference that repeat what a file of the package says.

Run `python docs/generate.py taxonomy` after a change of the banking taxonomy.
"""  # noqa: INP001 - a script, not a package

import sys
from collections.abc import Callable
from pathlib import Path

from voctext.records import Perception
from voctext.taxonomy import CAUSES, Taxonomy

REFERENCE = Path(__file__).parent / "reference"


def taxonomy_page() -> str:
    """Return the page of the banking taxonomy: its groups and topics, and the causes they carry."""
    banking = Taxonomy.default()
    size = f"{len(banking)} topics in {len(banking.groups)} groups, version {banking.version}."
    lines = [
        "# The banking taxonomy",
        "",
        "<!-- Written by `python docs/generate.py taxonomy`; do not edit. -->",
        "",
        f"{size} A topic has the perception of its group.",
        "*Cause* is the code of the cause of complaint in JR/T 0169—2018; the codes stand [below](#causes).",
        "The words by which each topic is known stand in `src/voctext/taxonomies/banking.yaml`.",
    ]
    for perception in Perception:
        lines += ["", f"## {perception.capitalize()}", *_table(banking, perception)]
    lines += ["", "## Causes", "", "| code | cause |", "|---|---|"]
    lines += [f"| {code} | {cause} |" for code, cause in CAUSES.items()]
    return "\n".join(lines) + "\n"


def _table(taxonomy: Taxonomy, perception: Perception) -> list[str]:
    rows = ["", "| topic | group | 简体 | 繁體 | English | cause |", "|---|---|---|---|---|---|"]
    for topic in taxonomy.of(perception):
        names = [topic.name(lang) for lang in ("zh-Hans", "zh-Hant", "en")]
        group = taxonomy.groups[topic.group].name("en")
        rows.append(" | ".join(["", f"`{topic.id}`", group, *names, topic.cause or "", ""]).strip())
    return rows


PAGES: dict[str, Callable[[], str]] = {"taxonomy": taxonomy_page}


def main(names: list[str]) -> None:
    """Write the pages called *names*, or all."""
    for name in names or PAGES:
        (REFERENCE / f"{name}.md").write_text(PAGES[name](), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
