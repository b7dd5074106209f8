"""
Normalized text in which every character knows where it came from.

Every change goes through `AlignedText.rewrite`, so no change can lose an offset. Texts are
normalized in batches: a text that needs nothing costs one search and no alignment table.
"""

import html
import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Self
from unicodedata import normalize as unicode_normalize

from voctext.records import Span

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

HOLE = "\N{REPLACEMENT CHARACTER}"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿ"


@dataclass(frozen=True, slots=True)
class AlignedText:
    """
    Text of which each character knows its stretch of the source.

    *starts* and *ends* hold, for each character of *text*, the first and one-past-last source
    character it stands for; both are None while nothing has moved.
    """

    text: str
    source: str
    starts: "array[int] | None" = None
    ends: "array[int] | None" = None

    @classmethod
    def of(cls, source: str) -> Self:
        """Start from *source*, each character standing for itself."""
        return cls(source, source)

    def origin(self, span: tuple[int, int]) -> Span:
        """
        Give the stretch of the source that characters *span* of the text came from.

        >>> aligned = normalize("系統(tǒng)報錯")
        >>> aligned.text, aligned.origin(Span(0, 2))
        ('系统报错', Span(start=0, end=2))
        >>> aligned.origin(Span(2, 4))
        Span(start=8, end=10)

        Raises:
            IndexError: The span does not lie in the text.
        """
        start, end = span
        if not 0 <= start <= end <= len(self.text):
            raise IndexError(f"span {start}:{end} does not lie in a text of {len(self.text)} characters")
        if self.starts is None or self.ends is None:
            return Span(start, end)
        if start == end:
            at = self.starts[start] if start < len(self.starts) else len(self.source)
            return Span(at, at)
        return Span(self.starts[start], self.ends[end - 1])

    def rewrite(self, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> "AlignedText":
        """
        Replace each match of *pattern*.

        A replacement as long as its match is aligned character by character; the characters of
        any other stand for the whole match.
        """
        changes = [(match.span(), replace(match)) for match in pattern.finditer(self.text)]
        return self.replace(changes)

    def replace(self, changes: Sequence[tuple[tuple[int, int], str]]) -> "AlignedText":
        """Replace stretches of the text, given in reading order and not overlapping."""
        changes = [change for change in changes if self.text[slice(*change[0])] != change[1]]
        if not changes:
            return self
        old_starts = self.starts if self.starts is not None else array("l", range(len(self.text)))
        old_ends = self.ends if self.ends is not None else array("l", range(1, len(self.text) + 1))
        pieces: list[str] = []
        starts, ends = array("l"), array("l")
        done = 0
        for (start, end), new in changes:
            pieces += (self.text[done:start], new)
            starts += old_starts[done:start]
            ends += old_ends[done:start]
            if len(new) == end - start:
                starts += old_starts[start:end]
                ends += old_ends[start:end]
            elif new:
                starts.extend([old_starts[start]] * len(new))
                ends.extend([old_ends[end - 1]] * len(new))
            done = end
        pieces.append(self.text[done:])
        starts += old_starts[done:]
        ends += old_ends[done:]
        return AlignedText("".join(pieces), self.source, starts, ends)

    def with_text(self, text: str) -> "AlignedText":
        """Take *text*, which must be as long, for the text: each character in the place of the old one."""
        return AlignedText(text, self.source, self.starts, self.ends)


def _keep_nothing(_: re.Match[str]) -> str:
    return ""


def _compatibility(match: re.Match[str]) -> str:
    folded = unicode_normalize("NFKC", match[0])
    return folded if len(folded) == len(match[0]) else match[0]


def _join_surrogates(match: re.Match[str]) -> str:
    return match[0].encode("utf-16", "surrogatepass").decode("utf-16")


def _hole(match: re.Match[str]) -> str:
    return match[0] if _ASKS.search(match.string[max(0, match.start() - 8) : match.start()]) else HOLE


# A question mark typed twice after a question is emphasis, not a hole: "怎么回事??快修"
_ASKS = re.compile(r"[吗嘛呢么吧啊呀呐哪谁几]|什么|怎|多少|是不是|能不能|为何|如何")
_WECHAT_CODES = r"""
/::) /::~ /::B /::| /:8-) /::< /::$ /::X /::Z /::'( /::-| /::@ /::P /::D /::O /::( /::+ /:--b /::Q /::T /:,@P /:,@-D
/::d /:,@o /::g /:|-) /::! /::L /::> /::,@ /:,@f /::-S /:? /:,@x /:,@@ /::8 /:,@! /:!!! /:xx /:bye /:wipe /:dig
/:handclap /:&-( /:B-) /:<@ /:@> /::-O /:>-| /:P-( /::'| /:X-) /::* /:@x /:8* /:pd /:<W> /:beer /:oo /:coffee /:eat
/:pig /:rose /:fade /:showlove /:heart /:break /:cake /:li /:bome /:kn /:footb /:ladybug /:shit /:moon /:sun /:gift
/:hug /:strong /:weak /:share /:v /:@) /:jj /:@@ /:bad /:lvu /:no /:ok /:love /:<L> /:jump /:shake /:<O> /:circle
/:kotow /:turn /:skip /:oY /:#-0 /:kiss /:<& /:&>
"""
_WECHAT = "|".join(re.escape(code) for code in sorted(_WECHAT_CODES.split(), key=len, reverse=True))
_TAG = (
    r"<(?:/?(?:(?P<block>br|p|div|li|tr|ul|ol|table|h[1-6])|a|abbr|b|big|blockquote|body|center|code|dd|del|dl|dt|em|font"
    r"|form|head|hr|html|i|iframe|img|input|ins|label|link|meta|o:p|option|pre|s|script|section|select|small|span|strike"
    r"|strong|style|sub|sup|tbody|td|tfoot|th|thead|title|u|video)"
    r"(?:\s+[a-z:-]+\s*=[^<>]*)?\s*/?"  # an attribute, so that "a<b 且 c>d" is none
    r"|!--(?:(?!-->)[^<]){0,2000}--|!doctype[^<>]*)>"
)
_MEDIA = (
    r"\[(?P<code>snapshot|image|img|picture|photo|voice|video|audio|file|emoji|location)\]"
    r"[^\[\]]{0,300}\[/(?P=code)\]"
    r"|\[(?:图片|圖片|表情|语音|語音|视频|視頻|文件|位置|链接|連結|动画表情|動畫表情|image|img|picture|voice|video|file)\]"
    r"|【收到不支持的消息类型[^】]{0,20}】"
)
_INVISIBLE = "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
_WIDE = "[\uff02-\uff07\uff0a\uff0b\uff0d-\uff19\uff1c-\uff1e\uff20-\uff5d\u2e80-\u2fdf\uf900-\ufaff]"
_TONELESS = r"(?<=[們们])\(men\)|(?<=[個个])\(ge\)|(?<=[麼么])\(me\)|(?<=[著着])\(zhe\)|(?<=[裡裏里])\(li\)"

# The steps in order: what to find, with an example, and what to make of it.
_STEPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"[\ud800-\udbff][\udc00-\udfff]"), _join_surrogates),
    (re.compile(r"[\ud800-\udfff]|锟斤拷|烫烫烫"), lambda _: HOLE),
    (re.compile("_x000[9AaDd]_"), lambda _: "\n"),  # a line break in a cell of a workbook
    (re.compile("&(?:amp;)+"), lambda _: "&"),
    (re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,12});|&nbsp"), lambda m: html.unescape(m[0])),
    (re.compile(_TAG, re.IGNORECASE), lambda m: "\n" if m["block"] else ""),
    (re.compile(_INVISIBLE), _keep_nothing),
    (re.compile(_WIDE), _compatibility),
    (re.compile(_MEDIA), _keep_nothing),
    (re.compile(_WECHAT), _keep_nothing),
    (re.compile('"{2,}'), _keep_nothing),  # quoted CSV residue
    # 系統(tǒng), 獎(jiǎng): a syllable with its tone mark after one character
    (re.compile(rf"(?<=[{_HAN}])[(（](?=[a-z]*[{_TONED}])[a-z{_TONED}]{{1,6}}[)）]"), _keep_nothing),
    (re.compile(_TONELESS), _keep_nothing),  # the few syllables without a tone
    (re.compile(rf"(?<=[{_HAN}])\?{{2,}}(?=[{_HAN}])"), _hole),
    (re.compile(rf"{HOLE}{{2,}}"), lambda _: HOLE),
    (re.compile(r"([!！?？。.,，、;；:：~～…\-_=*#])\1{2,}"), lambda m: m[1] * 2),
    (re.compile(r"[^\S\n\r\v\f\x85]*[\n\r\v\f\x85]\s*"), lambda _: "\n"),
    (re.compile(r"[^\S\n]{2,}|[^\S\n ]"), lambda _: " "),
    (re.compile(r"\A\s+|\s+\Z"), _keep_nothing),
)

# What a text must hold for any step to apply; most texts hold none of it. Each search begins with a
# character or a set of them, which is what makes it fast.
_DIRT = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2e80-\u2fdf\u3000"
    "\ud800-\udfff\uf900-\ufaff\ufe00-\ufe0f\ufeff\uff02-\uff07\uff0a\uff0b\uff0d-\uff19\uff1c-\uff1e\uff20-\uff5d"
    f"&<\\[{HOLE}{_TONED}]"
)
_DIRTY_WORD = re.compile(r'/:|""|_x000|锟斤拷|烫烫烫|【收到|\?\?|\(men\)|\(ge\)|\(me\)|\(zhe\)|\(li\)')
_DIRTY_RUN = re.compile(r"[\s!！?？。.,，、;；:：~～…\-_=*#](?:(?<=\s)\s|(?<=(\S))\1{2})")


def normalize(text: str) -> AlignedText:
    """
    Clean *text* and bring it to simplified Chinese, every character keeping its origin.

    >>> normalize("ＡＰＰ　登入唔到！！！！！").text
    'APP 登录不到！！'
    >>> normalize("转账(跨行)").starts is None
    True
    """
    return normalize_batch([text])[0]


def normalize_batch(texts: Iterable[str]) -> list[AlignedText]:
    """Normalize *texts*, those in traditional script by one OpenCC call."""
    results = [AlignedText.of(text) for text in texts]
    pending = list(range(len(results)))
    # A step may uncover work for an earlier one: "<<b>b>", or a new word. This ends: each step shortens
    # the text or replaces what no step writes (the regional words form no ring).
    while pending:
        before = [results[i].text for i in pending]
        for i, text in zip(pending, before, strict=True):
            if _is_dirty(text):
                results[i] = _clean(results[i])
        _simplify(results, pending)
        _regionalize(results, pending)
        pending = [i for i, text in zip(pending, before, strict=True) if results[i].text != text]
    return results


def has_traditional(text: str) -> bool:
    """
    Tell whether *text* holds a character that simplified Chinese writes otherwise.

    >>> has_traditional("帳戶"), has_traditional("账户")
    (True, False)
    """
    return bool(_traditional().search(text))


def _is_dirty(text: str) -> bool:
    return bool(
        _DIRT.search(text) or _DIRTY_WORD.search(text) or _DIRTY_RUN.search(text) or text != text.strip()
    )


def _clean(aligned: AlignedText) -> AlignedText:
    for pattern, replace in _STEPS:
        aligned = aligned.rewrite(pattern, replace)
    return aligned


def _simplify(results: list[AlignedText], pending: Sequence[int]) -> None:
    """Convert the *pending* results that hold traditional characters, in one call."""
    traditional = _traditional()
    chosen = [i for i in pending if traditional.search(results[i].text)]
    if not chosen:
        return
    lengths = [len(results[i].text) for i in chosen]
    converted = _opencc().convert("\n".join(results[i].text for i in chosen))
    whole = len(converted) == sum(lengths) + len(lengths) - 1
    at = 0
    for i, length in zip(chosen, lengths, strict=True):
        text = converted[at : at + length] if whole else _simplify_alone(results[i].text)
        results[i] = results[i].with_text(text)
        at += length + 1


def _simplify_alone(text: str) -> str:
    """Convert one text; should OpenCC change its length, character by character."""
    converted = _opencc().convert(text)
    if len(converted) == len(text):
        return str(converted)
    singles = [_opencc().convert(character) for character in text]
    return "".join(new if len(new) == 1 else old for old, new in zip(text, singles, strict=True))


def _regionalize(results: list[AlignedText], pending: Sequence[int]) -> None:
    """Bring regional words to the common term; one search over all *pending* texts."""
    matcher, words = _regional()
    starts, at = [], 0
    for i in pending:
        starts.append(at)
        at += len(results[i].text) + 1
    found = matcher.find_matches_as_indexes("\n".join(results[i].text for i in pending))
    changes: dict[int, list[tuple[tuple[int, int], str]]] = {}
    place = 0
    for word, start, end in found:
        while place + 1 < len(starts) and starts[place + 1] <= start:
            place += 1
        offset = starts[place]
        changes.setdefault(pending[place], []).append(((start - offset, end - offset), words[word]))
    for i, change in changes.items():
        results[i] = results[i].replace(change)


@cache
def _opencc() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


@cache
def _traditional() -> re.Pattern[str]:
    """Match a character that `t2s` changes on its own, may change in a word (回覆, 瞭解), or is rare."""
    characters = [chr(c) for c in (*range(0x3400, 0xA000),)]
    converted = _opencc().convert("\n".join(characters)).split("\n")
    changed = [old for old, new in zip(characters, converted, strict=True) if old != new]
    return re.compile(f"[{''.join(changed)}沈藉覆瞭衹甦哩\U00020000-\U000323af]")


@cache
def _regional() -> tuple["AhoCorasick", tuple[str, ...]]:
    from ahocorasick_rs import AhoCorasick, MatchKind

    lines = files("voctext").joinpath("lexicons/regional.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    matcher = AhoCorasick([regional for regional, _ in pairs], matchkind=MatchKind.LeftmostLongest)
    return matcher, tuple(common for _, common in pairs)
