"""
A scikit-learn classifier of texts: one label each, any labels, any number of them.

Characters and words, weighed by their rarity, go into a linear support vector machine, strong on texts
of one or several sentences and fitted in seconds; its margins are made probabilities by a regression on
margins of texts held out (J. Platt 1999, "Probabilistic outputs for support vector machines", with one
slope for all classes: C. Guo and others 2017, temperature scaling).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from voctext.classify.columns import Columns, choose_columns, words_of
from voctext.classify.single_label import SingleLabelModel, normalized
from voctext.errors import InputError, require
from voctext.evaluate import evaluate_single
from voctext.train.folds import held_out_groups

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

base: Any = require("sklearn.base", extra="train")

STRENGTHS = (0.03, 0.1, 0.3, 1.0)
"""Inverse regularization tried (scikit-learn's C)."""
NEARLY, ROUGHLY = 1e-4, 1e-3
"""How near to the end a fit goes: the last one, and those that only choose."""


class SingleLabelClassifier(base.ClassifierMixin, base.BaseEstimator):  # type: ignore[misc]
    """
    Gives each text one label.

    >>> texts = ["登录就闪退", "一打开就闪退", "客服态度差", "坐席态度不好"] * 3
    >>> labels = ["app", "app", "staff", "staff"] * 3
    >>> classifier = SingleLabelClassifier().fit(texts, labels)
    >>> classifier.predict(["又闪退了", "态度真差"]).tolist()
    ['app', 'staff']
    """

    def __init__(
        self,
        *,
        C: float | None = None,  # noqa: N803  scikit-learn's name
        min_df: int = 3,
        class_weight: str | None = "balanced",
        folds: int = 3,
        random_state: int = 0,
    ) -> None:
        """
        Keep the settings, unchecked, as scikit-learn asks.

        Args:
            C: Inverse regularization; None chooses one by cross-validation on the texts.
            min_df: In how many texts an n-gram or word must stand.
            class_weight: "balanced" lets rare classes weigh as much as frequent ones; None does not.
            folds: Parts of the cross-validation.
            random_state: Seed of the parts and of the fit.
        """
        self.C = C
        self.min_df = min_df
        self.class_weight = class_weight
        self.folds = folds
        self.random_state = random_state

    def fit(self, X: Iterable[str], y: Iterable[Any], groups: Iterable[Any] | None = None) -> Self:  # noqa: N803
        """
        Learn from texts *X* and their labels *y*.

        Args:
            X: The texts.
            y: The label of each.
            groups: The customer of each text, for one; texts of a group are held out together, so that
                nothing is chosen or measured by a customer's words that were learned from.

        Raises:
            InputError: They differ in number, or hold fewer than two labels, or *X* holds no texts.
        """
        import numpy as np

        texts, labels = _texts(X), np.asarray(list(y))
        if len(texts) != len(labels):
            raise InputError(f"{len(texts)} texts and {len(labels)} labels; give one label for each text")
        customers = None if groups is None else np.unique(list(groups), return_inverse=True)[1]
        if customers is not None and len(customers) != len(texts):
            raise InputError(f"{len(customers)} groups and {len(texts)} texts; give one group for each text")
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:  # noqa: PLR2004
            raise InputError(f"{len(self.classes_)} label in {len(texts)} texts; give texts of two or more")
        clean = normalized(texts)
        parted = list(words_of(clean))
        grams, words, seen = choose_columns(clean, parted, self.min_df)
        if not len(seen):
            raise InputError(f"nothing stands in {self.min_df} texts; give more texts, or a smaller min_df")
        idf = (np.log((1 + len(texts)) / (1 + seen)) + 1).astype(np.float32)
        rows = Columns(grams, words, idf).matrix(clean, parted)
        del clean, parted  # long texts take much room
        self.C_, self.slope_, told = self._choose(rows, numbers, customers)
        weights, intercepts = self._machine(rows, numbers, self.C_)
        self.model_ = SingleLabelModel(
            classes=tuple(map(str, self.classes_.tolist())),
            grams=grams,
            words=words,
            idf=idf,
            weights=np.ascontiguousarray(weights * self.slope_, dtype=np.float32),
            intercepts=(intercepts * self.slope_).astype(np.float32),
            about={
                "notes": len(texts),
                "groups": held_out_groups(None if customers is None else list(map(str, customers.tolist()))),
                "C": self.C_,
                "seed": self.random_state,
                "folds": self.folds,
                **told,
            },
        )
        return self

    def predict_proba(self, X: Iterable[str]) -> "NDArray[np.float32]":  # noqa: N803
        """Give the probability of each of `classes_`, shape (texts, classes)."""
        require("sklearn.utils.validation", extra="train").check_is_fitted(self, "model_")
        return self.model_.predict_proba(_texts(X))

    def predict(self, X: Iterable[str]) -> "NDArray[Any]":  # noqa: N803
        """Give the likeliest label of each text."""
        chances = self.predict_proba(X)
        return self.classes_[chances.argmax(axis=1)]  # type: ignore[no-any-return]

    def save(self, folder: str | Path) -> None:
        """Write the fitted model into *folder*; `voctext.train.load_model` reads it."""
        require("sklearn.utils.validation", extra="train").check_is_fitted(self, "model_")
        self.model_.save(Path(folder))

    def _choose(
        self, rows: Any, numbers: "NDArray[np.int64]", customers: "NDArray[np.int64] | None"
    ) -> tuple[float, float, dict[str, Any]]:
        """Give C, the slope that makes probabilities of margins, and figures, all from texts held out."""
        import numpy as np

        splits = self._splits(numbers, customers)
        tried = STRENGTHS if self.C is None else (self.C,)
        if not splits:
            return (STRENGTHS[1] if self.C is None else self.C), 1.0, {}
        best = (-1.0, tried[0], np.zeros((0, 0)))
        for strength in tried:
            margins = np.zeros((len(numbers), int(numbers.max()) + 1))
            for train, test in splits:
                weights, intercepts = self._machine(rows[train], numbers[train], strength, near=ROUGHLY)
                margins[test] = rows[test] @ weights + intercepts
            score = _quality(numbers, margins.argmax(axis=1))
            if score <= best[0]:
                break  # stronger ones fit the texts at hand ever closer, and take ever longer
            best = (score, strength, margins)
        names = [str(label) for label in self.classes_.tolist()]
        said = [names[i] for i in best[2].argmax(axis=1)]
        people = None if customers is None else list(map(str, customers.tolist()))
        told = evaluate_single([names[i] for i in numbers], said, customers=people)
        return best[1], _slope(best[2], numbers), {"held_out": told}

    def _splits(
        self, numbers: "NDArray[np.int64]", customers: "NDArray[np.int64] | None"
    ) -> "list[tuple[NDArray[np.int64], NDArray[np.int64]]]":
        """Deal the texts into those learned from and those held out; empty if a class cannot be held out."""
        import numpy as np

        selection = require("sklearn.model_selection", extra="train")
        settings = {"shuffle": True, "random_state": self.random_state}
        if customers is None:
            parts = min(self.folds, int(np.bincount(numbers).min()))
            splitter = selection.StratifiedKFold(parts, **settings) if parts > 1 else None
        else:
            of_class = [len(np.unique(customers[numbers == one])) for one in range(int(numbers.max()) + 1)]
            parts = min(self.folds, *of_class)
            splitter = selection.StratifiedGroupKFold(parts, **settings) if parts > 1 else None
        splits = list(splitter.split(numbers, numbers, customers)) if splitter else []
        classes = len(np.unique(numbers))
        whole = all(len(test) and len(np.unique(numbers[train])) == classes for train, test in splits)
        return splits if whole else []  # a class may stand with few customers, and in one part

    def _machine(
        self, rows: Any, numbers: "NDArray[np.int64]", strength: float, *, near: float = NEARLY
    ) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
        import numpy as np

        svm = require("sklearn.svm", extra="train")
        machine = svm.LinearSVC(
            C=strength,
            class_weight=self.class_weight,
            random_state=self.random_state,
            max_iter=3000,
            tol=near,
        ).fit(rows, numbers)
        weights, intercepts = machine.coef_.T, machine.intercept_
        if weights.shape[1] == 1:  # scikit-learn keeps one row for two classes
            weights, intercepts = np.hstack([-weights, weights]) / 2, np.r_[-intercepts, intercepts] / 2
        return weights, intercepts

    def __sklearn_tags__(self) -> Any:
        """Say that texts come in, one each, and no table."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.no_validation = True
        return tags


def _texts(given: Iterable[str]) -> list[str]:
    if isinstance(given, str):
        raise InputError("a single string; give a list of texts")
    texts = list(given)
    wrong = next((i for i, text in enumerate(texts) if not isinstance(text, str)), None)
    if wrong is not None:
        raise InputError(f"text {wrong + 1} is {type(texts[wrong]).__name__}; give a list of strings")
    return texts


def _quality(true: "NDArray[np.int64]", said: "NDArray[np.int64]") -> float:
    """Give the mean of accuracy and macro-F1, both of which are asked of a reader."""
    metrics = require("sklearn.metrics", extra="train")
    both = metrics.accuracy_score(true, said) + metrics.f1_score(true, said, average="macro", zero_division=0)
    return float(both) / 2


def _slope(margins: "NDArray[np.float64]", numbers: "NDArray[np.int64]") -> float:
    """Give the factor that makes the softmax of *margins* likeliest."""
    import numpy as np
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    at = np.arange(len(numbers))

    def loss(log_slope: float) -> float:
        return -float(log_softmax(margins * np.exp(log_slope), axis=1)[at, numbers].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 4), method="bounded").x))
