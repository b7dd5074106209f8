"""Figures of agreement: one worked example for every figure, and labelled files that are not as they must be."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voctext.errors import InputError
from voctext.evaluate import (
    LabelledNote,
    customers_of,
    evaluate,
    evaluate_by,
    length_of,
    misread_notes,
    read_labelled,
    reliability,
    script_of,
)
from voctext.mask import Masker
from voctext.miner import Miner
from voctext.records import Intent, NoteLabel, Perception, Reading, Ticket

PRODUCT, RULE, PERSON = Perception
HEADER = "text,product,rule,person,intent"

# Six notes: what people said | what was read.
#          product rule person intent     | product rule person intent
WORKED = (
    ((-1, None, None, "complaint"), (-1, None, None, "complaint")),  # all right
    ((-1, None, 1, "complaint"), (1, None, 1, "complaint")),  # product's polarity turned
    ((None, -1, None, "complaint"), (-1, -1, None, "suggestion")),  # product too many, intent wrong
    ((None, 0, None, "suggestion"), (None, None, None, "suggestion")),  # rule missed
    ((None, None, -1, "inquiry"), (None, None, None, "other")),  # person missed, intent wrong
    ((None, None, None, "other"), (None, None, None, "other")),  # all right, nothing voiced
)


def marked(cells: tuple[int | None, int | None, int | None, str]) -> tuple[dict[Perception, int], Intent]:
    polarities = {p: v for p, v in zip(Perception, cells[:3], strict=True) if isinstance(v, int)}
    return polarities, Intent(cells[3])


def note(perceptions: Mapping[Perception, int], intent: Intent) -> LabelledNote:
    return LabelledNote("", perceptions, intent, {})


def worked() -> tuple[list[LabelledNote], list[NoteLabel]]:
    notes = [note(*marked(gold)) for gold, _ in WORKED]
    labels = [NoteLabel(*marked(read), {}) for _, read in WORKED]
    return notes, labels


def without_intervals(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        key: without_intervals(value) if isinstance(value, dict) else value
        for key, value in figures.items()
        if not key.endswith(("_interval", "intervals"))
    }


def test_the_figures_of_the_worked_example_are_those_counted_by_hand() -> None:
    scores = without_intervals(evaluate(*worked()))

    assert scores["n"] == 6
    # product: 2 rightly found, 3 said, 2 true
    assert scores["perception"]["product"] == {"precision": 0.6667, "recall": 1.0, "f1": 0.8, "support": 2}
    # rule: 1 rightly found, 1 said, 2 true
    assert scores["perception"]["rule"] == {"precision": 1.0, "recall": 0.5, "f1": 0.6667, "support": 2}
    # person: 1 rightly found, 1 said, 2 true
    assert scores["perception"]["person"] == {"precision": 1.0, "recall": 0.5, "f1": 0.6667, "support": 2}
    assert scores["perception"]["macro_f1"] == pytest.approx((4 / 5 + 2 / 3 + 2 / 3) / 3, abs=1e-4)


def test_the_intents_of_the_worked_example_are_those_counted_by_hand() -> None:
    intent = without_intervals(evaluate(*worked()))["intent"]

    assert intent["complaint"] == {"precision": 1.0, "recall": 0.6667, "f1": 0.8, "support": 3}
    assert intent["suggestion"] == {"precision": 0.5, "recall": 1.0, "f1": 0.6667, "support": 1}
    assert intent["inquiry"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}
    assert intent["other"] == {"precision": 0.5, "recall": 1.0, "f1": 0.6667, "support": 1}
    assert "praise" not in intent  # occurs on neither side
    assert intent["macro_f1"] == pytest.approx((4 / 5 + 2 / 3 + 0 + 2 / 3) / 4, abs=1e-4)
    assert intent["accuracy"] == pytest.approx(4 / 6, abs=1e-4)


def test_polarity_is_compared_only_where_the_perception_was_rightly_found() -> None:
    scores = without_intervals(evaluate(*worked()))

    # rightly found: product in 1 and 2, person in 2, rule in 3; the polarity of one of the four is wrong
    assert scores["polarity"] == {"accuracy": 0.75}


def test_a_note_matches_exactly_only_if_perceptions_polarities_and_intent_all_do() -> None:
    assert evaluate(*worked())["exact_match"] == pytest.approx(2 / 6, abs=1e-4)


def test_the_confusion_of_intents_counts_every_note_once() -> None:
    assert evaluate(*worked())["confusion"] == {
        "complaint": {"complaint": 2, "suggestion": 1},
        "suggestion": {"suggestion": 1},
        "inquiry": {"other": 1},
        "other": {"other": 1},
    }


def surely(label: NoteLabel, sure: float) -> NoteLabel:
    return NoteLabel(label.perceptions, label.intent, dict.fromkeys((*Perception, "intent"), sure))


def test_answers_given_without_a_confidence_are_not_measured_for_calibration() -> None:
    assert {"calibration", "surest"}.isdisjoint(evaluate(*worked()))


def test_the_calibration_error_is_the_gap_between_confidence_and_truth() -> None:
    notes, labels = worked()
    scores = evaluate(notes, [surely(label, 0.95) for label in labels])

    # product is right in 5 of 6 notes as found or not, rule in 5, person in 5, intent in 4
    assert scores["calibration"] == {
        "product": pytest.approx(0.95 - 5 / 6, abs=1e-4),
        "rule": pytest.approx(0.95 - 5 / 6, abs=1e-4),
        "person": pytest.approx(0.95 - 5 / 6, abs=1e-4),
        "intent": pytest.approx(0.95 - 4 / 6, abs=1e-4),
    }


def test_confidences_in_different_bins_do_not_make_up_for_each_other() -> None:
    gold = [note({}, Intent.OTHER), note({PRODUCT: -1}, Intent.OTHER)]
    read = [surely(NoteLabel({}, Intent.OTHER, {}), 0.55), surely(NoteLabel({}, Intent.OTHER, {}), 0.95)]

    assert evaluate(gold, read)["calibration"]["product"] == pytest.approx((0.45 + 0.95) / 2, abs=1e-4)


def test_the_surest_nine_tenths_leave_out_the_least_sure() -> None:
    gold = [note({PRODUCT: -1}, Intent.COMPLAINT) for _ in range(10)]
    right, wrong = NoteLabel({PRODUCT: -1}, Intent.COMPLAINT, {}), NoteLabel({RULE: -1}, Intent.OTHER, {})
    read = [surely(right, 0.9)] * 9 + [surely(wrong, 0.6)]
    scores = evaluate(gold, read)

    assert scores["surest"] == {
        "n": 9,
        "perception": {"macro_f1": pytest.approx(1 / 3, abs=1e-4)},
        "intent": {"macro_f1": 1.0},
    }
    assert scores["intent"]["macro_f1"] < 1


def test_each_group_is_evaluated_by_itself() -> None:
    notes, labels = worked()
    groups = evaluate_by(notes, labels, ["b", "a", "b", "a", "b", "b"])

    assert list(groups) == ["a", "b"]
    assert groups["a"] == {
        key: value
        for key, value in without_intervals(evaluate([notes[1], notes[3]], [labels[1], labels[3]])).items()
        if key != "confusion"
    }
    assert groups["b"]["n"] == 4


@pytest.mark.parametrize(
    ("text", "script"), [("帳戶登入不了", "traditional"), ("账户登录不了", "simplified"), ("", "simplified")]
)
def test_the_script_of_a_note_is_told_by_its_characters(text: str, script: str) -> None:
    assert script_of(text) == script


@pytest.mark.parametrize(
    ("characters", "length"), [(0, "short"), (19, "short"), (20, "medium"), (79, "medium"), (80, "long")]
)
def test_the_length_of_a_note_is_told_by_its_characters(characters: int, length: str) -> None:
    assert length_of("卡" * characters) == length


def test_bins_of_confidence_count_every_answer_once_and_hold_the_share_that_is_right() -> None:
    bins = reliability([(0.55, True), (0.95, True), (0.95, False), (1.0, True)])

    assert [(one.low, one.n) for one in bins] == [(0.5, 1), (0.9, 3)]
    assert bins[1].right.value == pytest.approx(2 / 3)
    assert bins[1].confidence == pytest.approx((0.95 + 0.95 + 1) / 3)


@pytest.mark.parametrize("header", ["customer", "客户号", "客戶編號", "客户", "Customer_ID"])
def test_the_customer_of_a_note_is_found_in_its_other_columns(header: str) -> None:
    notes = [LabelledNote("", {}, Intent.OTHER, {"渠道": "电话", header: name}) for name in ("7", '="7"', "")]

    assert customers_of(notes) == ["7", "7", ""]
    assert customers_of([LabelledNote("", {}, Intent.OTHER, {"渠道": "电话"})]) == [""]


def test_misread_notes_are_told_with_their_rows_and_kinds_the_surest_first() -> None:
    notes, labels = worked()
    notes = [replace(one, row=10 + n) for n, one in enumerate(notes)]
    read = [surely(label, 0.5 + n / 10) for n, label in enumerate(labels)]
    readings = [Reading(Ticket("", ""), (), label) for label in read]
    rows = misread_notes(notes, readings)

    assert [(row["row"], row["errors"], row["confidence"]) for row in rows] == [
        (14, "missed person; wrong intent: other for inquiry", 0.9),
        (13, "missed rule", 0.8),
        (12, "product for nothing; wrong intent: suggestion for complaint", 0.7),
        (11, "wrong polarity of product: +1 for −1", 0.6),
    ]
    assert rows[3]["said"] == "product −1, person +1, complaint"
    assert rows[3]["read"] == "product +1, person +1, complaint"


def test_the_evidence_of_a_misread_note_is_quoted_and_masked_with_its_text() -> None:
    said = LabelledNote("给13812345678打电话，APP一登录就闪退", {}, Intent.OTHER, {}, row=2)
    readings = list(Miner.default().read([said.text]))
    (plain,) = misread_notes([said], readings)
    (masked,) = misread_notes([said], readings, masker=Masker())

    assert "闪退" in str(plain["evidence"])
    assert "闪退" in str(masked["evidence"])
    assert "13812345678" in str(plain["text"])
    assert "13812345678" not in str(masked)
    assert plain["why"]


def test_a_class_read_but_never_true_counts_in_the_mean_with_zero() -> None:
    notes = [note({}, Intent.OTHER), note({}, Intent.OTHER)]
    labels = [NoteLabel({}, Intent.OTHER, {}), NoteLabel({}, Intent.PRAISE, {})]
    intent = evaluate(notes, labels)["intent"]

    assert intent["praise"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0}
    assert intent["macro_f1"] == pytest.approx((2 / 3 + 0) / 2, abs=1e-4)


def test_too_few_labels_are_an_error_rather_than_a_comparison_of_the_wrong_pairs() -> None:
    notes, labels = worked()

    with pytest.raises(ValueError, match="shorter"):
        evaluate(notes, labels[:-1])


def test_the_figures_agree_with_those_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    notes, labels = worked()
    scores = evaluate(notes, labels)
    true = [n.intent.value for n in notes]
    read = [label.intent.value for label in labels]

    assert scores["intent"]["accuracy"] == pytest.approx(metrics.accuracy_score(true, read), abs=1e-4)
    assert scores["intent"]["macro_f1"] == pytest.approx(
        metrics.f1_score(true, read, average="macro", zero_division=0), abs=1e-4
    )
    for perception in Perception:
        found = metrics.precision_recall_fscore_support(
            [perception in n.perceptions for n in notes],
            [perception in label.perceptions for label in labels],
            average="binary",
            zero_division=0,
        )
        row = scores["perception"][perception.value]
        assert (row["precision"], row["recall"], row["f1"]) == pytest.approx(found[:3], abs=1e-4)


perceptions = st.dictionaries(st.sampled_from(list(Perception)), st.sampled_from([-1, 0, 1]))
readings = st.tuples(perceptions, st.sampled_from(list(Intent)))


@given(st.lists(readings, min_size=1, max_size=20))
def test_a_reader_that_agrees_throughout_scores_one_everywhere_it_can(
    rows: list[tuple[dict[Perception, int], Intent]],
) -> None:
    scores = evaluate([note(*row) for row in rows], [NoteLabel(*row, {}) for row in rows])
    voiced = {p for found, _ in rows for p in found}

    assert scores["exact_match"] == 1
    assert scores["intent"]["macro_f1"] == scores["intent"]["accuracy"] == 1
    assert all(scores["perception"][p.value]["f1"] == (p in voiced) for p in Perception)
    assert scores["polarity"]["accuracy"] == bool(voiced)


@given(st.lists(st.tuples(readings, readings), min_size=1, max_size=20))
def test_every_figure_is_a_share(
    pairs: list[tuple[tuple[dict[Perception, int], Intent], tuple[dict[Perception, int], Intent]]],
) -> None:
    scores = without_intervals(
        evaluate([note(*gold) for gold, _ in pairs], [NoteLabel(*read, {}) for _, read in pairs])
    )
    rows = [value for head in ("perception", "intent") for value in scores[head].values()]
    figures = [row[key] for row in rows if isinstance(row, dict) for key in ("precision", "recall", "f1")]
    figures += [row for row in rows if not isinstance(row, dict)]

    assert all(0 <= figure <= 1 for figure in figures)
    assert scores["exact_match"] <= scores["intent"]["accuracy"]


def written(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def test_a_labelled_file_is_read_with_its_other_columns(tmp_path: Path) -> None:
    path = written(
        tmp_path / "gold.csv",
        "number,text,product,rule,person,intent,who",
        '7,"转账,一直失败",-1,,+1, complaint ,甲',
        "8,想问利率,,0,,inquiry,乙",
        encoding="utf-8-sig",
    )
    first, second = read_labelled(path)

    assert first == LabelledNote(
        "转账,一直失败", {PRODUCT: -1, PERSON: 1}, Intent.COMPLAINT, {"number": "7", "who": "甲"}
    )
    assert second.perceptions == {RULE: 0}
    assert second.intent is Intent.INQUIRY
    assert (first.row, second.row) == (2, 3)


def test_polarities_that_a_spreadsheet_turned_into_decimals_are_read(tmp_path: Path) -> None:
    path = written(tmp_path / "gold.csv", HEADER, "卡顿,-1.0,0.0,1.0,complaint")

    assert read_labelled(path)[0].perceptions == {PRODUCT: -1, RULE: 0, PERSON: 1}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("卡顿,2,,,complaint", r"gold\.csv:3: product is '2'; known: -1, 0, 1"),
        ("卡顿,,yes,,complaint", r"gold\.csv:3: rule is 'yes'"),
        ("卡顿,,,--1,complaint", r"gold\.csv:3: person is '--1'"),
        ("卡顿,-1,,,complain", r"gold\.csv:3: intent is 'complain'; did you mean complaint"),
        ("卡顿,-1,,,", r"gold\.csv:3: intent is ''"),
        ("卡顿,-1", r"gold\.csv:3: intent is ''"),
        ("卡顿,-1,,,Complaint", r"gold\.csv:3: intent is 'Complaint'"),
    ],
)
def test_a_bad_row_is_named_with_its_column_and_what_would_be_right(
    tmp_path: Path, row: str, told: str
) -> None:
    path = written(tmp_path / "gold.csv", HEADER, "可以,1,,,praise", row)

    with pytest.raises(InputError, match=told):
        read_labelled(path)


@pytest.mark.parametrize("column", ["text", "product", "rule", "person", "intent"])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    header = ",".join(name for name in HEADER.split(",") if name != column)
    path = written(tmp_path / "gold.csv", header, "a,b,c,d")

    with pytest.raises(InputError, match=f"no column '{column}'"):
        read_labelled(path)


def test_a_misspelled_column_is_met_with_the_one_that_was_meant(tmp_path: Path) -> None:
    path = written(tmp_path / "gold.csv", HEADER.replace("product", "prodcut"), "卡顿,-1,,,complaint")

    with pytest.raises(InputError, match="did you mean prodcut") as told:
        read_labelled(path)
    assert "Perception" not in str(told.value)


def test_a_file_that_is_missing_empty_or_without_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()

    with pytest.raises(InputError, match="no such file"):
        read_labelled(tmp_path / "none.csv")
    with pytest.raises(InputError, match="no column 'text'"):
        read_labelled(tmp_path / "empty.csv")
    with pytest.raises(InputError, match="no rows"):
        read_labelled(written(tmp_path / "header.csv", HEADER))


def test_a_row_that_ends_before_its_text_is_a_bad_row(tmp_path: Path) -> None:
    path = written(tmp_path / "gold.csv", "intent,product,rule,person,text", "complaint,-1")

    with pytest.raises(InputError, match=r"gold\.csv:2"):
        read_labelled(path)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "cp950"])
def test_a_file_in_another_encoding_is_read_like_an_export(tmp_path: Path, encoding: str) -> None:
    text = "手機銀行閃退，客服態度很好" if encoding == "cp950" else "手机银行闪退，客服态度很好"
    path = written(tmp_path / "gold.csv", HEADER, f"{text},-1,,,complaint", encoding=encoding)

    assert [note.text for note in read_labelled(path)] == [text]


def test_a_byte_that_is_no_text_is_named_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "gold.csv"
    good = f"{HEADER}\n手机银行闪退转账很慢客服态度很好,-1,,,complaint\n"
    path.write_bytes(good.encode() + b"\xff,-1,,,complaint\n")

    with pytest.raises(InputError, match=r"gold\.csv:3: byte \d+ of the file is not utf-8 text"):
        read_labelled(path)


def test_a_workbook_is_read_from_the_sheet_that_has_the_columns(tmp_path: Path) -> None:
    from xlsxwriter import Workbook

    path = tmp_path / "gold.xlsx"
    with Workbook(str(path)) as book:
        book.add_worksheet("说明").write_row(0, 0, ["字段", "要求"])
        sheet = book.add_worksheet("标注")
        sheet.write_row(0, 0, ["编号", *HEADER.split(",")])
        sheet.write_row(1, 0, [7, "转账很慢", -1, "", 1, "complaint"])
    (only,) = read_labelled(path)

    assert only == LabelledNote("转账很慢", {PRODUCT: -1, PERSON: 1}, Intent.COMPLAINT, {"编号": "7"})


def test_lines_of_json_are_read(tmp_path: Path) -> None:
    line = '{"text": "转账很慢", "product": -1, "rule": null, "person": null, "intent": "complaint"}'
    path = written(tmp_path / "gold.jsonl", line)

    assert read_labelled(path)[0].perceptions == {PRODUCT: -1}


def test_a_note_longer_than_the_csv_module_allows_is_read_or_refused_with_its_file(tmp_path: Path) -> None:
    path = written(tmp_path / "gold.csv", HEADER, "卡" * 140_000 + ",-1,,,complaint")
    before = csv.field_size_limit(131_072)  # as Python starts: reading an export raises it for the process

    try:
        (only,) = read_labelled(path)
    except InputError as error:
        assert "gold.csv" in str(error)  # noqa: PT017 - either is right
    else:
        assert len(only.text) == 140_000
    finally:
        csv.field_size_limit(before)
