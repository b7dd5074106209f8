"""
How much faster than jieba the same tokens come.

Run `python benchmarks/segment.py`: both segment the same synthetic sentences in turns, in one process
on one core; the middle of nine rounds counts. The tokens are compared before anything is timed.
"""

import json
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from voctext.segment import by_jieba

ROUNDS = 9
REPEATS = 40
GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "segment.json"


def seconds(cut: Callable[[str], list[str]], texts: list[str]) -> float:
    start = perf_counter()
    for text in texts:
        cut(text)
    return perf_counter() - start


def main() -> None:
    ours = by_jieba(["云闪付"])  # with a word, so that both dictionaries are built
    from jieba import Tokenizer, setLogLevel

    setLogLevel("ERROR")
    theirs = Tokenizer()
    theirs.add_word("云闪付")
    sentences = [sentence["text"] for sentence in json.loads(GOLDEN.read_text(encoding="utf-8"))["sentences"]]
    if any(ours(text) != theirs.lcut(text) for text in sentences):
        raise SystemExit("the tokens differ: a time would mean nothing")

    texts = sentences * REPEATS
    rounds = [(seconds(theirs.lcut, texts), seconds(ours, texts)) for _ in range(ROUNDS)]
    slow, fast = (median(times) / len(texts) * 1e6 for times in zip(*rounds, strict=True))
    ratio = median(theirs_s / ours_s for theirs_s, ours_s in rounds)
    length = sum(map(len, texts)) / len(texts)
    print(f"{len(texts):,} sentences of {length:.0f} characters on average, same tokens\n")
    print("| segmenter | µs a sentence | times faster |\n|---|---:|---:|")
    print(f"| `jieba.lcut` | {slow:.1f} | 1.0 |")
    print(f"| `by_jieba()` | {fast:.1f} | {ratio:.1f} |")


if __name__ == "__main__":
    main()
