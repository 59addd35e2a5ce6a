"""Maximum likelihood for models with positive parameters: scipy's L-BFGS-B over their logarithms.

A model gives its log-likelihood and gradient with respect to the parameters; nothing here knows which model it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from semantic_layer.errors import Phrase
from semantic_layer.scoring.problems import ModelNotFitted, ScoringError

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
# parameters -> log-likelihood per observation and its gradient with respect to the parameters
LogLikelihood: TypeAlias = Callable[[FloatArray], tuple[float, FloatArray]]

_LOG_LIMIT = 12.0  # parameters stay within e**-12 .. e**12 of the unit that the model scales its data to
_ROUNDS = 3  # a line search that gives up on a slope may go on once its memory of the curvature is cleared
_FLAT = 1e-4  # a line search that gives up where the gradient per observation is below this is at the top


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood is highest; `at_limit` names the parameters that ran to an edge of their range."""

    parameters: tuple[float, ...]
    at_limit: tuple[str, ...]


def maximise(
    model: str, names: Sequence[str], log_likelihood: LogLikelihood, starts: Sequence[Sequence[float]]
) -> Maximum:
    """The maximum found from the first start that converges.

    Raises ScoringError (`model_not_fitted`) where no start does.
    """

    def negative(logs: FloatArray) -> tuple[float, FloatArray]:
        parameters = np.exp(logs)
        value, gradient = log_likelihood(parameters)
        return -value, -gradient * parameters

    reason = Phrase("没有给出起点", "no start was given")
    for start in starts:
        logs = np.log(np.asarray(start, dtype=np.float64))
        for _ in range(_ROUNDS):
            found = minimize(
                negative,
                logs,
                jac=True,
                method="L-BFGS-B",
                bounds=[(-_LOG_LIMIT, _LOG_LIMIT)] * len(names),
                options={"maxiter": 2000, "maxfun": 4000, "ftol": 1e-14, "gtol": 1e-8, "maxcor": 20},
            )
            logs = found.x
            inside = np.abs(logs) < _LOG_LIMIT - 1e-6
            slope = float(np.max(np.abs(found.jac[inside]), initial=0.0))
            if np.isfinite(found.fun) and (found.success or slope < _FLAT):
                at_limit = tuple(name for name, free in zip(names, inside, strict=True) if not free)
                return Maximum(tuple(float(value) for value in np.exp(logs)), at_limit)
            details = f"slope {slope:.2g}, {str(found.message).strip(' :').lower()}"
            reason = Phrase(f"没有一个起点收敛（{details}）", f"no start converged ({details})")
    raise ScoringError(ModelNotFitted(model, reason))
