"""Labelled files are read whole, in every shape that people and their tools write."""

import json
import re
from pathlib import Path

import pytest

from voctext.errors import InputError
from voctext.labels import LabelledText, Shape, SpanLabel, read_labels
from voctext.records import Intent, Perception
from voctext.tables import write_rows


def saved(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


NOTES = "text,product,rule,person,intent\n手机银行闪退,-1,,,complaint\n坐席很耐心,,,1,praise\n"


def test_notes_are_read_with_english_names(tmp_path: Path) -> None:
    file = read_labels(saved(tmp_path, "a.csv", NOTES))

    assert (file.shape, file.format, len(file)) == (Shape.NOTES, "CSV", 2)
    assert file.notes[0] == LabelledText("手机银行闪退", {Perception.PRODUCT: -1}, Intent.COMPLAINT)
    assert file.notes[1].stances == {Perception.PERSON: 1}
    assert file.notes[1].where.endswith("a.csv:3")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_notes_are_read_with_chinese_names_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    text = "编号,内容,人与产品,规则,人与人,意图,标注人,批次\n7,手机银行闪退,负,,,投诉,甲,一\n8,年费太贵了吧,,−1,,抱怨,乙,一\n9,柜员很好,,,正,表扬,甲,二\n"
    if encoding == "gb18030":
        text = text.replace("−1", "－1")
    file = read_labels(saved(tmp_path, "a.csv", text, encoding))

    assert [dict(note.perceptions) for note in file] == [
        {Perception.PRODUCT: -1},
        {Perception.RULE: -1},
        {Perception.PERSON: 1},
    ]
    assert [note.intent for note in file] == [Intent.COMPLAINT, Intent.COMPLAINT, Intent.PRAISE]
    assert (file.notes[1].id, file.notes[1].annotator, file.notes[2].other) == ("8", "乙", {"批次": "二"})


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_notes_are_read_from_workbooks_and_parquet(tmp_path: Path, form: str) -> None:
    row = {"text": "验证码收不到", "产品": -1, "规则": None, "人与人": None, "intent": "咨询"}
    path = write_rows(tmp_path / f"a.{form}", [row], format=form, columns=list(row))  # type: ignore[arg-type]

    (note,) = read_labels(path)

    assert (note.perceptions, note.intent) == ({Perception.PRODUCT: -1}, Intent.INQUIRY)


def test_all_errors_are_told_by_row_and_counted(tmp_path: Path) -> None:
    rows = "".join(f"第{n}条,2,,,complaint\n" for n in range(12))
    path = saved(tmp_path, "a.csv", f"text,product,rule,person,intent\n好的呢,,,,praise\n{rows},1,,,rant\n")

    with pytest.raises(InputError) as error:
        read_labels(path)

    lines = str(error.value).splitlines()
    assert len(lines) == 12
    assert "a.csv:3: product is '2'" in lines[0]
    assert lines[-2:] == ["… and 3 more", f"{path}: 13 to mend"]


def test_a_row_that_cannot_be_read_is_an_error_and_not_lost(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.csv", NOTES + "转账,慢,1,,,complaint\n")

    with pytest.raises(InputError, match=r"a\.csv:4: more cells"):
        read_labels(path)


def test_spans_one_a_row_are_gathered_by_id(tmp_path: Path) -> None:
    text = "id,text,start,end,perception,polarity,topic\n1,APP闪退还要排队,0,5,产品,负,app_crash\n1,,5,9,人与人,-1,\n2,没有意见,,,,,\n"
    file = read_labels(saved(tmp_path, "a.csv", text))

    assert file.shape is Shape.SPANS
    assert file.notes[0].spans == (SpanLabel(0, 5, "product-1:app_crash"), SpanLabel(5, 9, "person-1"))
    assert file.notes[0].stances == {Perception.PRODUCT: -1, Perception.PERSON: -1}
    assert (file.notes[1].text, file.notes[1].spans) == ("没有意见", ())


@pytest.mark.parametrize(("start", "end"), [(0, 9), (3, 3), (4, 2), (-1, 2), ("a", 3)])
def test_a_span_outside_its_text_is_refused(tmp_path: Path, start: object, end: object) -> None:
    rows = f"text,start,end,perception,polarity\n年费太贵,{start},{end},rule,-1\n"

    with pytest.raises(InputError, match=r"a\.csv:2"):
        read_labels(saved(tmp_path, "a.csv", rows))


def test_other_columns_of_a_spans_rows_are_all_kept(tmp_path: Path) -> None:
    rows = "id,text,start,end,perception,remark\n1,年费太贵,0,2,rule,一\n1,,2,4,rule,二\n"

    (note,) = read_labels(saved(tmp_path, "a.csv", rows))

    assert note.other == {"remark": "一 | 二"}


def test_spans_are_read_from_json(tmp_path: Path) -> None:
    spans = [{"start": 0, "end": 2, "perception": "规则", "polarity": "负"}, [2, 4, "城市"]]
    line = json.dumps({"text": "年费太贵", "spans": spans}, ensure_ascii=False)

    (note,) = read_labels(saved(tmp_path, "a.jsonl", line))

    assert note.spans == (SpanLabel(0, 2, "rule-1"), SpanLabel(2, 4, "城市"))
    assert note.stances == {Perception.RULE: -1}


def test_classes_of_any_name_are_read_with_quoted_line_breaks(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.csv", 'text,label\n"first line\nsecond, line",Credit card\n转账失败,7\n"",\n')

    file = read_labels(path)

    assert file.shape is Shape.CLASSES
    assert [(note.text, note.label) for note in file] == [
        ("first line\nsecond, line", "Credit card"),
        ("转账失败", "7"),
    ]


def test_a_class_left_empty_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.csv:3: the label is empty"):
        read_labels(saved(tmp_path, "a.csv", "text,label\n甲,a\n乙,\n"))


@pytest.mark.parametrize(
    ("header", "told"),
    [("txt,label", "no column 'text'"), ("text,prodct,rule,person,intent", "product"), ("text,x", "labels")],
)
def test_a_missing_column_is_named(tmp_path: Path, header: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_labels(saved(tmp_path, "a.csv", f"{header}\n一条,b,c,d,e\n"))


def test_two_columns_of_one_meaning_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="both name rule"):
        read_labels(saved(tmp_path, "a.csv", "text,product,规则,人与规则,person,intent\n好,,,,,praise\n"))


def task(text: str, *annotations: object) -> str:
    return json.dumps([{"id": 3, "data": {"text": text}, "annotations": annotations}], ensure_ascii=False)


def region(start: int, end: int, quote: str, label: str) -> dict[str, object]:
    return {
        "type": "labels",
        "from_name": "l",
        "value": {"start": start, "end": end, "text": quote, "labels": [label]},
    }


def choice(control: str, *names: str) -> dict[str, object]:
    return {"type": "choices", "from_name": control, "value": {"choices": names}}


def test_label_studio_gives_a_note_for_each_annotator(tmp_path: Path) -> None:
    first = {
        "completed_by": {"id": 1, "email": "a@b.cn"},
        "result": [region(0, 4, "一直闪退", "人与产品负"), choice("i", "投诉")],
    }
    second = {"completed_by": 2, "result": [choice("sentiment", "product-1", "complaint")]}
    skipped = {"was_cancelled": True, "result": []}

    file = read_labels(saved(tmp_path, "a.json", task("一直闪退", first, second, skipped)))

    assert (file.format, [note.annotator for note in file]) == ("Label Studio", ["a@b.cn", "2"])
    assert file.notes[0].spans == (SpanLabel(0, 4, "product-1"),)
    assert [note.intent for note in file] == [Intent.COMPLAINT] * 2
    assert file.notes[1].perceptions == {Perception.PRODUCT: -1}
    assert len(file.passed_over) == 1


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("😀一直闪退", 2, 6), ("😀一直闪退", 1, 5), ("你好\r\n一直闪退", 3, 7), ("你好\r\n一直闪退", 4, 8)],
)
def test_offsets_of_a_browser_are_brought_back_to_the_text_as_received(
    tmp_path: Path, text: str, start: int, end: int
) -> None:
    annotation = {"result": [region(start, end, "一直闪退", "product-1")]}

    (note,) = read_labels(saved(tmp_path, "a.json", task(text, annotation)))

    (span,) = note.spans
    assert text[span.start : span.end] == "一直闪退"


def test_a_span_that_is_not_where_it_is_quoted_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not stand there"):
        read_labels(saved(tmp_path, "a.json", task("一直闪退", {"result": [region(0, 2, "闪退", "rule")]})))


def test_doccano_is_read_in_its_three_forms(tmp_path: Path) -> None:
    spans = (
        '{"id": 1, "text": "年费太贵", "label": [[0, 2, "rule-1"]]}\n{"id": 2, "text": "好", "label": []}\n'
    )
    several = '{"text": "年费太贵", "label": ["rule-1", "投诉"]}\n'
    classes = '{"text": "年费太贵", "label": ["complaint"]}\n'

    one, two, three = (read_labels(saved(tmp_path, "a.jsonl", text)) for text in (spans, several, classes))

    assert {one.format, two.format, three.format} == {"doccano"}
    assert [note.spans for note in one] == [(SpanLabel(0, 2, "rule-1"),), ()]
    assert (two.notes[0].perceptions, two.notes[0].intent) == ({Perception.RULE: -1}, Intent.COMPLAINT)
    assert three.notes[0].label == "complaint"


@pytest.mark.parametrize(
    ("lines", "text", "spans"),
    [
        ("年 B-r\n费 I-r\n贵 O\n", "年费贵", [(0, 2)]),
        ("年\tI-r\n费\tI-r\n贵\tB-r\n", "年费贵", [(0, 2), (2, 3)]),
        ("年\tB-r\n费\tE-r\n贵\tS-r\n", "年费贵", [(0, 2), (2, 3)]),
        ("mobile\tO\napp\tB-r\n闪退\tI-r\n", "mobile app闪退", [(7, 12)]),
        ("# O\n年 B-r\n", "#年", [(1, 2)]),
    ],
)
def test_tags_of_every_scheme_are_joined(
    tmp_path: Path, lines: str, text: str, spans: list[tuple[int, int]]
) -> None:
    (note,) = read_labels(saved(tmp_path, "a.bio", lines))

    assert (note.text, [span[:2] for span in note.spans]) == (text, spans)


def test_a_line_without_a_tag_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.bio:2: '费 X'"):
        read_labels(saved(tmp_path, "a.bio", "年\tO\n费\tX\n"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[{"data": {"text": "一"}, "annotations": [{"result": [7]}]}]'),
        ("a.json", '[{"data": {"text": "一"}, "annotations": [{"result": 7}]}]'),
        (
            "a.json",
            '[{"data": {"text": "一"}, "annotations": [{"result": [{"type": "labels", "value": {"labels": 5}}]}]}]',
        ),
        ("a.json", '[{"data": 5, "annotations": []}]'),
        ("a.json", '[{"data": {"text": "一"}, "annotations": []}]'),
        ("a.jsonl", '{"text": "一", "label": [[0, 5, "x"]]}'),
        ("a.jsonl", '{"text": "一", "label": [[0, 1]]}'),
        ("a.jsonl", '{"text": "一", "entities": [], "cats": 4}'),
        ("a.jsonl", '{"text": "一", "spans": "[1"}'),
        ("a.bio", '# voctext = {"perceptions": {"x": 1}}\n一\tO\n'),
        ("a.bio", "# voctext = 5\n一\tO\n"),
        ("a.bio", "# voctext = {\n一\tO\n"),
        ("a.csv", "text,label\n"),
    ],
)
def test_a_broken_file_gives_an_error_that_names_it(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(InputError, match=re.escape(name)):
        read_labels(saved(tmp_path, name, text))


def test_empty_rows_of_a_sheet_and_tasks_nobody_labelled_are_told(tmp_path: Path) -> None:
    rows = [{"text": "一", "label": "x"}, {}, {"text": "二", "label": "y"}]
    path = write_rows(tmp_path / "a.xlsx", rows, format="xlsx", columns=["text", "label"])
    tasks = [
        {"data": {"text": "一"}, "annotations": [{"result": [choice("label", "x")]}]},
        {"data": {"text": "二"}, "annotations": []},
    ]

    sheet, export = read_labels(path), read_labels(saved(tmp_path, "a.json", json.dumps(tasks)))

    assert (len(sheet), [line.rpartition(": ")[2] for line in sheet.passed_over]) == (2, ["1 empty rows"])
    assert (len(export), [line.rpartition(": ")[2] for line in export.passed_over]) == (
        1,
        ["nobody has labelled it"],
    )
