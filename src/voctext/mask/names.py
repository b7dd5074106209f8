"""
Names of persons, which no rule defines: a surname before a title, or whatever a cue announces.

王小明先生, 姓名：王小明, 我叫王小明; not 我先生, 客户经理 or 基金经理.
"""

import re
from collections.abc import Iterator

from voctext.mask.kinds import Match, Pii

_HAN = "[\u3400-\u9fff]"
_HAN_TAIL = re.compile(rf"{_HAN}*\Z")
_GIVEN = re.compile(f"{_HAN}{{0,2}}")
_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭肖程曹袁邓鄧许許傅沈曾彭"
    "吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎閻闫余潘杜戴夏钟鐘鍾汪田任姜范範方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯"
    "邵孟龙龍万萬段钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文庞龐樊兰蘭殷施陶洪翟安颜顏倪严嚴牛温溫芦季俞章鲁魯葛伍韦韋申尤毕畢聂聶"
    "焦柳邢骆駱岳齐齊梅莫庄莊辛祝左涂谷祁舒耿牟卜詹关關苗凌费費纪紀靳盛童欧歐甄游裴卫衛鲍鮑霍翁甘柏宁甯柯阮桂闵閔冉巫卓"
)
_COMPOUND = re.compile(
    "欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|夏侯|东方|東方|皇甫|尉迟|尉遲|公孙|公孫|慕容|令狐|宇文|长孙|長孫|司徒|端木|轩辕|軒轅"
    "|南宫|南宮|独孤|獨孤|呼延|西门|西門|澹台|澹臺|闻人|聞人|钟离|鍾離|淳于|申屠"
)
# 和王先生, 张三电话: a surname or a particle shows that the name has begun or ended.
_NEVER_GIVEN = frozenset(
    "王李张張刘劉陈陳赵趙吴吳徐孙孫胡郭罗羅郑鄭谢謝冯馮邓鄧许許蒋蔣蔡贾賈薛潘的了是在我你他她它们們这這那哪个個位与與跟给給"
    "对對把被让讓叫找请請来來去說说问問打到从從由于於就都也还還又不没沒未很最更吗嗎呢吧啊上下里裡前后後要会會以因所但而且或果行部"
    "门門户戶客服务務經经理办辦员員工手机機卡便系电電话話证證号號身份住持昨称稱反将將已曾先女姐人年日岁歲男性别別排何么什款钱錢元"
)
# Ordinary words that begin as a name might.
_COMMON = (
    "高兴|高興|高度|高级|高級|高端|高档|高额|高息|黄金|黃金|黄山|金牌|金卡|金融|金额|金額|金葵|白金|白白|白领|方便|方面|方案|安全|安心"
    "|安排|万分|萬分|万一|萬一|常常|常州|常驻|顾问|顧問|江苏|江蘇|江西|严重|嚴重|严正|嚴正|严格|嚴格|郑重|鄭重|郑州|荣耀|许多|許多"
    "|周末|石家|武汉|武漢|温州|溫州|温馨|苏州|蘇州|徐州|柳州|兰州|贵州|毛病|包括|陆续|陸續|余额|施压|施加|支持|程序|文明|季度|龙卡"
    "|关注|关键|易购|盛怒|左右|段时|苗头|费用|費用|费劲|纪律|财富|宁可|宁愿|宁波|安徽|辛苦|辛辛|祝愿|莫名|齐全|唐突|庄重|舒适|温柔"
    "|康复|石油|安装|安裝|安保|任课|任課|白班"
)
_COMMON_WORD = re.compile(_COMMON)
_NOT_A_NAME = re.compile(  # ends of ordinary words that are surnames too: 基金经理, 三分钟经理才来, 谢谢小姐
    f"(?:{_COMMON}|[基资資现現黄黃白铂鉑奖獎租本佣公美贵貴税稅押罚罰私积積年]金"
    "|[的付给給存取交收要多花扣少点點些元块塊退还還转轉借欠][钱錢]"
    "|[对對官地双雙我你贵貴银銀校行卖賣买買三多乙甲警后後]方|[由对對关關至属屬基鉴鑒处處等位在终終用]于"
    "|[一二两兩三四五六七八九十百千几幾数數][万萬]|[谢謝多感致][谢謝]|[平保公治西长長晚早]安|[分点點秒][钟鐘鍾]|[任如为為]何"
    "|[上下本每这這一]周|[也允不][许許]|[交容简簡贸貿轻輕]易|[非经經平正日异異通时時]常|[责責信担擔前]任|[最提更升很越]高"
    "|[流過过全工课課行]程|[相有海机機网網][关關]|[明空黄]白|[剩其多结結业業]余|[措实實]施|[盖蓋印公]章|[时時手阶階]段"
    "|[规規防示][范範]|[收年手免续續][费費]|[世本年][纪紀]|[儿兒]童|旅[游遊]|[照回不][顾顧]|[登大][陆陸]|江[苏蘇]"
    "|[健小]康|[中英语語]文|[历歷]史|重申|分毛)$"
)
_UNNAMED = re.compile(
    "未知|不详|不詳|匿名|保密|同上|本人|客户|客戶|用户|用戶|先生|女士|小姐|null|none|na", re.IGNORECASE
)
_TITLE = re.compile(
    "先生|女士|小姐|太太|阿姨|老[师師]|[师師]傅|(?<!曾)[经經]理|(?<=曾)[经經]理(?!解(?![释釋决決答])|[赔賠财財清论論睬])"
    "|主任|主管(?!部)|行[长長](?![期久时時达達沙])"
)
_NAME_CUE = re.compile(
    "(?P<field>姓名|名字|[户戶]名|持卡人|[联聯][系络絡繫]人|收款人) ?(?P<sign>[:为為是叫]? ?)"
    "|(?P<says>我叫|本人[是叫]?)"
)
_ANY_NAME = re.compile(
    rf"[A-Za-z]{{2,}}(?:[ .'-]{{1,2}}[A-Za-z]+){{0,3}}(?![A-Za-z])"
    rf"|{_HAN}{{1,8}}(?:[·•.]{_HAN}{{1,8}})+(?!{_HAN})|{_HAN}{{2,4}}(?!{_HAN})"
)
_NAME_ENDS = re.compile(
    f"(?!{_HAN})|[于於在来來的因办辦是要想投反对對向有为為被已就去从從没沒身手电電今昨申持到曾也]"
)


def name_matches(text: str) -> Iterator[Match]:
    """Yield the names in the folded *text*; they may overlap."""
    yield from _titled_names(text)
    yield from _cued_names(text)


def _is_name(word: str) -> bool:
    surname = 2 if _COMPOUND.match(word) else 1 if word[:1] in _SURNAMES else 0
    given = word[surname:]
    if not surname or not _GIVEN.fullmatch(given) or not _NEVER_GIVEN.isdisjoint(given):
        return False
    return not _COMMON_WORD.match(word)


def _titled_names(text: str) -> Iterator[Match]:
    """Yield the names that stand before a title: 王小明先生, 欧阳经理, not 我先生 or 客户经理."""
    for title in _TITLE.finditer(text):
        end = title.start()
        tail = _HAN_TAIL.search(text, max(0, end - 4), end)
        run = tail[0] if tail else ""
        if _NOT_A_NAME.search(run):
            continue
        size = next((size for size in range(len(run), 0, -1) if _is_name(run[-size:])), 0)
        if size:
            yield Match(end - size, end, Pii.NAME)


def _cued_names(text: str) -> Iterator[Match]:
    """Yield the names that a cue announces: 姓名：王小明, 我叫王小明, 本人王小明."""
    for cue in _NAME_CUE.finditer(text):
        start = cue.end()
        field, sign, says = cue["field"], cue["sign"], cue["says"] or ""
        if field not in {None, "姓名", "户名", "戶名"} and not sign:
            continue  # 联系人方式有误
        sizes = (
            size for size in (4, 3, 2) if start + size <= len(text) and _is_name(text[start : start + size])
        )
        if says.startswith("本人"):  # 本人严正声明: only a name that visibly ends
            sizes = (size for size in sizes if _NAME_ENDS.match(text, start + size))
        if size := next(sizes, 0):
            yield Match(start, start + size, Pii.NAME)
        elif (
            ":" in (sign or "") and (name := _ANY_NAME.match(text, start)) and not _UNNAMED.fullmatch(name[0])
        ):
            yield Match(start, name.end(), Pii.NAME)
