"""
How well the default model reads labelled notes that it never saw, beside what is usually tried first.

Run `python benchmarks/baselines.py LABELLED.csv` with a file as for `voctext evaluate`; it needs
scikit-learn, and snownlp for its row.

Ten times the notes are shuffled so that every part holds the perceptions and intents in about the same
shares. The first 50, 100 and 200 are there to learn from, and all after the 200th are the test part, the
same for every row: only TF-IDF learns, the others read the test part as they are. A figure is the mean
over the ten test parts and its standard deviation, which is no standard error: the parts overlap.
All baselines read the notes in simplified characters. The keywords are obvious words written down
without a look at any labelled note.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from random import Random
from statistics import mean, stdev
from typing import Any, TypeAlias

from voctext.classify.registry import load_classifier
from voctext.errors import VoctextError
from voctext.evaluate import LabelledNote, evaluate, read_labelled
from voctext.miner import Miner
from voctext.records import Intent, NoteLabel, Perception

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before numpy is loaded, which reads them once

DRAWS = 10
SIZES = (50, 100, 200)
FEWEST = 2 * SIZES[-1]
"""Below this, more than half of the notes would be learned from."""
HIDDEN = "–"
COLUMNS = ("product", "rule", "person", "macro-F1", "intent macro-F1", "polarity, found", "polarity, all")
PERCEPTION_COLUMNS, POLARITY_COLUMNS = COLUMNS[:4], COLUMNS[5:]

FOOT = """
Perceptions: F1 of each, and their mean. Polarity, found: accuracy where the reader rightly found the
perception; snownlp finds none, and is asked where the default model did. Polarity, all: accuracy over all
perceptions marked in the labels; keywords, snownlp and TF-IDF are asked for it whether they found the
perception or not, and what voctext did not find counts as wrong. Keywords and snownlp say +1 or −1 of the
whole note, never 0."""

KEYWORDS = {
    Perception.PRODUCT: (
        "闪退 崩溃 卡顿 卡死 死机 黑屏 白屏 报错 错误 bug 故障 打不开 进不去 登录 登陆 登不上 加载 网络 "
        "系统 服务器 界面 页面 操作 功能 更新 升级 版本 软件 app 小程序 验证码 人脸 指纹 识别 转账 扫码 "
        "取款机 pos 好用 难用 不能用 用不了 方便"
    ),
    Perception.RULE: (
        "手续费 年费 利息 利率 费用 收费 扣费 违约金 滞纳金 罚息 额度 提额 降额 临额 审批 审核 申请 被拒 "
        "拒绝 秒批 下卡 征信 逾期 还款 分期 最低还款 账单日 冻结 风控 限额 限制 规定 政策 条款 合同 退款 "
        "退费 积分 活动 资料 证明 到账"
    ),
    Perception.PERSON: (
        "态度 客服 坐席 人工 工作人员 员工 柜员 经理 大堂 保安 催收 催款 骚扰 电话 威胁 恐吓 "
        "辱骂 推销 业务员 销售 承诺 答复 回复 回电 没人接 打不通 占线 排队 推诿 敷衍 不耐烦 专业 "
        "素质 热情 耐心 误导 欺骗 忽悠 挂断 不理"
    ),
}
INTENT_KEYWORDS = {  # in the order in which a tie is settled
    Intent.COMPLAINT: (
        "差 垃圾 烂 坏 慢 难 投诉 不满 失望 生气 气愤 愤怒 无语 恶心 坑 骗 骂 不能 不行 不好 不到 不了 没法 "
        "无法 失败 错误 故障 闪退 崩溃 卡 麻烦 不合理 不公平 乱扣 太低 太高 拒绝 差评 骚扰 威胁 推诿 敷衍 "
        "浪费 后悔 呵呵"
    ),
    Intent.SUGGESTION: "建议 希望 能不能 可不可以 可否 应该 最好 增加 改进 改善 优化 提议 期待 要是",
    Intent.PRAISE: (
        "好用 方便 满意 感谢 谢谢 表扬 点赞 赞 喜欢 不错 很好 挺好 真好 快捷 给力 优秀 热情 耐心 专业 周到 "
        "贴心 推荐 好评 五星 实用 划算 秒批 良心 细心 简单"
    ),
    Intent.INQUIRY: "请问 咨询 询问 怎么 如何 怎样 什么 多少 哪里 哪个 是否 吗 么 为什么 能否",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader says of a note; *polarity* also of perceptions it may not have found."""

    label: NoteLabel
    polarity: Mapping[Perception, int]


Read: TypeAlias = Callable[[Sequence[int], Sequence[int]], list[Answer]]
"""Notes to learn from and notes to answer for, by their places in the file."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; *hidden* columns are none of the reader's own doing."""

    name: str
    learns: int
    read: Read | None
    hidden: tuple[str, ...] = ()


def fixed(answers: Sequence[Answer]) -> Read:
    """Make a reader of answers that do not depend on what there is to learn from."""
    return lambda _, test: [answers[i] for i in test]


def mined(name: str, notes: Sequence[LabelledNote]) -> list[Answer]:
    labels = Miner(load_classifier(name)).label(note.text for note in notes)
    return [Answer(label, label.perceptions) for label in labels]


def by_keywords(texts: Sequence[str]) -> list[Answer]:
    """Find a perception by any of its words, the intent by most words, polarity by good and bad words."""
    words = {perception: keywords.split() for perception, keywords in KEYWORDS.items()}
    signs = {intent: keywords.split() for intent, keywords in INTENT_KEYWORDS.items()}
    answers = []
    for text in map(str.lower, texts):
        hits = {intent: sum(word in text for word in signs[intent]) for intent in signs}
        intent = max(hits, key=hits.__getitem__) if any(hits.values()) else Intent.OTHER
        stance = 1 if hits[Intent.PRAISE] > hits[Intent.COMPLAINT] else -1
        found = {p: stance for p in Perception if any(word in text for word in words[p])}
        answers.append(Answer(NoteLabel(found, intent, {}), dict.fromkeys(Perception, stance)))
    return answers


def by_snownlp(texts: Sequence[str], found: Iterable[Answer]) -> Read | None:
    """Give each note's perceptions in *found* the sentiment of the note; None without snownlp."""
    try:
        snownlp: Any = import_module("snownlp")
    except ImportError:
        return None
    stances = [1 if text.strip() and snownlp.SnowNLP(text).sentiments > 0.5 else -1 for text in texts]
    labels = [
        NoteLabel(dict.fromkeys(answer.label.perceptions, stance), answer.label.intent, {})
        for answer, stance in zip(found, stances, strict=True)
    ]
    return fixed(
        [
            Answer(label, dict.fromkeys(Perception, stance))
            for label, stance in zip(labels, stances, strict=True)
        ]
    )


def by_tfidf(texts: Sequence[str], notes: Sequence[LabelledNote], *, balanced: bool = False) -> Read:
    """
    Learn by TF-IDF of one to three characters and logistic regressions.

    They are as scikit-learn sets them, or, *balanced*, as set for few notes and rare answers.
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    settings: dict[str, Any] = {"class_weight": "balanced", "C": 10.0} if balanced else {}
    intents = np.array([note.intent.value for note in notes])
    marked = {p: np.array([p in note.perceptions for note in notes]) for p in Perception}
    polarity = {p: np.array([note.perceptions.get(p, 0) for note in notes]) for p in Perception}

    def fit_and_predict(rows: Any, answers: Any, test: Any) -> Any:
        if len(set(answers)) < 2:  # nothing to tell apart
            return np.full(test.shape[0], answers[0] if len(answers) else -1)
        return LogisticRegression(max_iter=1000, **settings).fit(rows, answers).predict(test)

    def read(train: Sequence[int], test: Sequence[int]) -> list[Answer]:
        vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
        rows = vectorizer.fit_transform([texts[i] for i in train])
        unseen = vectorizer.transform([texts[i] for i in test])
        learned = np.array(train)
        intent = fit_and_predict(rows, intents[learned], unseen)
        voiced = {p: fit_and_predict(rows, marked[p][learned], unseen) for p in Perception}
        stance = {}
        for p in Perception:
            has = marked[p][learned]
            stance[p] = fit_and_predict(rows[has], polarity[p][learned][has], unseen)
        answers = []
        for i in range(len(test)):
            said = {p: int(stance[p][i]) for p in Perception}
            found = {p: said[p] for p in Perception if voiced[p][i]}
            answers.append(Answer(NoteLabel(found, Intent(intent[i]), {}), said))
        return answers

    return read


def shuffled(notes: Sequence[LabelledNote], random: Random) -> list[int]:
    """Shuffle so that every stretch holds each combination of perceptions and intent in about its share."""
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for i, note in enumerate(notes):
        alike[(note.intent, *sorted(note.perceptions))].append(i)
    places: list[tuple[float, int]] = []
    for group in alike.values():
        random.shuffle(group)
        start = random.random()  # a combination that occurs once may fall anywhere
        places.extend(((k + start) / len(group), i) for k, i in enumerate(group))
    return [i for _, i in sorted(places)]


def figures(notes: Sequence[LabelledNote], answers: Sequence[Answer]) -> list[float]:
    """Give a figure for each of `COLUMNS`."""
    result = evaluate(notes, [answer.label for answer in answers])
    right = [
        answer.polarity.get(perception) == polarity
        for note, answer in zip(notes, answers, strict=True)
        for perception, polarity in note.perceptions.items()
    ]
    return [
        *(result["perception"][perception.value]["f1"] for perception in Perception),
        result["perception"]["macro_f1"],
        result["intent"]["macro_f1"],
        result["polarity"]["accuracy"],
        mean(right) if right else 0.0,
    ]


def rows(notes: Sequence[LabelledNote]) -> list[Row]:
    from opencc import OpenCC

    simplified = OpenCC("t2s").convert
    texts = [simplified(note.text) for note in notes]
    default = mined("default", notes)
    learners = {
        "TF-IDF + logistic regression": by_tfidf(texts, notes),
        "the same, balanced, C = 10": by_tfidf(texts, notes, balanced=True),
    }
    return [
        Row("keywords", 0, fixed(by_keywords(texts))),
        Row("snownlp sentiment", 0, by_snownlp(texts, default), (*PERCEPTION_COLUMNS, COLUMNS[4])),
        *(Row(name, size, read) for name, read in learners.items() for size in SIZES),
        Row("voctext, rules alone", 0, fixed(mined("rules", notes))),
        Row("voctext, model alone", 0, fixed(mined("model", notes))),
        Row("**voctext, default**", 0, fixed(default)),
    ]


def line(row: Row, notes: Sequence[LabelledNote], draws: Sequence[Sequence[int]]) -> str:
    if row.read is None:
        return f"| {row.name} | not installed |" + f" {HIDDEN} |" * len(COLUMNS)
    outcomes = []
    for order in draws:
        test = order[SIZES[-1] :]
        outcomes.append(figures([notes[i] for i in test], row.read(order[: row.learns], test)))
    cells = [
        HIDDEN if column in row.hidden else f"{mean(values):.3f} ± {stdev(values):.3f}"
        for column, values in zip(COLUMNS, zip(*outcomes, strict=True), strict=True)
    ]
    return f"| {row.name} | {row.learns} | {' | '.join(cells)} |"


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(
            "usage: python benchmarks/baselines.py LABELLED.csv (columns as for voctext evaluate)"
        )
    try:
        notes = read_labelled(sys.argv[1])
    except VoctextError as error:
        raise SystemExit(str(error)) from None
    if len(notes) < FEWEST:
        raise SystemExit(
            f"{sys.argv[1]}: {len(notes)} notes; give at least {FEWEST}, half of them to test on"
        )
    try:
        table = rows(notes)
    except ModuleNotFoundError as error:
        raise SystemExit(f"{error}; install voctext[train]") from None
    random = Random(1)
    draws = [shuffled(notes, random) for _ in range(DRAWS)]

    print(
        f"{len(notes):,} notes, {DRAWS} test parts of {len(notes) - SIZES[-1]}; mean ± standard deviation\n"
    )
    print(f"| reader | notes learned from | {' | '.join(COLUMNS)} |")
    print("|---|---:|" + "---:|" * len(COLUMNS))
    for row in table:
        print(line(row, notes, draws))
    print(FOOT)


if __name__ == "__main__":
    main()
