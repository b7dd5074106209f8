"""What headers and dates mean."""

# ruff: noqa: DTZ001 - exports give wall-clock times
from datetime import datetime

import pytest

from voctext.tables.columns import choose_columns
from voctext.tables.dates import DateStyle, read_time
from voctext.tables.headers import header_rank

MARCH_5 = datetime(2024, 3, 5)


@pytest.mark.parametrize(
    ("field", "headers"),
    [
        ("id", "工单编号 工單編號 案件编号 流水号 序号 ticket_id Ticket-No. 记录ID"),
        ("text", "诉求内容 訴求內容 *投诉内容（必填） 留言详情 來電內容 问题描述 問題描述 评论 評論"),
        ("text", "Review Comment text content 意见 意見 客户诉求内容 客户意见 反映內容"),
        ("customer", "客户号 客戶編號 客户ID CIF 证件号 手机号 customer_id 民眾電話"),
        ("time", "受理时间 创建时间 來電時間 進線時間 日期 created_at 反映日期"),
        ("channel", "渠道 渠道来源 來源 channel source"),
        ("segment", "客群 客户等级 客戶分層 segment"),
        ("status", "状态 狀態 处理状态 辦理狀態"),
        ("resolved", "办结时间 結案時間 完成时间 closed"),
        ("satisfaction", "满意度 滿意度 评分 星级 rating"),
    ],
)
def test_headers_name_their_field(field: str, headers: str) -> None:
    for header in headers.split():
        columns, _ = choose_columns(["x", header, "y"], [], wanted={}, named=True)
        assert columns == {field: 1}, header


@pytest.mark.parametrize(
    "header", ["处理意见", "回复内容", "投诉时间", "投诉类型", "评论数", "處理結果", "留言id"]
)
def test_the_institutions_words_are_not_taken_for_the_customers(header: str) -> None:
    assert header_rank("text", header) is None


def test_the_surest_name_wins_then_the_column_that_is_filled() -> None:
    headers = ["内容", "诉求内容"]
    assert choose_columns(headers, [["甲", "乙"]], wanted={}, named=True)[0]["text"] == 1
    assert choose_columns(headers, [["甲", ""]], wanted={}, named=True)[0]["text"] == 0


def test_an_unknown_header_over_long_chinese_text_is_taken_and_said() -> None:
    sample = [["A", "手机银行转账失败请尽快处理"], ["B", "柜台等候时间太长了"]]

    columns, notes = choose_columns(["代号", "话语"], sample, wanted={}, named=True)

    assert columns == {"text": 1}
    assert "took '话语'" in notes[0]


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-03-05 14:22:10", datetime(2024, 3, 5, 14, 22, 10)),
        ("2024-03-05T14:22:10.123+08:00", datetime(2024, 3, 5, 14, 22, 10)),
        ("2024/3/5", MARCH_5),
        ("2024.03.05", MARCH_5),
        ("2024年3月5日 下午2:30", datetime(2024, 3, 5, 14, 30)),
        ("2024年3月5日14时22分10秒", datetime(2024, 3, 5, 14, 22, 10)),
        ("２０２４－０３－０５　１４：２２", datetime(2024, 3, 5, 14, 22)),
        ("2024/3/5 星期二 上午 12:05", datetime(2024, 3, 5, 0, 5)),
        ("2024-03-05 24:00", datetime(2024, 3, 6)),
        ("20240305", MARCH_5),
        (20240305, MARCH_5),
        ("20240305142210", datetime(2024, 3, 5, 14, 22, 10)),
        ("民國113年3月5日", MARCH_5),
        ("民国113年03月05日 下午 2:30", datetime(2024, 3, 5, 14, 30)),
        ("113/03/05", MARCH_5),
        ("05-Mar-24", MARCH_5),
        ("13/03/2024", datetime(2024, 3, 13)),
        ("3/13/2024 2:05 PM", datetime(2024, 3, 13, 14, 5)),
        (45356, MARCH_5),
        (45356.5, datetime(2024, 3, 5, 12)),
        ("45356.5", datetime(2024, 3, 5, 12)),
    ],
)
def test_dates_are_read_in_many_shapes(cell: object, moment: datetime) -> None:
    assert read_time(cell) == moment


@pytest.mark.parametrize(
    "cell",
    [
        "3天前",
        "昨天",
        "",
        "05/03/2024",
        "24-03-05",
        "2024-13-05",
        "2024-02-30",
        "待定",
        5,
        True,
        None,
        "99/03/05",
        float("nan"),
    ],
)
def test_what_is_not_certain_is_no_date(cell: object) -> None:
    assert read_time(cell) is None


def test_the_rest_of_a_column_settles_what_one_date_leaves_open() -> None:
    assert read_time("05/03/2024", DateStyle.of("日期", ["25/12/2023"])) == MARCH_5
    assert read_time("03/05/2024", DateStyle.of("日期", ["12/25/2023"])) == MARCH_5
    assert read_time("99/03/05", DateStyle.of("日期", ["113/01/01"])) == datetime(2010, 3, 5)
    assert read_time("1130305", DateStyle.of("民國日期", [])) == MARCH_5
