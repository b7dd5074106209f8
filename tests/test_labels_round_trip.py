"""What is written in any form is read back the same."""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.errors import InputError
from voctext.labels import LabelledText, SpanLabel, Target, convert, read_labels, write_labels
from voctext.labels.bio import layers_of
from voctext.labels.names import canonical, is_broken, marking_of, span_name
from voctext.records import Intent, Perception
from voctext.tables.cells import is_blank

NAMES = {
    Target.LABEL_STUDIO: "a.json",
    Target.DOCCANO: "a.jsonl",
    Target.BIO: "a.bio",
    Target.CSV: "a.csv",
    Target.XLSX: "a.xlsx",
    Target.JSONL: "a.jsonl",
}
LETTERS = st.sampled_from("年费太贵闪退app#O\\ -:=+'\",;\t\n\r\u2028\u3000\u200b😀𠮷\x00\x85")
TEXTS = st.text(
    LETTERS | st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), min_size=1, max_size=25
)
NOTES_TEXT = TEXTS.filter(lambda text: not is_blank(text))
WORDS = st.text("ab年费7", min_size=1, max_size=4)
POLARITIES = st.sampled_from([-1, 0, 1])
SPAN_NAMES = st.builds(
    span_name, st.sampled_from(Perception), POLARITIES | st.none(), st.sampled_from(["", "fees", "app:crash"])
) | st.text(min_size=1, max_size=6).map(str.strip).filter(lambda name: not is_broken(name)).map(canonical)


@st.composite
def spans(draw: st.DrawFn, text: str) -> tuple[SpanLabel, ...]:
    places = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))).filter(
        lambda at: at[0] < at[1]
    )
    found = draw(st.lists(st.builds(lambda at, name: SpanLabel(*at, name), places, SPAN_NAMES), max_size=4))
    return tuple(sorted(found))


@st.composite
def notes(draw: st.DrawFn) -> list[LabelledText]:
    """Files as they are: of classes, or of notes, with spans or without."""
    kind = draw(st.sampled_from(["classes", "notes", "spans", "both"]))
    found = []
    for number in range(draw(st.integers(1, 4))):
        text = draw(NOTES_TEXT)
        whole = kind in {"notes", "both"}
        found.append(
            LabelledText(
                text,
                draw(st.dictionaries(st.sampled_from(Perception), POLARITIES)) if whole else {},
                draw(st.sampled_from(Intent)) if whole else None,
                draw(st.sampled_from(["complaint", "信用卡", "7", "two words"]))
                if kind == "classes"
                else None,
                draw(spans(text)) if kind in {"spans", "both"} else (),
                id=draw(st.sampled_from(["", f"n{number}", "007"])),
                customer=draw(WORDS | st.just("")),
                annotator=draw(st.sampled_from(["", "甲", "乙@b.cn"])),
                source=draw(WORDS | st.just("")),
                other=draw(st.dictionaries(st.sampled_from(["批次", "标签x", "note no"]), WORDS)),
            )
        )
    return found


def keyed(found: list[LabelledText]) -> Counter[str]:
    return Counter(repr((n.text, sorted(n.perceptions.items()), n.intent, n.label, n.spans, n.id, n.customer, n.annotator, n.source, sorted(n.other.items()))) for n in found)  # fmt: skip


@pytest.mark.parametrize("to", [Target.LABEL_STUDIO, Target.DOCCANO, Target.BIO, Target.JSONL])
@settings(max_examples=120, deadline=None)
@given(found=notes())
def test_nothing_is_lost_on_the_way_there_and_back(to: Target, found: list[LabelledText]) -> None:
    with TemporaryDirectory() as folder:
        path = write_labels(Path(folder) / NAMES[to], found, to=to)

        assert keyed(list(read_labels(path))) == keyed(found)


@pytest.mark.parametrize("to", [Target.CSV, Target.XLSX])
@settings(max_examples=60, deadline=None)
@given(found=notes())
def test_tables_hold_the_same_or_are_not_written(to: Target, found: list[LabelledText]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / NAMES[to]
        try:
            write_labels(path, found, to=to)
        except InputError as error:
            assert "jsonl" in str(error)  # noqa: PT017 - only some notes cannot be held
            assert not path.exists()
        else:
            assert keyed(list(read_labels(path))) == keyed(found)


@pytest.mark.parametrize("to", list(Target))
def test_ordinary_notes_go_through_every_form(tmp_path: Path, to: Target) -> None:
    found = [
        LabelledText("-1分都不给，APP闪退😀了", {Perception.PRODUCT: -1}, Intent.COMPLAINT, spans=(SpanLabel(7, 12, "product-1:app_crash"), SpanLabel(10, 13, "person"))),
        LabelledText("=好评\n柜员很耐心", {Perception.PERSON: 1}, Intent.PRAISE, id="007", other={"批次": "=1+1"}),
        LabelledText("'=引号在前", {}, Intent.OTHER, annotator="甲"),
    ]  # fmt: skip
    path = write_labels(tmp_path / NAMES[to], found, to=to)

    assert keyed(list(read_labels(path))) == keyed(found)


@pytest.mark.parametrize("to", list(Target))
def test_classes_with_quoted_line_breaks_go_through_every_form(tmp_path: Path, to: Target) -> None:
    start = tmp_path / "start.csv"
    start.write_text('text,label\n"one\ntwo, three",Credit card\nfour,Loan\n', encoding="utf-8")

    convert(start, tmp_path / NAMES[to], to=to)

    assert keyed(list(read_labels(tmp_path / NAMES[to]))) == keyed(list(read_labels(start)))


def test_a_text_too_long_for_a_cell_is_refused_and_not_cut(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="without changing it"):
        write_labels(tmp_path / "a.xlsx", [LabelledText("长" * 40_000, label="a")], to=Target.XLSX)

    assert list(tmp_path.iterdir()) == []


def test_a_file_must_end_as_its_form_does(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.json; name it so"):
        write_labels(tmp_path / "a.jsonl", [LabelledText("a", label="b")], to=Target.LABEL_STUDIO)


def test_what_two_annotators_say_is_one_task(tmp_path: Path) -> None:
    import json

    found = [
        LabelledText("年费太贵", label=label, id="1", annotator=name)
        for name, label in [("甲", "x"), ("乙", "y")]
    ]
    path = write_labels(tmp_path / "a.json", found, to=Target.LABEL_STUDIO)

    (task,) = json.loads(path.read_text(encoding="utf-8"))
    assert [annotation["annotator"] for annotation in task["annotations"]] == ["甲", "乙"]


@given(st.text(max_size=8))
def test_a_canonical_name_stays_as_it_is(name: str) -> None:
    assert canonical(canonical(name)) == canonical(name)
    assert marking_of(canonical(name)) == marking_of(name)


@given(spans("x" * 20))
def test_layers_hold_every_span_once_and_no_overlap(found: tuple[SpanLabel, ...]) -> None:
    layers = layers_of(found)

    assert sorted(span for layer in layers for span in layer) == list(found)
    assert all(a.end <= b.start for layer in layers for a, b in pairwise(layer))
