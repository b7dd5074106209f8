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

# Where one point ends. The set of first characters is what makes the search fast.
_STOPS = "，。！!？?；;\n…~～"
_HAN = "\u4e00-\u9fff"
_BOUNDARY = re.compile(
    rf"[{_STOPS},. 但可然【](?:"
    rf"(?<=[{_STOPS}])[{_STOPS}]*"
    r"|(?<=,)(?:(?<!\d,),*|,*(?!\d))"  # not the comma of 1,000
    rf"|(?<=\.)(?:\.+|(?<!\d\.)(?=\s|\Z|[{_HAN}]))"
    rf"|(?<=[{_HAN}] )(?=[{_HAN}])"
    # What opens the next clause: a contrast (not 不但, 但愿), a heading.
    rf"|(?P<opening>(?<=[^{_STOPS},. 不非]但)(?![愿凡])|(?<=[^{_STOPS},. ]可)是|(?<=[^{_STOPS},. ]然)而|(?<=[^{_STOPS},. ]【)(?=[{_HAN}]{{2,6}}】))"
    r")"
)
_WORD = re.compile(rf"[^{_STOPS},.\s]")

_NAMED = "客户|顾客|来电人|持卡人|诉求人|投诉人|储户|机主|用户|市民"
_KIN = "家属|家人|母亲|父亲|爱人|妻子|丈夫|子女|儿子|女儿"
_WHO = (
    rf"(?:(?:该|此)?(?:{_NAMED})(?:\[[^\]]{{1,20}}\]|[*＊xX某]{{1,3}}|本人|{_KIN}|[\u4e00-\u9fff*]{{1,3}}(?:先生|女士|小姐))?"
    r"|[\u4e00-\u9fff*]{0,2}(?:先生|女士)(?=来电|致电|进线|来行))"
)
_SUBJECT = rf"(?:{_WHO}|其(?:本人)?)"
_SAYS = (
    r"(?:再次|多次|又|现|今日|今天|近日|昨日|当日|表示其|其)?"
    r"(?:来电|致电|来行|来函|进线|反映|反应|反馈|表示|称|声称|要求|咨询|询问|投诉|诉求|希望|认为|建议|提出|不满|不认可"
    r"|质疑|强烈|情绪|非常|对|因|于|在|前往|到|拨打|使用|办理|申请|收到|发现|尝试|登录|持|名下|未|无法|想|需|今|昨|上|本|近|已|急|\d)"
)
_CUSTOMER_HEADING = (
    r"[【\[](?:客户诉求|客户反映|客户描述|诉求内容|诉求|反映问题|反映内容|投诉内容|来电内容|问题描述)[】\]]"
)
_INSTITUTION_HEADING = r"[【\[](?:处理(?:情况|结果|过程|意见|方案)|核实(?:情况|结果)|调查(?:情况|结果)|回访(?:情况|结果)|答复内容|解决方案|办理(?:情况|结果))[】\]]"
# A note written about the customer: "客户反映…", "今日客户来电", "【客户诉求】…"
_THIRD_PERSON = re.compile(
    rf"(?:\A|[，。；,;：:\s\d日月年])(?:来电)?{_WHO}{_SAYS}|{_CUSTOMER_HEADING}|{_INSTITUTION_HEADING}"
)
# What every such note holds; a search for words alone is many times faster than the one above.
_MAYBE_THIRD_PERSON = re.compile(rf"{_NAMED}|先生|女士|诉求|反映|内容|问题描述|处理|核实|调查|回访|方案|办理")
_HEADING = re.compile(rf"\s*(?:(?P<customer>{_CUSTOMER_HEADING})|{_INSTITUTION_HEADING})")
_CUSTOMER_SAYS = re.compile(
    rf"\s*(?:但是?|而且|并且|同时|另外?|此外|后续?|现)?{_SUBJECT}{_SAYS}|\s*(?:本人|我(?!行|部|中心|处|司|方))"
)
# What the customer had tried before: "已联系过客服两次", "已提交材料一个月", "没有回复"
_CUSTOMER_TRIED = re.compile(
    r"\s*(?:"
    r"已(?:[一二两三四五六七八九十几多\d]+次|再次|经)?(?:联系|致电|拨打|咨询|反馈|反映|投诉|打)(?:过|了)?(?:人工)?(?:客服|热线|官方|银行|贵行|你行|95\d{3})"
    r"|已(?:多次|再三|反复)(?:反馈|反映|投诉|催促|报修|申请)"
    r"|已提交(?:了)?(?:材料|资料|证明|证件)"
    r"|(?:均|都|一直|至今|仍)?(?:未解决|没有?(?:人)?(?:回复|解决|回音|处理)|未(?:收到|得到)(?:回复|答复|处理))"
    r")"
)
# A reproach in the note-taker's words: "我行工作人员未提前告知"
_REPROACH = re.compile(
    r"\s*(?:但|且)?(?:我行|本行|我部|我司)[^，。；]{0,10}?"
    r"(?:未(?:提前|及时|主动|事先|明确|尽|履行|告知|按|给|为|通知|说明|提示|经)|没有|擅自|私自|随意|乱|拒绝|推诿|敷衍|误导|诱导|态度|多次推销)"
)
_DEMAND = re.compile(r"\s*(?:但|并|且|同时|仍|再次|强烈|坚决){0,2}(?:要求|希望|请求|恳请|诉求|建议|请|望)")

_TIMES = r"(?:[一二两三四五六七八九十几多\d]+次|再次|第一时间)"
# What the institution did, does or asks its own people to do; an alternative a line.
_INSTITUTION = re.compile(
    r"\s*(?:\d+[、.)])?(?:后续?|现|并|经|故|因此|随后|目前|但|另|且|同时|今日|当日)?(?:"
    r"(?:我行|我部|我中心|我司|我处|我方|本行|坐席|座席|客服(?:已|人员已|代表已)|话务员|工作人员已|网点已|支行已|分行已|客户经理已|主管已|后台)"
    rf"|已{_TIMES}?(?:与|向|为|对|将|和|联系|告知|解释|致电|拨打|回复|回电|答复|安抚|核实|登记|转|协助|指引|指导|引导|建议|电话|反馈|记录|查询|处理|帮|按|提交|上报|派|发送?短信|短信)"
    rf"|已{_TIMES}(?!来电|进线|来行|到|去|跑|打|报|申请|反映|投诉|催)"
    # 三次致电未接通, 多次联系客户未果
    rf"|{_TIMES}?(?:致电|回电|外呼|联系|拨打(?=客户|其))(?:客户|其)?(?:的?(?:电话|手机))?(?:均|一直|仍|都)?(?:未接|未通|未果|未能|无人接|无法接通|不通|关机|停机|拒接|占线)"
    r"|(?:烦请|敬请|麻烦(?:贵|相关|部门)|望(?:贵|相关|有关|尽快核|核实|协助|予以|支行|分行|回复|处理|跟进|知悉|优先))"
    r"|请(?:贵|相关|有关|分行|支行|网点|部门|后台|协助|核实|予以|优先|酌情|协调|跟进|关注|知悉|查收|尽快(?:核实|联系|处理|回复))"
    r"|(?:告知|安抚|解释|答复|回复|回电|致电|联系|建议|引导|指引|协助|帮助|指导|劝导|提醒|邀请|感谢|向|为|给|与)(?:客户|其(?!他|它|实|中|余))"
    # 经核实, 经网点核实
    r"|经(?:查|与|向|联系)|经[^，。；的]{0,8}?(?:核实|了解|沟通|解释|查询|核查|调查|排查)"
    r"|(?:查询|核实|核查|调查)(?:到|得知|发现|显示|结果|客户|系统|后(?!续))"
    # 查询物流显示已签收
    r"|(?:查询|查看|调取|调阅|核查)(?:物流|快递|录音|监控|后台|交易|流水|记录){1,2}[^，。；]{0,4}(?:显示|可见|发现|为|系)"
    r"|(?:线上|系统|后台|电脑端)(?:无法查询|无法核实|查询无|显示无|无法操作)|无法线上|线上无权|权限(?:无法|不足)"
    r"|(?:转|移交|提交|流转|派发|登记|下派|生成)(?:至|给|贵|工单|相关|单|后台|支行|网点|分行|.{0,6}(?:处理|核实|跟进)\Z)"
    # 支行回复已达成一致
    r"|(?:支行|分行)(?:工作人员)?(?:回复|反馈|答复|回电)|(?<=后续)(?:网点|部门|客户经理)(?:回复|反馈|答复|回电|告知|联系|解释)"
    r"|(?:废单|详见(?:附件|录音|截图)|见附件|备注[:：]|(?:处理|核实|回访|答复|回复|办理)[:：]|工单(?:已|编号|处理))"
    r"|(?:处理(?:结果|意见|情况|方案)|核实(?:情况|结果)|回访(?:结果|情况)?|解决方案[:：]?|答复内容[:：]?|办理(?:结果|情况)[:：])"
    r"|(?:拟|建议|申请|予以|现已?|已)?(?:结案|办结)"
    r"|(?:根据|依据|按照?)(?:我行|本行|银行|相关)(?:相关)?(?:规定|制度|政策|要求)"
    r")"
)
# "经查，" alone: what was found follows, even where it begins with 客户.
_LEAD_IN = re.compile(r"\s*(?:后|现)?经[^，。；的]{0,8}?(?:查|查询|核实|了解|核查|调查|排查)[，,：:\s]*\Z")
# The institution speaking of the matter once it has it in hand: "客户反映的问题系误解"
_MATTER = re.compile(rf"\s*{_SUBJECT}(?:所)?(?:反映|投诉|提出|诉求|咨询|述)的")

_SETTLED = r"(?:理解|认可|认同|接受|愿意|无异议|没有异议|谅解|感谢(?!客户|您|其)|致谢|满意|同意|知晓|知悉|清楚|明白|已?解决|已收到|已处理|撤诉|撤销|不再追究|无其他)"
_HOW_SETTLED = r"(?:已|均|可以?|能够?|非常|基本|仍然?|依然|还是|坚持|不|未|无法|拒绝|暂|勉强|不太|没有|表示|予以|给予){0,3}"
_OUTCOME = re.compile(
    rf"\s*(?:最终|现|后|目前|但|且|并)?{_SUBJECT}(?:对(?:此|处理|解释|回复|答复|结果)[^，。；]{{0,6}}?)?(?:已|均|也|均已)?(?:表示|回复|反馈|称)?{_HOW_SETTLED}{_SETTLED}"
    rf"|\s*(?:最终|现|后|目前|但)?{_SUBJECT}(?:表示)?(?:仍|依然|依旧|还是|坚持)"
)
# Only after the matter was handled: "表示理解", "仍不满意", "客户表示不满"
_OUTCOME_AFTER_HANDLING = re.compile(
    rf"\s*(?:最终|现|后|目前|但|且|并)?(?:对(?:此|处理|解释|回复|答复)[^，。；]{{0,6}}?)?(?:表示{_HOW_SETTLED}{_SETTLED}|(?:已|均|也|仍然?|依然|还是|不|未|无法|拒绝|非常){{0,3}}"
    r"(?:理解|认可|认同|接受|无异议|没有异议|谅解|感谢(?!客户|您|其)|致谢|满意|知晓|知悉))"
    rf"|\s*(?:最终|现|后|目前|但|且)?(?:{_SUBJECT})?(?:对[^，。；]{{1,10}}?)?(?:仍|依然|还是|表示|非常|十分|较为|均){{1,3}}不满"
)
_UNSETTLED = re.compile(
    r"仍|依然|依旧|还是不|坚持|不(?:太|大|是很|能)?(?:理解|认可|认同|接受|愿意|满|同意|清楚)|未(?:认可|接受|同意|解决|能)|无法(?:接受|认可|理解)|拒绝|没有?解决"
)

_ROLE = re.compile(
    r"(?:\A|(?<=[\n。！？!?；;，, ]))(?:【|\[)?(?P<role>客服(?:人员|代表|小姐|\d{1,6})?|坐席|座席|话务员|客户经理|柜员|机器人|智能客服|银行|agent|Agent|AGENT"
    r"|客户|顾客|用户|来电人|市民|customer|Customer|CUSTOMER|[ABab甲乙])(?:】|\])?\s*[:：]"
)
_CUSTOMER_ROLES = frozenset({"客户", "顾客", "用户", "来电人", "市民", "customer"})
_LETTER_ROLES = frozenset("ab甲乙")
# What only the one who answers the phone says.
_AGENT_TALK = re.compile(
    r"(?:很高兴|竭诚)?为您服务|请问(?:您(?:有什么|的)|有什么|您?贵姓)|可以帮|请您(?:稍等|提供|核对)|工号|感谢您的?(?:来电|致电)|这边帮您|给您(?:查|登记|反馈)|您(?:先)?别着急"
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
    if not (_MAYBE_THIRD_PERSON.search(text) and _THIRD_PERSON.search(text)):
        return [Clause(ticket, aligned, start, end, Voice.CUSTOMER) for start, end in pieces]
    voices = _narrated([text[start:end] for start, end in pieces])
    return [
        Clause(ticket, aligned, start, end, voice) for (start, end), voice in zip(pieces, voices, strict=True)
    ]


def outcome(clauses: Sequence[Clause]) -> Outcome:
    """Tell from the last clause that says how the customer took it whether the matter was settled."""
    ends = [clause.text for clause in clauses if clause.voice is Voice.OUTCOME]
    if not ends:
        return Outcome.UNKNOWN
    said = [end for end in ends if _OUTCOME.match(end) or _OUTCOME_AFTER_HANDLING.match(end)]
    return Outcome.UNRESOLVED if _UNSETTLED.search((said or ends)[-1]) else Outcome.RESOLVED


def _pieces(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches between boundaries, each with its closing punctuation."""
    start = first
    for boundary in _BOUNDARY.finditer(text, first, last):
        end = boundary.end() if boundary["opening"] is None else boundary.start()
        if _WORD.search(text, start, boundary.start()):
            yield start, end
            start = end
        elif boundary.start() > start:
            start = end
    if _WORD.search(text, start, last):
        yield start, last


def _turns(text: str) -> Iterator[tuple[int, int, Voice]]:
    """Yield the turns of a transcript; nothing, if the text is none."""
    if ":" not in text and "：" not in text:
        return
    marks = list(_ROLE.finditer(text))
    if not marks or (len(marks) == 1 and not _speaks_alone(text, marks[0])):
        return
    stops = [*(mark.start() for mark in marks), len(text)]
    agent = _agent_letter(text, marks)
    if marks[0].start() > 0:
        yield 0, marks[0].start(), Voice.CUSTOMER
    for mark, (_, stop) in zip(marks, pairwise(stops), strict=True):
        role = mark["role"].lower()
        customer = role in _CUSTOMER_ROLES or (role in _LETTER_ROLES and role != agent)
        yield mark.end(), stop, Voice.CUSTOMER if customer else Voice.INSTITUTION


def _speaks_alone(text: str, mark: re.Match[str]) -> bool:
    """Tell a turn from a quotation ("态度太差，客服：这不归我管"): it begins a line, and names a role."""
    begins = mark.start() == 0 or text[mark.start() - 1] == "\n"
    return begins and mark["role"].lower() not in _LETTER_ROLES


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
    section: Voice | None = None
    headings = [_HEADING.match(piece) for piece in pieces]
    # A note with a heading for the handling has it nowhere else; one without may tell it anywhere.
    divided = any(heading and not heading["customer"] for heading in headings)
    before = ""
    for i, (piece, heading) in enumerate(zip(pieces, headings, strict=True)):
        said = piece
        if heading:
            voice = Voice.CUSTOMER if heading["customer"] else Voice.INSTITUTION
            section = voice if divided else None
            handled = handled or voice is Voice.INSTITUTION
            said = piece[heading.end() :]
        if section is not Voice.CUSTOMER and not (_LEAD_IN.match(before) and voice is Voice.INSTITUTION):
            heard = _heard(said, voice, handled=handled, last=0 < i == len(pieces) - 1)
            voice = section if section and heard is Voice.CUSTOMER else heard
            handled = handled or voice is Voice.INSTITUTION
        before = piece
        yield voice


def _heard(piece: str, voice: Voice, *, handled: bool, last: bool) -> Voice:
    """Name the voice of a clause that follows one of *voice*; *handled* tells that the matter was taken up."""
    if ((handled or last) and _OUTCOME.match(piece)) or (handled and _OUTCOME_AFTER_HANDLING.match(piece)):
        return Voice.OUTCOME
    if _CUSTOMER_TRIED.match(piece) or (not handled and _REPROACH.match(piece)):
        return Voice.CUSTOMER
    if _INSTITUTION.match(piece) or (handled and _MATTER.match(piece)):
        return Voice.INSTITUTION
    if _CUSTOMER_SAYS.match(piece) or (voice is Voice.OUTCOME and _DEMAND.match(piece)):
        return Voice.CUSTOMER
    return voice
