"""
Personal data in Chinese bank text, found and replaced by tokens such as ``[手机 kqzhbvtm]``.

The number kinds rest on published rules, so that an order number is not taken for a person:

- 身份证: GB 11643-1999, check character by ISO 7064 MOD 11-2; the older 15 digits carry no check.
- bank card: ISO/IEC 7812-1, 13 to 19 digits closed by the Luhn digit.
- HKID: letters A=10 … Z=35 (a missing first letter is 36), weights 9 … 1 with the check digit (A is 10)
  last, sum ≡ 0 mod 11.
- 中華民國身分證 and 居留證: the letter's two-digit code, weights 1 9 8 7 6 5 4 3 2 1 1, sum ≡ 0 mod 10.

Where no rule decides (names, local phone numbers, account numbers), a cue next to the value must:
姓名：, 電話, 卡号. Numbers spelled in Chinese (一三八…) and faces, addresses, dates of birth stay.
"""

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from secrets import token_bytes
from types import MappingProxyType
from typing import NamedTuple

from voctext.errors import InputError
from voctext.records import Span


class Pii(StrEnum):
    """A kind of personal data; where two kinds fit the same stretch, the one named first wins."""

    EMAIL = "email"
    ID_CARD = "id_card"
    TW_ID = "tw_id"
    HK_ID = "hk_id"
    PHONE = "phone"
    LANDLINE = "landline"
    PASSPORT = "passport"
    BANK_CARD = "bank_card"
    PLATE = "plate"
    NAME = "name"


class Match(NamedTuple):
    """One stretch of personal data: characters *start* up to *end*, not including it."""

    start: int
    end: int
    kind: Pii


_RANK = MappingProxyType({kind: rank for rank, kind in enumerate(Pii)})
_LABELS = MappingProxyType(
    {
        Pii.PHONE: "手机",
        Pii.LANDLINE: "座机",
        Pii.ID_CARD: "身份证",
        Pii.TW_ID: "台湾身分证",
        Pii.HK_ID: "香港身份证",
        Pii.PASSPORT: "护照",
        Pii.BANK_CARD: "银行卡",
        Pii.EMAIL: "邮箱",
        Pii.NAME: "姓名",
        Pii.PLATE: "车牌",
    }
)

# Consonants only: a token can be neither a number nor a word.
_LETTERS = "bcdfghjkmnpqrstvwxyz"
_TOKEN_LENGTH, _PSEUDONYM_LENGTH = 8, 16
_KEY_LENGTHS = range(16, 65)  # bytes; blake2b takes no longer key
_TOKEN = re.compile(rf"\[(?:{'|'.join(_LABELS.values())}) [{_LETTERS}]{{{_TOKEN_LENGTH}}}\]")
_BARRIER = "\ue000"  # stands for masked characters while searching; no pattern accepts it

# One character for one, so that offsets stay: full-width forms, no-break spaces, and the many dashes.
_FOLD = MappingProxyType(
    {0xFF01 + i: chr(0x21 + i) for i in range(94)}
    | dict.fromkeys(map(ord, "\u00a0\u3000"), " ")
    | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
)

_CENTURIES = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_PROVINCES = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # codes 10, 11, … 35
_TW_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)


def _born(year: str, month: str, day: str) -> bool:
    try:
        return date(int(year), int(month), int(day)).year >= 1800  # noqa: PLR2004 (the oldest century allowed)
    except ValueError:
        return False


def _id_check(body: str) -> str:
    """Return the check character of 17 digits by GB 11643-1999 (ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(w * int(d) for w, d in zip(_ID_WEIGHTS, body, strict=True)) % 11]


def _is_id_card(value: str) -> bool:
    digits = _compact(value)
    if len(digits) == 15:  # noqa: PLR2004 (issued until 1999, two-digit year, no check)
        return _born("19" + digits[6:8], digits[8:10], digits[10:12])
    return _born(digits[6:10], digits[10:12], digits[12:14]) and _id_check(digits[:17]) == digits[17]


def _is_luhn(value: str) -> bool:
    digits = [int(digit) for digit in reversed(_compact(value))]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def _is_tw_id(value: str) -> bool:
    code = str(10 + _TW_LETTERS.index(value[0].upper())) + value[1:]
    return sum(w * int(d) for w, d in zip(_TW_WEIGHTS, code, strict=True)) % 10 == 0


def _is_hk_id(value: str) -> bool:
    parts = [int(c, 36) for c in _compact(value)]
    padded = parts if len(parts) == 9 else [36, *parts]  # noqa: PLR2004 (two letters, six digits, check)
    return sum(w * part for w, part in zip(range(9, 0, -1), padded, strict=True)) % 11 == 0


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern whose group ``v`` is personal data of *kind* when *holds* says so."""

    kind: Pii
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = bool


def _rule(kind: Pii, pattern: str, holds: Callable[[str], bool] = bool) -> _Rule:
    return _Rule(kind, re.compile(pattern, re.ASCII | re.IGNORECASE), holds)


_S = r"(?: ?[-.] ?| )?"  # 138-1234-5678, 138 1234 5678, 138.1234.5678
_GAP = (  # 卡号 是：6222…
    r"(?: ?(?:号码|號碼|号|號|码|碼|no\.?))?(?:[ :为為是至到()\"“”'#,，]){0,4}"
)
_CN = r"(?:\((?:\+|00)?86\)|(?:\+|00)?86)[ -]?"
_CN_MUST = r"(?:\((?:\+|00)86\)|(?:\+|00)86)[ -]?"
_TW = r"(?:\+|00)886[ -]?(?:\(0\)|0)?"
_TW_AREA = r"(?:[2-8]|37|49|8[29]|826|836)"
_EXTENSION = r"(?P<x>(?: ?(?:转|轉|分机|分機|ext\.?|-|#) ?)\d{1,6})?"
_CN_LINE = (  # (021)62345678, 0755-8234567, +86 21 6234 5678
    rf"(?:{_CN_MUST}(?:\(0\))?(?P<p>\()?0?|(?P<q>\()?0)"
    r"(?:(?:10|2\d)(?(p)\))(?(q)\))[ -]?[2-8]\d{3}|[3-9]\d\d(?(p)\))(?(q)\))[ -]?[2-8]\d{2,3})[ -]?\d{4}"
)
_PHONE_CUE = (  # the bank's own lines are not personal: 客服电话, 服務電話
    r"(?:(?<!客服)(?<!服务)(?<!服務)(?<!投诉)(?<!投訴)(?:电话|電話)|手机|手機|致电|致電|联系|聯絡|联络|聯繫"
    r"|来电|來電|座机|座機|whatsapp|\btel|phone|mobile)[我他她]?"
)
_LOCAL = rf"(?!{_CENTURIES}(?!\d))[2-9]\d{{2,3}}[ -]?\d{{4}}(?!\d)(?! ?[元块塊万萬次笔筆年])"
_LETTER = r"(?:(?<![A-Za-z\d])|(?<=(?-i:[a-z]))(?=(?-i:[A-Z])))"  # noA123456789: the capital begins it
_IIN = r"(?:2[2-7]|[3-689])"  # no network begins with 0, 1 or 20: that leaves dates and clock times alone
_PLATE_PROVINCE = (
    r"(?:[京津沪滬渝冀豫云雲辽遼黑湘皖鲁魯苏蘇浙赣贛鄂桂甘晋晉蒙陕陝吉闽閩贵貴粤粵青藏川宁寧琼瓊使领領]"
    r"|(?<![更最全创創刷重])新)"
)
_SERIAL = "A-HJ-NP-Z"  # no I and no O on a plate

_EMAIL = _rule(Pii.EMAIL, r"(?<![\w.%+-])(?P<v>[\w.%+-]{1,64}@(?:[a-z\d-]{1,63}\.){1,8}[a-z]{2,24})")
_PLATE = _rule(
    Pii.PLATE,
    rf"(?P<v>{_PLATE_PROVINCE}[{_SERIAL}][ ·.-]?"
    rf"(?:(?=(?:[A-Z]*\d){{3}})[{_SERIAL}\d]{{4}}[{_SERIAL}\d挂掛学學警港澳]"
    rf"|[A-HJK][{_SERIAL}\d]\d{{4}}|\d{{5}}[A-HJK]))(?![A-Z\d])",
)
_NUMBERS = (
    _rule(
        Pii.ID_CARD,
        rf"(?<!\d)(?P<v>{_PROVINCES}\d{{4}}(?:[ -]?(?:18|19|20)\d{{6}}[ -]?\d{{3}}[\dX]|\d{{9}}))(?!\d)",
        _is_id_card,
    ),
    _rule(
        Pii.ID_CARD,
        rf"(?:身[份分][证證]|[证證]件|id ?card){_GAP}"
        r"(?P<v>\d{6}[ -]?\d{8}[ -]?\d{3}[\dX]|\d{15})(?!\d)",
    ),
    _rule(Pii.TW_ID, rf"{_LETTER}(?P<v>[A-Z][1289]\d{{8}})(?!\d)", _is_tw_id),
    _rule(Pii.TW_ID, rf"身[份分][证證]{_GAP}(?P<v>[A-Z][1289]\d{{8}})(?!\d)"),
    _rule(Pii.HK_ID, rf"{_LETTER}(?P<v>[A-Z]{{1,2}}\d{{6}} ?\([\dA]\))", _is_hk_id),
    _rule(
        Pii.HK_ID,
        rf"(?:身[份分][证證]|[证證]件|hkid){_GAP}"
        r"(?P<v>[A-Z]{1,2}\d{6}(?: ?\([\dA]\)|[\dA](?![\dA-Z])))",
    ),
    _rule(Pii.PHONE, rf"(?<!\d)(?P<v>(?:{_CN})?0?1[3-9]\d{_S}\d{{4}}{_S}\d{{4}})(?!\d)"),
    _rule(Pii.PHONE, rf"(?<!\d)(?P<v>(?:{_CN})?1[3-9]\d\d-\d{{3}}-\d{{4}})(?!\d)"),
    _rule(Pii.PHONE, rf"(?<!\d)(?P<v>(?:{_TW}|0)9\d\d{_S}\d{{3}}{_S}\d{{3}})(?!\d)"),
    _rule(
        Pii.PHONE,
        r"(?<!\d)(?P<v>(?:\((?:\+|00)?85[23]\)|(?:\+|00)85[23]|85[23]-)[ -]?[2-9]\d{3}[ -]?\d{4})(?!\d)",
    ),
    _rule(Pii.PHONE, rf"{_PHONE_CUE}{_GAP}(?P<v>{_LOCAL}|0[2-8]\d{{7,8}}(?!\d))"),
    _rule(
        Pii.PHONE,
        r"(?<![\d+])(?<!\d[ -])(?P<v>[4-9]\d{3}[ -]?\d{4}) ?(?=找我|[联聯][系络絡繫]我|whatsapp)",
    ),
    _rule(Pii.LANDLINE, rf"(?<!\d)(?P<v>{_CN_LINE}{_EXTENSION})(?!\d)"),
    _rule(
        Pii.LANDLINE,
        rf"(?<!\d)(?<!\d[-./])(?P<v>(?:{_TW}{_TW_AREA}[ -]?|\(0{_TW_AREA}\) ?|0{_TW_AREA}-)"
        rf"\d{{3,4}}[ -]?\d{{3,4}}{_EXTENSION})(?!\d)",
    ),
    _rule(
        Pii.PASSPORT,
        rf"{_LETTER}(?P<v>[EGD](?!{_CENTURIES}(?!\d))\d{{8}}|E[A-HJ-NP-Z]\d{{7}})(?!\d)",
    ),
    _rule(
        Pii.PASSPORT,
        r"(?:护照|護照|passport|通行[证證]|回[乡鄉][证證]|[台臺]胞[证證])"
        rf"{_GAP}(?P<v>(?!{_CENTURIES}(?!\d))[A-Z]{{0,2}}\d{{6,10}})(?![\dA-Z])",
    ),
    # Lookaheads, so that a group of four before a card does not hide it: 5000 6222 0212 …
    _rule(Pii.BANK_CARD, rf"(?<!\d)(?=(?P<v>(?={_IIN})\d{{13,19}})(?!\d))", _is_luhn),
    _rule(
        Pii.BANK_CARD,
        rf"(?<!\d)(?=(?P<v>(?={_IIN})\d{{4}}(?:[ -]\d{{4}}){{3}}[ -]\d{{1,3}})(?!\d))",
        _is_luhn,
    ),
    _rule(
        Pii.BANK_CARD,
        rf"(?<!\d)(?=(?P<v>(?={_IIN})\d{{4}}(?:[ -]\d{{4}}){{2}}[ -]\d{{1,4}})(?!\d))",
        _is_luhn,
    ),
    _rule(
        Pii.BANK_CARD,
        rf"(?<!\d)(?=(?P<v>(?={_IIN})(?:\d{{6}}[ -]\d{{13}}|\d{{4}}[ -]\d{{6}}[ -]\d{{5}}))(?!\d))",
        _is_luhn,
    ),
    _rule(
        Pii.BANK_CARD,
        rf"(?:[银銀]行卡|卡[号號]|[账賬帐帳][号號户戶]|[户戶]口){_GAP}"
        r"(?P<v>\d{9,19}(?!\d)|\d(?:[ -]?\d){8,18}(?!\d))",
    ),
)

_SIGN = re.compile("[0-9０-９@＠先士姐太姨师師傅理任管长長姓名人叫]")  # no other text needs a look
_DIGIT = re.compile("[0-9]")
# Every number kind has six digits or more.
_LONG_NUMBER = re.compile("[0-9](?:[^0-9一-鿿]{0,4}[0-9]){5}")
_HAN = "[\u3400-\u9fff]"
_HAN_TAIL = re.compile(rf"{_HAN}*\Z")
_GIVEN = re.compile(f"{_HAN}{{0,2}}")
_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭肖程曹袁邓鄧许許傅沈曾彭"
    "吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎閻闫余潘杜戴夏钟鐘鍾汪田任姜范範方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯"
    "邵孟龙龍万萬段钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文庞龐樊兰蘭殷施陶洪翟安颜顏倪严嚴牛温溫芦季俞章鲁魯葛伍韦韋申尤毕畢聂聶"
    "焦柳邢骆駱岳齐齊梅莫庄莊辛祝左涂谷祁舒耿牟卜詹关關苗凌费費纪紀靳盛童欧歐甄游裴卫衛鲍鮑霍翁甘柏宁甯柯阮桂闵閔冉巫卓"
)
_COMPOUND = re.compile(
    "欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|夏侯|东方|東方|皇甫|尉迟|尉遲|公孙|公孫|慕容|令狐|宇文|长孙|長孫|司徒|端木|轩辕|軒轅"
    "|南宫|南宮|独孤|獨孤|呼延|西门|西門|澹台|澹臺|闻人|聞人|钟离|鍾離|淳于|申屠"
)
# 和王先生, 张三电话: a surname or a particle shows that the name has begun or ended.
_NEVER_GIVEN = frozenset(
    "王李张張刘劉陈陳赵趙吴吳徐孙孫胡郭罗羅郑鄭谢謝冯馮邓鄧许許蒋蔣蔡贾賈薛潘的了是在我你他她它们們这這那哪个個位与與跟给給"
    "对對把被让讓叫找请請来來去說说问問打到从從由于於就都也还還又不没沒未很最更吗嗎呢吧啊上下里裡前后後要会會以因所但而且或果行部"
    "门門户戶客服务務經经理办辦员員工手机機卡便系电電话話证證号號身份住持昨称稱反将將已曾先女姐人年日岁歲男性别別排何么什款钱錢元"
)
# Ordinary words that begin as a name might.
_COMMON = (
    "高兴|高興|高度|高级|高級|高端|高档|高额|高息|黄金|黃金|黄山|金牌|金卡|金融|金额|金額|金葵|白金|白白|白领|方便|方面|方案|安全|安心"
    "|安排|万分|萬分|万一|萬一|常常|常州|常驻|顾问|顧問|江苏|江蘇|江西|严重|嚴重|严正|嚴正|严格|嚴格|郑重|鄭重|郑州|荣耀|许多|許多"
    "|周末|石家|武汉|武漢|温州|溫州|温馨|苏州|蘇州|徐州|柳州|兰州|贵州|毛病|包括|陆续|陸續|余额|施压|施加|支持|程序|文明|季度|龙卡"
    "|关注|关键|易购|盛怒|左右|段时|苗头|费用|費用|费劲|纪律|财富|宁可|宁愿|宁波|安徽|辛苦|辛辛|祝愿|莫名|齐全|唐突|庄重|舒适|温柔"
    "|康复|石油|安装|安裝|安保|任课|任課|白班"
)
_COMMON_WORD = re.compile(_COMMON)
_NOT_A_NAME = re.compile(  # ends of ordinary words that are surnames too: 基金经理, 三分钟经理才来, 谢谢小姐
    f"(?:{_COMMON}|[基资資现現黄黃白铂鉑奖獎租本佣公美贵貴税稅押罚罰私积積年]金"
    "|[的付给給存取交收要多花扣少点點些元块塊退还還转轉借欠][钱錢]"
    "|[对對官地双雙我你贵貴银銀校行卖賣买買三多乙甲警后後]方|[由对對关關至属屬基鉴鑒处處等位在终終用]于"
    "|[一二两兩三四五六七八九十百千几幾数數][万萬]|[谢謝多感致][谢謝]|[平保公治西长長晚早]安|[分点點秒][钟鐘鍾]|[任如为為]何"
    "|[上下本每这這一]周|[也允不][许許]|[交容简簡贸貿轻輕]易|[非经經平正日异異通时時]常|[责責信担擔前]任|[最提更升很越]高"
    "|[流過过全工课課行]程|[相有海机機网網][关關]|[明空黄]白|[剩其多结結业業]余|[措实實]施|[盖蓋印公]章|[时時手阶階]段"
    "|[规規防示][范範]|[收年手免续續][费費]|[世本年][纪紀]|[儿兒]童|旅[游遊]|[照回不][顾顧]|[登大][陆陸]|江[苏蘇]"
    "|[健小]康|[中英语語]文|[历歷]史|重申|分毛)$"
)
_UNNAMED = re.compile(
    "未知|不详|不詳|匿名|保密|同上|本人|客户|客戶|用户|用戶|先生|女士|小姐|null|none|na", re.IGNORECASE
)
_TITLE = re.compile(
    "先生|女士|小姐|太太|阿姨|老[师師]|[师師]傅|(?<!曾)[经經]理|(?<=曾)[经經]理(?!解(?![释釋决決答])|[赔賠财財清论論睬])"
    "|主任|主管(?!部)|行[长長](?![期久时時达達沙])"
)
_NAME_CUE = re.compile(
    "(?P<field>姓名|名字|[户戶]名|持卡人|[联聯][系络絡繫]人|收款人) ?(?P<sign>[:为為是叫]? ?)"
    "|(?P<says>我叫|本人[是叫]?)"
)
_ANY_NAME = re.compile(
    rf"[A-Za-z]{{2,}}(?:[ .'-]{{1,2}}[A-Za-z]+){{0,3}}(?![A-Za-z])"
    rf"|{_HAN}{{1,8}}(?:[·•.]{_HAN}{{1,8}})+(?!{_HAN})|{_HAN}{{2,4}}(?!{_HAN})"
)
_NAME_ENDS = re.compile(
    f"(?!{_HAN})|[于於在来來的因办辦是要想投反对對向有为為被已就去从從没沒身手电電今昨申持到曾也]"
)


def _is_name(word: str) -> bool:
    surname = 2 if _COMPOUND.match(word) else 1 if word[:1] in _SURNAMES else 0
    given = word[surname:]
    if not surname or not _GIVEN.fullmatch(given) or not _NEVER_GIVEN.isdisjoint(given):
        return False
    return not _COMMON_WORD.match(word)


def _titled_names(text: str) -> Iterator[Match]:
    """Yield the names that stand before a title: 王小明先生, 欧阳经理, not 我先生 or 客户经理."""
    for title in _TITLE.finditer(text):
        end = title.start()
        tail = _HAN_TAIL.search(text, max(0, end - 4), end)
        run = tail[0] if tail else ""
        if _NOT_A_NAME.search(run):
            continue
        size = next((size for size in range(len(run), 0, -1) if _is_name(run[-size:])), 0)
        if size:
            yield Match(end - size, end, Pii.NAME)


def _cued_names(text: str) -> Iterator[Match]:
    """Yield the names that a cue announces: 姓名：王小明, 我叫王小明, 本人王小明."""
    for cue in _NAME_CUE.finditer(text):
        start = cue.end()
        field, sign, says = cue["field"], cue["sign"], cue["says"] or ""
        if field not in {None, "姓名", "户名", "戶名"} and not sign:
            continue  # 联系人方式有误
        sizes = (
            size for size in (4, 3, 2) if start + size <= len(text) and _is_name(text[start : start + size])
        )
        if says.startswith("本人"):  # 本人严正声明: only a name that visibly ends
            sizes = (size for size in sizes if _NAME_ENDS.match(text, start + size))
        if size := next(sizes, 0):
            yield Match(start, start + size, Pii.NAME)
        elif (
            ":" in (sign or "") and (name := _ANY_NAME.match(text, start)) and not _UNNAMED.fullmatch(name[0])
        ):
            yield Match(start, name.end(), Pii.NAME)


def _candidates(text: str) -> Iterator[Match]:
    if "@" in text:
        yield from _matches(_EMAIL, text)
    if _DIGIT.search(text):
        yield from _matches(_PLATE, text)
    if _LONG_NUMBER.search(text):
        for rule in _NUMBERS:
            yield from _matches(rule, text)
    yield from _titled_names(text)
    yield from _cued_names(text)


def _matches(rule: _Rule, text: str) -> Iterator[Match]:
    for found in rule.pattern.finditer(text):
        value = found["v"]
        if rule.holds(value):
            fixed = rule.kind is Pii.PHONE and _FIXED.match(_dial(value))
            yield Match(*found.span("v"), kind=Pii.LANDLINE if fixed else rule.kind)


def _disjoint(candidates: Iterable[Match]) -> list[Match]:
    """Keep the longest; among equals the kind that :class:`Pii` names first, then the leftmost."""
    kept: list[Match] = []  # in order, so that only the neighbours can overlap
    for match in sorted(candidates, key=lambda m: (m.start - m.end, _RANK[m.kind], m.start)):
        place = bisect(kept, match)
        clear_left = place == 0 or kept[place - 1].end <= match.start
        if clear_left and (place == len(kept) or match.end <= kept[place].start):
            kept.insert(place, match)
    return kept


def find_pii(text: str) -> list[Match]:
    """
    Find personal data in *text*: disjoint stretches, in order.

    >>> find_pii("王先生来电13812345678称被扣费，打95588无人接听")
    [Match(start=0, end=1, kind=<Pii.NAME: 'name'>), Match(start=5, end=16, kind=<Pii.PHONE: 'phone'>)]
    """
    if not _SIGN.search(text):
        return []
    rest = _TOKEN.sub(lambda token: _BARRIER * len(token[0]), text).translate(_FOLD)
    found: list[Match] = []
    # What one find overlapped may show once that is masked: look again until nothing is left.
    while fresh := _disjoint(_candidates(rest)):
        found += fresh
        characters = list(rest)
        for start, end, _ in fresh:
            characters[start:end] = _BARRIER * (end - start)
        rest = "".join(characters)
    return sorted(found)


_PREFIXES = (  # what may be dialled before a number, and what it leaves
    (re.compile(r"^(?:(?:\+|00)?86)?0?(?=1[3-9]\d{9}$)"), ""),
    (re.compile(r"^(?:\+|00)86(?:0(?!0))?(?=\d{9,11}$)"), "0"),
    (re.compile(r"^(?:\+|00)?85[23](?=\d{8}$)"), ""),
    (re.compile(r"^(?:\+|00)8860?"), "0"),
)
_FIXED = re.compile(r"[23]\d{7}$|\d{7}$|0[2-8]\d{7,8}$")


def _dial(value: str) -> str:
    """Write a phone number as its home network dials it, an extension after ``x``."""
    value = value.translate(_FOLD)
    line = next(
        (m for rule in _NUMBERS if "(?P<x>" in rule.pattern.pattern and (m := rule.pattern.fullmatch(value))),
        None,
    )
    cut = line.start("x") if line and line["x"] else len(value)
    number = re.sub(r"[^\d+]", "", value[:cut])
    for prefix, home in _PREFIXES:
        number = prefix.sub(home, number, count=1)
    extension = re.sub(r"\D", "", value[cut:])
    return f"{number}x{extension}" if extension else number


def _compact(value: str) -> str:
    return re.sub(r"[\s·.()-]", "", value).upper()


def _canonical(kind: Pii, value: str) -> str:
    """Write *value* one way, however it was typed."""
    folded = value.translate(_FOLD).strip()
    if kind is Pii.EMAIL:
        return folded.casefold()
    if kind in {Pii.PHONE, Pii.LANDLINE}:
        return _dial(folded)
    compact = _compact(folded)
    if kind is Pii.ID_CARD and len(compact) == 15 and compact.isdigit():  # noqa: PLR2004 (renewed with 18)
        body = f"{compact[:6]}19{compact[6:]}"
        return body + _id_check(body)
    return compact


class _Place(NamedTuple):
    """Where a match lay, and where its token lies now."""

    start: int
    end: int
    token_start: int
    token_end: int


def _moved(offset: int, places: Sequence[_Place], *, right: bool) -> int:
    """Return where the boundary *offset* lies now; one inside a match goes to its token's edge."""
    shift = 0
    for place in places:
        if offset <= place.start:
            break
        if offset < place.end:
            return place.token_end if right else place.token_start
        shift = place.token_end - place.end
    return offset + shift


class Masker:
    """
    Replace personal data by tokens that tell equal values from different ones, and nothing more.

    A value's token is its BLAKE2b hash (RFC 7693) under a secret key drawn for this masker, so that
    tokens agree within a run, not between runs, and cannot be turned back without the key.
    Masking twice changes nothing.

    >>> masker = Masker(key=b"0123456789abcdef")
    >>> masker.mask("手机138-1234-5678，也写作+86 13812345678")
    '手机[手机 tpvtvyjq]，也写作[手机 tpvtvyjq]'

    Raises:
        InputError: *key* is not 16 to 64 bytes long.
    """

    def __init__(self, *, key: bytes | None = None) -> None:
        if key is not None and len(key) not in _KEY_LENGTHS:
            raise InputError(f"masking key: {len(key)} bytes; give 16 to 64, or none to have one drawn")
        self._key = token_bytes(32) if key is None else key

    def token(self, kind: Pii, value: str) -> str:
        """Return what stands for *value*: its kind, and letters that equal values of the kind share."""
        return f"[{_LABELS[kind]} {self._letters(kind, _canonical(kind, value), _TOKEN_LENGTH)}]"

    def pseudonym(self, value: str) -> str:
        """Return 16 letters (69 bits) that stand for a whole identifier, such as a customer number."""
        return self._letters("pseudonym", value.translate(_FOLD).strip().casefold(), _PSEUDONYM_LENGTH)

    def mask(self, text: str) -> str:
        """Return *text* with every match of :func:`find_pii` replaced by its token."""
        return self.mask_with_spans(text, ())[0]

    def mask_with_spans(self, text: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
        """
        Return the masked text, and where each of *spans* lies in it.

        A span that begins or ends inside a match is widened to take in the whole token.

        Raises:
            InputError: a span does not lie within *text*.
        """
        for start, end in spans:
            if not 0 <= start <= end <= len(text):
                raise InputError(
                    f"span {start}–{end} of a text of {len(text)} characters; 0 ≤ start ≤ end ≤ length"
                )
        pieces: list[str] = []
        places: list[_Place] = []
        at = length = 0
        for start, end, kind in find_pii(text):
            token = self.token(kind, text[start:end])
            length += start - at
            places.append(_Place(start, end, length, length + len(token)))
            pieces += [text[at:start], token]
            at, length = end, length + len(token)
        moved = [
            Span(_moved(start, places, right=False), _moved(end, places, right=start < end))
            for start, end in spans
        ]
        return "".join(pieces) + text[at:], moved

    def _letters(self, domain: str, value: str, length: int) -> str:
        digest = blake2b(
            value.encode("utf-8", "surrogatepass"), key=self._key, person=domain.encode(), digest_size=16
        ).digest()
        number = int.from_bytes(digest, "big")
        return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(length))
