"""
Write the pages of the reference that repeat what a file of the package says.

Run `python docs/generate.py taxonomy` after a change of the banking taxonomy, and
`python docs/generate.py corpus model-card` after a change of the corpus and the training.
"""  # noqa: INP001 - a script, not a package

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from voctext.classify.combined import default_model
from voctext.corpus import CorpusNote, notes
from voctext.records import Intent, Perception
from voctext.taxonomy import CAUSES, Taxonomy

REFERENCE = Path(__file__).parent / "reference"


def taxonomy_page() -> str:
    """Return the page of the banking taxonomy: its groups and topics, and the causes they carry."""
    banking = Taxonomy.default()
    size = f"{len(banking)} topics in {len(banking.groups)} groups, version {banking.version}."
    lines = [
        "# The banking taxonomy",
        "",
        "<!-- Written by `python docs/generate.py taxonomy`; do not edit. -->",
        "",
        f"{size} A topic has the perception of its group.",
        "*Cause* is the code of the cause of complaint in JR/T 0169—2018; the codes stand [below](#causes).",
        "The words by which each topic is known stand in `src/voctext/taxonomies/banking.yaml`.",
    ]
    for perception in Perception:
        lines += ["", f"## {perception.capitalize()}", *_table(banking, perception)]
    lines += ["", "## Causes", "", "| code | cause |", "|---|---|"]
    lines += [f"| {code} | {cause} |" for code, cause in CAUSES.items()]
    return "\n".join(lines) + "\n"


def _table(taxonomy: Taxonomy, perception: Perception) -> list[str]:
    rows = ["", "| topic | group | 简体 | 繁體 | English | cause |", "|---|---|---|---|---|---|"]
    for topic in taxonomy.of(perception):
        names = [topic.name(lang) for lang in ("zh-Hans", "zh-Hant", "en")]
        group = taxonomy.groups[topic.group].name("en")
        rows.append(" | ".join(["", f"`{topic.id}`", group, *names, topic.cause or "", ""]).strip())
    return rows


def corpus_page() -> str:
    """Return the datasheet of the corpus."""
    corpus = notes()
    lines = [
        "# The corpus: a datasheet",
        "",
        "<!-- Written by `python docs/generate.py corpus`; do not edit. -->",
        "",
        CORPUS_TOLD,
        "",
        "| genre | notes | silent | complaint | suggestion | inquiry | praise | other | median length |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            _genre_row(genre, [n for n in corpus if n.genre == genre])
            for genre in sorted({n.genre for n in corpus})
        ),
        _genre_row("**all**", corpus),
        "",
        "*Silent* notes voice no perception. Stretches marked, by perception and polarity:",
        "",
        "| perception | −1 | 0 | +1 | topics |",
        "|---|---|---|---|---|",
    ]
    marked = [voiced for note in corpus for voiced in note.voiced]
    for perception in Perception:
        counted = Counter(voiced.polarity for voiced in marked if voiced.perception is perception)
        topics = {voiced.topic for voiced in marked if voiced.perception is perception}
        lines.append(f"| {perception} | {counted[-1]} | {counted[0]} | {counted[1]} | {len(topics)} |")
    return "\n".join(lines) + "\n"


CORPUS_TOLD = """\
The notes in `src/voctext/corpus/` train the default model. They are **synthetic**: written for this project with the
help of a language model, one note at a time, none of them taken from a customer, a bank or a published text. No
frames are filled with slots: every note is its own sentence, so the number of distinct frames is the number of notes.

**How they are labelled.** By the project's labelling guide: one intent a note; each stretch that voices a perception
marked with perception, polarity and topic. The label of the note follows from its stretches. Notes were labelled by
whoever wrote them, those of the series `posts`, `decisions` and `people` by another reader who had not written them.
Where a model trained without them disagreed with the label, notes were read again by a second reader: 2,881 of the first
20,959, who changed 367; 5,400 of the first 41,838, who changed 756; 8,800 of the first 55,596, who changed 582; 2,916 of
the 7,797 of `decisions` and `people`, who changed 113. The rest was read once. A check refuses unknown topics, wrong
perceptions and repeated notes.

**What they are like.** Files called `plain` say ordinary things in ordinary words and in everyday proportions; those
called `border` use the same words on both sides of a boundary: voiced and only mentioned, meant and negated, one
perception and two (those of `border_turns` say the kinds of thing that the robustness set finds misread; their writers
had not seen it, but were told these kinds with a few phrases much like its cases, such as 不贵 and 一点都不); the series `talk`, `hk_c`, `hk_d`, `app_c` and `app_d` say, in other words about other things, the
kinds of thing that an earlier model misread in real posts, with their neighbours across the border. The series `posts`
was written without a thought of labels, as the people of a card forum, of app stores and of a complaint site write, about
in their proportions though shorter, and labelled afterwards: in the forum more than half voice nothing. So were
`decisions` and `people`, on what a bank decides and on those who speak for it; these come up there more often than in
life. The writers of `talk` and of all named after it, those of `posts_letters` and `people_letters` apart, read real posts
and took nothing from them; no eight Chinese characters in a row are shared, save in four notes of `posts` an everyday
phrase. The others look for the unusual wording and the misspelling. Mainland simplified, Hong Kong traditional and
written Cantonese, Taiwan traditional, some English.

**Known gaps.** Shorter and cleaner than real notes; more inventive than real reviews, the plain, border, posts, decisions
and people files apart; few notes above 200 characters; branches of business that banks keep to themselves (private
banking, corporate lending) are thin; sarcasm is over-represented. Writers knew the topics, those of `posts` apart, so
the corpus holds more topical words than life does. Writers and readers were language models: what they take alike for
granted, it does too.

**Why it ships.** It lets anyone retrain the model, see what it was taught, and add to it. It weighs less than the model.
"""


def _genre_row(genre: str, group: Sequence[CorpusNote]) -> str:
    intents = Counter(note.intent for note in group)
    lengths = sorted(len(note.text) for note in group)
    cells = [genre, len(group), sum(not note.voiced for note in group), *(intents[i] for i in Intent)]
    return " | ".join(["", *map(str, cells), str(lengths[len(lengths) // 2]), ""]).strip()


def model_card_page() -> str:
    """Return the card of the model that ships."""
    model = default_model()
    held_out = model.about["held_out"]
    lines = [
        "# Model card: the default model",
        "",
        "<!-- Written by `python docs/generate.py model-card`; do not edit. -->",
        "",
        MODEL_TOLD,
        "",
        f"- {len(model.ngrams):,} n-grams and {len(model.signals)} signals; {model.about['notes']:,} notes.",
        "- Thresholds: "
        + ", ".join(f"{p} {t:.2f}" for p, t in zip(Perception, model.thresholds.tolist(), strict=True))
        + ".",
        "",
        "On notes of the corpus in genres held out (five folds, whole genres), rules and model together:",
        "",
        "| | precision | recall | F1 |",
        "|---|---|---|---|",
    ]
    for perception, row in held_out["perception"].items():
        lines.append(f"| {perception} | {row['precision']:.3f} | {row['recall']:.3f} | {row['f1']:.3f} |")
    lines.append(f"| intent, macro | | | {held_out['intent_macro_f1']:.3f} |")
    intents = held_out["intents"]
    lines += [
        "",
        "How intents are confused there, in notes: what was meant in rows, what was read in columns.",
        "",
    ]
    lines += [f"| | {' | '.join(intents)} |", "|---|" + "---:|" * len(intents)]
    lines += [
        f"| {intent} | {' | '.join(map(str, row))} |"
        for intent, row in zip(intents, held_out["confusion"], strict=True)
    ]
    return "\n".join(lines) + "\n"


MODEL_TOLD = """\
**What it does.** Reads a Chinese bank customer's note and gives the perceptions voiced with their polarity, the intent,
and topics. It is a set of logistic regressions over character n-grams and the signals of the rules; a last regression
weighs the model against the rules and makes probabilities.

**Trained on** the [corpus](corpus.md), which is synthetic, and on nothing else. `voctext train --default` repeats it,
to the rounding of the linear-algebra library.

**Use it for** counting what many customers say, and for finding notes to read. **Do not use it** to decide anything about
one customer or one employee: any single note may be misread.

**Where it is weak.** Chat among customers, where the same words are advice, boast or complaint; irony without a marker;
long notes with a passing mention of a person; other domains than banking. The figures below are on synthetic notes
which are harder in wording and easier in length than real ones: measure on your own with `voctext evaluate`."""


PAGES: dict[str, Callable[[], str]] = {
    "taxonomy": taxonomy_page,
    "corpus": corpus_page,
    "model-card": model_card_page,
}


def main(names: list[str]) -> None:
    """Write the pages called *names*, or all."""
    for name in names or PAGES:
        (REFERENCE / f"{name}.md").write_text(PAGES[name](), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
