"""What the benchmarks measure with is right: the draws are what they claim, and the page holds what they print."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from voctext.demand import DemandTable
from voctext.demand.strength import Episodes

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "simulations.md"


def script(path: str) -> ModuleType:
    name = f"script_{Path(path).stem}"
    spec = importlib.util.spec_from_file_location(name, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where a dataclass looks for its module
    spec.loader.exec_module(module)
    return module


strength = script("benchmarks/strength.py")
million = script("benchmarks/million.py")
choosing = script("benchmarks/choosing.py")
simulations = script("docs/simulations.py")


# ── strength ──────────────────────────────────────────────────────────────


def truth(episodes: float, *, repeat: float = 0.2, unresolved: float = 0.4) -> object:
    columns = (np.full(strength.DEMANDS, value) for value in (episodes, 0.6, repeat, unresolved))
    return strength.Truth(*columns)


@pytest.mark.parametrize("returning", [0.0, 0.2])
def test_an_export_drawn_large_has_the_factors_of_its_truth(returning: float) -> None:
    rng = np.random.default_rng(1)
    true = truth(4000)
    episodes = Episodes.of(strength.export(rng, true, returning), days=7)

    assert len(episodes.topic) / strength.DEMANDS == pytest.approx(4000, rel=0.02)
    assert episodes.intensity.mean() == pytest.approx(0.6, abs=0.01)
    assert (episodes.contacts > 1).mean() == pytest.approx(0.2, abs=0.01)
    told = episodes.unresolved[episodes.unresolved >= 0]
    assert len(told) / len(episodes.topic) == pytest.approx(1 - strength.UNTOLD, abs=0.01)
    assert told.mean() == pytest.approx(0.4, abs=0.01)


def test_the_true_strength_is_the_product_of_its_factors() -> None:
    true = truth(200, repeat=0.5, unresolved=0.25)

    assert true.strength == pytest.approx(np.full(strength.DEMANDS, 10 * 0.6 * 1.5 * 0.25))  # type: ignore[attr-defined]


def test_only_customers_who_return_have_a_second_episode() -> None:
    rng = np.random.default_rng(2)

    def second(returning: float) -> float:
        found = Episodes.of(strength.export(rng, truth(400), returning), days=7)
        people = len(np.unique(np.stack([found.topic, found.customer]), axis=1)[0])
        return 1 - people / len(found.topic)

    assert second(0.0) == 0
    assert second(0.2) == pytest.approx(0.2, abs=0.03)


def test_true_ranks_lie_within_their_intervals_in_nine_of_ten_draws() -> None:
    rng = np.random.default_rng(3)
    outcomes = [strength.run(rng, strength.CASES[0]) for _ in range(10)]

    assert np.concatenate([outcome.rank for outcome in outcomes]).mean() >= 0.93
    assert np.concatenate([outcome.rate for outcome in outcomes]).mean() >= 0.85
    assert all(outcome.leads.sum() == strength.TOP for outcome in outcomes)


def test_the_tables_have_as_many_cells_as_their_heads(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(strength, "RUNS", 2)
    strength.main()
    blocks = [block.splitlines() for block in capsys.readouterr().out.split("\n\n") if block.startswith("|")]

    assert [len(block) for block in blocks] == [2 + len(strength.CASES)] * 2
    for block in blocks:
        assert len({line.count("|") for line in block}) == 1


# ── a million ─────────────────────────────────────────────────────────────


def test_all_three_ways_count_the_same_demands() -> None:
    drawn = million.columns(tickets=700, findings=1000)
    read = list(million.readings(drawn))
    findings = [finding for reading in read for finding in reading.findings]
    tables = [
        DemandTable.from_tally(million.filled(drawn)),
        DemandTable.from_readings(read),
        DemandTable.from_findings(findings, [reading.ticket for reading in read]),
    ]
    counted = [
        {demand.topic: (demand.episodes, demand.tickets, demand.customers) for demand in table}
        for table in tables
    ]

    assert len(findings) == 1000
    assert counted[0] == counted[1] == counted[2]
    assert len({(table.tickets, table.customers) for table in tables}) == 1


# ── choosing ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("skewed", [False, True])
def test_no_text_is_both_learned_from_and_tested(skewed: bool) -> None:
    corpus = choosing.notes()
    parts = choosing.dealt(corpus, np.random.default_rng(4), skewed=skewed)
    texts = [{corpus[i].text for i in part} for part in parts]

    assert [len(part) for part in texts] == [choosing.START, choosing.EXPORT, choosing.TEST]
    assert not texts[0] & texts[1] | texts[1] & texts[2] | texts[0] & texts[2]
    usual = np.mean([choosing.is_scarce(note) for note in corpus])
    scarce = np.mean([choosing.is_scarce(corpus[i]) for part in parts for i in part])
    assert scarce < usual / 2 if skewed else scarce == pytest.approx(usual, abs=0.03)


def test_an_interval_of_differences_is_student_s() -> None:
    assert choosing.spread(np.array([1.0, 2.0, 3.0])) == pytest.approx((2.0, -0.484, 4.484), abs=0.001)


# ── the page ──────────────────────────────────────────────────────────────


def test_the_page_of_simulations_has_the_words_of_its_script_and_a_table_of_each() -> None:
    page = PAGE.read_text(encoding="utf-8")
    kept = simulations.kept(page)

    assert set(kept) == set(simulations.TOLD)
    assert simulations.page(kept) == page, "run make simulations"


def test_a_page_written_for_one_script_keeps_the_tables_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulations, "PAGE", tmp_path / "page.md")
    ran: list[str] = []

    def printed(name: str) -> str:
        ran.append(name)
        return f"500 runs a row, {name}, time {len(ran)}\n\n| a |\n|---|"

    monkeypatch.setattr(simulations, "tables", printed)
    simulations.main([])
    first = simulations.kept((tmp_path / "page.md").read_text(encoding="utf-8"))
    simulations.main(["strength"])
    second = simulations.kept((tmp_path / "page.md").read_text(encoding="utf-8"))

    assert sorted(ran) == sorted([*simulations.TOLD, "strength"])
    assert [name for name in first if first[name] != second[name]] == ["strength"]


def test_a_simulation_that_does_not_exist_is_told_with_those_that_do() -> None:
    with pytest.raises(SystemExit, match="no simulation rank; give prevalence, strength, changes"):
        simulations.main(["rank"])


# ── encoder ───────────────────────────────────────────────────────────────


def test_the_encoder_benchmark_runs_a_network_three_ways(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in ("torch", "tokenizers", "transformers", "onnxruntime", "onnx"):
        pytest.importorskip(module, reason="needs the extra voctext[encoder]")
    encoder = script("benchmarks/encoder.py")
    monkeypatch.setattr(encoder, "NOTES", 8)
    monkeypatch.setattr(encoder, "ROUNDS", 1)

    encoder.main([])

    rows = [line.split("|")[1:-1] for line in capsys.readouterr().out.splitlines()[2:]]
    assert [row[0].strip() for row in rows] == [
        "torch, float32",
        "ONNX Runtime, float32",
        "ONNX Runtime, int8",
    ]
    assert float(rows[1][3]) < 1e-3  # the same network, to the rounding
