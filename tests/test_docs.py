"""What the documentation shows is what happens: its code runs, its commands work, its tables are whole."""

import doctest
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import voctext
from voctext import cli
from voctext.analyze import FINDING_COLUMNS, REJECTED_COLUMNS, TICKET_COLUMNS, Run
from voctext.demand.rows import DEMAND_COLUMNS
from voctext.demo import write_export
from voctext.insight.rows import CHANGE_COLUMNS, INSIGHT_COLUMNS, PORTRAIT_COLUMNS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]

FENCE = re.compile(
    r'^```(?P<kind>\w+)(?: title="(?P<file>[^"]+)")?\n(?P<code>.*?)^```', re.MULTILINE | re.DOTALL
)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)\s]+)\)")
SECONDS = re.compile(r"\d+\.\d s$", re.MULTILINE)
FAILED = re.compile(r"^voctext: |\d to mend$", re.MULTILINE)
"""What a command prints that is meant to fail."""
ENCODER = "my-encoder"
"""A page that names this folder finds a small encoder there."""
NEEDED = ("torch", "transformers", "accelerate", "onnx", "onnxscript", "onnxruntime", "sklearn")
"""What such a page needs; without it, its commands are not run."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its kind, the file it is to be saved as, and the line it begins in."""

    kind: str
    file: str | None
    code: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for fence in FENCE.finditer(text):
        yield Block(fence["kind"], fence["file"], fence["code"], text.count("\n", 0, fence.start()) + 1)


def of_page(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def section(page: Path, heading: str) -> str:
    text = page.read_text(encoding="utf-8")
    assert f"\n{heading}\n" in text, f"{of_page(page)} lacks {heading!r}"
    return re.split(r"\n## ", text.partition(f"\n{heading}\n")[2])[0]


def first_cells(table: str) -> list[str]:
    """Return the words in backquotes of each row's first cell."""
    return [
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([^`]+)`", line.split(" | ")[0])
    ]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def command_of(block: Block) -> Iterator[tuple[list[str], str]]:
    """Yield each voctext command of *block* with the output that is shown below it."""
    for part in re.split(r"^\$ ", block.code, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        words = line.split()
        if words[0] == "voctext":
            yield words, shown.strip()


def run_command(words: list[str], shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Run a command in this process; `…` in what is shown stands for anything."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", words)
        patch.setenv("COLUMNS", "200")
        code: object = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
    out, err = capsys.readouterr()
    told = SECONDS.sub("0.0 s", (out + err).strip())
    assert code == (1 if FAILED.search(shown) else 0), f"{' '.join(words)}: exit {code}\n{told}"
    if shown:
        pattern = re.escape(SECONDS.sub("0.0 s", shown)).replace("…", ".*?")
        assert re.fullmatch(pattern, told, re.DOTALL), f"{' '.join(words)} prints\n{told}"


def run_examples(code: str, namespace: dict[str, Any], place: str) -> None:
    """Run the `>>>` lines of *code* and compare what they give."""
    test = doctest.DocTestParser().get_doctest(code, {}, place, place, 0)
    test.globs = namespace
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=told.append, clear_globs=False)
    assert not told, "".join(told)


def write_encoder(folder: Path, words: str) -> None:
    """Write an encoder of random numbers, with a token for each character of *words*."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    marks = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    tokens = [*marks.values(), *sorted({character for character in words if not character.isspace()})]
    tokenizer = Tokenizer(models.WordLevel({token: i for i, token in enumerate(tokens)}, unk_token="[UNK]"))  # noqa: S106
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **marks).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(tokens),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)


@pytest.mark.parametrize("page", PAGES, ids=of_page)
def test_what_a_page_shows_is_what_happens(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A block with a title is saved as that file; every page finds an export called complaints.xlsx."""
    monkeypatch.chdir(tmp_path)
    write_export(tmp_path).rename("complaints.xlsx")
    text = page.read_text(encoding="utf-8")
    if ENCODER in text:
        for name in NEEDED:
            pytest.importorskip(name, reason=f"the page trains an encoder, and {name} is not installed")
        write_encoder(Path(ENCODER), text)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(page):
        place = f"{of_page(page)}:{block.line}"
        if block.file:
            Path(block.file).write_text(block.code, encoding="utf-8")
        if block.kind == "python":
            exec(compile(block.code, place, "exec"), namespace)  # noqa: S102 - our own pages
        elif block.kind == "pycon":
            run_examples(block.code, namespace, place)
        elif block.kind == "console":
            for words, shown in command_of(block):
                run_command(words, shown, capsys)


def test_the_pages_hold_code_that_is_run() -> None:
    kinds = [block.kind for page in PAGES for block in blocks(page)]

    assert kinds.count("python") + kinds.count("pycon") >= 15
    assert kinds.count("console") >= 10


@pytest.mark.parametrize("page", PAGES, ids=of_page)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{of_page(page)} links to {link}"
        if anchor:
            headings = map(slug, HEADING.findall(target.read_text(encoding="utf-8")))
            assert anchor in headings, f"{of_page(page)} links to {link}"


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=of_page)
def test_every_page_can_be_reached_from_the_contents(page: Path) -> None:
    contents = DOCS / "README.md"
    linked = {
        (contents.parent / link.partition("#")[0]).resolve()
        for link in LINK.findall(contents.read_text("utf-8"))
    }

    assert page == contents or page in linked


def test_the_api_page_lists_every_public_name() -> None:
    names = first_cells(section(DOCS / "reference" / "api.md", "## Names of voctext"))

    assert names == sorted(voctext.__all__)


def commands() -> dict[str, set[str]]:
    """Return the options of every command, by the command's full name."""
    import typer

    def walk(command: Any, name: str) -> Iterator[tuple[str, set[str]]]:
        children = getattr(command, "commands", {})
        options = {
            option
            for parameter in command.params
            for option in [*parameter.opts, *parameter.secondary_opts]
            if option.startswith("-")
        }
        yield name, options
        for child in children.values():
            yield from walk(child, f"{name} {child.name}")

    return dict(walk(typer.main.get_command(cli.app), "voctext"))


@pytest.mark.parametrize(("command", "options"), commands().items(), ids=commands())
def test_the_command_page_lists_every_option(command: str, options: set[str]) -> None:
    if command in {"voctext audit", "voctext labels", "voctext taxonomy"}:
        pytest.skip("holds only other commands")
    table = section(DOCS / "reference" / "cli.md", f"## {command}")
    listed = {name.split()[0] for name in first_cells(table) if name.startswith("-")}

    assert listed == options - {"--help"}


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("findings", FINDING_COLUMNS),
        ("tickets", TICKET_COLUMNS),
        ("demands", DEMAND_COLUMNS),
        *INSIGHT_COLUMNS.items(),
        ("customers", PORTRAIT_COLUMNS),
        ("changes", CHANGE_COLUMNS),
        ("rejected.csv", REJECTED_COLUMNS),
        ("run.json", tuple(field.name for field in fields(Run))),
    ],
)
def test_the_page_of_files_lists_every_column(file: str, columns: tuple[str, ...]) -> None:
    listed = first_cells(section(DOCS / "reference" / "files.md", f"## {file}"))

    assert listed == [str(column) for column in columns]


def test_the_page_of_topics_is_what_the_script_writes() -> None:
    page = (DOCS / "reference" / "taxonomy.md").read_text(encoding="utf-8")

    assert page == generator().taxonomy_page(), "run python docs/generate.py taxonomy"


def test_no_page_names_a_place_on_somebodys_machine() -> None:
    told = {page: page.read_text(encoding="utf-8") for page in [*PAGES, *NOTEBOOKS]}
    for path in NOTEBOOKS:
        told[path] = "".join(line for cell in json.loads(told[path])["cells"] for line in cell["source"])
    for page, text in told.items():
        assert not re.search(r"/(?:tmp|home|work|Users|root)/|[A-Z]:\\", text), page


def test_both_readmes_show_the_same_commands() -> None:
    """Prose differs between the languages; what is typed does not."""
    english, chinese = (
        [
            line
            for block in blocks(page)
            if block.kind == "console"
            for line in block.code.splitlines()
            if line[:2] == "$ "
        ]
        for page in PAGES[:2]
    )

    assert english == chinese


@pytest.mark.parametrize("path", NOTEBOOKS, ids=of_page)
def test_a_notebook_runs_from_top_to_bottom(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] for cell in cells), "clear the outputs: they grow old"
    if importlib.util.find_spec("nbclient") and importlib.util.find_spec("ipykernel"):
        import nbformat
        from nbclient import NotebookClient

        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
        return
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": "__main__", "display": lambda _: None}
    for cell in cells:
        exec(compile("".join(cell["source"]), path.name, "exec"), namespace)  # noqa: S102 - our own cells
