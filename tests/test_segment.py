"""jieba's tokens without jieba's time: compared with jieba itself, and with tokens on record."""

import json
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from voctext.errors import InputError
from voctext.segment import MAX_FREQUENCY, Segmenter, Token, by_character, by_jieba, load_segmenter, tokens

GOLDEN = json.loads((Path(__file__).parent / "golden" / "segment.json").read_text(encoding="utf-8"))
SENTENCES = [sentence["text"] for sentence in GOLDEN["sentences"]]

# Words that pull at every seam: known ones made rarer or commoner, Latin, mixed, uncuttable, repeated.
TAUGHT = [
    *GOLDEN["words"],
    "信用 1",
    "信用卡 90000000 n",
    "信用卡",
    "a1",
    "b-a 3",
    "a.b n",
    "卡a 1",
    "的 5",
    "  ",
    "\ufeff全 角 7 n",
    "㐂名",
    "王\ud800",
    "12 300",
    "贵费",
]
# Letters so common that "a.b", though a word, is cut into them: only then does jieba see it as unknown text.
LETTERS = ["a 1000000000", ". 1000000000", "b 1000000000", "1 5 m", "- 20", "年费 1"]

LATIN = st.text("abAB019+#&._%-", min_size=1, max_size=8)
HAN = st.text("的一是在不了有信用卡年费太贵手机银行转账没收到还款招贷闪付云生僻字王犇驫葡萄馴囧", max_size=6)
ODD = st.sampled_from(
    [
        "，",
        "。",
        " ",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\u3000",
        "\x85",
        "\x1c",
        "\x00",
        "@",
        "Ａ",
        "９",
        "é",
        "👍🏽",
    ]
)
RARE = st.sampled_from(
    ["㐂", "鿍", "\u9fd6", "\uf900", "𠮷", "\U0002f800", "\U00030000", "\ud800", "\udfff", "𠮷㐂"]
)
WORDS = st.sampled_from(
    ["T恤", "卡拉OK", "AT&T", "c++", "K宝", "II类户", "e-招贷", "b-a", "a.b", "卡a", "γ射线", "12"]
)
MIXED = st.lists(st.one_of(LATIN, HAN, ODD, RARE, WORDS, st.text(max_size=3)), max_size=8).map("".join)

THRICE = re.compile(r"(.{1,2})\1\1", re.DOTALL)
"""Where 卡|卡卡 and 卡卡|卡 weigh the same, the last bit of a sum decides, and the engines may differ in it."""


@pytest.fixture(scope="module")
def jieba_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[str]], Any]:
    """Make jieba as jieba itself does, with its own reader of user dictionaries."""
    by_jieba(["云"])  # imports jieba without its warnings
    import jieba

    def make(words: list[str]) -> Any:
        tokenizer = jieba.Tokenizer()
        tokenizer.tmp_dir = tmp_path_factory.getbasetemp()
        jieba.setLogLevel("ERROR")
        tokenizer.initialize()
        tokenizer.load_userdict(words)
        return tokenizer

    return make


@pytest.fixture(scope="module", params=["no words", "words", "letters"])
def pair(
    request: pytest.FixtureRequest, jieba_of: Callable[[list[str]], Any]
) -> tuple[Any, Segmenter, Segmenter]:
    """Give jieba and our segmenters, with and without the model, all taught the same words."""
    words = {"no words": [], "words": TAUGHT, "letters": TAUGHT + LETTERS}[request.param]
    return jieba_of(words), by_jieba(words), by_jieba(words, hmm=False)


@given(text=MIXED)
@settings(max_examples=400, deadline=None)
def test_tokens_of_any_text_are_those_of_jieba(pair: tuple[Any, Segmenter, Segmenter], text: str) -> None:
    assume(not THRICE.search(text))
    jieba, with_model, without_model = pair

    assert with_model(text) == jieba.lcut(text)
    assert without_model(text) == jieba.lcut(text, HMM=False)


@pytest.mark.parametrize("text", SENTENCES)
def test_tokens_of_written_sentences_are_those_of_jieba(
    pair: tuple[Any, Segmenter, Segmenter], text: str
) -> None:
    jieba, with_model, without_model = pair

    assert with_model(text) == jieba.lcut(text)
    assert without_model(text) == jieba.lcut(text, HMM=False)


@pytest.mark.parametrize(
    "column,words,hmm", [("hmm", [], True), ("dictionary", [], False), ("taught", GOLDEN["words"], True)]
)
def test_tokens_stay_as_recorded(column: str, words: list[str], hmm: bool) -> None:
    segmenter = by_jieba(words, hmm=hmm)

    assert {text: "|".join(segmenter(text)) for text in SENTENCES} == {
        sentence["text"]: sentence[column] for sentence in GOLDEN["sentences"]
    }


def test_total_frequency_follows_jieba_when_a_known_word_is_taught_again(
    jieba_of: Callable[[list[str]], Any],
) -> None:
    words = ["的 100000000", "的 1"]  # jieba keeps counting the first: every word is rarer than before
    letters = "南京市长江大桥的研究生命起源"

    jieba = jieba_of(words)
    taught = by_jieba(words)

    assert taught.rjieba.has_word("\n")  # type: ignore[attr-defined]
    assert taught(letters) == jieba.lcut(letters)


def test_letters_taught_as_words_are_cut_as_jieba_cuts_them(jieba_of: Callable[[list[str]], Any]) -> None:
    words = ["a.b 1", *LETTERS]

    assert by_jieba(words)("用-a.b付") == jieba_of(words).lcut("用-a.b付") == ["用", "-", "a", ".", "b", "付"]


def test_words_of_one_segmenter_are_unknown_to_another() -> None:
    taught = by_jieba(["年费太贵 1000"])

    assert "年费太贵" in taught("信用卡年费太贵")
    assert "年费太贵" not in by_jieba()("信用卡年费太贵")


def test_a_segmenter_pickles_with_its_words() -> None:
    segmenter = by_jieba(iter(["年费太贵", "x 5"]), hmm=False)

    again = pickle.loads(pickle.dumps(segmenter))  # noqa: S301

    assert again("x的信用卡年费太贵") == segmenter("x的信用卡年费太贵")
    assert "年费太贵" in again("信用卡年费太贵")
    assert pickle.loads(pickle.dumps(by_character()))("存款") == ["存", "款"]  # noqa: S301


def test_segmenting_prints_nothing_and_leaves_no_file(tmp_path: Path) -> None:
    code = "from voctext.segment import by_jieba; by_jieba(['云闪付'])('用云闪付')"

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={"TMPDIR": str(tmp_path), "PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == ("", "")
    assert not list(tmp_path.iterdir())


def test_importing_the_module_loads_neither_dictionary() -> None:
    code = "import sys, voctext.segment; print({'jieba', 'rjieba'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "words,told",
    [
        ("云闪付", "one text"),
        (["年费", "手续费 0 n"], "line 2: '手续费' has frequency 0"),
        ([f"年费 {MAX_FREQUENCY + 1}"], "write 1 to"),
        (["年费\n手续费"], "one word a line"),
    ],
)
def test_a_line_that_cannot_be_a_word_is_refused(words: str | list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        by_jieba(words)


@given(text=st.text(st.characters()) | MIXED)
@settings(deadline=None)
def test_characters_join_back_and_keep_latin_runs_whole(text: str) -> None:
    words = by_character()(text)

    assert "".join(words) == text
    assert all(len(word) == 1 or (word.isascii() and word.isalnum()) for word in words)
    assert by_character()(f"用ETC{text}")[:2] == ["用", words_start(text)]


def words_start(text: str) -> str:
    """Give ETC and what of the beginning of *text* belongs to the same run."""
    length = next((at for at, char in enumerate(text) if not (char.isascii() and char.isalnum())), len(text))
    return "ETC" + text[:length]


@given(text=MIXED)
@settings(deadline=None)
def test_tokens_are_the_text_at_their_places(text: str) -> None:
    found = tokens(text, by_character())

    assert all(text[start:end] == word for word, start, end in found)
    assert [0, *(token.end for token in found)] == [*(token.start for token in found), len(text)]


def test_tokens_of_jieba_count_characters_not_bytes() -> None:
    assert tokens("𠮷先生👍很好", by_jieba())[1:] == [
        Token("先生", 1, 3),
        Token("👍", 3, 4),
        Token("很", 4, 5),
        Token("好", 5, 6),
    ]


@pytest.mark.parametrize("words", [["信用"], ["信用", "卡", "费"], ["信用", "贵"], [], ["信用", "卡", "，"]])
def test_a_segmenter_that_loses_or_adds_text_is_told(words: list[str]) -> None:
    with pytest.raises(InputError, match="do not join back"):
        tokens("信用卡", lambda _: words)


def test_segmenters_load_by_name() -> None:
    assert load_segmenter("character")("开户") == ["开", "户"]
    assert load_segmenter("jieba")("信用卡年费") == ["信用卡", "年费"]


def test_an_unknown_segmenter_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="did you mean jieba\\? known: character, jieba"):
        load_segmenter("jeiba")
