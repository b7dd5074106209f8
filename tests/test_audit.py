"""Audits: who is asked what, that the file survives people and spreadsheets, and that truth comes out."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.audit import Audit, agreement, read_audit
from voctext.audit.holdout import read_holdout
from voctext.audit.sample import _Reservoir, draw_sample
from voctext.audit.sheet import COLUMNS, AuditRow, Stratum, read_answers, read_key, write_audit
from voctext.clauses import split
from voctext.errors import InputError
from voctext.mask import Masker
from voctext.records import Finding, Intent, NoteLabel, Perception, Reading, Ticket
from voctext.text import normalize

TARGET = "app_crash"
TEXT = "APP闪退"
CLAUSE = split(Ticket("0", TEXT), normalize(TEXT))[0]


def reading(
    number: int,
    topic: str | None = None,
    intent: Intent = Intent.COMPLAINT,
    *,
    confidence: float = 0.95,
    customer: str | None = None,
    text: str = TEXT,
) -> Reading:
    """Give a ticket in which *topic* is found, or nothing is."""
    ticket = Ticket(f"T{number}", text, customer=customer)
    found = (
        (Finding(CLAUSE, Perception.PRODUCT, intent, -1, topic, 0.5, confidence, CLAUSE.span, "by hand"),)
        if topic
        else ()
    )
    perceptions = {Perception.PRODUCT: -1} if topic else {}
    sure = dict.fromkeys((*Perception, "intent"), 0.95)
    return Reading(ticket, found, NoteLabel(perceptions, intent, sure))


def export(yes: int = 300, no: int = 1700, doubtful: int = 0) -> list[Reading]:
    """Give *yes* clear complaints, *doubtful* unsure ones, and *no* tickets in which nothing is found."""
    sure = [reading(n, TARGET) for n in range(yes)]
    unsure = [reading(yes + n, TARGET, confidence=0.4) for n in range(doubtful)]
    return [*sure, *unsure, *(reading(yes + doubtful + n) for n in range(no))]


def labelled(
    path: Path, rows: Iterable[AuditRow], answer: Callable[[AuditRow], str], **columns: Sequence[str]
) -> Path:
    """Write *rows* as CSV with answers, and more *columns*."""
    write_audit(path, rows := list(rows))
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    for n, (cells, row) in enumerate(zip(table, rows, strict=True)):
        cells["answer"] = answer(row)
        cells.update({name: values[n] for name, values in columns.items()})
    return rewritten(path, table)


def rewritten(path: Path, table: Sequence[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return path


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def as_predicted(row: AuditRow) -> str:
    return "是" if row.stratum.predicted else "否"


def audited(
    path: Path, readings: Sequence[Reading], answer: Callable[[AuditRow], str] = as_predicted
) -> Audit:
    rows = draw_sample(readings, [TARGET], masker=None)
    return read_audit(labelled(path / "a.csv", rows, answer))


# ── the sample ────────────────────────────────────────────────────────────


def test_two_hundred_labels_are_drawn_for_each_target_and_none_twice() -> None:
    rows = draw_sample(export(), [TARGET, "product"], masker=None)

    assert Counter(row.target for row in rows) == {TARGET: 200, "product": 200}
    assert len({(row.target, row.unit) for row in rows}) == 400
    assert [row.number for row in rows] == list(range(1, 401))


def test_strata_are_what_the_classifier_said_and_how_surely() -> None:
    rows = draw_sample(export(yes=300, doubtful=100, no=1600), [TARGET], masker=None)

    assert {(row.stratum.predicted, row.stratum.band): row.stratum.size for row in rows} == {
        (True, 0): 300,
        (True, 1): 100,
        (False, 0): 1600,
    }
    assert all(n == stratum.sampled for stratum, n in Counter(row.stratum for row in rows).items())


def test_a_band_of_few_tickets_is_merged_with_the_other() -> None:
    rows = draw_sample(export(yes=300, doubtful=19, no=1600), [TARGET], masker=None)

    assert {row.stratum.size for row in rows if row.stratum.predicted} == {319}


def test_a_question_or_praise_about_a_topic_is_a_doubtful_no() -> None:
    asked = [reading(n, TARGET, Intent.INQUIRY) for n in range(50)]
    rows = draw_sample([*asked, *export()], [TARGET], masker=None)

    assert (False, 1, 50) in {(row.stratum.predicted, row.stratum.band, row.stratum.size) for row in rows}


def test_a_small_export_is_labelled_whole() -> None:
    rows = draw_sample(export(yes=5, no=30), [TARGET], masker=None)

    assert sorted(row.unit for row in rows) == list(range(35))


def test_no_tickets_give_no_rows() -> None:
    assert draw_sample([], [TARGET], masker=None) == []
    assert draw_sample(export(), [], masker=None) == []


def test_the_same_seed_draws_the_same_rows_and_another_seed_others() -> None:
    once, again, other = (draw_sample(export(), [TARGET], seed=seed, masker=None) for seed in (1, 1, 2))

    assert once == again
    assert {row.unit for row in once} != {row.unit for row in other}


def test_the_order_of_rows_does_not_tell_what_was_predicted() -> None:
    rows = draw_sample(export(yes=1000, no=1000), [TARGET], masker=None)
    said = [row.stratum.predicted for row in rows]
    half = len(said) // 2

    assert abs(sum(said[:half]) - sum(said[half:])) < 0.3 * sum(said)


def test_a_narrower_interval_takes_more_labels_and_is_kept(tmp_path: Path) -> None:
    wide, narrow = (draw_sample(export(2000, 8000), [TARGET], width=w, masker=None) for w in (0.1, 0.04))

    assert len(wide) < len(narrow)
    found = read_audit(labelled(tmp_path / "a.csv", narrow, as_predicted))
    share = found[TARGET].prevalence.share
    assert share.high - share.low <= 0.04


def test_texts_and_customers_are_masked() -> None:
    secret = [reading(n, TARGET, customer="C-77", text="我的手机13812345678") for n in range(60)]
    row = draw_sample(secret, [TARGET], masker=Masker(key=b"0123456789abcdef"))[0]

    assert "13812345678" not in row.text
    assert row.customer
    assert "C-77" not in row.customer


@pytest.mark.parametrize(
    ("lang", "words"), [("zh-Hans", "抱怨“"), ("zh-Hant", "抱怨「"), ("en", "complain of")]
)
def test_questions_are_asked_in_the_language_wanted(lang: str, words: str) -> None:
    assert words in draw_sample(export(), [TARGET], lang=lang, masker=None)[0].question


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"targets": ["app_crsh"]}, "did you mean app_crash"),
        ({"lang": "fr"}, "no questions in language 'fr'"),
        ({"size": 100, "width": 0.1}, "give one"),
        ({"size": 39}, "give 40 labels or more"),
        ({"width": 1.0}, "between 0 and 1"),
        ({"width": 0.001}, "app_crash"),
    ],
)
def test_a_sample_that_cannot_be_drawn_is_refused_with_the_reason(
    options: dict[str, object], message: str
) -> None:
    asked = {"targets": [TARGET], "masker": None} | options
    with pytest.raises(InputError, match=message):
        draw_sample(export(), **asked)  # type: ignore[arg-type]


def test_every_ticket_has_the_same_chance_to_be_kept() -> None:
    counts = Counter[int]()
    for seed in range(4000):
        pool = _Reservoir(5, Random(seed))
        for unit in range(20):
            pool.offer(unit, CLAUSE.ticket)
        counts.update(unit for unit, _ in pool.kept)

    expected = 4000 * 5 / 20
    chi2 = sum((counts[unit] - expected) ** 2 / expected for unit in range(20))
    assert chi2 < 43.8  # the 99.9 % point at 19 degrees of freedom


# ── the table ─────────────────────────────────────────────────────────────


@given(
    st.integers(1, 10**6),
    st.sampled_from([TARGET, "产品"]),
    st.tuples(st.booleans(), *[st.integers(0, 10**7)] * 4),
    st.integers(0, 10**7),
)
def test_a_key_gives_back_what_was_put_in_and_only_with_its_own_number(
    number: int, target: str, facts: tuple[bool, int, int, int, int], unit: int
) -> None:
    row = AuditRow(number, "T", "", "", target, "?", Stratum(*facts), unit, 3)

    assert read_key(number, row.key) == (target, Stratum(*facts), unit, 3)
    assert read_key(number + 1, row.key) is None


@settings(max_examples=50)
@given(st.text(max_size=40))
def test_a_key_of_any_other_text_is_none(text: str) -> None:
    assert read_key(1, text) is None


def test_keys_of_one_stratum_do_not_look_alike() -> None:
    rows = draw_sample(export(), [TARGET], masker=None)

    assert len({row.key[:5] for row in rows}) > 190


def test_the_labeller_is_not_shown_what_was_predicted(tmp_path: Path) -> None:
    rows = draw_sample(export(), [TARGET], masker=None)
    shown = [
        {name: cell for name, cell in row.items() if name not in ("no", "ticket", "key")}
        for row in cells(write_audit(tmp_path / "a.csv", rows))
    ]

    assert all(row == shown[0] for row in shown)


@pytest.mark.parametrize("name", ["audit.csv", "audit.xlsx"])
def test_a_written_audit_is_read_back_unanswered(tmp_path: Path, name: str) -> None:
    rows = draw_sample(export(), [TARGET], masker=None)
    answers = read_answers(write_audit(tmp_path / name, rows))

    assert [(one.number, one.key.stratum, one.key.unit) for one in answers] == [
        (row.number, row.stratum, row.unit) for row in rows
    ]
    assert {one.first for one in answers} == {None}


def test_a_workbook_labelled_in_excel_is_read(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    rows = draw_sample(export(), [TARGET], masker=None)
    path = write_audit(tmp_path / "audit.xlsx", rows)
    book = openpyxl.load_workbook(path)
    for number, row in enumerate(rows, start=2):
        book.active.cell(number, COLUMNS.index("answer") + 1).value = [0, 1.0][row.stratum.predicted]
    book.save(path)

    assert read_audit(path)[TARGET].labelled == 200


def test_an_audit_sorted_and_saved_in_gb18030_is_read(tmp_path: Path) -> None:
    path = labelled(tmp_path / "a.csv", draw_sample(export(), [TARGET], masker=None), as_predicted)
    before = read_audit(path)
    table = sorted(cells(path), key=lambda row: row["key"])
    path.write_bytes(rewritten(path, table).read_text(encoding="utf-8-sig").encode("gb18030"))

    assert list(read_audit(path).rows()) == list(before.rows())


@pytest.mark.parametrize("word", ["1", "yes", "Y", "是", "对", "對", "有", " １ ", "TRUE"])
def test_yes_can_be_said_in_many_words(tmp_path: Path, word: str) -> None:
    path = labelled(tmp_path / "a.csv", draw_sample(export(), [TARGET], masker=None), lambda _: word)

    assert {one.first for one in read_answers(path)} == {True}


def _edit(column: str, value: str) -> Callable[[list[dict[str, str]]], object]:
    return lambda table: table[3].update({column: value})


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_edit("answer", "也许"), r"a\.csv:5: answer is '也许'; give 1, yes or 是"),
        (_edit("key", "kAAAA"), r"a\.csv:5: no or key was changed"),
        (_edit("no", "7"), r"a\.csv:5: no or key was changed"),
        (_edit("no", "four"), r"a\.csv:5: no is 'four'"),
        (_edit("target", "app_slow"), r"a\.csv:5: target is 'app_slow'; it was written as 'app_crash'"),
        (
            lambda table: table.append(table[3] | {"answer": "0" if table[3]["answer"] == "是" else "1"}),
            r"a\.csv:202: no 4 stands twice and not with the same answers",
        ),
        (lambda table: [row.pop("key") for row in table], "no column key"),
        (lambda table: [row.update(answer="?") for row in table], "… and 195 more"),
    ],
)
def test_an_edited_audit_is_refused_by_row_with_what_would_be_right(
    tmp_path: Path, edit: Callable[[list[dict[str, str]]], object], message: str
) -> None:
    path = labelled(tmp_path / "a.csv", draw_sample(export(), [TARGET], masker=None), as_predicted)
    table = cells(path)
    edit(table)

    with pytest.raises(InputError, match=message):
        read_audit(rewritten(path, table))


def test_a_row_that_stands_twice_with_the_same_answer_counts_once(tmp_path: Path) -> None:
    path = labelled(tmp_path / "a.csv", draw_sample(export(), [TARGET], masker=None), as_predicted)
    table = cells(path)

    assert read_audit(rewritten(path, [*table, table[0]]))[TARGET].labelled == 200


def test_rows_not_labelled_yet_are_counted_and_passed_over(tmp_path: Path) -> None:
    found = audited(tmp_path, export(), lambda row: as_predicted(row) if row.number % 2 else "")[TARGET]

    assert (found.drawn, found.labelled) == (200, 100)


def test_a_stratum_without_a_label_is_refused_with_the_rows_to_label(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"stand for 300 tickets none is labelled; answer at least 10, such as"
    ):
        audited(tmp_path, export(), lambda row: "" if row.stratum.predicted else "0")


def test_a_stratum_whose_rows_were_deleted_is_missed(tmp_path: Path) -> None:
    rows = draw_sample(export(), [TARGET], masker=None)
    path = labelled(tmp_path / "a.csv", [row for row in rows if row.stratum.predicted], as_predicted)

    with pytest.raises(InputError, match="are missing; put back"):
        read_audit(path)


def test_rows_of_two_audits_do_not_mix(tmp_path: Path) -> None:
    one = draw_sample(export(), [TARGET], masker=None)
    other = draw_sample(export(no=100), [TARGET], masker=None)
    path = labelled(tmp_path / "a.csv", [*one[:100], *other[100:]], as_predicted)

    with pytest.raises(InputError, match="different audits"):
        read_audit(path)


@pytest.mark.parametrize(
    ("content", "message"), [(None, "no such file"), ("", "empty"), ("no,target,answer,key\n", "no rows")]
)
def test_a_file_that_is_no_audit_is_refused(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "a.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(InputError, match=message):
        read_audit(path)


def test_an_audit_with_two_columns_of_answers_by_one_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("no,target,answer,answer,key\n1,app_crash,1,0,k\n", encoding="utf-8")

    with pytest.raises(InputError, match="column 'answer' stands there twice"):
        read_audit(path)


def test_a_holdout_without_rows_is_refused_rather_than_correcting_nothing(tmp_path: Path) -> None:
    path = tmp_path / "holdout.csv"
    path.write_text("target,tp,fp,fn,tn\n", encoding="utf-8")

    with pytest.raises(InputError, match="no rows under the header"):
        read_holdout(path)


def test_an_audit_is_written_as_a_workbook_or_csv_only(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.xlsx or \.csv"):
        write_audit(tmp_path / "audit.parquet", [])


# ── what it tells ─────────────────────────────────────────────────────────


def test_an_export_labelled_whole_gives_its_true_counts(tmp_path: Path) -> None:
    # 20 predicted, of which units 0 to 14 are right; of the 100 others units 20 to 24 were missed
    found = audited(tmp_path, export(20, 100), lambda row: str(int(row.unit < 15 or 20 <= row.unit < 25)))[
        TARGET
    ]

    assert (found.tickets, found.predicted, found.labelled) == (120, 20, 120)
    assert found.prevalence.share.value == pytest.approx(20 / 120)
    assert found.prevalence.precision is not None
    assert found.prevalence.precision.value == 0.75
    assert found.prevalence.recall is not None
    assert found.prevalence.recall.value == 0.75
    assert np.median(found.factor_draws(4000, 1)) == pytest.approx(1.0, abs=0.08)


def test_the_factor_is_true_over_found_and_reproducible(tmp_path: Path) -> None:
    audit = audited(
        tmp_path, export(400, 1600), lambda row: str(int(row.stratum.predicted and row.unit < 200))
    )
    draws = audit.factor_draws(TARGET, (audit[TARGET].predicted, audit[TARGET].tickets), 1000, 7)

    assert draws.shape == (1000,)
    assert (audit[TARGET].factor_draws(1000, 7) == draws).all()
    assert np.quantile(draws, 0.01) < 0.5 < np.quantile(draws, 0.99)
    assert (draws > 0).all()


def test_repeat_callers_make_the_factor_less_sure(tmp_path: Path) -> None:
    alone = [reading(n, TARGET, customer=f"C{n}") for n in range(100)]
    often = [reading(n, TARGET, customer=f"C{n // 5}") for n in range(100)]
    rest = [reading(n) for n in range(100, 400)]

    def right(row: AuditRow) -> str:
        return str(int(row.unit < 50))

    spread = []
    for name, calls in (("a", alone), ("b", often)):
        (folder := tmp_path / name).mkdir()
        spread.append(float(audited(folder, [*calls, *rest], right)[TARGET].factor_draws(4000, 0).std()))
    assert spread[1] > 1.4 * spread[0]


def test_the_interval_of_the_factor_covers_the_truth(tmp_path: Path) -> None:
    rng, hits, runs = Random(5), 0, 120
    for run in range(runs):
        readings = export(200, 1800)
        truth = [rng.random() < (0.7 if unit < 200 else 0.02) for unit in range(2000)]
        rows = draw_sample(readings, [TARGET], seed=run, masker=None)
        path = labelled(tmp_path / "a.csv", rows, lambda row, truth=truth: str(int(truth[row.unit])))  # type: ignore[misc]
        low, high = np.quantile(read_audit(path)[TARGET].factor_draws(4000, run), (0.025, 0.975))
        hits += low <= sum(truth) / 200 <= high
    assert hits >= 0.89 * runs  # 95 % less three standard errors


def test_a_target_found_in_no_ticket_has_a_share_but_no_factor(tmp_path: Path) -> None:
    found = audited(tmp_path, export(0, 500), lambda _: "0")[TARGET]

    assert found.prevalence.share.value == 0
    assert found.prevalence.precision is None
    with pytest.raises(InputError, match="found in no ticket"):
        found.factor_draws(10, 0)


def test_an_audit_refuses_an_export_it_was_not_drawn_from(tmp_path: Path) -> None:
    audit = audited(tmp_path, export())

    assert len(audit.factor_draws(TARGET, (300, 2000), 10, 0)) == 10
    for predicted in ((300, 2001), (299, 2000)):
        with pytest.raises(InputError, match="found in 300 of 2000 tickets when the audit was drawn"):
            audit.factor_draws(TARGET, predicted, 10, 0)


def test_a_target_that_was_not_audited_is_named_with_those_that_were(tmp_path: Path) -> None:
    audit = audited(tmp_path, export())

    assert TARGET in audit
    assert "product" not in audit
    with pytest.raises(InputError, match="'product' was not audited; known: app_crash"):
        audit["product"]


def test_two_annotators_are_compared_and_the_first_decides(tmp_path: Path) -> None:
    rows = draw_sample(export(20, 20), [TARGET], masker=None)
    second = ["" if row.unit >= 30 else as_predicted(row) if row.unit else "0" for row in rows]
    path = labelled(tmp_path / "a.csv", rows, as_predicted, answer_2=second)
    found = read_audit(path)[TARGET]

    assert found.agreement is not None
    assert found.agreement.labels == 30
    assert found.agreement.share == pytest.approx(29 / 30)
    assert found.prevalence.share.value == 0.5


@settings(deadline=None)  # the oracle takes long to import
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_kappa_agrees_with_scikit_learn(pairs: list[tuple[bool, bool]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    found = agreement(pairs)

    assert found is not None
    if found.kappa is not None:
        expected = metrics.cohen_kappa_score(*zip(*pairs, strict=True))
        assert found.kappa == pytest.approx(expected)
    assert agreement([(True, None), (None, False)]) is None


def test_rows_for_printing_name_tier_and_intervals(tmp_path: Path) -> None:
    (row,) = audited(tmp_path, export()).rows()

    assert (row["target"], row["tier"], row["predicted"], row["labelled"]) == (TARGET, "A", 300, 200)
    assert row["precision"] == 1.0
    assert row["kappa"] is None


# ── the hold-out ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["holdout.json", "holdout.csv"])
def test_a_holdout_corrects_by_rogan_and_gladen(tmp_path: Path, name: str) -> None:
    row = {"target": TARGET, "tp": 450, "fp": 30, "fn": 50, "tn": 1470}
    path = tmp_path / name
    csv_text = ",".join(row) + "\n" + ",".join(map(str, row.values())) + "\n"
    path.write_text(json.dumps([row]) if name.endswith("json") else csv_text, encoding="utf-8")
    holdout = read_holdout(path)

    share = holdout.prevalence(TARGET, (1160, 20_000)).share
    assert share.value == pytest.approx((0.058 - 0.02) / (0.9 - 0.02))
    draws = holdout.factor_draws(TARGET, (1160, 20_000), 2000, 3)
    assert draws.shape == (2000,)
    assert np.median(draws) == pytest.approx(share.value / 0.058, rel=0.05)
    with pytest.raises(InputError, match="no counts of 'rule'"):
        holdout.prevalence("rule", (1, 2))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,1,2,3,x", r"h\.csv:2: tp, fp, fn, tn are 1, 2, 3, x; give whole numbers"),
        ("a,1,2,3,4\na,1,2,3,4", r"h\.csv:3: target is 'a'; name each target, once"),
    ],
)
def test_a_holdout_with_a_wrong_row_is_refused(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "h.csv"
    path.write_text(f"target,tp,fp,fn,tn\n{rows}\n", encoding="utf-8")

    with pytest.raises(InputError, match=message):
        read_holdout(path)
