"""The names by which people call columns, perceptions, intents and polarities, in English and Chinese."""

import re
from types import MappingProxyType
from typing import Final, NamedTuple
from unicodedata import normalize

from voctext.records import Intent, Perception
from voctext.tables.headers import header_key, header_rank

_PERCEPTIONS = MappingProxyType(
    {
        **{perception.value: perception for perception in Perception},
        **dict.fromkeys(("人与产品", "人與产品", "产品", "產品", "产品感知"), Perception.PRODUCT),
        **dict.fromkeys(("规则", "規則", "人与规则", "人與规则", "规则感知", "規則感知"), Perception.RULE),
        **dict.fromkeys(("人与人", "人與人", "人员", "人員", "人感知"), Perception.PERSON),
    }
)
_INTENTS = MappingProxyType(
    {
        **{intent.value: intent for intent in Intent},
        **dict.fromkeys(("投诉", "抱怨", "投诉抱怨", "投訴"), Intent.COMPLAINT),
        **dict.fromkeys(("建议", "建議"), Intent.SUGGESTION),
        **dict.fromkeys(("咨询", "谘询", "諮詢", "询问"), Intent.INQUIRY),
        **dict.fromkeys(("表扬", "表揚", "赞扬", "讚揚"), Intent.PRAISE),
        **dict.fromkeys(("其他", "其它"), Intent.OTHER),
    }
)
_POLARITIES: Final = MappingProxyType(
    {
        **dict.fromkeys(("-1", "-1.0", "负", "負", "负面", "負面", "负向", "消极", "negative"), -1),
        **dict.fromkeys(("0", "0.0", "+0", "-0", "中", "中性", "中立", "neutral"), 0),
        **dict.fromkeys(("1", "+1", "1.0", "正", "正面", "正向", "积极", "positive"), 1),
    }
)
_UNMARKED: Final = frozenset({"", "无", "無", "未提及", "none"})
_MINUS = str.maketrans("\u2212\u2013\ufe63", "---")

_FIELDS = MappingProxyType(
    {
        "text": "text 文本 内容 原文",
        "intent": "intent 意图 意圖 诉求意图",
        "label": "label class category 标签 標签 类别 分类",
        "spans": "spans entities 片段 标注片段",
        "start": "start begin startoffset 开始 起始 起点 起",
        "end": "end stop endoffset 结束 终止 終点 终点 止",
        "perception": "perception 感知",
        "polarity": "polarity 极性 極性 情感极性",
        "topic": "topic 主题 主題 话题",
        "id": "id 编号 工单号 工单编号 ticketid noteid",
        "customer": "customer customerid 客户 客户号 客户编号",
        "annotator": "annotator annotatorid labeller labeler rater coder 标注人 标注员 标注者",
        "source": "source 来源 來源",
    }
)
_BY_KEY = MappingProxyType(
    {header_key(name): field for field, names in _FIELDS.items() for name in names.split()}
    | {header_key(name): perception.value for name, perception in _PERCEPTIONS.items()}
)

_NAME = re.compile(
    r"\s*(?P<perception>[^\W\d_]+)\s*(?P<polarity>[^:：]*?)\s*(?:[:：](?P<topic>.*))?", re.DOTALL
)
_BROKEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Marking(NamedTuple):
    """What the name of a span says: a perception, and perhaps its polarity and topic."""

    perception: Perception
    polarity: int | None
    topic: str


def field_of(header: str) -> str | None:
    """
    Tell what a column called *header* holds, None where its name does not say.

    >>> field_of("人与产品"), field_of("标注人"), field_of("remark")
    ('product', 'annotator', None)
    """
    return _BY_KEY.get(header_key(header))


def text_header(headers: "tuple[str, ...]") -> str | None:
    """Find the column of the customers' words: one called text, else the likeliest by its name."""
    ranked = [(rank, header) for header in headers if (rank := header_rank("text", header)) is not None]
    sure = [header for header in headers if field_of(header) == "text"]
    return sure[0] if sure else min(ranked)[1] if ranked else None


def perception_of(name: str) -> Perception | None:
    """Give the perception called *name*."""
    return _PERCEPTIONS.get(header_key(name)) or _PERCEPTIONS.get(name.strip())


def intent_of(name: str) -> Intent | None:
    """
    Give the intent called *name*.

    >>> intent_of("投诉/抱怨"), intent_of(" Praise "), intent_of("rant")
    (<Intent.COMPLAINT: 'complaint'>, <Intent.PRAISE: 'praise'>, None)
    """
    return _INTENTS.get(header_key(name)) or _INTENTS.get(name.strip())


def polarity_of(name: str) -> int | None:
    """Give the polarity called *name*, whatever its minus sign looks like; ValueError for any other word."""
    word = normalize("NFKC", name).translate(_MINUS).strip().casefold()
    if word in _UNMARKED:
        return None
    if word not in _POLARITIES:
        raise ValueError(name)
    return _POLARITIES[word]


def marking_of(name: str) -> Marking | None:
    """
    Read the name of a span: perception, polarity, and a topic after a colon; None if it is no such name.

    >>> marking_of("product-1:app_crash")
    Marking(perception=<Perception.PRODUCT: 'product'>, polarity=-1, topic='app_crash')
    >>> marking_of("人与人 正").polarity, marking_of("rule").polarity, marking_of("city")
    (1, None, None)
    """
    parts = _NAME.fullmatch(name)
    if parts is None:
        return None
    word, said = parts["perception"], parts["polarity"]
    # a Chinese polarity is a letter too: take the longest perception that the word begins with
    cut = next((n for n in range(len(word), 0, -1) if perception_of(word[:n]) is not None), 0)
    perception = perception_of(word[:cut])
    if perception is None:
        return None
    try:
        polarity = polarity_of(word[cut:] + said)
    except ValueError:
        return None
    return Marking(perception, polarity, (parts["topic"] or "").strip())


def span_name(perception: Perception, polarity: int | None, topic: str = "") -> str:
    """
    Write the name that `marking_of` reads.

    >>> span_name(Perception.PERSON, 1), span_name(Perception.RULE, 0, "fees")
    ('person+1', 'rule0:fees')
    """
    sign = "" if polarity is None else f"{polarity:+d}" if polarity else "0"
    return f"{perception.value}{sign}" + (f":{topic}" if topic else "")


def canonical(name: str) -> str:
    """Write *name* as `span_name` would, where it is such a name; any other stays as it is."""
    marking = marking_of(name)
    return name if marking is None else span_name(*marking)


def is_broken(name: str) -> bool:
    """Tell whether *name* is empty or holds what no label can: line breaks, tabs, control characters."""
    return not name.strip() or name != name.strip() or _BROKEN.search(name) is not None
