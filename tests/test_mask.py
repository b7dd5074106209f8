"""Personal data is found beside Chinese text and nothing else is; every number here is invented."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voctext.errors import InputError
from voctext.mask import Masker, Match, Pii, find_pii
from voctext.records import Span

KEY = b"a key for tests only"


def luhn(body: str) -> str:
    """Append the Luhn digit by trying all ten against the textbook sum."""

    def total(number: str) -> int:
        doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(number))]
        return sum(n - 9 if n > 9 else n for n in doubled)

    return next(body + d for d in "0123456789" if total(body + d) % 10 == 0)


def resident(body: str) -> str:
    """Append the check character of GB 11643-1999 by its definition: Σ aᵢ·2^(i-1) ≡ 1 mod 11."""
    weighted = sum(int(d) * 2 ** (17 - i) for i, d in enumerate(body))
    return body + next(c for v, c in enumerate("0123456789X") if (weighted + v) % 11 == 1)


def taiwan(letter: str, body: str) -> str:
    """Append the check digit of a 身分證, its letter read as the published two-digit code."""
    codes = {"A": 10, "B": 11, "F": 15, "I": 34, "O": 35, "W": 32, "Z": 33}
    tens, units = divmod(codes[letter], 10)
    weighted = tens + 9 * units + sum(w * int(d) for w, d in zip(range(8, 0, -1), body, strict=True))
    return f"{letter}{body}{-weighted % 10}"


def hongkong(letters: str, digits: str) -> str:
    """Put the HKID check character in brackets behind *letters* and *digits*."""
    values = [36] * (2 - len(letters)) + [ord(c) - 55 for c in letters] + [int(d) for d in digits]
    check = -sum(w * v for w, v in zip(range(9, 1, -1), values, strict=True)) % 11
    return f"{letters}{digits}({'A' if check == 10 else check})"


ID = resident("11010519491231002")
CARD16, CARD19 = luhn("622588012345678"), luhn("621700123456789012")

FOUND = [
    ("打给13812345678没人接", "13812345678", Pii.PHONE),
    ("微信wx13812345678abc", "13812345678", Pii.PHONE),
    ("我的１３８１２３４５６７８", "１３８１２３４５６７８", Pii.PHONE),
    ("号码138 1234 5678。", "138 1234 5678", Pii.PHONE),
    ("号码138-1234-5678。", "138-1234-5678", Pii.PHONE),
    ("号码+8613812345678。", "+8613812345678", Pii.PHONE),
    ("号码0086-138-1234-5678", "0086-138-1234-5678", Pii.PHONE),
    ("手機0912-345-678打不通", "0912-345-678", Pii.PHONE),
    ("手機+886 912 345 678", "+886 912 345 678", Pii.PHONE),
    ("請致電9123 4567聯絡我", "9123 4567", Pii.PHONE),
    ("請打+852 91234567", "+852 91234567", Pii.PHONE),
    ("电话:62345678", "62345678", Pii.PHONE),
    ("打91234567找我", "91234567", Pii.PHONE),
    ("座机021-62345678", "021-62345678", Pii.LANDLINE),
    ("座机(0755)8234567转801吧", "(0755)8234567转801", Pii.LANDLINE),
    ("座机+86 (21) 6234 5678", "+86 (21) 6234 5678", Pii.LANDLINE),
    ("家裡（02）2345-6789", "（02）2345-6789", Pii.LANDLINE),
    ("致電2345 6789", "2345 6789", Pii.LANDLINE),
    (f"身份证{ID}本人", ID, Pii.ID_CARD),
    (f"我是{ID.lower()}abc", ID.lower(), Pii.ID_CARD),
    ("旧证110105491231002号", "110105491231002", Pii.ID_CARD),
    ("身份证号码：110105194912310021", "110105194912310021", Pii.ID_CARD),
    (f"證號{taiwan('A', '12345678')}已登記", taiwan("A", "12345678"), Pii.TW_ID),
    (f"居留證{taiwan('F', '87654321')}", taiwan("F", "87654321"), Pii.TW_ID),
    (f"no{taiwan('W', '21234567')}", taiwan("W", "21234567"), Pii.TW_ID),
    (f"我的{hongkong('A', '123456')}是", hongkong("A", "123456"), Pii.HK_ID),
    (f"我的{hongkong('WX', '654321')}是", hongkong("WX", "654321"), Pii.HK_ID),
    ("身份證G123456（Ａ）", "G123456（Ａ）", Pii.HK_ID),
    ("我持E12345678出境", "E12345678", Pii.PASSPORT),
    ("我持EA1234567出境", "EA1234567", Pii.PASSPORT),
    ("護照號碼K7654321", "K7654321", Pii.PASSPORT),
    ("passport no. 312345678", "312345678", Pii.PASSPORT),
    (f"我的卡{CARD16}被扣", CARD16, Pii.BANK_CARD),
    (f"我的卡{CARD19}被扣", CARD19, Pii.BANK_CARD),
    (
        f"卡{CARD19[:4]} {CARD19[4:8]} {CARD19[8:12]} {CARD19[12:16]} {CARD19[16:]}啊",
        f"{CARD19[:4]} {CARD19[4:8]} {CARD19[8:12]} {CARD19[12:16]} {CARD19[16:]}",
        Pii.BANK_CARD,
    ),
    (
        f"5000 {CARD16[:4]}-{CARD16[4:8]}-{CARD16[8:12]}-{CARD16[12:]}",
        f"{CARD16[:4]}-{CARD16[4:8]}-{CARD16[8:12]}-{CARD16[12:]}",
        Pii.BANK_CARD,
    ),
    ("卡号是6222021234567890", "6222021234567890", Pii.BANK_CARD),
    ("帳號：012-345-678901", "012-345-678901", Pii.BANK_CARD),
    ("发到Wang.Xm@example.com吧", "Wang.Xm@example.com", Pii.EMAIL),
    ("姓名：王小明", "王小明", Pii.NAME),
    ("持卡人：王伟，已到场", "王伟", Pii.NAME),
    ("姓名:张三电话未留", "张三", Pii.NAME),
    ("姓名：阿依古丽，女", "阿依古丽", Pii.NAME),
    ("姓名: Wong Siu Ming", "Wong Siu Ming", Pii.NAME),
    ("我叫王小明住在这里", "王小明", Pii.NAME),
    ("本人王小明于三月办卡", "王小明", Pii.NAME),
    ("找了高先生", "高", Pii.NAME),
    ("和王先生说过", "王", Pii.NAME),
    ("由于张小明先生没来", "张小明", Pii.NAME),
    ("給陳經理打", "陳", Pii.NAME),
    ("欧阳女士很耐心", "欧阳", Pii.NAME),
    ("司马小明主任很耐心", "司马小明", Pii.NAME),
    ("曾经理解释了", "曾", Pii.NAME),
    ("停着京A12345的车", "京A12345", Pii.PLATE),
    ("停着粤BD12345的车", "粤BD12345", Pii.PLATE),
    ("停着沪A·1B2C3的车", "沪A·1B2C3", Pii.PLATE),
]

LEFT = [
    "95588打了三次，12378也打不通，客服电话4008208820，400-820-8820",
    "2024年3月15日 2024-03-15 12:30:45",
    "扣了1000000元，余额12345678.90",
    "版本号3.0.1.1.1",
    "时间20240301123045，毫秒1709251200000",
    "电话20240301打的，服務電話 2233 3000",
    "手机尾号5678，卡号尾号1234",
    "账号被扣了1000000元",
    "订单号12345678，单号123456789012",
    "流水110105194912310021",  # the check character would be X
    f"订单{CARD16[:-1]}{(int(CARD16[-1]) + 1) % 10}",
    "编号A123456780，合同D20240301",
    "型号A123456(9)",
    "新Mate60和新S21Ultra，更新V10001",
    "高兴，张卡，王者荣耀先生",
    "我先生和他先生，和先生一起，那位小姐，一位女士，客服小姐，各位先生，男士",
    "客户经理 大堂经理 理财经理 总经理 业务经理 產品經理 黄金经理 基金经理 副行长 班主任",
    "任何经理都行，三分钟经理才来，对方经理，马上经理来，我曾经理解过",
    "谢谢小姐，江苏行长期不改，高级经理，安装师傅",
    "本人严正声明，本人高度怀疑，本人对此不满",
    "联系人方式有误，户名不符，姓名：未知",
    "王\n先生",
    "@客服 1@2",
    "",
]


@pytest.mark.parametrize("text, value, kind", FOUND)
def test_personal_data_is_found_whole_and_alone(text: str, value: str, kind: Pii) -> None:
    assert [(text[m.start : m.end], m.kind) for m in find_pii(text)] == [(value, kind)]


@pytest.mark.parametrize("text", LEFT)
def test_ordinary_text_stays(text: str) -> None:
    assert find_pii(text) == []
    assert Masker().mask(text) == text


@pytest.mark.parametrize(
    "kind, written",
    [
        (Pii.PHONE, ["138-1234-5678", "１３８１２３４５６７８", "+8613812345678", "0086 138 1234 5678"]),
        (Pii.PHONE, ["0912-345-678", "+886912345678"]),
        (Pii.PHONE, ["+852 9123 4567", "91234567"]),
        (Pii.LANDLINE, ["021-62345678", "(021)6234 5678", "+86 21 62345678", "02162345678"]),
        (Pii.LANDLINE, ["021-62345678转801", "021 62345678-801"]),
        (Pii.LANDLINE, ["(02)2345-6789", "+886-2-2345-6789"]),
        (Pii.ID_CARD, [ID, ID.lower(), f"{ID[:6]} {ID[6:14]} {ID[14:]}", ID[:6] + ID[8:17]]),
        (Pii.HK_ID, ["A123456(3)", "a123456（３）", "A1234563"]),
        (Pii.BANK_CARD, ["6222 0212 3456 7890", "6222-0212-3456-7890", "6222021234567890"]),
        (Pii.EMAIL, ["Wang@Example.com", "wang@example.com"]),
        (Pii.PLATE, ["京A12345", "京a·12345"]),
    ],
)
def test_one_value_written_in_many_ways_has_one_token(kind: Pii, written: list[str]) -> None:
    masker = Masker(key=KEY)

    assert len({masker.token(kind, value) for value in written}) == 1


def test_different_values_kinds_and_keys_have_different_tokens() -> None:
    one, other = Masker(key=KEY), Masker(key=KEY + b"!")

    assert one.token(Pii.PHONE, "13812345678") != one.token(Pii.PHONE, "13812345679")
    assert one.token(Pii.LANDLINE, "021-62345678") != one.token(Pii.LANDLINE, "021-62345678转801")
    assert one.token(Pii.PHONE, "13812345678")[-9:] != one.token(Pii.BANK_CARD, "13812345678")[-9:]
    assert one.token(Pii.PHONE, "13812345678") != other.token(Pii.PHONE, "13812345678")
    assert Masker().pseudonym("C001") != Masker().pseudonym("C001")


def test_a_pseudonym_is_stable_within_a_run_and_hides_the_value() -> None:
    masker = Masker()

    assert masker.pseudonym("C001") == masker.pseudonym(" c００１")
    assert masker.pseudonym("C001") != masker.pseudonym("C002")
    assert re.fullmatch("[a-z]{16}", masker.pseudonym("C001"))


@pytest.mark.parametrize("key", [b"", b"short", bytes(65)])
def test_a_key_of_a_wrong_length_is_refused(key: bytes) -> None:
    with pytest.raises(InputError, match="16 to 64"):
        Masker(key=key)


def test_a_title_keeps_its_place_behind_a_masked_name() -> None:
    assert re.fullmatch(r"找\[姓名 [a-z]{8}\]经理", Masker().mask("找王小明经理"))


@pytest.mark.parametrize(
    "span, quoted",
    [
        (Span(0, 2), "电话"),
        (Span(13, 15), "没人"),
        (Span(4, 6), "TOKEN"),
        (Span(0, 5), "电话TOKEN"),
        (Span(12, 15), "TOKEN没人"),
        (Span(0, 16), "电话TOKEN没人接"),
        (Span(5, 5), ""),
        (Span(2, 2), ""),
    ],
)
def test_a_span_never_cuts_a_token(span: Span, quoted: str) -> None:
    masker = Masker(key=KEY)
    masked, (moved,) = masker.mask_with_spans("电话13812345678没人接", [span])

    assert masked[slice(*moved)] == quoted.replace("TOKEN", masker.token(Pii.PHONE, "13812345678"))


def test_a_span_outside_the_text_is_refused() -> None:
    with pytest.raises(InputError, match="span 1–9"):
        Masker().mask_with_spans("电话", [Span(1, 9)])


PIECES = [value for _, value, _ in FOUND] + [text for text, _, _ in FOUND] + LEFT
SCRAPS = st.one_of(
    st.sampled_from(PIECES),
    st.text(
        alphabet="0123456789 -.()+@AaXx王张先生经理小姐电话卡号姓名：本人我叫，[]手机转京新\ue000",
        max_size=12,
    ),
    st.text(max_size=5),
)
NOTES = st.lists(SCRAPS, max_size=6).map("".join)


@given(NOTES)
def test_masking_twice_changes_nothing(text: str) -> None:
    masker = Masker(key=KEY)
    masked = masker.mask(text)

    assert find_pii(masked) == []
    assert masker.mask(masked) == masked


@given(NOTES)
def test_matches_are_disjoint_ordered_and_not_empty(text: str) -> None:
    ends = [0]
    for match in find_pii(text):
        assert isinstance(match, Match)
        assert ends[-1] <= match.start < match.end <= len(text)
        ends.append(match.end)


@given(NOTES, NOTES, st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.booleans())
def test_no_mobile_number_survives_any_surrounding_text(
    before: str, after: str, mobile: str, wide: bool
) -> None:
    written = mobile.translate({48 + i: 0xFF10 + i for i in range(10)}) if wide else mobile
    before, after = re.sub("[0-9０-９]+$", "", before), re.sub("^[0-9０-９]+", "", after)

    assert written not in Masker(key=KEY).mask(f"{before}{written}{after}")


@given(NOTES)
def test_text_outside_matches_is_unchanged_and_its_spans_follow(text: str) -> None:
    edges = [0, *(edge for match in find_pii(text) for edge in match[:2]), len(text)]
    gaps = [Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]

    masked, moved = Masker(key=KEY).mask_with_spans(text, gaps)

    assert [masked[slice(*span)] for span in moved] == [text[slice(*span)] for span in gaps]


@given(NOTES, st.data())
def test_a_moved_span_holds_whole_tokens_and_the_same_text(text: str, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    masker = Masker(key=KEY)
    masked, (moved,) = masker.mask_with_spans(text, [Span(start, end)])

    widened = [m for m in find_pii(text) if m.start < end and start < m.end]
    start = min([start, *(m.start for m in widened)]) if start < end else start
    expected = ""
    for match in widened if start < end else []:
        expected += text[start : match.start] + masker.token(match.kind, text[match.start : match.end])
        start = match.end
    assert masked[slice(*moved)] == expected + text[start:end]
