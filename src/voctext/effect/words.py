"""The phrases in which an effect is told, in each language."""

from collections.abc import Mapping

from voctext.errors import InputError, choose_from


def words_in(lang: str) -> Mapping[str, str]:
    """
    Give the phrases of *lang*.

    Raises:
        InputError: There are none in that language.
    """
    if lang not in _LANGUAGES:
        raise InputError(f"no sentence in language {lang!r}; {choose_from(lang, _LANGUAGES)}")
    return _LANGUAGES[lang]


_LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "zh-Hans": {
        "shares": "实施组为 {:.1f} %，对照组为 {:.1f} %，",
        "rates": "每千名客户中实施组 {:.1f} 次，对照组 {:.1f} 次，",
        "points": "相差 {} 个百分点",
        "moved_points": "扣除对照组的同期变化后，变化了 {} 个百分点",
        "times": "前者是后者的 {} 倍",
        "moved_times": "扣除对照组的同期变化后，为实施前的 {} 倍",
        "interval": "（{:.3g} % 区间 {} 至 {}），",
        "sure": "不像是偶然（{}）",
        "chance": "可能只是偶然（{}）",
        "needed": "；要有 {:.3g} % 的把握看出这样的变化，每组约需 {:,} 名客户",
        "nothing": "两组都没有出现。",
        "end": "。",
    },
    "zh-Hant": {
        "shares": "實施組為 {:.1f} %，對照組為 {:.1f} %，",
        "rates": "每千名客戶中實施組 {:.1f} 次，對照組 {:.1f} 次，",
        "points": "相差 {} 個百分點",
        "moved_points": "扣除對照組的同期變化後，變化了 {} 個百分點",
        "times": "前者是後者的 {} 倍",
        "moved_times": "扣除對照組的同期變化後，為實施前的 {} 倍",
        "interval": "（{:.3g} % 區間 {} 至 {}），",
        "sure": "不像是偶然（{}）",
        "chance": "可能只是偶然（{}）",
        "needed": "；要有 {:.3g} % 的把握看出這樣的變化，每組約需 {:,} 名客戶",
        "nothing": "兩組都沒有出現。",
        "end": "。",
    },
    "en": {
        "shares": "Treated {:.1f} %, control {:.1f} %: ",
        "rates": "Per 1,000 customers, treated {:.1f}, control {:.1f}: ",
        "points": "a difference of {} points",
        "moved_points": "a change of {} points, net of the control group's own",
        "times": "{} times as many",
        "moved_times": "{} times what it was, net of the control group's own change",
        "interval": " ({:.3g} % interval {} to {}), ",
        "sure": "unlikely to be chance ({})",
        "chance": "which may be chance ({})",
        "needed": "; to show such a change with {:.3g} % power takes about {:,} customers per group",
        "nothing": "Neither group has any.",
        "end": ".",
    },
}
