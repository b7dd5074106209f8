"""Counts corrected for the classifier's errors: known answers for each tier, and what must always hold."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isclose, prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.audit import Audit, read_audit
from voctext.audit.holdout import Holdout, read_holdout
from voctext.audit.sample import draw_sample
from voctext.audit.sheet import AuditRow, write_audit
from voctext.clauses import split
from voctext.demand import Demand, DemandTable
from voctext.demand.rows import DEMAND_COLUMNS, demand_row
from voctext.errors import InputError
from voctext.records import Finding, Intent, NoteLabel, Perception, Reading, Ticket
from voctext.taxonomy import Taxonomy
from voctext.text import normalize

TEXT = "APP闪退"
CLAUSE = split(Ticket("0", TEXT), normalize(TEXT))[0]
FIRST = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - exports carry local times without a zone
PERCEPTION = {
    "app_crash": Perception.PRODUCT,
    "app_login": Perception.PRODUCT,
    "annual_fee": Perception.RULE,
    "agent_attitude": Perception.PERSON,
}
TAXONOMY = Taxonomy.default()


def reading(number: int, *topics: str, customer: str | None = None, intensity: float = 0.5) -> Reading:
    """Give a ticket that complains of *topics*, by a customer of its own unless one is named."""
    ticket = Ticket(
        f"T{number}", TEXT, customer=customer or f"c{number}", time=FIRST + timedelta(days=number % 28)
    )
    found = tuple(
        Finding(
            CLAUSE, PERCEPTION[topic], Intent.COMPLAINT, -1, topic, intensity, 0.95, CLAUSE.span, "by hand"
        )
        for topic in topics
    )
    intent = Intent.COMPLAINT if topics else Intent.OTHER
    label = NoteLabel(
        {PERCEPTION[topic]: -1 for topic in topics}, intent, dict.fromkeys((*Perception, "intent"), 0.95)
    )
    return Reading(ticket, found, label)


def export(**tickets: int) -> list[Reading]:
    """Give as many tickets of each topic as told, and 1,700 in which nothing is found."""
    topics = [topic for topic, n in tickets.items() for _ in range(n)]
    return [
        *(reading(n, topic) for n, topic in enumerate(topics)),
        *(reading(len(topics) + n) for n in range(1700)),
    ]


READINGS = export(app_crash=300, app_login=60, annual_fee=120, agent_attitude=80)
PLAIN = DemandTable.from_readings(READINGS)


def labelled(path: Path, rows: Sequence[AuditRow], answer: Callable[[AuditRow], bool]) -> Audit:
    write_audit(path, rows)
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    for cells, row in zip(table, rows, strict=True):
        cells["answer"] = "1" if answer(row) else "0"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return read_audit(path)


def audited(
    folder: Path,
    answer: Callable[[AuditRow], bool] = lambda row: row.stratum.predicted,
    *,
    targets: Sequence[str] = ("app_crash",),
    readings: Sequence[Reading] = READINGS,
    size: int = 300,
) -> Audit:
    return labelled(folder / "audit.csv", draw_sample(readings, targets, masker=None, size=size), answer)


def corrected(audit: Any, readings: Sequence[Reading] = READINGS, **options: Any) -> DemandTable:
    return DemandTable.from_readings(readings, audit=audit, **options)


def width(demand: Demand, name: str = "strength") -> float:
    """Give how wide an interval is, in parts of its value."""
    value, low, high = getattr(demand, name)
    return float(high - low) / float(value)


def half_wrong(row: AuditRow) -> bool:
    """Say that of what was found every other ticket does not voice it, and nothing was missed."""
    return row.stratum.predicted and row.unit % 2 == 0


@dataclass(frozen=True)
class Known:
    """A correction that is known to the last digit."""

    ratio: float
    targets: tuple[str, ...] = tuple(PERCEPTION)
    tier: str = "A"

    def __contains__(self, target: object) -> bool:
        return target in self.targets

    def factor_draws(self, target: str, predicted: tuple[int, int], draws: int, seed: int) -> Any:  # noqa: ARG002 - a Protocol
        return np.full(draws, self.ratio)

    def factor(self, target: str, predicted: tuple[int, int]) -> float:  # noqa: ARG002 - a Protocol
        return self.ratio


# ── known answers of an audit ─────────────────────────────────────────────


def test_an_audit_labelled_as_predicted_leaves_every_figure_nearly_as_it_was(tmp_path: Path) -> None:
    one, plain = corrected(audited(tmp_path))["app_crash"], PLAIN["app_crash"]

    for name in ("strength", "rate", "share", "customer_share"):
        assert getattr(one, name).value == pytest.approx(getattr(plain, name).value, rel=0.05), name
    assert one.tier == "A"


def test_an_audit_by_which_half_of_the_found_are_wrong_halves_rate_and_shares(tmp_path: Path) -> None:
    one, plain = corrected(audited(tmp_path, half_wrong))["app_crash"], PLAIN["app_crash"]

    for name in ("strength", "rate", "share", "customer_share"):
        assert getattr(one, name).value == pytest.approx(getattr(plain, name).value / 2, rel=0.12), name


def test_an_audit_by_which_some_were_missed_raises_the_rate(tmp_path: Path) -> None:
    audit = audited(tmp_path, lambda row: row.stratum.predicted or row.unit % 10 == 0)
    one, plain = corrected(audit)["app_crash"], PLAIN["app_crash"]

    missed = sum(number % 10 == 0 for number in range(300, len(READINGS)))
    assert one.rate.value == pytest.approx(plain.rate.value * (300 + missed) / 300, rel=0.25)
    assert one.rate.low > plain.rate.low


def test_an_audit_of_every_ticket_leaves_no_error_but_that_of_counting(tmp_path: Path) -> None:
    few = [reading(n, "app_crash") for n in range(40)] + [reading(40 + n) for n in range(60)]
    audit = audited(tmp_path, readings=few, size=100)
    one, plain = corrected(audit, few)["app_crash"], DemandTable.from_readings(few)["app_crash"]

    assert audit["app_crash"].labelled == len(few)
    assert one.strength == pytest.approx(plain.strength, rel=0.1)


def test_a_correction_widens_the_interval_of_all_it_corrects(tmp_path: Path) -> None:
    one, plain = corrected(audited(tmp_path, half_wrong, size=60))["app_crash"], PLAIN["app_crash"]

    for name in ("strength", "rate", "share", "customer_share"):
        assert width(one, name) > 1.1 * width(plain, name), name


def test_more_labels_narrow_the_interval(tmp_path: Path) -> None:
    few, many = (
        corrected(audited(tmp_path, half_wrong, size=size))["app_crash"].strength for size in (60, 500)
    )

    assert (many.high - many.low) / many.value < (few.high - few.low) / few.value


def test_rate_and_shares_are_corrected_alike(tmp_path: Path) -> None:
    one, plain = corrected(audited(tmp_path, half_wrong))["app_crash"], PLAIN["app_crash"]
    factors = [
        getattr(one, name).value / getattr(plain, name).value for name in ("rate", "share", "strength")
    ]

    assert factors == pytest.approx([factors[0]] * 3)


def test_counts_stay_what_was_found_and_only_estimates_are_corrected(tmp_path: Path) -> None:
    one, plain = corrected(audited(tmp_path, half_wrong))["app_crash"], PLAIN["app_crash"]

    for name in ("episodes", "tickets", "customers", "intents", "intensity", "repeat", "unresolved"):
        assert getattr(one, name) == getattr(plain, name), name


def test_demands_that_were_not_audited_are_as_before(tmp_path: Path) -> None:
    table = corrected(audited(tmp_path, half_wrong))

    for topic in ("annual_fee", "agent_attitude", "app_login"):
        assert table[topic].tier == "C"
        assert table[topic].strength == PLAIN[topic].strength
        assert table[topic].share == PLAIN[topic].share


def test_the_order_follows_the_corrected_strength(tmp_path: Path) -> None:
    audit = audited(tmp_path, lambda row: row.stratum.predicted and row.unit % 10 == 0)
    table = corrected(audit)

    assert PLAIN["app_crash"].rank_interval == (1, 1)
    assert table["app_crash"].rank_interval[0] > 1
    assert next(one.topic for one in table) == "annual_fee"


# ── tiers beside each other ───────────────────────────────────────────────


def test_a_topic_of_its_own_one_by_its_perception_and_one_not_audited_stand_side_by_side(
    tmp_path: Path,
) -> None:
    table = corrected(audited(tmp_path, half_wrong, targets=("app_crash", "product")))

    assert {one.topic: one.tier for one in table} == {
        "app_crash": "A", "app_login": "A*", "annual_fee": "C", "agent_attitude": "C",
    }  # fmt: skip


def test_a_topic_s_own_audit_goes_before_that_of_its_perception(tmp_path: Path) -> None:
    audit = audited(
        tmp_path,
        lambda row: row.stratum.predicted and (row.target == "product" or row.unit % 2 == 0),
        targets=("app_crash", "product"),
    )
    table = corrected(audit)

    assert table["app_crash"].rate.value == pytest.approx(PLAIN["app_crash"].rate.value / 2, rel=0.12)
    assert table["app_login"].rate.value == pytest.approx(PLAIN["app_login"].rate.value, rel=0.05)


def test_the_tier_stands_in_every_row_of_the_table_and_of_the_frame(tmp_path: Path) -> None:
    table = corrected(audited(tmp_path, targets=("app_crash", "product")))
    frame = table.to_frame("polars")

    assert frame["tier"].to_list() == [one.tier for one in table]
    assert [demand_row(one, TAXONOMY, lang="en")["tier"] for one in table] == [one.tier for one in table]


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
@pytest.mark.parametrize("tier", ["A", "B"])
@pytest.mark.parametrize("star", ["", "*"])
def test_a_demand_of_every_tier_is_explained_in_every_language(lang: str, tier: str, star: str) -> None:
    targets = ("product",) if star else ("app_login",)
    table = corrected(Known(1.0, targets, tier))
    told = table.explain("app_login", lang=lang)

    assert table["app_login"].tier == tier + star
    assert f"tier {tier}{star}:" in told or f"{tier}{star} 级：" in told or f"{tier}{star} 級：" in told


# ── a hold-out ────────────────────────────────────────────────────────────


def holdout(folder: Path, *rows: str) -> Holdout:
    path = folder / "holdout.csv"
    path.write_text("target,tp,fp,fn,tn\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return read_holdout(path)


def test_a_hold_out_without_errors_leaves_the_figures_and_says_tier_b(tmp_path: Path) -> None:
    one = corrected(holdout(tmp_path, "app_crash,100000,0,0,100000"))["app_crash"]

    assert one.tier == "B"
    assert one.strength == pytest.approx(PLAIN["app_crash"].strength, rel=0.03)


def test_a_hold_out_takes_off_what_is_falsely_found(tmp_path: Path) -> None:
    """Of 2,260 tickets 300 found; with no misses and 5 % false alarms (0.1327 − 0.05) ÷ 0.95 are true."""
    one = corrected(holdout(tmp_path, "app_crash,100000,5000,0,95000"))["app_crash"]
    share = 300 / len(READINGS)

    assert one.share.value == pytest.approx((share - 0.05) / 0.95, rel=0.02)
    assert one.rate.value == pytest.approx(PLAIN["app_crash"].rate.value * one.share.value / share, rel=1e-6)


def test_a_hold_out_adds_what_is_missed(tmp_path: Path) -> None:
    one = corrected(holdout(tmp_path, "app_crash,50000,0,50000,100000"))["app_crash"]

    assert one.rate.value == pytest.approx(2 * PLAIN["app_crash"].rate.value, rel=0.02)


def test_a_small_hold_out_leaves_a_wider_interval_than_a_large_one(tmp_path: Path) -> None:
    small = corrected(holdout(tmp_path, "app_crash,80,2,20,98"))["app_crash"]
    large = corrected(holdout(tmp_path, "app_crash,8000,200,2000,9800"))["app_crash"]

    assert width(small) > width(large) > 0.99 * width(PLAIN["app_crash"])


def test_a_hold_out_of_perceptions_corrects_their_topics_and_says_so(tmp_path: Path) -> None:
    table = corrected(holdout(tmp_path, "product,900,100,100,9000", "rule,90,10,10,900"))

    assert {one.topic: one.tier for one in table} == {
        "app_crash": "B*", "app_login": "B*", "annual_fee": "B*", "agent_attitude": "C",
    }  # fmt: skip


def test_a_hold_out_no_better_than_chance_is_refused_with_file_and_target(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holdout\.csv: app_crash: "):
        corrected(holdout(tmp_path, "app_crash,50,50,50,50"))


# ── audits that do not fit ────────────────────────────────────────────────


def test_an_audit_of_another_export_is_refused_with_both_counts(tmp_path: Path) -> None:
    audit = audited(tmp_path)

    with pytest.raises(InputError, match=r"found in 300 of 2260 tickets when .* now in 299 of 2259"):
        corrected(audit, READINGS[1:])


def test_an_audit_of_a_perception_of_another_export_is_refused_too(tmp_path: Path) -> None:
    audit = audited(tmp_path, targets=("product",))

    with pytest.raises(InputError, match="draw an audit of this export"):
        corrected(audit, READINGS[:-1])


def test_an_audit_of_what_nobody_asks_changes_nothing(tmp_path: Path) -> None:
    table = corrected(audited(tmp_path, targets=("atm_fault",)))

    assert [demand_row(one, TAXONOMY, lang="en") for one in table] == [
        demand_row(one, TAXONOMY, lang="en") for one in PLAIN
    ]


# ── what always holds ─────────────────────────────────────────────────────


def test_a_factor_of_one_changes_nothing_but_the_tier() -> None:
    for one, plain in zip(corrected(Known(1.0)), PLAIN, strict=True):
        assert (one.topic, one.rank, one.rank_interval, one.top) == (
            plain.topic, plain.rank, plain.rank_interval, plain.top,
        )  # fmt: skip
        assert one.strength == pytest.approx(plain.strength)
        assert one.rate == pytest.approx(plain.rate)
        assert one.share == pytest.approx(plain.share, rel=0.05)


def test_the_same_correction_gives_the_same_figures_twice(tmp_path: Path) -> None:
    audit = audited(tmp_path, half_wrong)

    assert corrected(audit).demands == corrected(audit).demands


CALLS = st.lists(
    st.tuples(st.sets(st.sampled_from(sorted(PERCEPTION)), max_size=3), st.integers(0, 4), st.floats(0.1, 1)),
    min_size=1,
    max_size=25,
)


@settings(deadline=None, max_examples=40)
@given(calls=CALLS, factor=st.floats(0.05, 3), exposure=st.none() | st.floats(1, 1e7))
def test_strength_is_the_product_of_its_factors_times_the_correction(
    calls: list[Any], factor: float, exposure: float | None
) -> None:
    readings = [
        reading(n, *sorted(topics), customer=f"c{who}", intensity=s)
        for n, (topics, who, s) in enumerate(calls)
    ]
    table = corrected(Known(factor), readings, exposure=exposure)
    covered = exposure or len({who for _, who, _ in calls})

    for one in table:
        rate = one.episodes * 1000 / covered * factor
        product = prod((rate, one.intensity.value, 1 + one.repeat.value, one.unresolved.value))
        assert isclose(one.rate.value, rate, rel_tol=1e-9)
        assert isclose(one.strength.value, product, rel_tol=1e-9)


@settings(deadline=None, max_examples=40)
@given(calls=CALLS, factor=st.floats(0.01, 20), tier=st.sampled_from("AB"))
def test_chances_ranks_and_intervals_stay_within_their_bounds(
    calls: list[Any], factor: float, tier: str
) -> None:
    readings = [reading(n, *sorted(t), customer=f"c{w}", intensity=s) for n, (t, w, s) in enumerate(calls)]
    table = corrected(Known(factor, ("app_crash", "rule"), tier), readings)

    assert sorted(one.rank for one in table) == list(range(1, len(table) + 1))
    for one in table:
        low, high = one.rank_interval
        assert 1 <= low <= high <= len(table)
        assert 0 <= one.top <= 1
        for name in ("strength", "rate", "share", "customer_share"):
            value, low, high = getattr(one, name)
            assert 0 <= low <= value <= high, name
        assert one.share.high <= 1
        assert one.customer_share.high <= 1
        assert one.tier in {"C", tier, f"{tier}*"}


@settings(deadline=None, max_examples=20)
@given(factor=st.floats(0.1, 1))
def test_the_correction_scales_strength_and_its_interval(factor: float) -> None:
    one, plain = corrected(Known(factor, ("app_crash",)))["app_crash"], PLAIN["app_crash"]

    assert one.strength == pytest.approx([factor * x for x in plain.strength])
    assert one.share.value == pytest.approx(factor * plain.share.value)


def test_the_columns_of_a_row_are_those_promised() -> None:
    for one in PLAIN:
        assert set(demand_row(one, TAXONOMY, lang="zh-Hans")) == set(map(str, DEMAND_COLUMNS))
