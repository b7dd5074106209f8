"""
Split a ticket into clauses and say whose voice each is.

A call note mixes what the customer said ("客户称…", "本人…") with what the institution did about it
("已联系客户解释", "望贵部核实") and how it ended ("客户表示理解"); a transcript names the speaker before
each turn ("客服：", "客户："). Anything else is the customer speaking throughout.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from voctext.records import Clause, Outcome, Ticket, Voice
from voctext.text import AlignedText

# Where one point ends: punctuation (not the comma of 1,000), a space between Han characters, a contrast.
_BOUNDARY = re.compile(
    r"[，。！!？?；;\n…~～]+|(?<!\d),+|,+(?!\d)|\.{2,}|(?<!\d)\.(?=\s|\Z|[\u4e00-\u9fff])"
    r"|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])|(?<=[^，。！!？?；;\n…~～,. ])(?=但是|但(?![愿凡是])|可是|然而)"
)

_SUBJECT = r"(?:该|此)?(?:客户|顾客|来电人|持卡人|诉求人|投诉人|储户|机主|用户|市民|其)(?:\[[^\]]{1,20}\]|[*＊xX某]{1,3}|本人)?"
_SAYS = (
    r"(?:再次|多次|又|现|今日|今天|近日|昨日|当日|表示其|其)?"
    r"(?:来电|致电|来行|来函|进线|反映|反应|反馈|表示|称|声称|要求|咨询|询问|投诉|诉求|希望|认为|建议|提出|不满|不认可"
    r"|质疑|强烈|情绪|非常|对|因|于|在|前往|到|拨打|使用|办理|申请|收到|发现|尝试|登录|持|名下|未|无法|想|需|今|昨|上|本|近|已|急|\d)"
)
# A note written about the customer: "客户反映…", "今日客户来电"
_THIRD_PERSON = re.compile(rf"(?:\A|[，。；,;：:\s\d日月年])(?:来电)?{_SUBJECT.replace('|其)', ')')}{_SAYS}")
_CUSTOMER_SAYS = re.compile(
    rf"\A\s*(?:但是?|而且|并且|同时|另外?|此外|后续?|现)?{_SUBJECT}{_SAYS}|\A\s*(?:本人|我(?!行|部|中心|处|司|方))"
)

# What the institution did, does or asks its own people to do.
_INSTITUTION = re.compile(
    r"\A\s*(?:\d+[、.)])?(?:后|现|并|经|故|因此|随后|目前|但|另|且|同时|今日|当日)?(?:"
    r"(?:我行|我部|我中心|我司|我处|我方|本行|坐席|座席|客服(?:已|人员已|代表已)|话务员|工作人员已|网点已|支行已|分行已|客户经理已|主管已|后台)"
    r"|已(?:与|向|为|对|将|和|联系|告知|解释|致电|回复|回电|答复|安抚|核实|登记|转|协助|指引|引导|建议|电话|反馈|记录|查询|处理|帮|按|提交|上报|派|多次|第一时间)"
    r"|(?:烦请|敬请|望(?:贵|相关|有关|尽快核|核实|协助|予以|支行|分行)|请(?:贵|相关|有关|分行|支行|网点|部门|后台|协助|核实|予以|尽快(?:核实|联系|处理|回复)|跟进|关注|知悉|查收)|麻烦(?:贵|相关|部门))"
    r"|(?:告知|安抚|解释|答复|回复|回电|致电|联系|建议|引导|指引|协助|帮助|指导|劝导|提醒|邀请|向|为|给|与)(?:客户|其(?!他|它|实|中|余))"
    r"|经(?:核实|查|与|了解|沟通|联系|解释|查询|核查|调查|向)|(?:查询|核实|核查|调查)(?:到|得知|发现|显示|结果|客户|系统|后(?!续))"
    r"|(?:线上|系统|后台|电脑端)(?:无法查询|无法核实|查询无|显示无|无法操作)|无法线上|线上无权|权限(?:无法|不足)"
    r"|(?:转|移交|提交|流转|派发|登记|下派|生成)(?:至|给|贵|工单|相关|单|后台|支行|网点|分行|.{0,6}(?:处理|核实|跟进)\Z)"
    r"|(?:废单|详见(?:附件|录音|截图)|见附件|备注[:：]|处理(?:结果|意见|情况|方案)[:：]?|核实(?:情况|结果)[:：]?|回访(?:结果|情况)?[:：]?|解决方案[:：]?|答复内容[:：]?|办理(?:结果|情况)[:：]?|工单(?:已|编号|处理))"
    r"|(?:根据|依据|按照?)(?:我行|本行|银行|相关)(?:相关)?(?:规定|制度|政策|要求)"
    r")"
)
_SETTLED = r"(?:理解|认可|接受|无异议|没有异议|谅解|感谢|致谢|满意|同意|知晓|知悉|清楚|明白|已?解决|已收到|已处理|撤诉|撤销|不再追究|无其他)"
_OUTCOME = re.compile(
    rf"\A\s*(?:最终|现|后|目前|但|且|并)?{_SUBJECT}?(?:本人)?(?:对此|对处理(?:结果|方案)?|对解释|对回复)?(?:已|均|也|均已)?(?:表示|回复|反馈|称)?"
    rf"(?:已|均|可以?|能够?|非常|基本|仍然?|依然|还是|坚持|不|未|无法|拒绝|暂|勉强|不太|没有|表示){{0,3}}{_SETTLED}"
    rf"|\A\s*(?:最终|现|后|目前|但)?{_SUBJECT}(?:表示)?(?:仍|依然|依旧|还是|坚持)"
)
_UNSETTLED = re.compile(
    r"仍|依然|依旧|还是不|坚持|不(?:理解|认可|接受|满|同意|清楚)|未(?:认可|接受|同意|解决|能)|无法(?:接受|认可|理解)|拒绝|没有?解决"
)

_ROLE = re.compile(
    r"(?:\A|(?<=[\n。！？!?；;，, ]))(?:【|\[)?(?P<role>客服(?:人员|代表|小姐|\d{1,6})?|坐席|座席|话务员|客户经理|柜员|机器人|智能客服|银行|agent|Agent|AGENT"
    r"|客户|顾客|用户|来电人|市民|customer|Customer|CUSTOMER|[ABab甲乙])(?:】|\])?\s*[:：]"
)
_CUSTOMER_ROLES = frozenset({"客户", "顾客", "用户", "来电人", "市民", "customer"})
_LETTER_ROLES = frozenset("ab甲乙")
# What only the one who answers the phone says.
_AGENT_TALK = re.compile(
    r"(?:很高兴|竭诚)?为您服务|请问(?:您)?有什么|可以帮|请您(?:稍等|提供|核对)|工号|感谢您的?(?:来电|致电)|这边帮您|给您(?:查|登记|反馈)|您(?:先)?别着急"
)


def split(ticket: Ticket, aligned: AlignedText) -> list[Clause]:
    """
    Split *ticket*, normalized as *aligned*, into clauses in reading order.

    >>> from voctext.text import normalize
    >>> ticket = Ticket("1", "客户称APP登錄不了，已联系客户解释，客户表示理解")
    >>> [(clause.text, clause.voice.value) for clause in split(ticket, normalize(ticket.text))]
    [('客户称APP登录不了，', 'customer'), ('已联系客户解释，', 'institution'), ('客户表示理解', 'outcome')]
    """
    text = aligned.text
    turns = list(_turns(text))
    if turns:
        return [
            Clause(ticket, aligned, start, end, voice)
            for first, last, voice in turns
            for start, end in _pieces(text, first, last)
        ]
    pieces = list(_pieces(text, 0, len(text)))
    if not _THIRD_PERSON.search(text):
        return [Clause(ticket, aligned, start, end, Voice.CUSTOMER) for start, end in pieces]
    voices = _narrated([text[start:end] for start, end in pieces])
    return [
        Clause(ticket, aligned, start, end, voice) for (start, end), voice in zip(pieces, voices, strict=True)
    ]


def outcome(clauses: Sequence[Clause]) -> Outcome:
    """Tell from the outcome clauses, the last one deciding, whether the matter was settled."""
    ends = [clause.text for clause in clauses if clause.voice is Voice.OUTCOME]
    if not ends:
        return Outcome.UNKNOWN
    return Outcome.UNRESOLVED if _UNSETTLED.search(ends[-1]) else Outcome.RESOLVED


def _pieces(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches between boundaries, each with its closing punctuation."""
    start = first
    for boundary in _BOUNDARY.finditer(text, first, last):
        end = boundary.end()
        if text[start : boundary.start()].strip():
            yield start, end
            start = end
        elif boundary.start() > start:
            start = end
    if text[start:last].strip():
        yield start, last


def _turns(text: str) -> Iterator[tuple[int, int, Voice]]:
    """Yield the turns of a transcript; nothing, if the text is none."""
    if ":" not in text and "：" not in text:
        return
    marks = list(_ROLE.finditer(text))
    if not marks or (len(marks) < 2 and marks[0]["role"].lower() in _LETTER_ROLES):  # noqa: PLR2004
        return
    stops = [*(mark.start() for mark in marks), len(text)]
    agent = _agent_letter(text, marks)
    if marks[0].start() > 0:
        yield 0, marks[0].start(), Voice.CUSTOMER
    for mark, (_, stop) in zip(marks, pairwise(stops), strict=True):
        role = mark["role"].lower()
        customer = role in _CUSTOMER_ROLES or (role in _LETTER_ROLES and role != agent)
        yield mark.end(), stop, Voice.CUSTOMER if customer else Voice.INSTITUTION


def _agent_letter(text: str, marks: Sequence[re.Match[str]]) -> str:
    """Tell which of A and B answers the phone: who talks like it, else who speaks first."""
    stops = [*(mark.start() for mark in marks), len(text)]
    for mark, stop in zip(marks, stops[1:], strict=True):
        if _AGENT_TALK.search(text, mark.end(), stop):
            return mark["role"].lower()
    return marks[0]["role"].lower()


def _narrated(pieces: Sequence[str]) -> Iterator[Voice]:
    """Follow a note about the customer: a voice goes on until another is heard."""
    voice = Voice.CUSTOMER
    handled = False
    for i, piece in enumerate(pieces):
        if (handled or i == len(pieces) - 1) and i > 0 and _OUTCOME.match(piece):
            voice = Voice.OUTCOME
        elif _INSTITUTION.match(piece):
            voice, handled = Voice.INSTITUTION, True
        elif _CUSTOMER_SAYS.match(piece):
            voice = Voice.CUSTOMER
        yield voice
