"""
One pass over a taxonomy file that collects every problem instead of stopping at the first.

YAML is read as nodes, which know their lines and keep duplicate keys; no object is ever made from a tag.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voctext.errors import choose_from
from voctext.records import Perception
from voctext.taxonomy import CAUSES, GAP, LANGUAGES, Group, Problem, Taxonomy, Topic, shipped
from voctext.taxonomy.words import Word, clash, fold, mistake_in

if TYPE_CHECKING:
    from yaml.nodes import Node

_TOP: Final = ("name", "version", "groups", "topics")
_GROUP: Final = ("perception", "names")
_LISTS: Final = ("terms", "negative", "positive", "neutral")
_TOPIC: Final = ("group", "names", "cause", *_LISTS)
_ID: Final = re.compile(r"[a-z][a-z0-9_]*")


def read(path: Path | Traversable) -> tuple[Taxonomy | None, list[Problem]]:
    """Read the file at *path*: the taxonomy, None where it cannot be told, and all problems by line."""
    reader = _Reader(path.name)
    taxonomy = reader.taxonomy(path)
    return taxonomy, sorted(reader.problems, key=lambda problem: problem.line or 0)


class _Reader:
    """Walks one file; its methods give what they could read and note what they could not."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._words: list[Word] = []

    def note(
        self,
        message: str,
        node: "Node | None" = None,
        *,
        topic: str = "",
        field: str = "",
        value: str = "",
        fatal: bool = True,
    ) -> None:
        line = None if node is None else node.start_mark.line + 1
        where = f"topic '{topic}': " if topic else ""
        self.problems.append(Problem(self.file, topic, field, value, where + message, line, fatal))

    def taxonomy(self, path: Path | Traversable) -> Taxonomy | None:
        root = self._compose(path)
        if root is None:
            return None
        top = self._entries(root, "the file", _TOP, required=_TOP)
        groups = {key: self._group(key, node) for key, node in self._ids(top.get("groups"), "groups").items()}
        nodes = self._ids(top.get("topics"), "topics")
        topics = [self._topic(key, node, groups) for key, node in nodes.items()]
        lists = self._lists()
        whole = [_worded(topic, lists.get(topic.id, {})) for topic in topics if topic is not None]
        name, version = self._text(top.get("name"), field="name"), self._version(top.get("version"))
        known = {key: group for key, group in groups.items() if group is not None}
        return Taxonomy(name, version, known, {topic.id: topic for topic in whole})

    def _compose(self, path: Path | Traversable) -> "Node | None":
        text = self._decoded(path)
        if text is None:
            return None
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            root: Node | None = yaml.compose(text, Loader=loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            column = f" at column {mark.column + 1}" if mark else ""
            self.note(f"not YAML{column}: {error.problem or error.context}")
            self.problems[-1] = replace(self.problems[-1], line=mark.line + 1 if mark else None)
            return None
        except (yaml.YAMLError, RecursionError) as error:
            self.note(f"not YAML: {error}")
            return None
        if root is None:
            self.note(f"the file is empty; it must map {', '.join(_TOP)}")
        return root

    def _decoded(self, path: Path | Traversable) -> str | None:
        try:
            return path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            self.note(f"no such file; shipped taxonomies, by name: {', '.join(shipped())}")
        except OSError as error:
            self.note(f"cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            self.note(
                f"not UTF-8 (byte 0x{error.object[error.start]:02x} at {error.start}); save it as UTF-8"
            )
        return None

    def _entries(
        self,
        node: "Node",
        what: str,
        known: Collection[str] | None,
        *,
        topic: str = "",
        required: Iterable[str] = (),
    ) -> "dict[str, Node]":
        """Give the mapping *node* by its keys, which are *known* or, if None, ids of the writer's own."""
        if _kind(node) != "mapping":
            self.note(
                f"{what} must be a mapping, like {{key: value}}",
                node,
                topic=topic,
                value=str(node.value)[:40],
            )
            return {}
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            first = lines.setdefault(key, key_node.start_mark.line + 1)
            if key in entries:
                message = f"'{key}' is written twice in {what}, first in line {first}"
                self.note(message, key_node, topic=topic, field=key)
            elif known is None and not _ID.fullmatch(key):
                message = f"id '{key}' in {what} must be small letters a-z, digits and _, like late_delivery"
                self.note(message, key_node, field=what, value=key)
            elif known is not None and key not in known:
                self.note(self._unknown(key, what, known), key_node, topic=topic, field=key, value=key)
            else:
                entries[key] = value
        for key in required:
            if key not in entries:
                self.note(f"{what} lacks '{key}'", node, topic=topic, field=key)
        return entries

    @staticmethod
    def _unknown(key: str, what: str, known: Iterable[str]) -> str:
        if key == "perception":
            return f"'perception' is not a key of {what}: a topic has the perception of its group"
        return f"'{key}' is not a key of {what}: {choose_from(key, known)}"

    def _ids(self, node: "Node | None", what: str) -> "dict[str, Node]":
        if node is None:
            return {}
        if _kind(node) == "mapping" and not node.value:
            self.note(f"'{what}' is empty", node, field=what)
        return self._entries(node, f"'{what}'", None)

    def _group(self, key: str, node: "Node") -> Group | None:
        what = f"group '{key}'"
        entries = self._entries(node, what, _GROUP, required=_GROUP)
        names = self._names(entries.get("names"), what)
        if "perception" not in entries:
            return None
        perception = self._text(entries["perception"], field="perception")
        if perception not in set(Perception):
            hint = choose_from(perception, Perception)
            message = f"{what}: perception '{perception}' is not one of the three: {hint}"
            self.note(message, entries["perception"], field="perception", value=perception)
            return None
        return Group(key, Perception(perception), names)

    def _topic(self, key: str, node: "Node", groups: dict[str, Group | None]) -> Topic | None:
        entries = self._entries(node, "a topic", _TOPIC, topic=key, required=("group", "names"))
        names = self._names(entries.get("names"), "a topic", topic=key)
        cause = self._cause(entries.get("cause"), key)
        for name in _LISTS:
            self._collect(entries.get(name), key, name)
        if "group" not in entries:
            return None
        group = self._text(entries["group"], topic=key, field="group")
        if group not in groups:
            message = f"group '{group}' is not in groups: {choose_from(group, groups)}"
            self.note(message, entries["group"], topic=key, field="group", value=group)
        home = groups.get(group)
        return None if home is None else Topic(key, group, home.perception, names, cause)

    def _names(self, node: "Node | None", what: str, *, topic: str = "") -> dict[str, str]:
        if node is None:
            return {}
        entries = self._entries(node, f"names of {what}", LANGUAGES, topic=topic, required=LANGUAGES)
        return {
            lang: self._text(value, topic=topic, field=f"names.{lang}") for lang, value in entries.items()
        }

    def _cause(self, node: "Node | None", topic: str) -> str | None:
        if node is None:
            return None
        code = self._text(node, topic=topic, field="cause")
        if code and code not in CAUSES:
            message = f"cause '{code}' is not a cause code of JR/T 0169—2018, which are 1 to {len(CAUSES)}"
            self.note(message, node, topic=topic, field="cause", value=code)
        return code

    def _version(self, node: "Node | None") -> int:
        text = self._text(node, field="version")
        if node is not None and text and not re.fullmatch(r"[1-9][0-9]{0,8}", text):
            self.note(f"version '{text}' must be a whole number from 1", node, field="version", value=text)
            return 0
        return int(text or 0)

    def _text(self, node: "Node | None", *, topic: str = "", field: str = "") -> str:
        if node is None:
            return ""
        if _kind(node) != "scalar" or node.tag.endswith(":null") or not node.value.strip():
            self.note(f"'{field}' must be text that is not empty", node, topic=topic, field=field)
            return ""
        return str(node.value)

    def _collect(self, node: "Node | None", topic: str, field: str) -> None:
        """Keep the words of one list of a topic that are written as words must be."""
        if node is None:
            return
        if _kind(node) != "sequence":
            message = f"'{field}' must be a list of words, like [闪退, 白屏]"
            self.note(message, node, topic=topic, field=field, value=str(node.value)[:40])
            return
        for item in node.value:
            word = Word(self._text(item, topic=topic, field=field), topic, field, item)
            mistake = mistake_in(word.text)
            if mistake:
                self.note(
                    f"{mistake}: {word.text!r} in {field}", item, topic=topic, field=field, value=word.text
                )
            elif word.text:
                self._words.append(word)

    def _lists(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Give the folded words by topic and list; a word that stands twice is noted."""
        lists: dict[str, dict[str, tuple[str, ...]]] = {}
        first: dict[str, Word] = {}
        for form, word in zip(fold(word.text for word in self._words), self._words, strict=True):
            if not all(form.split(GAP)):
                self._note_word(word, f"'{word.text}' in {word.field} is cleaned from every text")
                continue
            if form != word.text:
                message = f"'{word.text}' in {word.field} is read as '{form}'; write it so"
                self._note_word(word, message, fatal=False)
            earlier = first.setdefault(form, word)
            if earlier is not word:
                spelling = (earlier.topic, earlier.field) == (
                    word.topic,
                    word.field,
                ) and earlier.text != word.text
                self._note_word(word, clash(word, earlier, form), fatal=not spelling)
                continue
            of_topic = lists.setdefault(word.topic, {})
            of_topic[word.field] = (*of_topic.get(word.field, ()), form)
        return lists

    def _note_word(self, word: "Word", message: str, *, fatal: bool = True) -> None:
        self.note(message, word.node, topic=word.topic, field=word.field, value=word.text, fatal=fatal)


def _worded(topic: Topic, lists: dict[str, tuple[str, ...]]) -> Topic:
    terms, negative, positive, neutral = (lists.get(name, ()) for name in _LISTS)
    return replace(topic, terms=terms, negative=negative, positive=positive, neutral=neutral)


def _kind(node: "Node") -> str:
    """Tell a scalar from a sequence from a mapping."""
    return str(getattr(node, "id", ""))
