"""
The topics a reader of notes can name, and the words by which customers voice them.

A taxonomy is a YAML file of two levels: groups, each with one of the three perceptions, and topics.
A file is checked whole: every problem in it is told at once, with its line and the nearest right value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from voctext.errors import InputError, TaxonomyError, choose_from
from voctext.records import Perception

LANGUAGES: Final = ("zh-Hans", "zh-Hant", "en")
"""The languages in which every group and topic is named."""

CAUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "1": "服务态度及服务质量",
        "2": "服务设施、设备、业务系统",
        "3": "管理制度、业务规则与流程",
        "4": "营销方式",
        "5": "信息披露",
        "6": "产品收益",
        "7": "自主选择权",
        "8": "合同条款",
        "9": "消费者资金安全",
        "10": "消费者信息安全",
    }
)
"""Causes of complaints by their code in JR/T 0169—2018 (China's standard for classifying bank complaints)."""

GAP: Final = "…"
"""Stands in a word for at most six characters of the same clause: 打…不开 is also 打半天不开."""

_SHOWN: Final = 5  # problems told by an error; the rest are counted


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing wrong in a taxonomy file; as text, the line to show to whoever wrote it.

    *topic* and *field* are "" and *line* is None where the problem belongs to no particular one.
    A problem that is not *fatal* is mended on load: the file still works.
    """

    file: str
    topic: str
    field: str
    value: str
    message: str
    line: int | None = None
    fatal: bool = True

    def __str__(self) -> str:
        """Say place and message, as compilers do."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Group:
    """Level 1: topics about one part of what customers meet, all of one perception."""

    id: str
    perception: Perception
    names: Mapping[str, str] = field(hash=False)

    def name(self, lang: str = "zh-Hans") -> str:
        """Its name in *lang*, one of LANGUAGES; raises InputError for any other."""
        return _named(self.names, lang)


@dataclass(frozen=True, slots=True)
class Topic:
    """
    Level 2: one thing that customers voice, and the words by which they do.

    *terms* say what is talked about and voice nothing alone; *negative*, *positive* and *neutral*
    words voice the topic by themselves, with polarity −1, +1 and 0. *cause* is a key of CAUSES.
    """

    id: str
    group: str
    perception: Perception
    names: Mapping[str, str] = field(hash=False)
    cause: str | None = None
    terms: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    neutral: tuple[str, ...] = ()

    def name(self, lang: str = "zh-Hans") -> str:
        """Its name in *lang*, one of LANGUAGES; raises InputError for any other."""
        return _named(self.names, lang)


@dataclass(frozen=True)
class Taxonomy:
    """
    Groups and topics by their ids, in the order of the file; never changes and may be shared.

    >>> banking = Taxonomy.default()
    >>> banking["app_crash"].perception, banking["app_crash"].name("en")
    (<Perception.PRODUCT: 'product'>, 'App crashes or will not open')
    """

    name: str
    version: int
    groups: Mapping[str, Group] = field(hash=False)
    topics: Mapping[str, Topic] = field(hash=False)

    def __post_init__(self) -> None:
        """Keep own copies of the mappings, which nobody can write to."""
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))
        object.__setattr__(self, "topics", MappingProxyType(dict(self.topics)))

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        """Pickle as plain dicts, which read-only views cannot: worker processes receive taxonomies."""
        return type(self), (self.name, self.version, dict(self.groups), dict(self.topics))

    @classmethod
    def load(cls, path: str | Path) -> "Taxonomy":
        """
        Read the taxonomy file at *path*; where there is none, *path* may name a shipped taxonomy.

        Words in traditional characters, full width or capitals are folded to the form of normalized text.

        Raises:
            TaxonomyError: the file has problems; the first few are told, `check` lists all.
        """
        from voctext.taxonomy.reader import read

        if _is_shipped(path):
            return _shipped(str(path))
        return _accepted(Path(path).name, *read(Path(path)))

    @staticmethod
    def named(name: str) -> "Taxonomy":
        """Give the shipped taxonomy called *name*; raises TaxonomyError where there is none."""
        return _shipped(name)

    @staticmethod
    def default() -> "Taxonomy":
        """Give the banking taxonomy."""
        return _shipped("banking")

    def __getitem__(self, topic: str) -> Topic:
        """Give the topic with this id; raises InputError for an unknown one."""
        try:
            return self.topics[topic]
        except KeyError:
            raise InputError(
                f"no topic {topic!r} in {self.name}: {choose_from(topic, self.topics)}"
            ) from None

    def __contains__(self, topic: object) -> bool:
        return topic in self.topics

    def __iter__(self) -> Iterator[Topic]:
        return iter(self.topics.values())

    def __len__(self) -> int:
        return len(self.topics)

    def of(self, perception: Perception) -> tuple[Topic, ...]:
        """Give the topics of one *perception*."""
        return tuple(topic for topic in self if topic.perception == perception)


def check(path: str | Path) -> list[Problem]:
    """Find every problem in the taxonomy that `Taxonomy.load` reads; the list is empty where all is well."""
    from voctext.taxonomy.reader import read

    return read(_shipped_file(str(path)) if _is_shipped(path) else Path(path))[1]


def shipped() -> tuple[str, ...]:
    """Names that `Taxonomy.named` knows."""
    folder = files("voctext") / "taxonomies"
    return tuple(
        sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))
    )


def _is_shipped(path: str | Path) -> bool:
    """Tell whether *path* is the name of a shipped taxonomy and not of a file."""
    return str(path) in shipped() and not Path(path).is_file()


def _shipped_file(name: str) -> Traversable:
    return files("voctext") / "taxonomies" / f"{name}.yaml"


def _named(names: Mapping[str, str], lang: str) -> str:
    if lang not in names:
        raise InputError(f"no name in language {lang!r}: {choose_from(lang, names)}")
    return names[lang]


@lru_cache
def _shipped(name: str) -> Taxonomy:
    from voctext.taxonomy.reader import read

    if name not in shipped():
        raise TaxonomyError(f"no shipped taxonomy {name!r}: {choose_from(name, shipped())}")
    return _accepted(name, *read(_shipped_file(name)))


def _accepted(name: str, taxonomy: Taxonomy | None, problems: list[Problem]) -> Taxonomy:
    fatal = [problem for problem in problems if problem.fatal]
    if taxonomy is not None and not fatal:
        return taxonomy
    told = "\n".join(f"  {problem}" for problem in fatal[:_SHOWN])
    more = f"\n  and {len(fatal) - _SHOWN} more" if len(fatal) > _SHOWN else ""
    count = "1 problem" if len(fatal) == 1 else f"{len(fatal)} problems"
    raise TaxonomyError(f"{name}: {count}\n{told}{more}")
