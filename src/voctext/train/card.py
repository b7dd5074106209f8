"""Model cards: what a model was trained on, how it read notes held out, and with which versions."""

import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = ("voctext", "numpy", "scipy", "scikit-learn", "torch", "transformers")
CHOSEN = "What was chosen was chosen on the same notes, so these figures are a little high."


def card(about: Mapping[str, Any], *, data: str) -> str:
    """Write the card of a model that tells *about* itself, trained on *data*."""
    lines = [
        "# Model card",
        "",
        f"Trained on: {data}. Versions: Python {platform.python_version()}, {', '.join(_versions())}.",
        "Numbers are in safetensors, names in JSON; no code is in this folder and none is executed.",
        "",
        *_origin(about),
        "",
        *_held_out(about),
    ]
    return "\n".join([*lines, ""])


def told_of(about: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give what a model tells of its learning from labels, whichever way it learned."""
    return about.get("distilled") or about.get("adapted") or about.get("scratch") or about


def figures_of(about: Mapping[str, Any]) -> dict[str, float]:
    """Give how a model read what was held out, as it tells; {} where nothing was held out."""
    held = told_of(about).get("held_out") or {}
    own = next((held[name] for name in ("adapted", "scratch", "encoder", "student") if name in held), held)
    return {name: float(value) for name, value in own.items() if isinstance(value, float)}


def _versions() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue


def _origin(about: Mapping[str, Any]) -> Iterator[str]:
    """Say what the model was before, and how it learned."""
    told = told_of(about)
    if "adapted" in about:
        yield f"Prior: the default model, fitted to {about.get('notes')} synthetic notes."
    if "base" in about:
        licence = about["licence"] or "not told by its folder"
        yield f"Base: {about['base']}, licence {licence}; {about['mode']}."
        yield f"{about['shortened']} of {about['notes']} texts were too long; their middle was left out."
    if about.get("stopped"):
        yield "The training was stopped by hand; this is the best model up to then."
    if about.get("corpus") and "base" in about:
        yield f"Taught {about['corpus']} synthetic notes beside the labelled ones."
    if told.get("channels"):
        yield f"Intents are read by the channel a note came by: {', '.join(told['channels'])}."
    if "distilled" in about:
        teacher = told["taught_by"]
        yield f"Taught by an encoder ({teacher}) on {told['notes']} unlabelled texts; seed {told['seed']}."
        if "weight" in told:
            yield f"Chosen by texts held out: a text weighs {told['weight']:g} times a note of the corpus."
        yield "The figures say how often it answers as its teacher does, not how often people would agree."
        return
    split = (
        f"{told['groups']} groups, each held out whole" if told.get("groups") else "each label dealt evenly"
    )
    yield f"{told.get('notes')} labelled texts; held out: {split}; seed {told.get('seed')}."
    for name in ("weight", "calibrated", "strength", "C"):
        if name in told:
            yield f"Chosen by what was held out: {name} {told[name]}."


def _held_out(about: Mapping[str, Any]) -> Iterator[str]:
    held = told_of(about).get("held_out")
    if not held:
        return
    read = about.get("read_out")
    yield f"## On {f'{read} texts' if read else 'texts'} held out"
    yield ""
    if "accuracy" in held:
        yield f"Accuracy {_shown(held, 'accuracy')}, macro-F1 {_shown(held, 'macro_f1')}; intervals at 95 %."
    else:
        models = [name for name in held if isinstance(held[name], Mapping)]
        yield f"| | {' | '.join(models)} |"
        yield f"|---|{'---|' * len(models)}"
        for key in figures_of(about):
            yield f"| {key.replace('_', ' ')} | {' | '.join(_shown(held[name], key) for name in models)} |"
    yield ""
    yield CHOSEN


def _shown(figures: Mapping[str, Any], key: str) -> str:
    low, high = figures[f"{key}_interval"]
    return f"{figures[key]:.3f} ({low:.3f}–{high:.3f})"
