"""Notes chosen to learn from: the unsure, the unlike, the rare, some at random, and a sheet that trains."""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from voctext.audit.learning import COLUMNS, Choice, choose_notes, write_notes
from voctext.audit.spread import NEAR, letters_of
from voctext.cli import app
from voctext.corpus import notes
from voctext.errors import InputError
from voctext.labels import read_labels
from voctext.mask import Masker
from voctext.miner import Miner
from voctext.records import Intent, NoteLabel, Perception, Reading, Ticket

QUESTIONS = (*(perception.value for perception in Perception), "intent")


def reading(
    number: int,
    text: str,
    *,
    sure: float = 0.95,
    doubtful: str = "",
    found: Sequence[Perception] = (Perception.PRODUCT,),
    intent: Intent = Intent.COMPLAINT,
    customer: str | None = None,
) -> Reading:
    """Give a ticket read with *sure* confidence, but half of that in what is *doubtful*."""
    confidence = {question: sure / 2 if question == doubtful else sure for question in QUESTIONS}
    label = NoteLabel(dict.fromkeys(found, -1), intent, confidence)
    return Reading(Ticket(f"T{number}", text, customer=customer), (), label)


@cache
def texts() -> tuple[str, ...]:
    """Give synthetic notes, every one in other letters."""
    return tuple({letters_of(note.text): note.text for note in notes()[::23] if len(note.text) > 11}.values())


def export(n: int = 300) -> list[Reading]:
    """Give *n* tickets, of which every fifth is doubtful in rule."""
    return [reading(i, texts()[i], doubtful="" if i % 5 else "rule") for i in range(n)]


def runs(text: str) -> set[str]:
    letters = letters_of(text)
    return {letters[at : at + 3] for at in range(len(letters) - 2)}


def near(one: str, other: str) -> bool:
    both = runs(one), runs(other)
    return bool(both[0] | both[1]) and len(both[0] & both[1]) >= NEAR * len(both[0] | both[1])


def ids(choice: Choice) -> list[str]:
    return [note.id for note in choice.notes]


# ── which notes ───────────────────────────────────────────────────────────


@settings(max_examples=20, deadline=None)
@given(
    st.integers(1, 60),
    st.integers(1, 120),
    st.lists(st.tuples(st.integers(0, 119), st.sampled_from(["", "！", "了", "单号 8812"])), max_size=40),
    st.lists(st.floats(0, 1), min_size=1, max_size=7),
    st.integers(0, 3),
)
def test_no_two_notes_are_nearly_the_same_and_there_are_as_many_as_asked_or_all(
    size: int, n: int, again: list[tuple[int, str]], sure: list[float], seed: int
) -> None:
    written = [*texts()[:n], *(texts()[i] + tail for i, tail in again)]
    readings = [reading(i, text, sure=sure[i % len(sure)]) for i, text in enumerate(written)]
    choice = choose_notes(readings, size=size, seed=seed, masker=None)

    assert len(set(ids(choice))) == len(choice) <= size
    assert not any(near(a.text, b.text) for a in choice.notes for b in choice.notes if a is not b)
    left = [text for i, text in enumerate(written) if f"T{i}" not in ids(choice)]
    if len(choice) < size:  # whoever is left is like somebody chosen
        assert all(any(near(text, note.text) for note in choice.notes) for text in left)
        assert choice.copies == len(left)
    assert sum(note.chosen == "random" for note in choice.notes) >= min(len(choice), max(1, round(size / 5)))
    assert choice == choose_notes(readings, size=size, seed=seed, masker=None)


def test_another_seed_chooses_other_notes() -> None:
    first, second = (choose_notes(export(), size=40, seed=seed, masker=None) for seed in (0, 1))

    assert set(ids(first)) != set(ids(second))


def test_notes_the_classifier_is_unsure_of_come_before_those_it_is_sure_of() -> None:
    choice = choose_notes(export(), size=40, masker=None)
    doubtful = {f"T{i}" for i in range(0, 300, 5)}
    by_doubt = [note.id for note in choice.notes if note.chosen == "unsure of rule"]
    at_random = [note.id for note in choice.notes if note.chosen == "random"]

    assert len(at_random) == 8
    assert len(by_doubt) > 0.7 * 32
    assert set(by_doubt) <= doubtful
    assert len(doubtful & set(at_random)) < 6


def test_clauses_left_undecided_make_a_note_unsure() -> None:
    sure = [reading(i, texts()[i], sure=1.0) for i in range(100)]
    clauses = next(Miner.default().read(["这个功能"]))
    unclear = Reading(sure[7].ticket, (), sure[7].label, abstained=(clauses.abstained or (None,)))  # type: ignore[arg-type]
    choices = [
        ids(choose_notes([*sure[:7], unclear, *sure[8:]], size=5, seed=seed, masker=None))
        for seed in range(5)
    ]

    assert all("T7" in chosen for chosen in choices)


def test_a_label_the_classifier_seldom_gives_has_its_share() -> None:
    common = export(400)
    person = [reading(400 + i, texts()[400 + i], found=[Perception.PERSON], sure=1.0) for i in range(12)]
    praise = [reading(412 + i, texts()[412 + i], intent=Intent.PRAISE, sure=1.0) for i in range(3)]
    choice = choose_notes([*common, *person, *praise], size=100, masker=None)
    chosen = set(ids(choice))

    assert len(chosen & {one.ticket.id for one in person}) >= 5
    assert chosen >= {one.ticket.id for one in praise}
    assert {note.guess for note in choice.notes if note.chosen == "rare"} == {"person", "praise"}


def test_notes_unlike_each_other_are_preferred_to_many_of_a_kind() -> None:
    kinds = ["网点的柜员今天态度特别好", "这张信用卡的年费怎么算的"]
    crowd = [f"手机银行登录闪退{a}{b}" for a in "春夏秋冬东南西北" for b in "红黄蓝绿青紫黑白"]
    readings = [reading(i, text, sure=0.6) for i, text in enumerate([*crowd, *kinds])]
    found = Counter[str]()
    for seed in range(20):
        found.update(note.text for note in choose_notes(readings, size=6, seed=seed, masker=None).notes)

    # drawn alike, one of 66 would be among six in every eleventh draw
    assert all(found[kind] >= 8 for kind in kinds)


def test_copies_that_differ_in_a_number_are_the_same_note() -> None:
    cards = ["6222021234567890128", "6222021234567890136", "6222021234567890144"]
    readings = [reading(i, f"卡号{card}被吞了三天没人管", customer=f"C{i}") for i, card in enumerate(cards)]
    choice = choose_notes(readings, size=3, masker=Masker())

    assert len(choice) == 1
    assert choice.copies == 2
    assert not any(card in choice.notes[0].text for card in cards)
    assert choice.notes[0].customer not in {"C0", "C1", "C2", ""}


def test_blank_tickets_are_not_chosen_and_an_empty_export_gives_nothing() -> None:
    assert len(choose_notes([reading(0, "  "), reading(1, "转账失败")], size=5, masker=None)) == 1
    assert choose_notes([], masker=None) == Choice((), 0, 0)
    with pytest.raises(InputError, match="size is 0; give a number of notes"):
        choose_notes([], size=0, masker=None)


def test_tickets_without_any_confidence_are_all_as_unsure() -> None:
    silent = NoteLabel({}, Intent.OTHER, {})
    readings = [Reading(Ticket(str(i), text), (), silent) for i, text in enumerate(texts()[:50])]

    assert len(choose_notes(readings, size=20, masker=None)) == 20


# ── the sheet ─────────────────────────────────────────────────────────────


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def filled(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_sheet_shows_no_guess_of_the_classifier(tmp_path: Path) -> None:
    readings = [*export(100), *(reading(100 + i, texts()[100 + i], intent=Intent.PRAISE) for i in range(4))]
    choice = choose_notes(readings, size=40, masker=None)
    rows = cells(write_notes(tmp_path / "sheet.csv", choice.notes, lang="en"))

    assert tuple(rows[0]) == COLUMNS
    assert {row["chosen"] for row in rows} <= {"random", "rare", *(f"unsure of {q}" for q in QUESTIONS)}
    assert all(row[question] == "" for row in rows for question in QUESTIONS)


def test_rows_nobody_has_labelled_yet_are_passed_over_and_counted(tmp_path: Path) -> None:
    rows = cells(write_notes(tmp_path / "sheet.csv", choose_notes(export(30), size=10, masker=None).notes))
    for row in rows[:4]:
        row |= {"intent": "投诉", "product": "-1"}
    found = read_labels(filled(tmp_path / "half.csv", rows))

    assert len(found) == 4
    assert found.passed_over == (f"{tmp_path / 'half.csv'}: 6 rows that nobody has labelled yet",)
    with pytest.raises(InputError, match=r"no labelled note in it; .* 2 rows that nobody has labelled yet"):
        read_labels(filled(tmp_path / "none.csv", rows[4:6]))


def test_a_row_with_a_perception_and_no_intent_is_still_a_mistake(tmp_path: Path) -> None:
    rows = cells(write_notes(tmp_path / "sheet.csv", choose_notes(export(30), size=5, masker=None).notes))
    rows[0]["intent"] = "投诉"
    rows[1]["rule"] = "-1"
    with pytest.raises(InputError, match="intent is ''"):
        read_labels(filled(tmp_path / "half.csv", rows))


def test_elsewhere_a_row_without_labels_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("text,product,rule,person,intent\n闪退,-1,,,投诉\n年费涨了,,,,\n", encoding="utf-8")
    with pytest.raises(InputError, match="intent is ''"):
        read_labels(path)


# ── the command ───────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an export of synthetic notes, with customers."""
    path = tmp_path_factory.mktemp("desk") / "export.csv"
    rows = [
        {"工单号": f"W{i}", "客户号": f"C{i % 90}", "内容": note.text}
        for i, note in enumerate(notes()[5:3000:10])
    ]
    return filled(path, rows)


def sample(desk: Path, out: Path, *more: str) -> str:
    result = CliRunner().invoke(app, ["audit", "sample", str(desk), "--out", str(out), *more])
    return result.output if result.exit_code == 0 else f"refused: {result.output}"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_chosen_and_labelled_can_be_checked_and_trained_on(
    desk: Path, tmp_path: Path, kind: str
) -> None:
    out = tmp_path / f"to-label.{kind}"
    told = sample(desk, out, "--for", "training", "--size", "60")
    assert "60 notes of 300 tickets to label:" in told
    assert "12 random" in told
    assert "left out:" in told

    labels = {note.text: note for note in notes()}
    rows = [dict(row) for row in sheet(out)]
    for row in rows[:45]:
        note = labels[row["text"]]
        row["intent"] = note.intent.value
        row |= {perception.value: str(polarity) for perception, polarity in note.perceptions.items()}
    done = filled(tmp_path / "labelled.csv", rows)
    checked = CliRunner().invoke(app, ["labels", "check", str(done), "--json"])
    assert checked.exit_code == 0, checked.output
    report = json.loads(checked.stdout)
    assert report["n"] == 45
    assert "15 rows that nobody has labelled yet" in report["passed_over"][0]
    assert not any(warning["kind"] == "nearly the same text" for warning in report["warnings"])

    trained = CliRunner().invoke(app, ["train", str(done), "--out", str(tmp_path / "model")])
    assert trained.exit_code == 0, trained.output
    assert "45 labelled notes" in trained.output


def sheet(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".csv":
        return cells(path)
    from openpyxl import load_workbook

    header, *rows = load_workbook(path).active.iter_rows(values_only=True)  # type: ignore[union-attr]
    return [{str(name): cell or "" for name, cell in zip(header, row, strict=True)} for row in rows]  # type: ignore[misc]


def test_the_same_seed_gives_the_same_file_and_customers_are_masked(desk: Path, tmp_path: Path) -> None:
    asked = ("--for", "training", "--size", "30", "--seed", "4")
    sample(desk, tmp_path / "one.csv", *asked)
    sample(desk, tmp_path / "two.csv", *asked)
    sample(desk, tmp_path / "open.csv", *asked, "--no-mask")
    one, two, unmasked = (cells(tmp_path / f"{name}.csv") for name in ("one", "two", "open"))

    assert [row["id"] for row in one] == [row["id"] for row in two]
    assert all(row["customer"].startswith("C") for row in unmasked)
    assert not {row["customer"] for row in one} & {row["customer"] for row in unmasked}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--width", "0.05"), "give --size"),
        (("--for", "person"), "give it alone"),
        (("--for", "training"), "give it alone"),
    ],
)
def test_training_does_not_go_with_a_width_or_other_targets(
    desk: Path, tmp_path: Path, more: tuple[str, str], message: str
) -> None:
    told = sample(desk, tmp_path / "out.csv", "--for", "training", *more)

    assert told.startswith("refused")
    assert message in " ".join(told.replace("│", " ").split())
    assert not (tmp_path / "out.csv").exists()
