"""What a package promises before any of it is called: light import, public names, data that travels."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest

import voctext

HEAVY = (
    "numpy", "scipy", "sklearn", "pyarrow", "torch", "transformers", "jieba", "rjieba", "opencc", "yaml", "pandas",
    "polars", "narwhals", "altair", "vl_convert", "jinja2", "xlsxwriter", "python_calamine", "safetensors",
    "ahocorasick_rs", "typer", "rich",
)  # fmt: skip
DATA = (
    "py.typed",
    "demo/notes.tsv",
    "lexicons/banks.tsv",
    "lexicons/cues.tsv",
    "lexicons/regional.tsv",
    "taxonomies/banking.yaml",
    "taxonomies/schema.json",
    "report/report.html.j2",
    "report/style.css",
    "report/words.json",
)
PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def loaded_after(statement: str) -> set[str]:
    """Give the top-level modules that a fresh interpreter holds after *statement*."""
    code = f"{statement}\nimport json, sys\nprint(json.dumps(sorted({{m.partition('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.fixture(scope="module")
def loaded_by_import() -> set[str]:
    return loaded_after("import voctext")


@pytest.mark.parametrize("module", HEAVY)
def test_importing_voctext_does_not_load(module: str, loaded_by_import: set[str]) -> None:
    assert "voctext" in loaded_by_import
    assert module not in loaded_by_import


def test_naming_every_public_name_loads_nothing_heavy() -> None:
    loaded = loaded_after("from voctext import *")

    assert not loaded & set(HEAVY)


def test_public_names_are_sorted_unique_and_importable() -> None:
    assert voctext.__all__ == sorted(set(voctext.__all__))
    for name in voctext.__all__:
        assert getattr(voctext, name) is not None, name


def test_public_names_are_those_of_voctext_itself() -> None:
    strangers = {
        name for name in voctext.__all__ if not getattr(voctext, name).__module__.startswith("voctext")
    }

    assert not strangers


def test_an_unknown_attribute_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = voctext.no_such_name


def test_the_version_is_that_of_the_metadata() -> None:
    assert voctext.__version__ == version("voctext")
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", voctext.__version__)


def test_the_version_is_that_of_the_project_file() -> None:
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]

    assert project["version"] == voctext.__version__


@pytest.mark.parametrize("name", DATA)
def test_the_package_carries(name: str) -> None:
    place = files("voctext").joinpath(*name.split("/"))

    assert place.is_file()
    assert name == "py.typed" or place.read_bytes()


def test_every_error_derives_from_one_that_can_be_caught() -> None:
    errors = [
        voctext.InputError,
        voctext.TaxonomyError,
        voctext.ModelError,
        voctext.MissingExtraError,
    ]

    assert all(issubclass(error, voctext.VoctextError) for error in errors)
    assert all(issubclass(error, ValueError) for error in errors[:3])
    assert issubclass(voctext.MissingExtraError, ImportError)
