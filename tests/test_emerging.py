"""Emerging topics: what is new comes out first, what is not does not, and the stanza can be pasted."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.clauses import split
from voctext.errors import InputError
from voctext.insight.emerging import EmergingTopic, emerging
from voctext.insight.unclear import Unclear
from voctext.mask import Masker
from voctext.miner import Miner
from voctext.records import Intent, NoteLabel, Perception, Reading, Ticket
from voctext.taxonomy import Taxonomy, check
from voctext.text import normalize

MATTER = "声纹存折"
"""Synthetic: no bank has a passbook read by voice."""
SAID = [
    "新发的声纹存折念了半天没有动静",
    "为什么声纹存折在外地念不出来",
    "家里老人的声纹存折认不得口音",
    "声纹存折感冒了就念不过",
    "我想把声纹存折换成普通的",
    "你们推的声纹存折谁会念",
    "孩子也要办声纹存折吗",
]
THINGS = [
    "停车券",
    "雨伞架",
    "纪念币册",
    "回单印章",
    "饮水机",
    "叫号小票",
    "台历",
    "填单墨水",
    "旋转门",
    "钥匙扣",
]
SAYINGS = [
    "门口的{}被谁拿走了", "上回说好的{}还没见着", "{}放得太高够不到", "能不能多备些{}", "那个{}跟去年不一样",
    "{}早就该收拾收拾", "我家没有收到{}", "听邻居讲{}要取消", "{}上面印错了字", "带着{}来又说不认",
]  # fmt: skip
FIRST = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - exports carry local times without a zone


def reading(
    text: str,
    number: int = 0,
    *,
    customer: str | None = None,
    day: int | None = None,
    chances: tuple[float, float, float] = (0.4, 0.2, 0.1),
) -> Reading:
    """Give the reading of a ticket in which nothing was found."""
    time = None if day is None else FIRST + timedelta(days=day)
    ticket = Ticket(f"T{number}", text, customer=customer, time=time)
    sure: dict[str, float] = {
        perception: 1 - chance for perception, chance in zip(Perception, chances, strict=True)
    }
    label = NoteLabel({}, Intent.COMPLAINT, {**sure, "intent": 0.8})
    return Reading(ticket, (), label, abstained=tuple(split(ticket, normalize(text))))


def unclear(texts: Iterable[str], *, masker: Masker | None = None, kept: int = 100_000) -> Unclear:
    collected = Unclear(masker=masker, kept=kept)
    for number, text in enumerate(texts):
        collected.add(reading(text, number, customer=f"c{number}"))
    return collected


def noise(count: int, random: Random) -> list[str]:
    """Write *count* synthetic remarks about things no topic names, all as likely."""
    return [random.choice(SAYINGS).format(random.choice(THINGS)) for _ in range(count)]


def periods(count: int, seed: int, *, new: int = 25) -> tuple[list[str], list[str]]:
    """Write the remarks of this period, *new* of them about the matter, and of the one before."""
    random = Random(seed)
    before = noise(count, random)
    now = noise(count - new, random) + [random.choice(SAID) for _ in range(new)]
    random.shuffle(now)
    return now, before


@pytest.fixture(scope="module")
def found() -> tuple[EmergingTopic, ...]:
    now, before = periods(300, seed=1)
    return emerging(unclear(now), unclear(before))


# ── what is new ───────────────────────────────────────────────────────────


def test_a_matter_that_appears_only_now_comes_out_first(found: tuple[EmergingTopic, ...]) -> None:
    topic = found[0]

    assert topic.name == MATTER
    assert topic.phrases == (MATTER,)  # and not 的声纹存折
    assert (topic.customers, topic.customers_before) == (25, 0)
    assert (topic.tickets, topic.tickets_before) == (25, 0)
    assert (topic.among, topic.among_before, topic.compared) == (300, 300, "previous period")
    assert topic.p is not None
    assert topic.q is not None
    assert topic.p <= topic.q < 1e-4


@pytest.mark.parametrize("seed", range(2, 8))
def test_it_comes_out_first_whatever_the_noise(seed: int) -> None:
    now, before = periods(300, seed=seed)

    assert emerging(unclear(now), unclear(before))[0].name == MATTER


def test_the_quotes_hold_the_phrase_and_no_two_are_alike(found: tuple[EmergingTopic, ...]) -> None:
    quotes = found[0].quotes

    assert len({quote.text for quote in quotes}) == 3
    assert all(MATTER in quote.text for quote in quotes)
    assert all(quote.text[quote.start : quote.end] in SAID for quote in quotes)


def test_where_nothing_changed_nothing_comes_out() -> None:
    flagged = 0
    for seed in range(20):
        now, before = periods(300, seed=100 + seed, new=0)
        flagged += bool(emerging(unclear(now), unclear(before)))

    assert flagged <= 2  # one in twenty is allowed


def test_a_busier_period_alone_makes_nothing_new() -> None:
    random = Random(5)

    assert emerging(unclear(noise(600, random)), unclear(noise(200, random))) == ()


def test_one_customer_who_calls_nine_times_makes_nothing_new() -> None:
    now, before = periods(200, seed=3, new=0)
    collected = unclear(now)
    for number in range(30):
        collected.add(reading(SAID[number % len(SAID)], 900 + number, customer="one"))

    assert not any(MATTER in topic.name for topic in emerging(collected, unclear(before)))


def test_what_is_new_then_but_not_now_does_not_come_out() -> None:
    now, before = periods(300, seed=1)

    assert MATTER not in {topic.name for topic in emerging(unclear(before), unclear(now))}


def test_a_word_of_the_taxonomy_is_not_new_however_often_it_is_said() -> None:
    before = noise(200, Random(4))
    said = [
        "闪退这件事",
        "你们的闪退",
        "关于闪退我说过",
        "又来闪退",
        "问下闪退",
        "见到闪退两字",
        "写着闪退的",
    ] * 4
    topics = emerging(unclear(before + said), unclear(before))

    assert "闪退" not in {phrase for topic in topics for phrase in topic.phrases}


def test_everyday_words_are_no_topic() -> None:
    before = noise(200, Random(4))
    said = [f"{thing}{'为什么没有'}{end}" for thing in THINGS for end in ("呢", "啊", "了吧")]
    topics = emerging(unclear(before + said), unclear(before))

    assert "为什么没有" not in {phrase for topic in topics for phrase in topic.phrases}


# ── with what it is compared ──────────────────────────────────────────────


def dated(now: Iterable[str], before: Iterable[str], *, days: int | None) -> Unclear:
    """Put both periods into one export, half of *days* each."""
    collected = Unclear()
    for half, texts in enumerate((before, now)):
        for number, text in enumerate(texts):
            day = None if days is None else half * days // 2 + number % max(days // 2, 1)
            collected.add(reading(text, number, customer=f"{half}-{number}", day=day))
    return collected


def test_without_a_period_before_the_later_half_is_set_against_the_earlier() -> None:
    topic = emerging(dated(*periods(300, seed=1), days=60))[0]

    assert (topic.name, topic.compared) == (MATTER, "earlier half")
    assert (topic.customers, topic.customers_before) == (25, 0)
    assert (topic.among, topic.among_before) == (300, 300)


@pytest.mark.parametrize("days", [None, 1])
def test_without_dates_to_compare_nothing_is_claimed_to_be_new(days: int | None) -> None:
    topics = emerging(dated(*periods(300, seed=1), days=days))
    topic = next(topic for topic in topics if topic.name == MATTER)

    assert {topic.compared for topic in topics} == {"nothing"}
    assert (topic.customers, topic.customers_before, topic.p, topic.q) == (25, None, None, None)
    assert [t.customers for t in topics] == sorted((t.customers for t in topics), reverse=True)
    assert "q =" not in topic.stanza()


def test_an_export_with_nothing_unclear_has_no_emerging_topics() -> None:
    clear = Unclear()
    clear.add(Reading(Ticket("1", "谢谢"), (), NoteLabel({}, Intent.PRAISE, {})))

    assert (clear.tickets, clear.unclear) == (1, 0)
    assert emerging(clear) == emerging(Unclear()) == emerging(clear, Unclear()) == ()


def test_a_period_before_in_which_nothing_was_unclear_is_no_comparison() -> None:
    now, _ = periods(300, seed=1)

    assert {topic.compared for topic in emerging(unclear(now), Unclear())} == {"nothing"}


def test_wrong_settings_are_refused() -> None:
    now, before = periods(50, seed=1)
    with pytest.raises(InputError, match="support"):
        emerging(unclear(now), unclear(before), support=1)
    with pytest.raises(InputError, match="fdr"):
        emerging(unclear(now), unclear(before), fdr=0)
    with pytest.raises(InputError, match="kept"):
        Unclear(kept=0)


# ── personal data and memory ──────────────────────────────────────────────


def test_quotes_and_phrases_are_masked() -> None:
    now, before = periods(200, seed=1)
    now += [f"{text}请打13812345678" for text in SAID]
    masker = Masker(key=b"0123456789abcdef")
    collected = unclear(now, masker=masker)
    topics = emerging(collected, unclear(before, masker=masker), quotes=99)

    shown = [quote.text for topic in topics for quote in topic.quotes]
    assert any("[手机 " in text for text in shown)
    assert not any("1381234" in text for text in shown)
    assert not any("1381234" in text for entry in collected.entries for text in entry.texts)
    assert not any("手机" in phrase for topic in topics for phrase in topic.phrases)


def test_no_more_tickets_are_kept_than_asked_and_the_sample_is_of_all_of_them() -> None:
    collected = unclear((f"第{number}件怪事" for number in range(2000)), kept=500)
    kept = [int(entry.who.removeprefix("customer c")) for entry in collected.entries]

    assert (collected.tickets, collected.unclear, len(set(kept))) == (2000, 2000, 500)
    assert 910 < sum(kept) / len(kept) < 1090  # of a uniform sample: 1000 ± 22


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.text(alphabet="声纹存折念不出闪退，。a1 ", max_size=12), max_size=30),
    st.lists(st.text(alphabet="声纹存折念不出闪退，。a1 ", max_size=12), max_size=30),
)
def test_counts_and_probabilities_hold_together(now: list[str], before: list[str]) -> None:
    for topic in emerging(unclear(now), unclear(before), support=2, fdr=0.5):
        assert topic.name in topic.phrases
        assert 0 < topic.customers <= topic.tickets <= len(now)
        assert topic.customers <= topic.among
        assert topic.q is None or 0 <= (topic.p or 0) <= topic.q <= 0.5
        assert topic.group in Taxonomy.default().groups


# ── the stanza ────────────────────────────────────────────────────────────


def pasted(topics: Iterable[EmergingTopic], folder: Path) -> Path:
    banking = (files("voctext") / "taxonomies" / "banking.yaml").read_text(encoding="utf-8")
    path = folder / "banking-2.yaml"
    path.write_text(banking + "".join(topic.stanza() for topic in topics), encoding="utf-8")
    return path


def test_the_stanza_can_be_pasted_into_the_taxonomy(found: tuple[EmergingTopic, ...], tmp_path: Path) -> None:
    path = pasted(found, tmp_path)

    assert check(path) == []
    topic = Taxonomy.load(path)[found[0].id]
    assert topic.name() == MATTER
    assert topic.name("zh-Hant") == "聲紋存摺"
    assert MATTER in topic.neutral
    assert topic.perception is found[0].perception is Perception.PRODUCT


def test_all_stanzas_can_be_pasted_together(tmp_path: Path) -> None:
    topics = emerging(dated(*periods(300, seed=1), days=None))

    assert len(topics) > 5
    assert check(pasted(topics, tmp_path)) == []


def test_once_pasted_the_matter_is_found(found: tuple[EmergingTopic, ...], tmp_path: Path) -> None:
    miner = Miner.from_taxonomy(pasted(found, tmp_path))
    topics = [{finding.topic for finding in read.findings} for read in miner.read(SAID)]

    assert all(found[0].id in named for named in topics)


def test_the_perception_is_the_one_the_classifier_leaned_to() -> None:
    _, before = periods(200, seed=1)
    collected = unclear(before)
    for number in range(20):
        collected.add(
            reading(SAID[number % len(SAID)], number, customer=f"x{number}", chances=(0.1, 0.45, 0.2))
        )
    topic = emerging(collected, unclear(before))[0]

    assert topic.name == MATTER
    assert topic.perception is Perception.RULE
    assert Taxonomy.default().groups[topic.group].perception is Perception.RULE


def test_a_matter_in_a_real_reading_is_collected() -> None:
    collected = Unclear()
    for read in Miner.default().read(
        [Ticket(str(n), f"{text}，希望改一改") for n, text in enumerate(SAID * 4)]
    ):
        collected.add(read)

    assert collected.tickets == 28
    assert collected.unclear == len(collected.entries) > 0
