"""
Classifiers by name, those of other packages among them.

A package offers its own under the entry-point group `voctext.classifiers`, as a class or function that
is called with the taxonomy and gives a classifier.
"""

from importlib.metadata import entry_points
from typing import Final

from voctext.classify.protocol import Classifier
from voctext.errors import InputError, choose_from
from voctext.taxonomy import Taxonomy

GROUP: Final = "voctext.classifiers"
"""The entry-point group under which classifiers are found by name."""


def load_classifier(name: str, taxonomy: Taxonomy | None = None) -> Classifier:
    """
    Give the classifier installed under *name*, reading with *taxonomy*, by default the banking one.

    "default" and "rules" ship with voctext.

    Raises:
        InputError: no installed package offers a classifier of this name, or what it offers is none.
    """
    installed = entry_points(group=GROUP)
    found = next(iter(installed.select(name=name)), None)
    if found is None:
        raise InputError(f"no classifier {name!r}: {choose_from(name, installed.names)}")
    try:
        make = found.load()
    except (ImportError, AttributeError) as error:
        raise InputError(f"classifier {name!r}: {found.value} cannot be loaded ({error})") from error
    classifier: object = make(taxonomy if taxonomy is not None else Taxonomy.default())
    if isinstance(classifier, type) or not isinstance(classifier, Classifier):
        raise InputError(
            f"classifier {name!r}: {found.value} gave {type(classifier).__name__}, which has no "
            "classify(clauses); see voctext.Classifier"
        )
    return classifier
