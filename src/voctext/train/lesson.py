"""What an encoder learns from: tokens with right answers, and what each answer weighs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

HEAVIEST = 10.0
"""What a rare answer may weigh at most against a frequent one."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Texts as tokens, the right answers (texts, outputs), 1, 0 or −1 for not asked, and what each weighs."""

    tokens: Sequence[Sequence[int]]
    answers: "NDArray[np.int8]"
    weight: "Floats"

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, i: int) -> dict[str, Any]:
        import numpy as np

        return {"input_ids": self.tokens[i], "labels": np.append(self.answers[i], self.weight[i])}


def weights_of(lesson: Lesson, questions: Sequence[slice]) -> "Floats":
    """
    Give what each right answer weighs, shape (outputs,): rare ones more, by the root of their rarity.

    Of a yes-or-no question it is what yes weighs against no.
    """
    import numpy as np

    weights = np.ones(lesson.answers.shape[1], dtype=np.float32)
    for group in questions:
        answers = lesson.answers[:, group]
        yes = lesson.weight @ (answers == 1)
        no = lesson.weight @ (answers == 0) if len(yes) == 1 else yes.mean()
        weights[group] = np.clip(np.sqrt(no / np.maximum(yes, 1)), 1 / HEAVIEST, HEAVIEST)
    return weights
