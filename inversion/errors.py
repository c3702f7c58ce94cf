"""What can go wrong in an estimate, each with the value, the rule and the remedy in its message."""


class SingularProblemError(ValueError):
    """The normal equations of the free parameters are not positive definite."""


class CovarianceError(ValueError):
    """A data covariance is not a symmetric positive definite matrix."""


class ConstraintError(ValueError):
    """Constraints that contradict each other, the fault or the slip components."""


class ConvergenceError(RuntimeError):
    """An engine stopped before its optimality conditions held.

    Attributes
    ----------
    partial : object
        The best solution found so far.
    """

    def __init__(self, message: str, *, partial: object) -> None:
        super().__init__(message)
        self.partial = partial
