"""
What the rules alone make of notes: definitions, rulings, negation, contrast, tone. All notes are synthetic.

An expectation such as "product- rule0 person+ complaint" names each perception with its polarity, and
the intent; "none" stands for no perception. The definitions and rulings are those of the labelling guide.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.classify.protocol import NoteClassifier
from voctext.classify.rules import RuleClassifier
from voctext.clauses import split
from voctext.miner import Miner
from voctext.records import Finding, NoteLabel, Ticket
from voctext.text import normalize

RULES = RuleClassifier()
SIGNS = {-1: "-", 0: "0", 1: "+"}

DEFINITIONS = {
    # the thing: exists, works, is easy, fast, worth having
    "APP一打开就闪退": "product-",
    "转账页面卡死了，点什么都没反应": "product-",
    "人脸识别总是失败，试了十几次": "product-",
    "ATM把我的卡吞了，太气人了": "product- complaint",
    "语音菜单太复杂了，按了半天也转不到想要的": "product-",
    "短信验证码一直收不到": "product-",
    "界面清爽，操作简单，很好用": "product+ praise",
    "新版APP又快又稳定，点赞": "product+ praise",
    # the decision: price, eligibility, limit, procedure, time
    "年费太贵了，不合理": "rule- complaint",
    "手续费收得太高": "rule- complaint",
    "申请信用卡被拒了，综合评分不足": "rule-",
    "额度被降到两千，太过分了": "rule- complaint",
    "积分到期就清零，很不合理": "rule- complaint",
    "卡被风控冻结了，要求解冻": "rule-",
    "退款审核要十五个工作日，太慢了": "rule- complaint",
    "利息低，还能免年费，不错": "rule+ praise",
    # the human being: attitude, competence, reachability
    "客服态度恶劣，说话很冲": "person- complaint",
    "柜员一问三不知，业务太不熟练": "person- complaint",
    "打客服电话半小时没人接": "person- complaint",
    "催收电话一天打十几个，骚扰家人": "person- complaint",
    "客户经理专业又热情，非常感谢": "person+ praise",
    "柜台的小姑娘很有耐心，服务周到": "person+ praise",
    # no perception
    "明天去爬山，有人一起吗": "none inquiry",
}

RULINGS = {
    # 1 a general verdict on a bank
    "破银行不要也罢": "product- complaint",
    "垃圾银行": "product- complaint",
    # 2 one's own limit, approval or refusal
    "秒批，太开心了": "rule+ praise",
    "申请又被拒了": "rule- complaint",
    "才给了三千额度": "rule- complaint",
    # 4 a polite request for help with something broken, and reproach
    "APP登录不上，要求核实原因并尽快回复": "product- complaint",
    "APP又登录不上了！！！什么破软件": "product- complaint",
    # 5 a wish for something absent
    "都快换代了还没适配鸿蒙，太落后了": "product- complaint",
    # 6 security measures
    "每次转账都要刷脸，太麻烦了": "product- complaint",
    # 8 told to go to the branch
    "改个手机号必须去网点，太不合理": "rule- complaint",
    # 9 offers
    "开卡送的行李箱质量很好，喜欢": "product+ praise",
    "活动达标了却不给奖励，不认可": "rule- complaint",
    # 10 staff gave wrong information
    "客服前后说法不一，误导我": "person- complaint",
    # 13 handling is not voice
    "客户反映APP闪退，已致歉并安抚客户，已登记工单": "product-",
    # 15 charged without consent
    "没经过我同意就扣了保险费": "rule- complaint",
    # 4 again
    "你好，收不到验证码怎么办，麻烦看看": "product- inquiry",
    # 11 the overall verdict on one aspect decides
    "APP功能齐全，界面也美观，就是有时候卡顿，总体很满意": "product+",
    # 12 no identifiable object
    "太失望了，再也不会来了": "none complaint",
    "无语，气愤": "none complaint",
    # 14 an unexplained or double debit
    "同一笔被重复扣款两次": "product-",
    "莫名其妙扣了我两百块": "product- complaint",
    # 17 after an update
    "更新后无法登录，越更新越差劲": "product- complaint",
    # 22 a settlement not booked
    "自动还款扣款失败": "product-",
}

NEGATION = {
    "客服态度很好": "person+",
    "客服态度不好": "person-",
    "客服态度并不好": "person-",
    "APP不好用": "product-",
    "APP挺好用的": "product+",
    "从来不闪退，很稳定": "product+",
    "界面不美观": "product-",
    "利息不高": "rule+",
    "APP打不开": "product-",
    "年费不合理": "rule-",
    "年费很合理": "rule+",
}

CONTRAST = {
    "坐席态度很好，但系统老是报错": "product- person+ complaint",
    "系统老是报错，但坐席态度很好": "product- person+ complaint",
    "APP很好用，就是年费太贵": "product+ rule- complaint",
    "客服很有礼貌，可是额度被降了，不合理": "rule- person+ complaint",
    "客服很客气，然而卡被冻结了一个月": "rule- person+ complaint",
}

TONE = {
    # rhetorical
    "凭什么收我年费？": "rule- complaint",
    "客服电话打不通，要你们有什么用？": "person- complaint",
    # sarcasm
    "呵呵，APP又闪退了，真行": "product- complaint",
    "APP登录不上，我也是服了": "product- complaint",
    "降额降得真有你的": "rule- complaint",
    # suggestion forms
    "建议APP增加夜间模式": "product0 suggestion",
    "转账记录要是能导出就好了": "product0 suggestion",
    "希望年费能减免": "rule0 suggestion",
    "希望客服多一些人工坐席": "person0 suggestion",
    # questions
    "请问年费怎么收": "none inquiry",
    "想问一下跨行转账手续费多少": "none inquiry",
    "网点几点开门？": "none inquiry",
    "你好，请问信用卡怎么注销": "none inquiry",
    # blame without an object
    "气死我了，什么玩意": "none complaint",
}

TRADITIONAL = {
    "APP老是閃退，根本不能用": "product- complaint",
    "客服專員態度很好，很有耐心": "person+ praise",
    "手續費太貴了，不合理": "rule- complaint",
    "申請信用卡被拒絕，評分不足": "rule-",
    "登入一直失敗，客服也沒人接": "product- person- complaint",
    "額度被調降，很不合理": "rule- complaint",
    "介面簡潔，操作方便，讚": "product+ praise",
    "紅利點數到期就歸零，太過分": "rule- complaint",
    "請問年費怎麼收": "none inquiry",
    "專員很客氣，但系統一直出錯": "product- person+ complaint",
}

CANTONESE = {
    "個app成日彈出嚟，垃圾": "product- complaint",
    "登入唔到，好煩": "product- complaint",
    "職員態度好差": "person- complaint",
    "手續費好貴": "rule- complaint",
    "個app好好用，好方便": "product+ praise",
    "職員好有禮貌，好有耐性": "person+ praise",
    "人臉識別成日失敗，用唔到": "product- complaint",
    "點解要收我年費": "rule-",
}

ENGLISH = {
    "The app keeps crashing, terrible": "product- complaint",
    "Cannot log in after update": "product-",
    "Great app, easy to use": "product+ praise",
}

TABLES = {
    "definition": DEFINITIONS,
    "ruling": RULINGS,
    "negation": NEGATION,
    "contrast": CONTRAST,
    "tone": TONE,
    "traditional": TRADITIONAL,
    "Cantonese": CANTONESE,
    "English": ENGLISH,
}


@pytest.fixture(scope="module")
def miner() -> Miner:
    return Miner(RULES)


def label(miner: Miner, text: str) -> NoteLabel:
    return next(iter(miner.label([text])))


def shown(found: NoteLabel) -> str:
    """Write a label as the tables do: "product- complaint"."""
    marks = [f"{p}{SIGNS[v]}" for p, v in sorted(found.perceptions.items(), key=lambda item: item[0])]
    return " ".join([*(sorted(marks) or ["none"]), found.intent])


def wanted(expected: str, found: NoteLabel) -> str:
    """Write *expected* in the order of `shown`, with the intent found where it asks for none."""
    words = expected.split()
    intent = (
        words.pop()
        if words[-1] in {"complaint", "suggestion", "inquiry", "praise", "other"}
        else found.intent
    )
    return " ".join([*sorted(words), intent])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(text, expected, id=f"{name}: {text}")
        for name, table in TABLES.items()
        for text, expected in table.items()
    ],
)
def test_the_rules_read(miner: Miner, text: str, expected: str) -> None:
    found = label(miner, text)

    assert shown(found) == wanted(expected, found)


# ── intensity ─────────────────────────────────────────────────────────────


def strongest(miner: Miner, text: str) -> float:
    return max(finding.intensity for finding in miner.mine([Ticket("1", text)]))


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("APP闪退", "APP总是闪退"),  # it keeps happening
        ("APP闪退", "APP闪退！"),
        ("APP闪退", "APP闪退，再次来电"),  # in touch before
        ("APP闪退", "APP闪退，我要投诉到银保监"),  # to somebody above
        ("APP总是闪退", "APP总是闪退，我要投诉到银保监"),
        ("年费太高", "年费实在太高，简直离谱"),
        ("有点失望，年费高", "年费高，非常失望"),  # hedged
        ("手續費有點貴", "手續費貴得離譜"),
        ("客服态度差", "客服态度极其恶劣，凭什么这样对客户"),
        ("登入失敗", "登入一直失敗，非常生氣！"),
        ("手續費太貴", "手續費太貴，我要向金管會申訴"),
    ],
)
def test_the_stronger_wording_is_felt_more_strongly(miner: Miner, weaker: str, stronger: str) -> None:
    assert strongest(miner, weaker) < strongest(miner, stronger)


def test_intensity_stays_within_its_scale_however_much_is_shouted(miner: Miner) -> None:
    text = (
        "非常非常严重！！！APP总是闪退，多次来电，再三投诉，12378，银保监，起诉，律师，曝光，凭什么，难道，呵呵！！！"
        * 5
    )

    assert strongest(miner, text) == 1.0


# ── findings ──────────────────────────────────────────────────────────────


def findings(miner: Miner, text: str) -> list[Finding]:
    return list(miner.mine([Ticket("1", text)]))


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("APP老是閃退，客服態度很好", ["閃退", "客服態度很好"]),
        ("登录&#8203;不了", ["登录&#8203;不了"]),
        ("ＡＰＰ登錄\u200b不了", ["登錄\u200b不了"]),
        ("閃(shǎn)退", ["閃(shǎn)退"]),
    ],
)
def test_quotes_are_cut_from_the_text_as_received(miner: Miner, text: str, quotes: list[str]) -> None:
    assert [finding.quote for finding in findings(miner, text)] == quotes


def test_each_finding_says_which_words_carried_it(miner: Miner) -> None:
    (finding,) = findings(miner, "手机银行一登录就闪退")

    assert finding.why.startswith("rule: ")
    assert "闪退" in finding.why
    assert finding.topic in RULES.taxonomy


def test_the_institution_s_words_are_no_finding(miner: Miner) -> None:
    assert findings(miner, "客户咨询年费。已告知客户系统故障导致闪退，已致歉并安抚客户") == []


def test_an_opinion_takes_the_topic_named_just_before(miner: Miner) -> None:
    (finding,) = findings(miner, "说一下你们的转账功能，用着真是恶心")

    assert finding.perception == "product"
    assert finding.polarity == -1


def test_an_opinion_without_an_object_is_set_aside_not_guessed(miner: Miner) -> None:
    (reading,) = miner.read(["太差了"])

    assert reading.findings == ()
    assert [clause.text for clause in reading.abstained] == ["太差了"]


def test_one_clause_gives_one_finding_per_topic(miner: Miner) -> None:
    found = findings(miner, "APP闪退闪退闪退打不开")

    assert len({(f.clause.start, f.topic) for f in found}) == len(found)


def test_rules_answer_for_whole_notes() -> None:
    assert isinstance(RULES, NoteClassifier)


pieces = st.lists(
    st.sampled_from(
        [
            "APP",
            "闪退",
            "客服",
            "态度",
            "很好",
            "不",
            "年费",
            "太贵",
            "，",
            "。",
            "但",
            "希望",
            "請問",
            "登入",
            "唔到",
            "！！",
            "\n",
            "客户称",
            "已致歉",
            "\ud800",
            "\0",
        ]
    )
    | st.text(max_size=3),
    max_size=15,
).map("".join)


@settings(deadline=None, max_examples=80)
@given(st.lists(pieces, max_size=5))
def test_reading_together_or_alone_labelling_or_judging_is_one(texts: list[str]) -> None:
    tickets = [Ticket(str(n), text) for n, text in enumerate(texts)]
    notes = [split(one, normalize(one.text)) for one in tickets]
    verdicts = RULES.judge(notes)

    assert RULES.label(notes) == [verdict.label for verdict in verdicts]
    assert verdicts == [RULES.judge([note])[0] for note in notes]
    together = [finding for verdict in verdicts for finding in verdict.findings]
    assert list(RULES.classify([clause for note in notes for clause in note])) == together
    for finding in together:
        start, end = finding.evidence
        assert 0 <= start < end <= len(finding.ticket.text)
        assert finding.polarity in {-1, 0, 1}
        assert 0 <= finding.intensity <= 1
        assert 0 <= finding.confidence <= 1
        assert finding.topic in RULES.taxonomy
