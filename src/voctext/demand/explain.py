"""A demand in words: its factors, how far they can be trusted, and what customers say."""

from typing import TYPE_CHECKING

from voctext.demand.demand import Demand
from voctext.errors import InputError, choose_from
from voctext.records import Intent
from voctext.statistics.estimate import Estimate, Factor
from voctext.taxonomy import Taxonomy

if TYPE_CHECKING:
    from voctext.demand.table import DemandTable

_PHRASES = {
    "en": {
        "strength": "{name} ({perception}): strength {strength}, severity-weighted unresolved episodes per 1,000 {base}",
        "rank": "rank {low} to {high}; among the first {top} with probability {chance}",
        "product": "= rate {rate} × intensity {s} × (1 + repeat {r}) × unresolved {u}",
        "unmeasured": "not measured: {factors}",
        "counts": "{episodes} episodes, {tickets} tickets, {customers} customers; {complaints} complaints, {suggestions} suggestions",
        "C": "tier C: as classified by machine, not corrected",
        "B": "tier B: corrected by error rates known from elsewhere, assumed still to hold",
        "A": "tier A: corrected by a sample that people labelled",
        "A*": "tier A*: corrected by a sample that people labelled for its perception as a whole",
        "B*": "tier B*: corrected by error rates of its perception as a whole, known from elsewhere, assumed still to hold",
        "of_product": "product", "of_rule": "rule", "of_person": "person",
        "quote": "“{text}” ({ticket})",
        "repeat": "repeat", "unresolved": "unresolved", "intensity": "intensity",
        "given": "customers", "customers seen": "customers seen", "tickets": "tickets", "separator": ", ",
    },
    "zh-Hans": {
        "strength": "{name}（{perception}）：需求强度 {strength}，即每千{base}中按强烈程度加权的未解决诉求次数",
        "rank": "位次 {low} 至 {high}；位居前 {top} 的概率 {chance}",
        "product": "＝ 发生率 {rate} × 强烈程度 {s} × （1 ＋ 重复来访 {r}） × 未解决 {u}",
        "unmeasured": "未测得：{factors}",
        "counts": "{episodes} 次诉求，{tickets} 件工单，{customers} 位客户；投诉 {complaints} 件，建议 {suggestions} 件",
        "C": "C 级：按机器分类计数，未经校正",
        "B": "B 级：按别处已知的误差率校正，假定误差率未变",
        "A": "A 级：按人工标注的抽样校正",
        "A*": "A* 级：按所属感知的人工标注抽样校正",
        "B*": "B* 级：按别处已知的所属感知误差率校正，假定误差率未变",
        "of_product": "产品", "of_rule": "规则", "of_person": "人员",
        "quote": "“{text}”（{ticket}）",
        "repeat": "重复来访", "unresolved": "未解决", "intensity": "强烈程度",
        "given": "名客户", "customers seen": "名来访客户", "tickets": "件工单", "separator": "、",
    },
    "zh-Hant": {
        "strength": "{name}（{perception}）：需求強度 {strength}，即每千{base}中按強烈程度加權的未解決訴求次數",
        "rank": "位次 {low} 至 {high}；位居前 {top} 的機率 {chance}",
        "product": "＝ 發生率 {rate} × 強烈程度 {s} × （1 ＋ 重複來訪 {r}） × 未解決 {u}",
        "unmeasured": "未測得：{factors}",
        "counts": "{episodes} 次訴求，{tickets} 件工單，{customers} 位客戶；投訴 {complaints} 件，建議 {suggestions} 件",
        "C": "C 級：按機器分類計數，未經校正",
        "B": "B 級：按別處已知的誤差率校正，假定誤差率未變",
        "A": "A 級：按人工標註的抽樣校正",
        "A*": "A* 級：按所屬感知的人工標註抽樣校正",
        "B*": "B* 級：按別處已知的所屬感知誤差率校正，假定誤差率未變",
        "of_product": "產品", "of_rule": "規則", "of_person": "人員",
        "quote": "「{text}」（{ticket}）",
        "repeat": "重複來訪", "unresolved": "未解決", "intensity": "強烈程度",
        "given": "名客戶", "customers seen": "名來訪客戶", "tickets": "件工單", "separator": "、",
    },
}  # fmt: skip


def explain(demand: Demand, table: "DemandTable", taxonomy: Taxonomy, *, lang: str) -> str:
    """
    Say in words how the strength of *demand* comes about, a line for each step.

    Raises:
        InputError: The language is not one of zh-Hans, zh-Hant and en.
    """
    if lang not in _PHRASES:
        raise InputError(f"no explanation in language {lang!r}; {choose_from(lang, _PHRASES)}")
    say = _PHRASES[lang]
    factors = {"intensity": demand.intensity, "repeat": demand.repeat, "unresolved": demand.unresolved}
    unmeasured = [say[name] for name, factor in factors.items() if not factor.measured]
    lines = [
        say["strength"].format(
            name=taxonomy[demand.topic].name(lang),
            perception=say[f"of_{demand.perception}"],
            strength=_interval(demand.strength),
            base=say[table.exposure_of],
        ),
        say["product"].format(
            rate=_interval(demand.rate),
            **dict(zip("sru", map(_share, factors.values()), strict=True)),
        ),
        say["unmeasured"].format(factors=say["separator"].join(unmeasured)) if unmeasured else "",
        say["rank"].format(
            low=demand.rank_interval[0],
            high=demand.rank_interval[1],
            top=table.top,
            chance=f"{demand.top:.2f}",
        ),
        say["counts"].format(
            episodes=demand.episodes,
            tickets=demand.tickets,
            customers=demand.customers,
            complaints=demand.intents[Intent.COMPLAINT],
            suggestions=demand.intents[Intent.SUGGESTION],
        ),
        say[demand.tier],
        *(say["quote"].format(text=quote.text, ticket=quote.ticket) for quote in demand.quotes),
    ]
    return "\n".join(filter(None, lines))


def _interval(estimate: Estimate) -> str:
    return f"{estimate.value:.1f} [{estimate.low:.1f}, {estimate.high:.1f}]"


def _share(factor: Factor) -> str:
    return f"{factor.value:.2f}"
