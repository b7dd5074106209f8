"""Whose words a clause reports, in notes, transcripts, letters and first-person texts; all synthetic."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voctext.clauses import _ROLE, outcome, split
from voctext.records import Clause, Outcome, Ticket, Voice
from voctext.text import normalize

LETTERS = {Voice.CUSTOMER: "C", Voice.INSTITUTION: "I", Voice.OUTCOME: "O"}


def clauses(text: str) -> list[Clause]:
    return split(Ticket("1", text), normalize(text))


def voices(text: str) -> str:
    """Write the voice of each clause as one letter: customer, institution or outcome."""
    return "".join(LETTERS[clause.voice] for clause in clauses(text))


# A note, the voice of each clause, and how it ended.
NOTES = [
    ("客户来电表示卡片年费过高，要求减免，经查客户未达标，已为客户解释，客户表示认可。", "CCIIO", "resolved"),
    ("来电人称柜台少给200元，要求调监控，我行回复需到网点申请，来电人不认可处理结果。", "CCIO", "unresolved"),
    ("持卡人投诉被盗刷3000元，已为客户冻结卡片，客户坚持投诉。", "CIO", "unresolved"),
    (
        "客户反映利率过高，经查按合同执行，已向客户解释，客户不认可处理结果，烦请贵部核实处理。",
        "CIIOI",
        "unresolved",
    ),
    ("客户投诉理财经理说话难听，请贵部尽快联系客户。", "CI", "unknown"),
    ("客户反映没开短信却被扣费，已回电无人接听。", "CI", "unknown"),
    ("客户来电咨询提前还款，告知其需预约，客户表示知晓。", "CIO", "resolved"),
    ("客户投诉排队久，经与网点核实当日人多，网点已向客户致歉，客户表示谅解。", "CIIO", "resolved"),
    ("客户诉求：减免利息。处理结果：已申请减免，客户满意。", "CIO", "resolved"),
    ("客户来电投诉推销电话太多，要求不再拨打，已为客户登记免打扰，客户认可。", "CCIO", "resolved"),
    ("客户反映软件闪退，已建议客户重装，建议客户更新系统，客户仍不接受。", "CIIO", "unresolved"),
    ("用户称余额不对，核实发现系统延迟，已告知用户，用户无异议。", "CIIO", "resolved"),
    ("客户要求销户，已提交申请，客户知悉45天后生效。", "CIO", "resolved"),
    ("客户表示不想再收到短信。", "C", "unknown"),
    ("客户称客服答非所问，要求换人，该客户还说以后不再办卡。", "CCC", "unknown"),
    ("2023年3月5日客户来电，反映贷款审批慢，我行已催办，客户同意等待。", "CCIO", "resolved"),
    ("客户致电称限额太低，但网点要求提供证明，客户认为不合理。", "CCC", "unknown"),
    ("其反映利率高，已解释。客户来电称不清楚规则，已联系客户说明，客户已清楚。", "CICIO", "resolved"),
    ("客户来电表示卡被锁，我行已核实，客户不同意，我行再次解释，客户表示理解。", "CIOIO", "resolved"),
    ("客戶來電表示年費過高，已向客戶解釋，客戶表示理解。", "CIO", "resolved"),
    # what the institution did
    ("客户反映软件闪退，已指导用户更新版本。", "CI", "unknown"),
    ("客户反映没收到卡，三次致电未接通，短信已发送。", "CII", "unknown"),
    ("客户反映没收到卡，已三次拨打客户电话均无人接听。", "CI", "unknown"),
    ("客户反映没收到卡，查询物流显示已签收。", "CI", "unknown"),
    ("客户反映没到账，经网点核实已入账。", "CI", "unknown"),
    ("客户称征信有误，经查，客户于2月逾期。", "CII", "unknown"),
    ("客户投诉柜员，后续支行回复已达成一致。", "CI", "unknown"),
    ("客户要求退费。处理：已核实，同意退费。", "CII", "unknown"),
    ("客户投诉柜员态度，请优先处理，望回复。", "CII", "unknown"),
    ("客户反映少款，联系客户未果，客户反映的问题系误解，拟结案。", "CIII", "unknown"),
    ("客户反映年费，已解释，感谢客户反馈，感谢客户来电。", "CIII", "unknown"),
    # what the customer did, or was done to
    ("客户来电，已联系过客服两次，均未解决。", "CCC", "unknown"),
    ("客户来电，已多次反馈无果，要求处理。", "CCC", "unknown"),
    ("客户称贷款没批，已提交材料一个月，没有回复。", "CCC", "unknown"),
    ("我行工作人员未提前告知，客户要求退回。", "CC", "unknown"),
    ("客户要求退回，我行工作人员未提前告知，已解释。", "CCI", "unknown"),
    ("客户反映排队久，不满意。", "CC", "unknown"),  # nothing was handled: this is no end
    ("客户称改了手机号，短信已发送到旧号，已三次来电。", "CCC", "unknown"),
    # how the customer took it
    ("客户反映年费，已解释，客户表示不满。", "CIO", "unresolved"),
    ("客户反映年费，已解释，仍不满意。", "CIO", "unresolved"),
    ("客户反映年费，已解释，客户认同。", "CIO", "resolved"),
    ("客户反映年费，已解释，客户不认同。", "CIO", "unresolved"),
    ("客户反映年费，已解释，客户不太愿意。", "CIO", "unresolved"),
    ("客户反映年费，已解释，表示理解。", "CIO", "resolved"),
    ("客户反映年费，已解释，客户对解释内容予以认可。", "CIO", "resolved"),
    ("客户反映年费，已解释，客户仍不满意，要求领导回电。", "CIOC", "unresolved"),
    ("客户反映年费，已解释，客户仍不满意，为此很生气。", "CIOO", "unresolved"),
    ("客户反映年费，已解释，客户不认可，希望减免。", "CIOC", "unresolved"),
    ("客户反映年费，已解释，客户不认可，烦请贵部核实。", "CIOI", "unresolved"),
    # who the customer is
    ("客户李女士来电，表示年费高，已解释。", "CCI", "unknown"),
    ("客户王先生反映年费高，已解释。", "CI", "unknown"),
    ("客户家属来电称卡丢了，已告知挂失。", "CI", "unknown"),
    ("李女士来电咨询年费，已解释。", "CI", "unknown"),
    ("先生来电咨询年费，已解释。", "CI", "unknown"),
    # headings
    ("【客户诉求】减免利息。【处理情况】经办人减免了利息，客户名下无逾期，客户满意。", "CIIO", "resolved"),
    ("【客户诉求】请贵行核实扣费【回访结果】客户表示仍不满意", "CO", "unresolved"),
    ("【客户诉求】减免利息。已联系客户解释，客户认可。", "CIO", "resolved"),
    ("[反映问题]已提交申请没人理\n[核实情况]系统延迟", "CI", "unknown"),
]


@pytest.mark.parametrize("note, expected, ended", NOTES)
def test_a_call_note_tells_the_customer_from_the_handling_and_the_end(
    note: str, expected: str, ended: str
) -> None:
    assert voices(note) == expected
    assert outcome(clauses(note)) is Outcome(ended)


TRANSCRIPTS = [
    ("客服：您好，请问有什么可以帮您？客户：我的卡被吞了。客服：请您稍等。客户：快点，急用！", "IICICC"),
    ("【客服】：您好\n【客户】：年费太贵", "IC"),
    ("[坐席]: 您好 [客户]: 转账失败", "IC"),
    ("客服人员：您好。顾客：利率太高。机器人：请稍后。", "ICI"),
    ("客服1024：您好。用户：利率太高。", "IC"),
    ("客服代表：您好。市民：利率太高。", "IC"),
    ("Agent: 您好\nCustomer: 额度太低\nAGENT: 已记录", "ICI"),
    ("柜员：请签字\n顾客：写哪里", "IC"),
    ("银行：已受理\n市民：要多久", "IC"),
    ("智能客服：转人工请按0\n客户：转人工", "IC"),
    ("话务员: 您好 来电人: 我要注销", "IC"),
    ("座席：您好。客户经理：我是经理。客户：我要投诉。", "IIC"),
    ("A：您好，很高兴为您服务 B：你们的软件又崩了 A：请您提供卡号 B：不方便", "IICIC"),
    ("A：你们的软件又崩了。B：您好，工号1001为您服务。A：赶紧修。", "CIIC"),
    ("a：喂。b：我的卡丢了。", "IC"),  # no one talks like an agent: who picks up speaks first
    ("甲：您好，感谢您的来电。乙：我的卡丢了。", "IIC"),
    ("卡丢了怎么办\n客服：请到网点补办", "CI"),
    ("客服：您好。客户：我行我素的柜员，已联系客服三次没人管。", "ICC"),
    ("甲：您好，请问贵姓。乙：姓王。", "IIC"),
    ("乙：我的卡丢了。甲：请问您的卡号。", "CI"),
    ("乙：我的卡丢了。甲：您好，请问您贵姓。", "CII"),
    ("客户：贵。客服：已为您登记，客户表示理解。客户：好吧。", "CIIC"),  # who speaks decides, not the words
]


@pytest.mark.parametrize("transcript, expected", TRANSCRIPTS)
def test_in_a_transcript_the_marker_names_the_speaker(transcript: str, expected: str) -> None:
    assert voices(transcript) == expected
    assert outcome(clauses(transcript)) is Outcome.UNKNOWN


@pytest.mark.parametrize("transcript, _", TRANSCRIPTS)
def test_a_role_marker_is_no_part_of_a_clause(transcript: str, _: str) -> None:
    text = normalize(transcript).text
    marked = {i for mark in _ROLE.finditer(text) for i in range(*mark.span())}

    assert marked
    assert all(marked.isdisjoint(range(clause.start, clause.end)) for clause in clauses(transcript))


FIRST_PERSON = [
    "我昨天去网点办卡，柜员态度很差，我行我素，希望改进。",
    "手机银行太难用了，每次登录都要刷脸，我已联系客服三次，没人管！",
    "已向你行反映三次，没有回复，请相关部门给个说法。",
    "本人在贵行申请贷款，经与客户经理沟通，一直没有结果。",
    "你们客户经理已告知我可以减免，现在又不认账，无法接受。",
    "建议客户端增加指纹登录，谢谢。",
    "客服态度差：推诿，客户体验极差。",
    "A：只有一个选项，没有B。",
    "问题如下：一是慢，二是贵。",
    "客户至上只是口号，经查询我被扣了三次。",
    "客服态度太差了,客服：这个不归我管，我真无语",
    "卡丢了，处理太慢，反映了三次，已核实又说没有",
]
MAIL = (
    "尊敬的银行领导：\n您好！本人于2020年在贵行办理房贷，利率偏高，已多次致电客服。\n"
    "恳请予以下调，望贵行尽快答复。\n此致\n敬礼"
)


@pytest.mark.parametrize("text", [*FIRST_PERSON, MAIL])
def test_who_writes_as_himself_is_the_customer_throughout(text: str) -> None:
    assert set(voices(text)) == {"C"}
    assert outcome(clauses(text)) is Outcome.UNKNOWN


PIECES = [
    ("年费太贵，短信费也贵。取消！", ["年费太贵，", "短信费也贵。", "取消！"]),
    ("转账1,000元失败,扣了3.5元", ["转账1,000元失败,", "扣了3.5元"]),
    ("余额0.5元.不对", ["余额0.5元.", "不对"]),
    ("太慢了 真的太慢了", ["太慢了 ", "真的太慢了"]),
    ("用 APP 转账", ["用 APP 转账"]),
    ("环境不错但是排队久", ["环境不错", "但是排队久"]),
    ("环境不错，但是排队久", ["环境不错，", "但是排队久"]),
    ("但愿能改，但凡有人管", ["但愿能改，", "但凡有人管"]),
    ("慢!!!真慢?？是的", ["慢!!", "真慢?？", "是的"]),
    ("第一条\n第二条", ["第一条\n", "第二条"]),
    ("唉……算了~~再见", ["唉……", "算了~~", "再见"]),
    ("一；二;三", ["一；", "二;", "三"]),
    ("服务不但没改善，非但不道歉还骂人", ["服务不但没改善，", "非但不道歉还骂人"]),
    ("排队久可是人好然而没用", ["排队久", "可是人好", "然而没用"]),
    ("但是慢，，但人好", ["但是慢，，", "但人好"]),
    ("1,,2..3..好", ["1,", ",2..", "3..", "好"]),
    ("扣费【诉求】退还【A1】", ["扣费", "【诉求】退还【A1】"]),
    ("，。", []),
    ("。 。好", ["好"]),
    ("卡丢了。 。！", ["卡丢了。"]),
    ("卡", ["卡"]),
    ("", []),
    (" \n ", []),
]


@pytest.mark.parametrize("text, pieces", PIECES)
def test_a_clause_ends_with_its_punctuation(text: str, pieces: list[str]) -> None:
    assert [clause.text for clause in clauses(text)] == pieces


def test_no_outcome_clause_leaves_the_end_unknown() -> None:
    assert outcome([]) is Outcome.UNKNOWN
    assert outcome(clauses("客户来电称卡丢了，已挂失。")) is Outcome.UNKNOWN


def test_the_last_outcome_decides() -> None:
    text = "客户反映费用高，已解释，客户不接受，我行减免后，客户表示满意。"

    assert voices(text) == "CIOIO"
    assert outcome(clauses(text)) is Outcome.RESOLVED
    assert outcome(clauses(text)[:3]) is Outcome.UNRESOLVED


def test_a_clause_of_a_traditional_text_quotes_it_as_written() -> None:
    ticket = Ticket("1", "客戶(hù)稱APP登錄唔到！！！！，已聯繫客戶解釋")
    first, second = split(ticket, normalize(ticket.text))

    assert (first.text, ticket.text[slice(*first.span)]) == (
        "客户称APP登录不到！！，",
        "客戶(hù)稱APP登錄唔到！！！！，",
    )
    assert (second.voice, ticket.text[slice(*second.span)]) == (Voice.INSTITUTION, "已聯繫客戶解釋")


WORDS = st.sampled_from(
    [
        *(
            "客户",
            "客户称",
            "客户表示认可",
            "来电人",
            "用户反映",
            "本人",
            "我行",
            "已联系客户",
            "经查",
            "烦请",
            "仍不满意",
        ),
        *(
            "客服：",
            "客户：",
            "A：",
            "B:",
            "【坐席】：",
            "[客户]:",
            "Agent: ",
            "为您服务",
            "请问",
            "但是",
            "但愿",
            "不但",
        ),
        *"，。！？；,.;!? \n…~：:、()",
        *(
            "年费",
            "太贵",
            "1,000",
            "3.5",
            "APP",
            "卡",
            "登入",
            "轉帳",
            "系統(tǒng)",
            "[图片]",
            "！！！！",
            "\u200b",
            "𠮷",
            "@",
        ),
    ]
)
TEXT = st.lists(st.one_of(WORDS, WORDS, st.text(st.characters(), max_size=3)), max_size=20).map("".join)


@given(text=TEXT)
@settings(max_examples=500, deadline=None)
@example("客服：\n客户：，。")
def test_clauses_stand_in_order_without_overlap_and_are_not_blank(text: str) -> None:
    found = clauses(text)

    assert all(
        clause.start < clause.end and re.search(r"[^\s，。！!？?；;…~～,.]", clause.text) for clause in found
    )
    assert all(one.end <= next_one.start for one, next_one in pairwise(found))
    assert all(clause.ticket.text == text for clause in found)


@given(text=TEXT)
@settings(max_examples=500, deadline=None)
def test_every_word_lies_in_a_clause_unless_it_names_a_speaker(text: str) -> None:
    clean = normalize(text).text
    covered = {i for clause in clauses(text) for i in range(clause.start, clause.end)}
    marked = {i for mark in _ROLE.finditer(clean) for i in range(*mark.span())}

    assert {i for i, character in enumerate(clean) if character.isalnum()} <= covered | marked


@given(text=TEXT)
@settings(max_examples=500, deadline=None)
def test_a_clause_knows_its_place_in_the_ticket(text: str) -> None:
    found = clauses(text)
    spans = [clause.span for clause in found]

    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert spans == sorted(spans)
    if normalize(text).text == text:
        assert [text[slice(*span)] for span in spans] == [clause.text for clause in found]


@given(text=TEXT)
@settings(max_examples=200, deadline=None)
def test_an_outcome_needs_a_clause_that_tells_it(text: str) -> None:
    found = clauses(text)

    assert (outcome(found) is Outcome.UNKNOWN) == (Voice.OUTCOME not in {clause.voice for clause in found})
