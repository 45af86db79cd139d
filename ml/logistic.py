"""How likely is it, given what was seen? Logistic regression that begins from what was believed before.

Ridge towards a prior: a sign that the data seldom shows keeps the weight that people gave it. Newton's method on the
penalised likelihood, which has one maximum (Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 4.4).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ROUNDS_MAX = 100
STEP_MIN = 1e-10


@dataclass(frozen=True, slots=True)
class Prior:
    """What was believed before: the base and the weights, and for how many observations each belief counts."""

    base: float
    weights: Floats
    strength: float


def fit_logistic(signs: Floats, truth: Flags, prior: Prior) -> tuple[float, Floats]:
    """Return (base, weights) of the log-odds; `signs` is observations x signs, `truth` one flag for each.

    The base is fitted freely. Raises ValueError when nothing converges, which one maximum does not allow.
    """
    inputs = np.hstack([np.ones((len(signs), 1)), signs])
    believed = np.concatenate([[prior.base], prior.weights])
    strength = np.full(len(believed), prior.strength)
    strength[0] = 0.0
    fitted = believed.copy()
    for _ in range(ROUNDS_MAX):
        chance = 1 / (1 + np.exp(-inputs @ fitted))
        slope = inputs.T @ (truth - chance) - strength * (fitted - believed)
        curve = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + np.diag(strength)
        step = np.linalg.solve(curve, slope)
        # A step of more than a few log-odds overshoots far from the maximum.
        fitted += step * min(1.0, 4.0 / max(1e-12, float(np.abs(step).max())))
        if float(np.abs(step).max()) < STEP_MIN:
            return float(fitted[0]), fitted[1:]
    raise ValueError("the fit did not converge")
