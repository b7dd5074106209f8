"""The names that exports give to their columns, simplified, traditional and English."""

import re
from unicodedata import normalize

FIELDS = ("id", "text", "customer", "time", "channel", "segment", "status", "resolved", "satisfaction")
"""The fields of a ticket that a column can fill."""

_SIMPLER = str.maketrans(
    "單編號訴內來電問題饋論評見詳間時創進線戶層級狀態處辦結滿證機碼聯絡話據記錄質檢類關閉優實發議導區別貴賓訊總審應對點數標體驗給語說當檔動產員會諮詢資傳國確認覆復務業還為個調眾",
    "单编号诉内来电问题馈论评见详间时创进线户层级状态处办结满证机码联络话据记录质检类关闭优实发议导区别贵宾讯总审应对点数标体验给语说当档动产员会咨询资传国确认复复务业还为个调众",
)
"""Only the characters that headers are made of, so that each name below is written once."""

_KNOWN = {
    "id": (
        "工单编号 工单号 工单id 工单号码 工单流水号 案件编号 案件号 案号 受理编号 受理单号 受理号 "
        "投诉编号 投诉单号 诉求编号 留言编号 来电编号 评论编号 评论id 反馈编号 业务流水号 流水号 "
        "流水编号 流水 记录编号 记录id 单号 工号单 编号 订单编号 ticketid ticketno ticketnumber "
        "ticket caseid caseno casenumber case reviewid commentid feedbackid recordid uuid guid id "
        "序号 no number seq index"
    ),
    "text": (
        "诉求内容 投诉内容 客户诉求内容 工单内容 客户诉求 来电内容 留言内容 留言详情 客户原声 "
        "客户声音 客户反馈 反馈内容 意见内容 建议内容 投诉建议内容 诉求描述 问题描述 投诉描述 "
        "事件描述 情况描述 受理内容 评论内容 评价内容 评论正文 问题内容 咨询内容 通话内容 通话文本 "
        "诉求详情 投诉详情 工单描述 事由 来电事由 内容 原文 文本 正文 详情 描述 评论 留言 诉求 意见 "
        "反馈 意见建议 意见与建议 评价 text verbatim customervoice content comment comments "
        "reviewtext reviewcontent reviewbody review feedback complaint complaintnarrative "
        "consumercomplaintnarrative narrative description message body note notes details detail"
    ),
    "customer": (
        "客户号 客户编号 客户id 客户号码 客户代码 客户标识 核心客户号 cif cifno cifid 客户内码 "
        "会员号 会员编号 会员id 用户id 用户编号 customerid customerno customernumber customercode "
        "clientid userid memberid customer 证件号 证件号码 身份证号 身份证号码 身份证字号 身分证字号 "
        "客户证件号 客户证件号码 手机号 手机号码 客户手机号 客户手机号码 客户手机 联系电话 联络电话 "
        "联系方式 来电号码 主叫号码 电话 电话号码 phone mobile user client"
    ),
    "time": (
        "受理时间 受理日期 创建时间 创建日期 来电时间 来电日期 进线时间 进线日期 建单时间 建单日期 "
        "登记时间 登记日期 提交时间 提交日期 投诉时间 投诉日期 留言时间 留言日期 诉求时间 诉求日期 "
        "反馈时间 反馈日期 评论时间 评论日期 发布时间 发表时间 发起时间 录入时间 生成时间 发生时间 "
        "发生日期 接收时间 开单时间 开始时间 通话时间 时间 日期 created createdat createdtime "
        "createdon createtime createdate createddate opened openedat opendate submittedat receivedat "
        "datereceived calltime time date datetime timestamp reviewdate commenttime"
    ),
    "channel": (
        "渠道 渠道来源 来源渠道 受理渠道 投诉渠道 来电渠道 进线渠道 诉求渠道 受理途径 反馈渠道 "
        "接入渠道 工单来源 来源 信息来源 channel contactchannel sourcechannel source via"
    ),
    "segment": (
        "客群 客户群 客户分群 客户等级 客户分层 客户层级 客户级别 客户类型 客户类别 客户星级 "
        "会员等级 等级 分层 segment customersegment tier customertier level customertype"
    ),
    "status": (
        "状态 处理状态 办理状态 工单状态 案件状态 当前状态 结案状态 status state ticketstatus casestatus"
    ),
    "resolved": (
        "办结时间 办结日期 结案时间 结案日期 完成时间 完成日期 解决时间 解决日期 关闭时间 关闭日期 "
        "完结时间 完结日期 归档时间 处理完成时间 closed closedat closedtime closetime closedate "
        "closeddate closedon resolved resolvedat resolvedtime resolvedate resolutiontime "
        "resolutiondate completedat"
    ),
    "satisfaction": (
        "满意度 客户满意度 满意度评价 满意度评分 满意度结果 是否满意 评分 打分 星级 评级 评价星级 "
        "评分星级 satisfaction csat rating score stars star nps"
    ),
}
_RANK = {field: {name: rank for rank, name in enumerate(names.split())} for field, names in _KNOWN.items()}

_PART = {
    "text": re.compile(
        r"内容|详情|描述|原声|原文|留言|评论|诉求|(?:意见|建议|反馈|反映|评价|心声)$|"
        r"verbatim|comment|content|feedback|narrative"
    ),
    "id": re.compile(r"(?:工单|案件|受理|投诉|诉求|留言|流水|评论).{0,2}(?:编号|号|id)$"),
    "customer": re.compile(r"(?:客户|用户|会员|民众|持卡人|来电人).{0,3}(?:号|号码|id|代码|电话|手机)$"),
    "time": re.compile(
        r"^(?!.*(?:更新|修改|变更|处理|回复|回访|截止|到期|出生|开户|限|应|预计|分配|派|打印|导出)).*(?:时间|日期)$"
    ),
    "resolved": re.compile(r"(?:办结|结案|完结|解决|关闭).{0,2}(?:时间|日期)$"),
    "channel": re.compile(r"渠道$"),
    "status": re.compile(r"状态$"),
    "satisfaction": re.compile(r"满意度$"),
}
_NOT_THE_CUSTOMERS_WORDS = re.compile(
    r"处理|办理|回复|答复|回访|审核|解决|结果|方案|时间|日期|编号|号码|类型|类别|分类|渠道|来源|状态|人员|标题|等级|"
    r"数$|数量|^是否|id$|time|date|type|category|count|status|reply|response|resolution"
)
"""处理意见, 回复内容, 投诉时间: the institution's words, or no words at all"""
_IN_PARENTHESES = re.compile(r"[(\[【（].*?[)\]】）]")
_DECORATION = re.compile(r"[\s*_\-:.：﹡＊/、\ufeff]+")
_PART_RANK = 1000
_LONGEST_NAME = 24


def header_key(header: str) -> str:
    """
    Reduce *header* to what identifies it, so that spelling variants meet.

    >>> header_key(" *訴求內容（必填）："), header_key("Ticket_ID")
    ('诉求内容', 'ticketid')
    """
    folded = normalize("NFKC", header).casefold().translate(_SIMPLER)
    bare = _DECORATION.sub("", _IN_PARENTHESES.sub("", folded))
    return bare or _DECORATION.sub("", folded)


def header_rank(field: str, header: str) -> int | None:
    """Rank *header* as a name for *field*: lower is surer, None is no name for it."""
    if len(header) > 2 * _LONGEST_NAME:
        return None
    key = header_key(header)
    rank = _RANK[field].get(key)
    if rank is not None:
        return rank
    part = _PART.get(field)
    if part is None or len(key) > _LONGEST_NAME or not part.search(key) or is_known(header):
        return None
    return None if field == "text" and _NOT_THE_CUSTOMERS_WORDS.search(key) else _PART_RANK + len(key)


def is_known(header: str) -> bool:
    """Tell whether *header* is, to the letter, a name some field is known by."""
    key = header_key(header) if len(header) <= 2 * _LONGEST_NAME else ""
    return any(key in ranks for ranks in _RANK.values())


def names_a_field(header: str) -> bool:
    """Tell whether *header* names any field, surely or probably."""
    return any(header_rank(field, header) is not None for field in FIELDS)
