"""The shipped taxonomies say what they must, and every mistake in a file is told where it stands."""

import json
import pickle
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from voctext.errors import InputError, TaxonomyError
from voctext.records import Perception
from voctext.taxonomy import CAUSES, GAP, LANGUAGES, Taxonomy, Topic, check, shipped
from voctext.taxonomy.words import fold, mistake_in

FOLDER = Path(str(files("voctext") / "taxonomies"))
REQUIRED = {
    "app": "app_crash app_login app_slow app_update app_compat app_design app_function app_input app_ads "
    "app_general",
    "identity": "face_check id_upload sms_code password_reset register_bind ebank_token",
    "payment": "transfer_fail pay_fail wallet_link balance_query bill_payment unexplained_debit autopay_fail "
    "money_not_arrived",
    "channel": "voice_menu atm_swallow atm_fault self_service mini_program web_bank chat_bot "
    "pos_merchant notice_missing",
    "card": "card_design card_general card_fault points_goods benefits statement",
    "wealth": "invest_trade wealth_return",
    "security": "fraud_theft advertising",
    "bank": "bank_general",
    "fee": "annual_fee service_fee interest penalty installment_terms bundled_fee",
    "credit": "credit_limit limit_raise limit_cut temp_limit application_refused application_approved "
    "application_progress eligibility documents",
    "repayment": "early_repayment repayment_rules hardship settlement legal_notice auto_debit",
    "account": "account_open account_freeze risk_control transfer_limit cancellation reserved_phone "
    "branch_visit password_letter unauthorised",
    "reward": "points_expiry points_rules activity_terms reward_refused",
    "process": "processing_time refund card_delivery dispute_liability",
    "information": "credit_report privacy contract_terms claim_refused policy_general",
    "hotline": "agent_attitude agent_competence wrong_info nobody_answers transfer_human callback_missed "
    "shirking",
    "branch": "branch_queue teller branch_staff account_manager",
    "outbound": "collection_calls marketing_calls mis_selling courier",
    "staff": "praise_staff staff_general complaint_handling",
}
PRODUCT = {"app", "identity", "payment", "channel", "card", "wealth", "security", "bank"}
PERSON = {"hotline", "branch", "outbound", "staff"}

SHOP = """\
name: shop
version: 1
groups:
  goods: {perception: product, names: {zh-Hans: 商品, zh-Hant: 商品, en: Goods}}
  terms: {perception: rule, names: {zh-Hans: 规则, zh-Hant: 規則, en: Terms}}
topics:
  broken:
    group: goods
    names: {zh-Hans: 破损, zh-Hant: 破損, en: Broken goods}
    negative: [摔坏, 打…不开]
  refund:
    group: terms
    names: {zh-Hans: 退货, zh-Hant: 退貨, en: Returns}
    cause: "3"
    terms: [退货]
    negative: [不给退货]
"""


def words_of(topic: Topic) -> tuple[str, ...]:
    return (*topic.terms, *topic.negative, *topic.positive, *topic.neutral)


def write(folder: Path, text: str) -> Path:
    path = folder / "shop.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    content = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(content)
    return jsonschema.Draft202012Validator(content)


def test_the_banking_taxonomy_has_exactly_the_topics_labels_are_written_in() -> None:
    banking = Taxonomy.default()
    assert {topic.id: topic.group for topic in banking} == {
        topic: group for group, topics in REQUIRED.items() for topic in topics.split()
    }
    for group in banking.groups.values():
        wanted = (
            Perception.PRODUCT
            if group.id in PRODUCT
            else Perception.PERSON
            if group.id in PERSON
            else Perception.RULE
        )
        assert group.perception is wanted


@pytest.mark.parametrize("name", ["banking", "telecom"])
def test_a_shipped_taxonomy_has_no_problem_not_even_a_small_one(name: str) -> None:
    assert check(FOLDER / f"{name}.yaml") == []


@pytest.mark.parametrize("name", ["banking", "telecom"])
def test_every_group_and_topic_is_named_in_all_three_languages(name: str) -> None:
    taxonomy = Taxonomy.named(name)
    for names in [*(topic.names for topic in taxonomy), *(group.names for group in taxonomy.groups.values())]:
        assert tuple(names) == LANGUAGES
        assert all(names.values())


@pytest.mark.parametrize("name", ["banking", "telecom"])
def test_every_name_is_used_once(name: str) -> None:
    for lang in LANGUAGES:
        names = [topic.name(lang) for topic in Taxonomy.named(name)]
        assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", ["banking", "telecom"])
def test_a_word_never_means_two_things(name: str) -> None:
    words = [word for topic in Taxonomy.named(name) for word in words_of(topic)]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("name", ["banking", "telecom"])
def test_every_word_has_the_form_of_normalized_text_so_that_it_can_be_found(name: str) -> None:
    words = [word for topic in Taxonomy.named(name) for word in words_of(topic)]
    assert fold(words) == words


def test_every_banking_topic_carries_a_valid_cause_code_and_can_be_voiced() -> None:
    for topic in Taxonomy.default():
        assert topic.cause in CAUSES
        assert topic.negative or topic.positive
        assert len(words_of(topic)) >= 10


def test_the_second_domain_has_all_three_perceptions_and_no_bank_codes() -> None:
    telecom = Taxonomy.named("telecom")
    assert len(telecom) >= 20
    assert all(telecom.of(perception) for perception in Perception)
    assert {topic.cause for topic in telecom} == {None}


def test_topics_are_reached_by_id_by_perception_and_in_the_order_of_the_file() -> None:
    banking = Taxonomy.default()
    assert next(iter(banking)).id == "app_crash"
    assert "app_crash" in banking
    assert "no_such" not in banking
    assert sum(len(banking.of(perception)) for perception in Perception) == len(banking)
    with pytest.raises(InputError, match="did you mean app_crash"):
        banking["app_crush"]
    with pytest.raises(InputError, match="did you mean zh-Hans"):
        banking["app_crash"].name("zh-hans")


def test_a_taxonomy_cannot_be_changed_and_travels_to_other_processes() -> None:
    banking = Taxonomy.default()
    with pytest.raises(TypeError):
        banking.topics["extra"] = banking["app_crash"]  # type: ignore[index]
    assert pickle.loads(pickle.dumps(banking)) == banking  # noqa: S301  our own bytes
    assert hash(banking["app_crash"]) == hash(Taxonomy.named("banking")["app_crash"])


def test_an_unknown_shipped_name_is_answered_with_the_known_ones() -> None:
    assert shipped() == ("banking", "telecom")
    with pytest.raises(TaxonomyError, match=r"'bankng': did you mean banking\? known: banking, telecom"):
        Taxonomy.named("bankng")


def test_a_strangers_file_loads(tmp_path: Path) -> None:
    shop = Taxonomy.load(write(tmp_path, SHOP))
    assert (shop.name, shop.version, len(shop)) == ("shop", 1, 2)
    assert shop["broken"].negative == ("摔坏", "打…不开")
    assert shop["refund"].perception is Perception.RULE
    assert shop["refund"].cause == "3"


# Each mistake: what to replace in SHOP, by what, and the whole line that must be told.
MISTAKES = {
    "perception": (
        "product",
        "prodcut",
        (
            "shop.yaml:4: group 'goods': perception 'prodcut' is not one of the three: "
            "did you mean product? known: person, product, rule"
        ),
    ),
    "group": (
        "group: terms",
        "group: term",
        (
            "shop.yaml:12: topic 'refund': group 'term' is not in groups: "
            "did you mean terms? known: goods, terms"
        ),
    ),
    "key of a topic": (
        "negative: [摔坏",
        "negativ: [摔坏",
        (
            "shop.yaml:10: topic 'broken': 'negativ' is not a key of a topic: did you mean negative? "
            "known: cause, group, names, negative, neutral, positive, terms"
        ),
    ),
    "own perception": (
        "group: goods\n",
        "group: goods\n    perception: rule\n",
        (
            "shop.yaml:9: topic 'broken': 'perception' is not a key of a topic: "
            "a topic has the perception of its group"
        ),
    ),
    "key of the file": (
        "version: 1",
        "version: 1\nauthor: me",
        "shop.yaml:3: 'author' is not a key of the file: known: groups, name, topics, version",
    ),
    "no version": ("version: 1\n", "", "shop.yaml:1: the file lacks 'version'"),
    "version": ("version: 1", "version: 1.0", "shop.yaml:2: version '1.0' must be a whole number from 1"),
    "language lacking": (", en: Goods", "", "shop.yaml:4: names of group 'goods' lacks 'en'"),
    "language unknown": (
        "zh-Hant: 退貨",
        "zh-Hnat: 退貨",
        (
            "shop.yaml:13: topic 'refund': 'zh-Hnat' is not a key of names of a topic: did you mean zh-Hant? "
            "known: en, zh-Hans, zh-Hant"
        ),
    ),
    "name empty": (
        "en: Returns",
        "en: ''",
        "shop.yaml:13: topic 'refund': 'names.en' must be text that is not empty",
    ),
    "topic twice": (
        "  refund:",
        "  broken:",
        "shop.yaml:11: 'broken' is written twice in 'topics', first in line 7",
    ),
    "topic id": (
        "refund:",
        "Refund:",
        "shop.yaml:11: id 'Refund' in 'topics' must be small letters a-z, digits and _, like late_delivery",
    ),
    "cause": (
        'cause: "3"',
        'cause: "11"',
        "shop.yaml:14: topic 'refund': cause '11' is not a cause code of JR/T 0169—2018, which are 1 to 10",
    ),
    "word in two topics": (
        "[退货]",
        "[摔坏]",
        "shop.yaml:15: topic 'refund': '摔坏' already means topic 'broken' (line 10); a word means one topic",
    ),
    "two polarities": (
        "[不给退货]",
        "[不给退货]\n    positive: [不给退货]",
        (
            "shop.yaml:17: topic 'refund': '不给退货' is in both negative (line 16) and positive; "
            "a word has one polarity"
        ),
    ),
    "word twice": (
        "[退货]",
        "[退货, 退货]",
        "shop.yaml:15: topic 'refund': '退货' is written twice in terms, first in line 15",
    ),
    "empty word": (
        "[退货]",
        "[退货, '']",
        "shop.yaml:15: topic 'refund': 'terms' must be text that is not empty",
    ),
    "no word": (
        "[退货]",
        "[退货, ~]",
        "shop.yaml:15: topic 'refund': 'terms' must be text that is not empty",
    ),
    "gap in front": (
        "打…不开",
        "…不开",
        (
            "shop.yaml:10: topic 'broken': a gap … stands between two pieces of text, "
            "not at an end nor twice in a row: "
            "'…不开' in negative"
        ),
    ),
    "double gap": (
        "打…不开",
        "打……不开",
        (
            "shop.yaml:10: topic 'broken': a gap … stands between two pieces of text, "
            "not at an end nor twice in a row: "
            "'打……不开' in negative"
        ),
    ),
    "three dots": (
        "打…不开",
        "打...不开",
        "shop.yaml:10: topic 'broken': write … for a gap, not ...: '打...不开' in negative",
    ),
    "control character": (
        "打…不开",
        '"打\\n开"',
        (
            "shop.yaml:10: topic 'broken': a word has no blanks around it "
            "and no line breaks or control characters in it: "
            "'打\\n开' in negative"
        ),
    ),
    "word that texts never hold": (
        "打…不开",
        '"[图片]"',
        "shop.yaml:10: topic 'broken': '[图片]' in negative is cleaned from every text",
    ),
    "not a list": (
        "[退货]",
        "退货",
        "shop.yaml:15: topic 'refund': 'terms' must be a list of words, like [闪退, 白屏]",
    ),
    "not a mapping": (
        "topics:\n",
        "topics: [a]\nrest:\n",
        "shop.yaml:6: 'topics' must be a mapping, like {key: value}",
    ),
    "syntax": ("[退货]", "[退货", "shop.yaml:16: not YAML at column 13: did not find expected ',' or ']'"),
}


@pytest.mark.parametrize("old, new, message", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_line_and_what_would_have_been_right(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in SHOP
    path = write(tmp_path, SHOP.replace(old, new))
    told = [str(problem) for problem in check(path) if problem.fatal]
    assert message in told
    with pytest.raises(TaxonomyError) as caught:
        Taxonomy.load(path)
    assert "shop.yaml:" in str(caught.value)


def test_traditional_words_and_capitals_work_and_their_right_form_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, SHOP.replace("[退货]", "[退貨, APP登入]"))
    problems = check(path)
    assert [(problem.value, problem.fatal, problem.line) for problem in problems] == [
        ("退貨", False, 15),
        ("APP登入", False, 15),
    ]
    assert problems[1].message == "topic 'refund': 'APP登入' in terms is read as 'app登录'; write it so"
    assert Taxonomy.load(path)["refund"].terms == ("退货", "app登录")


def test_one_word_in_two_spellings_is_kept_once(tmp_path: Path) -> None:
    path = write(tmp_path, SHOP.replace("[退货]", "[退货, 退貨]"))
    assert Taxonomy.load(path)["refund"].terms == ("退货",)


def test_all_problems_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        SHOP.replace("product", "thing")
        .replace("group: terms", "group: no")
        .replace('"3"', "0")
        .replace("[退货]", "5")
    )
    problems = check(write(tmp_path, text))
    assert [problem.line for problem in problems] == [4, 12, 14, 15]
    assert {(problem.topic, problem.field) for problem in problems} == {
        ("", "perception"),
        ("refund", "group"),
        ("refund", "cause"),
        ("refund", "terms"),
    }


def test_an_error_tells_the_first_problems_and_counts_the_rest(tmp_path: Path) -> None:
    text = SHOP.replace("[退货]", "['', '', '', '', '', '', '']")
    with pytest.raises(TaxonomyError, match=r"shop\.yaml: 7 problems\n(.*\n){5}  and 2 more$"):
        Taxonomy.load(write(tmp_path, text))


def test_a_file_that_is_missing_empty_or_in_another_encoding_is_told_so(tmp_path: Path) -> None:
    assert [str(problem) for problem in check(tmp_path / "no.yaml")] == [
        "no.yaml: no such file; shipped taxonomies, by name: banking, telecom"
    ]
    assert "the file is empty" in str(check(write(tmp_path, "# nothing\n"))[0])
    path = tmp_path / "shop.yaml"
    path.write_bytes(SHOP.encode("gb18030"))
    assert "not UTF-8 (byte 0xc9 at 78); save it as UTF-8" in str(check(path)[0])
    path.write_bytes(SHOP.encode("utf-8-sig"))
    assert check(path) == []
    assert check(tmp_path)[0].message.startswith("cannot be read")


def test_tags_are_never_obeyed(tmp_path: Path) -> None:
    path = write(tmp_path, SHOP.replace("[退货]", "!!python/object/apply:os.system [echo]"))
    assert Taxonomy.load(path)["refund"].terms == ("echo",)


@pytest.mark.parametrize("name", ["banking", "telecom"])
def test_the_schema_accepts_the_shipped_files(name: str, schema: jsonschema.Draft202012Validator) -> None:
    content = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    assert [error.message for error in schema.iter_errors(content)] == []


# What only the reader can know: references, words across lists, forms, the text of the YAML itself.
BEYOND_A_SCHEMA = {
    "group",
    "version",
    "topic twice",
    "word in two topics",
    "two polarities",
    "word that texts never hold",
    "syntax",
}


@pytest.mark.parametrize("mistake", sorted(set(MISTAKES) - BEYOND_A_SCHEMA))
def test_the_schema_rejects_what_the_reader_rejects(
    mistake: str, schema: jsonschema.Draft202012Validator
) -> None:
    old, new, _ = MISTAKES[mistake]
    assert not schema.is_valid(yaml.safe_load(SHOP.replace(old, new)))


@given(st.text(max_size=200))
@settings(max_examples=200)
def test_no_text_whatever_makes_check_raise(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "shop.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert all(str(problem).startswith("shop.yaml") for problem in check(path))


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=6)
    | st.sampled_from(["goods", "product", "打…不开"])
)
KEYS = st.sampled_from(
    ["name", "version", "groups", "topics", "group", "names", "terms", "en", "perception", "a"]
)


@given(
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))
)
@settings(max_examples=200)
def test_whatever_the_reader_finds_well_the_schema_finds_well(
    tmp_path_factory: pytest.TempPathFactory, schema: jsonschema.Draft202012Validator, content: Any
) -> None:
    path = tmp_path_factory.mktemp("any") / "shop.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    if not check(path):
        schema.validate(content)


@given(st.lists(st.sampled_from(["打", "不开", GAP, " ", "坏"]), min_size=1, max_size=6))
def test_a_word_is_well_exactly_when_every_gap_has_text_on_both_sides(parts: list[str]) -> None:
    word = "".join(parts)
    well = word == word.strip() and all(piece.strip() for piece in word.split(GAP))
    assert (mistake_in(word) == "") is well


# ── by name ───────────────────────────────────────────────────────────────


def test_a_shipped_taxonomy_is_loaded_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert Taxonomy.load("telecom") is Taxonomy.named("telecom")
    assert check("telecom") == check(FOLDER / "telecom.yaml")


def test_a_file_goes_before_a_shipped_taxonomy_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "telecom").write_text("", encoding="utf-8")

    assert "the file is empty" in str(check("telecom")[0])
    with pytest.raises(TaxonomyError, match="the file is empty"):
        Taxonomy.load("telecom")
