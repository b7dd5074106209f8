"""Dirty text comes out clean and simplified, and every character still knows its source; all synthetic."""

from array import array
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from voctext.records import Span
from voctext.text import HOLE, AlignedText, normalize, normalize_batch

FULL_WIDTH = [
    ("ＡＰＰ闪退", "APP闪退"),
    ("扣了１２３．５０元", "扣了123.50元"),
    ("涨了５％", "涨了5%"),
    ("发到ａ＠ｂ．ｃｎ", "发到a@b.cn"),
    ("合計＄８", "合计$8"),
    ("（跨行）手续费：贵！真的？", "（跨行）手续费：贵！真的？"),
    ("⽤户", "用户"),  # a Kangxi radical, as copied from a PDF
    ("豈有此理", "岂有此理"),  # a compatibility ideograph
]
SPACE = [
    ("转账\u3000失败", "转账 失败"),
    ("转账\u00a0失败", "转账 失败"),
    ("转账\t失败", "转账 失败"),
    ("转账 \t\u3000 失败", "转账 失败"),
    ("第一条\r\n第二条", "第一条\n第二条"),
    ("第一条 \n\n \n第二条", "第一条\n第二条"),
    ("\u2003 卡丢了 \n", "卡丢了"),
    ("第一\u2028第二", "第一 第二"),
    *((f"第一{line}第二", "第一\n第二") for line in ("\r", "\x0b", "\x0c", "\x85", " \r \x85")),
    *((f"第一{separator}第二", "第一 第二") for separator in ("\x1c", "\x1d", "\x1e", "\x1f", "\x1f\x1f")),
    ("第一_x000D_\n第二_x000d_第三", "第一\n第二\n第三"),  # a cell of a workbook
    ("卡丢了 ", "卡丢了"),
    (" 卡丢了", "卡丢了"),
    ("", ""),
    (" \n\u3000", ""),
]
INVISIBLE = [
    ("余\u200b额", "余额"),
    ("余\u00ad额", "余额"),
    ("\ufeff余额", "余额"),
    ("\u202e余额\u202c", "余额"),
    ("余\u2060额\u180e", "余额"),
    ("太棒\ufe0f", "太棒"),
    ("余\x00额\x07\x1b\x7f", "余额"),
    ("户口\u200b本", "户口本"),  # first the dirt, then the words
]
BROKEN = [
    ("余额\ud83d不对", f"余额{HOLE}不对"),
    ("余额\udc00\udc01不对", f"余额{HOLE}不对"),
    ("余额锟斤拷锟斤拷不对", f"余额{HOLE}不对"),
    ("烫烫烫余额", f"{HOLE}余额"),
    (f"余额{HOLE}{HOLE}{HOLE}不对", f"余额{HOLE}不对"),
    ("今天??办不了", f"今天{HOLE}办不了"),
    ("客户????卡", f"客户{HOLE}卡"),
]
QUESTIONS = [
    *(
        "怎么回事??快修",
        "好了吗??急用",
        "为什么??每次都这样",
        "要多少??太贵",
        "能不能??给个说法",
        "几点开门??打不通",
        "今天办不了??",
        "??今天办不了",
    ),
    *("a??b", "年费3??5"),
]
MARKUP = [
    ("卡&nbsp;丢了", "卡 丢了"),
    ("卡&nbsp丢了", "卡 丢了"),
    ("利率&lt;3%", "利率<3%"),
    ("A&amp;B", "A&B"),
    ("A&amp;amp;B", "A&B"),
    ("&#20013;行", "中行"),
    ("&#x4E2D;行", "中行"),
    ("&#0;卡", f"{HOLE}卡"),
    ("第一<br>第二<br/>第三<BR />第四", "第一\n第二\n第三\n第四"),
    ("<p>卡丢了</p>", "卡丢了"),
    ('<span style="color:red">卡</span>丢了', "卡丢了"),
    ("&lt;br&gt;卡丢了", "卡丢了"),
    ("<h1>投诉</h1>卡丢了<!-- 2 > 1 -->", "投诉\n卡丢了"),
    ("<!DOCTYPE html><o:p></o:p>卡丢了<img src='x' alt=\"y\" />", "卡丢了"),
    ("&" + "amp;" * 12 + "lt;", "<"),
    ("<" * 12 + "b>" * 12 + "卡", "卡"),
]
NOT_MARKUP = [
    "R&D",
    "A&B;",
    "&foo;",
    "余额<100元",
    "3<5",
    "利率>3%",
    "余额<100，利率>3%",
    "<5分钟>",
    "a<b 且 c>d",
    "<张三>",
    "<!--没有结束",
    "<卡号>",
]
REPEATED = [
    ("太慢了!!!!!", "太慢了!!"),
    ("太慢了！！！！！", "太慢了！！"),
    ("为什么？？？？？", "为什么？？"),
    ("唉。。。。。。", "唉。。"),
    ("唉……………", "唉……"),
    ("唉.......", "唉.."),
    ("~~~~~好的", "~~好的"),
    ("卡号****1234", "卡号**1234"),
    ("==========", "=="),
    ("!!!???", "!!??"),
    ("在吗，，，，卡丢了", "在吗，，卡丢了"),
]
GLOSSES = [
    ("系統(tǒng)報錯", "系统报错"),
    ("系統（tǒng）報錯", "系统报错"),
    ("獎(jiǎng)勵(lì)", "奖励"),
    ("我們(men)這個(ge)為什麼(me)", "我们这个为什么"),
    ("綠(lǜ)色通道", "绿色通道"),
    ("隨著(zhe)家裡(li)", "随着家里"),
]
PARENTHESES = [
    *(
        "转账(跨行)",
        "APP(iOS)",
        "密码(PIN)",
        "密码(pin)",
        "信用卡(visa)",
        "经理(li)",
        "王先生(men)",
        "(tǒng)",
    ),
    *("ab(tǒng)", "卡(1)", "（含税）"),
]
MEDIA = [
    ("[图片]打不开", "打不开"),
    ("打不开[圖片][语音]", "打不开"),
    ("[image]a1b2.jpg[/image]打不开", "打不开"),
    ("[snapshot]x/y?z=1[/snapshot]打不开", "打不开"),
    ("打不开【收到不支持的消息类型，暂无法显示】", "打不开"),
    ("[Image打不开", "[Image打不开"),
    ("[重要]打不开", "[重要]打不开"),
]
WECHAT = [
    ("太慢了/::(", "太慢了"),
    ("太慢了/::(/::(", "太慢了"),
    ("谢谢/:rose/:strong", "谢谢"),
    ("/:8-)好", "好"),
    ("气死/:@>了", "气死了"),
    ("见https://abc", "见https://abc"),
    ("1/:a", "1/:a"),
    ("/:" * 9 + ":)" * 9 + "好", "好"),
]
CSV = [('""卡丢了""', "卡丢了"), ('他说"不行"', '他说"不行"'), ('"""卡丢了', "卡丢了")]


@pytest.mark.parametrize(
    "dirty, clean",
    [*FULL_WIDTH, *SPACE, *INVISIBLE, *BROKEN, *MARKUP, *REPEATED, *GLOSSES, *MEDIA, *WECHAT, *CSV],
)
def test_each_kind_of_dirt_is_cleaned(dirty: str, clean: str) -> None:
    assert normalize(dirty).text == clean


@pytest.mark.parametrize("text", [*QUESTIONS, *NOT_MARKUP, *PARENTHESES])
def test_what_only_looks_like_dirt_stays_and_costs_no_alignment(text: str) -> None:
    aligned = normalize(text)

    assert aligned.text == text
    assert aligned.starts is None
    assert aligned.ends is None


REGIONAL = [
    ("帳號被鎖", "账号被锁"),
    ("賬號被鎖", "账号被锁"),
    ("戶口被凍結", "账户被冻结"),
    ("網路銀行登入唔到", "网上银行登录不到"),
    ("簡訊驗證碼", "短信验证码"),
    ("收不到OTP", "收不到验证码"),
    ("客服專員態度差", "客服态度差"),
    ("提款機吞卡", "取款机吞卡"),
    ("信用咭年費", "信用卡年费"),
    ("銀行職員態度差", "银行员工态度差"),  # 职员, not 行员
    ("唔該幫我睇下", "麻烦帮我看下"),
    ("佢哋嘅服務", "他们的服务"),
    ("俾咗錢", "给了钱"),
    ("點解咁慢", "为什么这么慢"),
    ("仲未到賬", "还未到账"),
    ("但係冇人理", "但是没有人理"),
    ("系唔系", "是不是"),
    ("嗰個職員", "那个员工"),  # OpenCC gives 嗰 its own simplified form
    ("親臨櫃台辦理", "亲到柜台办理"),
    ("八達通自動增值失敗", "八达通自动充值失败"),
    ("投資訊息", "投资消息"),  # 资讯 stands across the seam of two regional words
    ("而家人工客服冇人聽", "现在人工客服没有人听"),
]
GUARDED = [
    *("户口本", "户口簿", "户口所在地", "但系统崩溃", "就系统而言", "都系统一管理", "增值税发票", "增值服务"),
    *("增值业务", "仲裁", "伯仲之间", "客服人员", "线路繁忙"),
]
# Plain words that happen to hold a regional one across a seam; none of them is regional.
ACROSS_A_SEAM = [
    *("银行员工态度差", "本行员工", "教职员工", "飞行员", "护理专科", "方程式", "产品质量不好"),
    *(
        "商品质量",
        "审核准备材料",
        "审核卡片",
        "网点数量太少",
        "网点解释不清",
        "快点解决",
        "这里数据不对",
        "输入数字",
    ),
    *("收入数据", "通过数字人民币", "超过数额", "查找数据", "约定存款", "锁定存款", "生活存款", "办理专用卡"),
    *(
        "心理专家",
        "完成个人认证",
        "达成日期",
        "周边度假",
        "这边个人业务",
        "其实系统有问题",
        "真系统错误",
        "部门号码",
    ),
    *("适当机会", "当机立断", "软体动物", "回收线上渠道", "返工资卡"),
    *(
        "网点解锁",
        "客户口头承诺",
        "用户口碑",
        "账户口令",
        "学过数学",
        "经过数年",
        "产品质押",
        "复核准确",
        "签定存管协议",
    ),
    *(
        "心里没点数",
        "距离五公里数不清",
        "一定存在",
        "流程式回复",
        "通讯号码",
        "连线下都办不了",
        "连结婚照都要",
        "应当机器审核",
    ),
    *(
        "数位客户经理",
        "现职员工",
        "顾客诉求",
        "面临柜员短缺",
        "仲先生",
        "写真系列",
        "从而家里",
        "换成日元",
        "这边个别",
    ),
    *("过了零点算逾期", "差劲慢", "首先至少", "重返工作岗位", "投资增值", "footprint"),
]


@pytest.mark.parametrize("regional, common", REGIONAL)
def test_words_of_taiwan_and_hong_kong_meet_in_the_common_term(regional: str, common: str) -> None:
    assert normalize(regional).text == common


@pytest.mark.parametrize("text", GUARDED)
def test_a_guarded_word_stays(text: str) -> None:
    assert normalize(text).text == text


def regional_rows() -> list[tuple[str, str]]:
    lines = files("voctext").joinpath("lexicons/regional.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.partition("\t") for line in lines if line and not line.startswith("#"))
    return [(word, common) for word, _, common in rows]


def test_every_row_of_the_regional_lexicon_can_be_found_and_does_something() -> None:
    rows = regional_rows()
    words = [word for word, _ in rows]
    regional = [word for word, common in rows if word != common]

    assert len(words) == len(set(words))
    assert [word for word in words if opencc().convert(word) != word] == []  # it would never be met
    guards = [word for word, common in rows if word == common]
    assert [guard for guard in guards if not any(word in guard for word in regional)] == []


@pytest.mark.parametrize("word, common", regional_rows())
def test_the_common_term_of_a_regional_word_is_itself_common(word: str, common: str) -> None:
    assert normalize(word).text == common
    assert normalize(common).text == common


@given(
    pieces=st.lists(
        st.sampled_from(
            [piece for word, common in regional_rows() for piece in (word, common, word[0], common[-1])]
        ),
        max_size=12,
    )
)
@settings(max_examples=300, deadline=None)
def test_regional_words_in_any_company_come_to_rest(pieces: list[str]) -> None:
    once = normalize("".join(pieces)).text

    assert normalize(once).text == once


@pytest.mark.parametrize("text", ACROSS_A_SEAM)
def test_a_regional_word_is_not_found_across_two_plain_words(text: str) -> None:
    assert normalize(text).text == text


SCRIPT = [
    ("轉帳失敗", "转账失败"),
    ("頭髮與發展", "头发与发展"),
    ("乾燥的乾隆", "干燥的乾隆"),
    ("沈默與沈陽", "沉默与沈阳"),
    ("藉口", "借口"),
    ("皇后之後", "皇后之后"),
    ("請回覆，尚未答覆", "请回复，尚未答复"),  # 覆 changes within a word, and only there
    ("覆蓋", "覆盖"),
    ("瞭解規定", "了解规定"),
    ("甦醒後走了三英哩", "苏醒后走了三英里"),
    ("𠮷野家", "𠮷野家"),
]


@pytest.mark.parametrize("traditional, simplified", SCRIPT)
def test_traditional_script_becomes_simplified(traditional: str, simplified: str) -> None:
    assert normalize(traditional).text == simplified


ORIGINS = [
    ("系統(tǒng)報錯", "报错", "報錯"),
    ("ＡＰＰ&nbsp;打不开", "打不开", "打不开"),
    ("<b>年費</b>太貴", "年费太贵", "年費</b>太貴"),
    ("唔該幫我睇下", "看下", "睇下"),
    ("點解咁慢", "为什么", "點解"),
    ("太慢了！！！！！", "！！", "！！！！！"),
    ("第一<br/>第二", "\n", "<br/>"),
    ("余\u200b额", "余额", "余\u200b额"),
]


@pytest.mark.parametrize("source, found, quoted", ORIGINS)
def test_a_stretch_of_the_text_is_quoted_as_it_was_written(source: str, found: str, quoted: str) -> None:
    aligned = normalize(source)
    at = aligned.text.index(found)

    assert source[slice(*aligned.origin((at, at + len(found))))] == quoted


def test_two_halves_of_a_character_become_the_character() -> None:
    aligned = normalize("好\ud83d\ude0a的")

    assert aligned.text == "好\N{SMILING FACE WITH SMILING EYES}的"
    assert [aligned.origin((i, i + 1)) for i in range(3)] == [(0, 1), (1, 3), (3, 4)]


def test_an_empty_span_has_an_empty_origin() -> None:
    aligned = normalize("<b>卡</b>")

    assert aligned.origin((0, 0)) == Span(3, 3)
    assert aligned.origin((1, 1)) == Span(8, 8)
    assert normalize("卡").origin((1, 1)) == Span(1, 1)


@pytest.mark.parametrize("span", [(-1, 0), (0, 3), (2, 1), (3, 3)])
def test_a_span_outside_the_text_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(IndexError, match="does not lie in a text of 2 characters"):
        normalize("年\u200b費").origin(span)


def test_a_replacement_of_equal_length_is_aligned_character_by_character() -> None:
    aligned = AlignedText.of("abcd").replace([((1, 3), "XY")])

    assert (aligned.text, aligned.starts, aligned.ends) == (
        "aXYd",
        array("l", range(4)),
        array("l", range(1, 5)),
    )


def test_replacements_in_turn_still_tell_the_source() -> None:
    aligned = AlignedText.of("abcdef").replace([((1, 3), ""), ((4, 5), "XYZ")]).replace([((1, 3), "-")])

    assert (aligned.text, aligned.source) == ("a-YZf", "abcdef")
    assert [aligned.origin((i, i + 1)) for i in range(5)] == [(0, 1), (3, 5), (4, 5), (4, 5), (5, 6)]


def test_a_replacement_by_the_same_costs_nothing() -> None:
    aligned = AlignedText.of("abc")

    assert aligned.replace([((0, 2), "ab")]) is aligned


# Fragments that begin, end and cross every step; their neighbourhoods are what normalization must survive.
FRAGMENTS = [
    *"客户卡系統獎個們著藉沈乾髮ＡＰＰ１！？（）()?!。，.;…~-_=*# \t\n\r\u3000\u00a0\x00\x0b\x1c\x85\u2028",
    *'\u200b\ufeff\ufe0f\ud800\udc00\ufffd"&<>[]/:ab;豈⽤﹏𠮷👍登入咁唔仲裁咭提款錕锟斤拷烫帐號程式覆瞭',
    *["&amp;", "&lt;", "&gt;", "&nbsp", "&#65;", "&#x4e2d;", "&#xd800;", "&#x200b;", "&amp;amp;lt;", "&#38;"],
    *[
        "<br>",
        "<br/>",
        "</p>",
        "<b>",
        "<div class=a>",
        "<a ",
        "[图片]",
        "[img]x[/img]",
        "[voice]",
        "[/voice]",
    ],
    *[
        "/::)",
        "/:8-)",
        "/:,@",
        "/:?",
        "/:!!!",
        '""',
        "(tǒng)",
        "（jiǎng）",
        "(men)",
        "(跨行)",
        "??",
        "吗??",
        "什么",
    ],
    *[
        "户口",
        "户口本",
        "但系",
        "系统",
        "锟斤拷",
        "烫烫烫",
        "【收到不支持的消息类型",
        "OTP",
        "ＯＴＰ",
        "网路银行",
        "網",
        "路",
    ],
]
DIRTY = st.lists(
    st.one_of(
        st.sampled_from(FRAGMENTS),
        st.sampled_from(FRAGMENTS),
        st.text(st.characters(), max_size=3),  # surrogates too
        st.integers(2, 30).map("!".__mul__),
    ),
    max_size=14,
).map("".join)


def origins(aligned: AlignedText) -> list[Span]:
    return [aligned.origin((i, i + 1)) for i in range(len(aligned.text))]


@given(text=DIRTY)
@settings(max_examples=600, deadline=None)
@example("&amp;lt;br&amp;gt;")
@example("戶\x00口<b>本")
@example("\ud83d\ude00")
def test_clean_text_is_clean_at_once(text: str) -> None:
    once = normalize(text).text

    again = normalize(once)
    assert again.text == once
    assert again.starts is None


@given(text=DIRTY)
@settings(max_examples=600, deadline=None)
def test_every_character_comes_from_the_source_in_reading_order(text: str) -> None:
    aligned = normalize(text)
    found = origins(aligned)

    assert aligned.source == text
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert found == sorted(found)
    assert [end for _, end in found] == sorted(end for _, end in found)


@given(text=DIRTY, data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_longer_span_has_an_origin_that_holds_the_shorter_ones(text: str, data: st.DataObject) -> None:
    aligned = normalize(text)
    a, b, c, d = sorted(data.draw(st.tuples(*[st.integers(0, len(aligned.text))] * 4)))
    assume(b < c)

    outer, inner = aligned.origin((a, d)), aligned.origin((b, c))
    assert 0 <= outer.start <= inner.start < inner.end <= outer.end <= len(text)
    # Every character of the span lies in its origin: nothing that was read is left out of the quote.
    assert all(inner.start <= start and end <= inner.end for start, end in origins(aligned)[b:c])


@given(text=DIRTY)
@settings(max_examples=300, deadline=None)
def test_unchanged_text_has_no_alignment_and_changed_length_has_one(text: str) -> None:
    aligned = normalize(text)

    if aligned.text == text:
        assert aligned.starts is None
        assert aligned.ends is None
    if len(aligned.text) != len(text):
        assert aligned.starts is not None
        assert aligned.ends is not None
        assert len(aligned.starts) == len(aligned.ends) == len(aligned.text)


@given(texts=st.lists(DIRTY, max_size=6))
@settings(max_examples=200, deadline=None)
def test_a_batch_gives_what_each_text_gives_alone(texts: list[str]) -> None:
    assert normalize_batch(texts) == [normalize(text) for text in texts]


PLAIN = st.text("年费太贵转账慢客户卡好坏元天高低", min_size=1, max_size=4)
REMOVED = st.sampled_from(
    [
        *("\x00", "\u200b", "\ufeff", "\ufe0f", "\xad", "\x7f", '""', "[图片]", "[voice]客户[/voice]"),
        *("<b>", "</span>", "<i class=a>", "/::)", "/:8-)", "(tǒng)", "（lì）", "&#8203;", "&lt;b&gt;"),
    ]
)


@given(pieces=st.lists(st.tuples(PLAIN, REMOVED), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_dirt_is_removed_and_every_plain_character_keeps_its_own_origin(
    pieces: list[tuple[str, str]],
) -> None:
    source, kept = "", []
    for plain, dirt in pieces:
        kept += [(len(source) + i, len(source) + i + 1) for i in range(len(plain))]
        source += plain + dirt

    aligned = normalize(source)

    assert aligned.text == "".join(plain for plain, _ in pieces)
    assert origins(aligned) == kept


@cache
def opencc() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


TRADITIONAL_WORDS = [
    *("轉賬", "銀行", "還款", "利率", "頭髮", "發現", "皇后", "後來", "乾淨", "乾隆", "沈默", "沈阳", "藉口"),
    *(
        "慰藉",
        "著名",
        "穿著",
        "回覆",
        "答覆",
        "反覆",
        "覆蓋",
        "瞭解",
        "明瞭",
        "一目瞭然",
        "甦醒",
        "英哩",
        "只有",
    ),
    *("週末", "裡面", "歷史", "日曆", "徵信", "象徵", "製作", "制度", "麵包", "面對", "松樹", "放鬆", "台灣"),
    *("颱風", "干涉", "幹部", "範圍", "鬥爭", "一斗", "復利", "複雜", "恢復", "鐘錶", "鍾愛"),
]


@given(
    text=st.lists(
        st.one_of(
            st.sampled_from(TRADITIONAL_WORDS),
            st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
            st.characters(min_codepoint=0x20000, max_codepoint=0x2A6D6),
        ),
        max_size=12,
    ).map("".join)
)
@settings(max_examples=500, deadline=None)
def test_clean_text_without_regional_words_is_what_opencc_makes_of_it(text: str) -> None:
    from voctext.text import _regional

    converted = opencc().convert(opencc().convert(text))  # 薴 becomes 苧, and that 苎
    matcher, _ = _regional()
    assume(not matcher.find_matches_as_indexes(converted))
    assume("烫烫烫" not in text and "锟斤拷" not in text)
    assume(not {"坏", "壞"} & set(text))  # OpenCC takes 打坏 for a misspelt 打坯

    assert normalize(text).text == converted
