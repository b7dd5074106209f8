"""
Two scenes that must be told apart from their neighbours, in many wordings. All notes are synthetic.

In the first, an error of the app is reported three times; the agent did nothing wrong, and the
customer stays dissatisfied: that is about the product, not the person. In the second, the agent is
polite and right, but the number can only be changed at a branch: that is about the rule.
"""

import pytest

from voctext.miner import Miner
from voctext.records import Perception

APP_ERROR_THREE_TIMES = {
    "call note": "客户来电反映手机银行登录一直报错，此前已两次来电，今为第三次。客户表示坐席态度没有问题，但登录仍然失败，对结果不满意。",
    "call note, handling in between": (
        "客户第三次来电称App转账时提示系统异常，无法完成。坐席已指导卸载重装，仍报错，已登记技术工单。"
        "客户称接线人员很耐心，但问题一直没解决，客户不认可。"
    ),
    "call note, short": "客户三次致电反映APP闪退，坐席服务规范、耐心，客户认可坐席，但APP仍闪退，客户不满。",
    "own words": "我为这个登录报错打了三次电话了，接电话的小姑娘都挺客气，也帮我想了办法，可APP还是进不去，我真的很不满意",
    "app review": "一星。登录就报错，打了三通客服，客服态度都很好，就是APP还是打不开，什么时候能修好？",
    "app review, terse": "报错报了一个月，客服打了三遍，人家很热情，软件照样闪退",
    "letter": (
        "尊敬的行领导：本人自上月起使用贵行手机银行时频繁提示网络异常，先后三次拨打热线。三位工作人员均热情有礼，"
        "并无任何过失，然而系统故障至今未能修复，本人对此深感不满。"
    ),
    "transcript": (
        "客户：这是我第三次打来了，APP登录还是报错。\n坐席：非常抱歉，我马上为您登记。\n"
        "客户：你态度很好，我不怪你，可是这个系统一直登不上，我没法接受。\n坐席：理解您的心情。"
    ),
    "transcript, letters": (
        "A：您好，很高兴为您服务，请问有什么可以帮您？\nB：你们手机银行又闪退了，这都第三回了。\n"
        "A：抱歉给您带来不便。\nB：你服务挺好的，但这软件就是用不了，我很失望。"
    ),
    "chat": "客服小哥人很好，教我清缓存教了三次，可是APP还是卡死，这破软件到底修不修",
    "survey comment": "坐席10分，系统0分。同一个报错打了三次电话，坐席都很专业，系统就是不好",
    "Taiwan, call note": "客戶第三次進線反映行動銀行APP登入失敗，表示客服人員態度良好、說明清楚，但APP仍無法登入，對結果不滿意。",
    "Taiwan, own words": "為了APP閃退打了三次客服，專員都很有禮貌也很有耐心，可是APP還是一直閃退，真的很失望",
    "Taiwan, review": "登入一直出現系統錯誤，客服打了三次，每位都很客氣，問題依舊沒解決，一顆星",
    "Hong Kong, call note": "客戶第三次來電，稱流動理財APP登入時出現錯誤，讚賞職員有禮，惟問題仍未解決，客戶不滿。",
    "Cantonese": "個app登入唔到，打咗三次電話，啲職員個個都好有禮貌，不過個app都係死機，我真係好唔滿意",
    "Cantonese, terse": "打咗三次熱線，姐姐態度好好，但個app仲係彈出嚟，好失望",
    "mixed English": "Login又error，打了三次hotline，agent都很nice，但app还是打不开，很失望",
    "order turned": "客服没得说，又耐心又专业。气的是APP：登录报错，我报修三次，到今天还是登录不了。",
    "absolving the agent": "不关客服的事，他们该做的都做了。是你们的手机银行一转账就报错，我来电三次了，还是转不了账。",
}

NUMBER_ONLY_AT_A_BRANCH = {
    "call note": "客户来电要求变更预留手机号，坐席告知须本人到网点办理。客户表示坐席态度很好、解释清楚，但认为必须去网点不合理。",
    "call note, short": "客户想改预留手机号，坐席礼貌告知只能到柜台办理，客户认可服务，但对必须到柜台的规定不满。",
    "call note, abroad": (
        "客户称人在国外，需更换手机号，坐席耐心说明需本人持身份证到网点办理。客户认可坐席解释，但不认可该规定，要求线上办理。"
    ),
    "own words": "客服小姐很客气，也说得很明白，可是改个手机号非要本人去网点，我在外地回不去，这规定太不合理了",
    "app review": "换手机号必须去柜台，客服态度倒是很好，但这种规定真的太落后了",
    "app review, terse": "改个号码还得跑网点，客服很好，规定很烂",
    "letter": (
        "贵行负责人：本人致电热线申请更改预留号码，工作人员耐心周到，答复亦无差错。然而贵行规定此业务只能到网点柜台办理，"
        "对行动不便的老年人极不合理，特此投诉。"
    ),
    "transcript": (
        "客户：我想把手机号改一下。\n坐席：很抱歉，更改手机号需要您本人到网点办理。\n"
        "客户：你讲得很清楚，态度也好，可是为什么非得去网点？我在外地工作，这规定不合理。"
    ),
    "transcript, letters": (
        "A：您好，很高兴为您服务。\nB：我手机号换了要改。\nA：这边需要您到柜台办理呢。\n"
        "B：你人挺好的，但只能去柜台办这个规定我接受不了，太麻烦了。"
    ),
    "chat": "小姐姐很有耐心，但改绑手机号居然只能去网点，都什么年代了，不能线上办吗",
    "survey comment": "客服满分。扣分的是规定：换号码一定要本人到网点，太不方便。",
    "hardship": "我腿脚不便，想换个预留号码，客服很体贴，可规定必须本人到柜台办理，我实在去不了，太不人性化了",
    "order turned": "凭什么改手机号必须去网点？客服倒是很客气，也没说错什么，就是这个规定太死板。",
    "Taiwan, call note": "客戶來電欲變更留存手機號碼，客服人員態度親切、說明清楚，惟須本人臨櫃辦理，客戶認為規定不合理。",
    "Taiwan, own words": "客服很有禮貌，說明也正確，但改手機號碼一定要本人臨櫃，上班族哪有空，這規定太不合理",
    "Taiwan, review": "變更電話只能臨櫃辦理，客服態度很好，可是這種規定真的很不方便",
    "Hong Kong, call note": "客戶擬更改登記電話號碼，職員有禮解釋須親臨分行辦理，客戶讚賞職員，但認為必須去分行的規定不合理。",
    "Cantonese": "想改電話號碼，職員好有禮貌又講得清楚，但係一定要親身去分行搞，呢個規定真係好唔合理",
    "Cantonese, terse": "姐姐態度好好，不過改個電話都要去分行，好麻煩，規矩太死板",
    "mixed English": "agent很nice，可是update手机号一定要去branch柜台，这policy太不合理",
}


@pytest.fixture(scope="module")
def miner() -> Miner:
    return Miner.default()


def perceptions(miner: Miner, text: str) -> dict[Perception, int]:
    return dict(next(iter(miner.label([text]))).perceptions)


@pytest.mark.parametrize("text", APP_ERROR_THREE_TIMES.values(), ids=APP_ERROR_THREE_TIMES)
def test_an_app_error_reported_three_times_to_a_faultless_agent_is_about_the_product(
    miner: Miner, text: str
) -> None:
    found = perceptions(miner, text)

    assert found.get(Perception.PRODUCT) == -1, found
    assert found.get(Perception.PERSON, 0) >= 0, found


@pytest.mark.parametrize("text", NUMBER_ONLY_AT_A_BRANCH.values(), ids=NUMBER_ONLY_AT_A_BRANCH)
def test_a_number_that_a_polite_agent_can_only_have_changed_at_a_branch_is_about_the_rule(
    miner: Miner, text: str
) -> None:
    found = perceptions(miner, text)

    assert found.get(Perception.RULE) == -1, found
    assert found.get(Perception.PERSON, 0) >= 0, found


@pytest.mark.parametrize(
    "text",
    [
        "为这个登录报错打了三次电话，每次客服都爱答不理，说话很冲，APP还是登不上",
        "APP闪退报修三次，坐席态度恶劣还挂我电话，问题也没解决",
        "登入失敗打了三次客服，專員態度很差，APP還是閃退",
    ],
)
def test_the_same_error_with_a_rude_agent_is_about_the_person_too(miner: Miner, text: str) -> None:
    found = perceptions(miner, text)

    assert found.get(Perception.PRODUCT) == -1, found
    assert found.get(Perception.PERSON) == -1, found


@pytest.mark.parametrize(
    "text",
    [
        "改手机号必须去网点，这规定不合理，客服还态度恶劣，一问三不知",
        "變更電話一定要臨櫃，規定不合理，客服態度又很差",
    ],
)
def test_the_same_rule_from_a_rude_agent_is_about_the_person_too(miner: Miner, text: str) -> None:
    found = perceptions(miner, text)

    assert found.get(Perception.RULE) == -1, found
    assert found.get(Perception.PERSON) == -1, found
