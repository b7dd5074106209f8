"""Classifiers found by name: those that ship, and those of another package."""

import json
import tomllib
from collections.abc import Iterator, Sequence
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from voctext import cli
from voctext.classify import registry
from voctext.classify.protocol import Classifier
from voctext.errors import InputError
from voctext.records import Clause, Finding, Intent, Perception
from voctext.taxonomy import Taxonomy

ROOT = Path(__file__).parents[1]


class Everything:
    """Takes every clause for a complaint about the first topic of its taxonomy."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy

    def classify(self, clauses: Sequence[Clause], /) -> Iterator[Finding]:
        topic = next(iter(self.taxonomy))
        for clause in clauses:
            yield Finding(
                clause, topic.perception, Intent.COMPLAINT, -1, topic.id, 0.5, 0.9, clause.span, "all of it"
            )


def nothing(_: Taxonomy) -> None:
    """Give no classifier."""


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer classifiers as an installed package would."""
    offered = {
        "everything": Everything,
        "nothing": nothing,
        "a class": lambda _: Everything,
        "broken": None,
    }

    class Offer(EntryPoint):
        def load(self) -> Any:
            if offered[self.name] is None:
                raise ImportError("no module named shop_words")
            return offered[self.name]

    points = EntryPoints(Offer(name, "shop:reader", registry.GROUP) for name in offered)
    monkeypatch.setattr(registry, "entry_points", lambda *, group: points.select(group=group))


@pytest.mark.usefixtures("installed")
def test_a_classifier_of_another_package_is_called_with_the_taxonomy() -> None:
    telecom = Taxonomy.named("telecom")
    classifier = registry.load_classifier("everything", telecom)

    assert isinstance(classifier, Everything)
    assert classifier.taxonomy is telecom
    assert registry.load_classifier("everything").taxonomy == Taxonomy.default()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("everythin", "no classifier 'everythin': did you mean everything?"),
        ("nothing", "shop:reader gave NoneType, which has no classify"),
        ("a class", "shop:reader gave type, which has no classify"),
        ("broken", "shop:reader cannot be loaded"),
    ],
)
def test_a_name_that_gives_no_classifier_is_refused_with_the_reason(name: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        registry.load_classifier(name)


def test_what_the_project_registers_is_what_it_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    offered = project["entry-points"][registry.GROUP]

    assert set(offered) == {"rules", "model", "default"}
    for name, value in offered.items():
        make = EntryPoint(name, value, registry.GROUP).load()
        assert isinstance(make(Taxonomy.default()), Classifier)


@pytest.mark.usefixtures("installed")
def test_analyze_reads_with_the_classifier_named(tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    export.write_text("工单编号,诉求内容\n1,今天路过\n", encoding="utf-8")
    arguments = [
        "analyze",
        export,
        "--out",
        tmp_path / "out",
        "--classifier",
        "everything",
        "--taxonomy",
        "telecom",
    ]
    result = CliRunner().invoke(cli.app, list(map(str, arguments)))

    assert result.exit_code == 0, result.output
    run = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert (run["taxonomy"], run["findings"]) == (Taxonomy.named("telecom").name, 1)


@pytest.mark.usefixtures("installed")
def test_evaluate_reads_with_the_classifier_named(tmp_path: Path) -> None:
    gold = tmp_path / "gold.csv"
    gold.write_text("text,product,rule,person,intent\n今天路过,,,,other\n", encoding="utf-8")
    result = CliRunner().invoke(cli.app, ["evaluate", str(gold), "--json", "--classifier", "everything"])

    assert result.exit_code == 0, result.output
    first = next(iter(Taxonomy.default())).perception
    scores = json.loads(result.stdout)["perception"]
    assert scores[first]["precision"] == 0.0
    assert all(scores[p]["f1"] == 0.0 for p in Perception)
    assert json.loads(result.stdout)["exact_match"] == 0.0
