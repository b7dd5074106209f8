"""Agreement between annotators is the published figure, and every disagreement is listed."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from voctext.cli.labels import app
from voctext.errors import InputError
from voctext.labels import compare, read_labels
from voctext.labels.agree import cohen_kappa, krippendorff_alpha

ANSWERS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30)

# Krippendorff (2011), section C: four observers, twelve units, some missing; printed there: α = 0.743


def published() -> list[tuple[str | None, ...]]:
    rows = [
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    ]
    return list(zip(*([None if x == "." else x for x in row.split()] for row in rows), strict=True))


def test_alpha_is_that_of_the_published_example() -> None:
    alpha = krippendorff_alpha(published())

    assert alpha is not None
    assert round(alpha, 3) == 0.743


def test_alpha_of_two_observers_is_that_of_the_published_example() -> None:
    """Krippendorff (2011), section A: two observers, ten units, two values."""
    alpha = krippendorff_alpha(list(zip("0100000010", "1110010000", strict=True)))

    assert alpha is not None
    assert round(alpha, 3) == 0.095


@settings(deadline=None)
@given(ANSWERS)
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    kappa = cohen_kappa(pairs)

    if kappa is None:
        assert len({answer for pair in pairs for answer in pair}) == 1
    else:
        assert kappa == pytest.approx(metrics.cohen_kappa_score(*zip(*pairs, strict=True)))


@given(ANSWERS)
def test_alpha_does_not_depend_on_who_said_what(pairs: list[tuple[str, str]]) -> None:
    alpha, swapped = krippendorff_alpha(pairs), krippendorff_alpha([(b, a) for a, b in pairs])

    assert alpha == (None if swapped is None else pytest.approx(swapped))


FIRST = "id,text,product,rule,person,intent\n1,闪退,-1,,,complaint\n2,年费贵,,-1,,complaint\n3,柜员好,,,1,praise\n4,只有我,,,,other\n"
SECOND = (
    "id,text,product,rule,person,intent\n1,闪退,0,,,inquiry\n2,年费贵,,-1,,complaint\n3,柜员好,,,1,praise\n"
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "wang.csv", tmp_path / "li.csv"
    for path, text in zip(paths, (FIRST, SECOND), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_every_disagreement_is_listed_with_what_each_said(files: tuple[Path, Path]) -> None:
    comparison = compare(*map(read_labels, files))

    assert (comparison.annotators, comparison.notes, comparison.alone) == (("wang", "li"), 3, 1)
    assert list(comparison.disagreements) == [
        {"id": "1", "text": "闪退", "question": "product polarity", "said by wang": "-1", "said by li": "0"},
        {
            "id": "1",
            "text": "闪退",
            "question": "intent",
            "said by wang": "complaint",
            "said by li": "inquiry",
        },
    ]
    figures = {a.question: a for a in comparison.agreements}
    assert (figures["product"].kappa, figures["product"].observed) == (1.0, 1.0)
    assert figures["intent"].observed == pytest.approx(2 / 3)
    assert "label" not in figures


def test_three_annotators_of_one_file_have_alpha_and_no_kappa(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label,annotator\n一,x,甲\n一,x,乙\n一,y,丙\n二,y,甲\n二,y,乙\n", encoding="utf-8")

    comparison = compare(read_labels(path))

    (agreement,) = comparison.agreements
    assert (agreement.question, agreement.units, agreement.kappa) == ("label", 2, None)
    assert agreement.alpha == pytest.approx(krippendorff_alpha([("x", "x", "y"), ("y", "y", None)]))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("text,label\n一,x\n", "only 'a' labelled"),
        ("text,label,annotator\n一,x,甲\n二,x,乙\n", "no note was labelled by two"),
        (
            "text,label,annotator\n一,x,甲\n一,y,甲\n一,x,乙\n",
            r"a\.csv:3: 甲 labelled the same note otherwise",
        ),
        ("id,text,label,annotator\n1,一,x,甲\n1,二,x,乙\n", r"a\.csv:3: the text of id '1' is not that of"),
    ],
)
def test_what_cannot_be_compared_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(InputError, match=told):
        compare(read_labels(path))


def test_the_command_prints_figures_and_writes_the_disagreements(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "d.xlsx"
    result = CliRunner().invoke(app, ["agree", *map(str, files), "--out", str(out)])

    assert result.exit_code == 0, result.output
    assert "2 disagreements" in result.output
    from python_calamine import load_workbook

    assert len(load_workbook(str(out)).get_sheet_by_index(0).to_python()) == 3


def test_the_command_gives_json(files: tuple[Path, Path]) -> None:
    result = CliRunner().invoke(app, ["agree", *map(str, files), "--json"])

    told = json.loads(result.output)
    assert (told["n"], told["alone"], told["disagreements"]) == (3, 1, 2)
    assert told["agreement"][0] == {
        "question": "product",
        "units": 3,
        "observed": 1.0,
        "kappa": 1.0,
        "alpha": 1.0,
    }


def test_check_exits_1_where_something_is_to_mend(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label\n一,\n", encoding="utf-8")

    result = CliRunner().invoke(app, ["check", str(path)])

    assert result.exit_code == 1
    assert "1 to mend" in str(result.exception)


def test_check_and_convert_say_what_they_found(files: tuple[Path, Path], tmp_path: Path) -> None:
    checked = CliRunner().invoke(app, ["check", str(files[0])])
    converted = CliRunner().invoke(
        app, ["convert", str(files[0]), str(tmp_path / "o.json"), "--to", "label-studio"]
    )

    assert "CSV, labels of notes, 4 notes" in checked.output
    assert converted.exit_code == 0
    assert len(json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))) == 4
