"""What the search sees: banks' names alike, whosever bank it is, and clauses without the marks that close them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voctext import Miner, Taxonomy
from voctext.classify.combined import CombinedClassifier, default_model
from voctext.classify.lexicon import BANK, Lexicon, bank_names, framed
from voctext.records import NoteLabel

BANKS = (
    "工商银行",
    "工行",
    "招商",
    "招商银行",
    "滙豐",
    "渣打銀行",
    "台新",
    "国泰世华",
    "HSBC",
    "ZA Bank",
    "mox",
    "农商行",
)
NOTES = (
    "{}的手机银行一登录就闪退",
    "在{}申请了两次都被拒，额度也没有",
    "刚收到{}的卡",
    "请问{}周末上班吗",
    "{}",
)


@pytest.fixture(scope="module")
def miner() -> Miner:
    return Miner(CombinedClassifier())


def label(miner: Miner, text: str) -> NoteLabel:
    [found] = miner.label([text])
    return found


@given(note=st.sampled_from(NOTES), bank=st.sampled_from(BANKS))
def test_a_note_is_read_the_same_of_every_bank(miner: Miner, note: str, bank: str) -> None:
    assert label(miner, note.format(bank)) == label(miner, note.format("建行"))


def test_the_shipped_model_knows_no_bank_by_name() -> None:
    ngrams = default_model().ngrams

    assert any(BANK in gram for gram in ngrams)
    assert [gram for gram in ngrams if BANK in framed([gram], bank_names()) and BANK not in gram] == []


@pytest.mark.parametrize(
    "text", ["员工行为粗鲁", "其中银行卡", "其中信用卡", "支付水平安全", "plaza", "capacities", "台中行程"]
)
def test_words_that_only_look_like_a_bank_stay(text: str) -> None:
    assert BANK not in framed([text], bank_names())


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("去工行办卡", "去◇◇办卡"),
        ("浦发银行大厅", "◇◇◇◇大厅"),
        ("用ZA Bank的", "用◇◇◇◇◇◇◇的"),
        ("HSBC HK", "◇◇◇◇ hk"),
    ],
)
def test_a_name_becomes_signs_of_its_length(text: str, read: str) -> None:
    assert framed([text], bank_names()) == f"\n{read}\n"


OWN = """\
name: own
version: 1
groups:
  app: {perception: product, names: {zh-Hans: 应用, zh-Hant: 應用, en: App}}
topics:
  pocket:
    group: app
    names: {zh-Hans: 平安口袋, zh-Hant: 平安口袋, en: Pocket}
    terms: [平安口袋]
"""


def test_a_word_of_ones_own_taxonomy_may_hold_a_banks_name(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    lexicon = Lexicon(Taxonomy.load(tmp_path / "own.yaml"))

    [hits] = lexicon.find(["我的平安口袋打不开"])

    assert "平安口袋" in [hit.meaning.word for hit in hits]


@given(note=st.sampled_from(NOTES), ends=st.sampled_from(["。", "…", "～", "。。。", "，", "~", " "]))
def test_marks_without_a_tone_at_the_end_change_nothing(miner: Miner, note: str, ends: str) -> None:
    bare = note.format("建行")

    assert label(miner, bare + ends) == label(miner, bare)


def test_a_line_break_for_a_comma_changes_nothing(miner: Miner) -> None:
    assert label(miner, "密码输对了\n还是登录不了") == label(miner, "密码输对了，还是登录不了")


@pytest.mark.parametrize("mark", ["！", "？"])
def test_marks_with_a_tone_are_seen(mark: str) -> None:
    assert framed([f"去办卡{mark}"], bank_names()) == f"\n去办卡{mark}\n"
