"""The elastic constants of a homogeneous isotropic half-space."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Medium:
    """Homogeneous, isotropic, elastic medium.

    Parameters
    ----------
    rigidity : float
        Shear modulus in Pa, positive.
    poisson : float
        Poisson's ratio, 0 <= poisson < 0.5.

    Raises
    ------
    ValueError
        If a constant is outside its range.
    """

    rigidity: float = 30e9
    poisson: float = 0.25

    def __post_init__(self) -> None:
        if not self.rigidity > 0.0:
            raise ValueError(f"rigidity is {self.rigidity:g} Pa, but must be positive; crust has about 3e10")
        if not 0.0 <= self.poisson < 0.5:
            raise ValueError(f"poisson is {self.poisson:g}, but must satisfy 0 <= poisson < 0.5; rock has about 0.25")

    @property
    def lame(self) -> float:
        """First Lame constant lambda in Pa."""
        return 2.0 * self.rigidity * self.poisson / (1.0 - 2.0 * self.poisson)

    @property
    def young(self) -> float:
        """Young's modulus in Pa."""
        return 2.0 * self.rigidity * (1.0 + self.poisson)

    @property
    def bulk(self) -> float:
        """Bulk modulus in Pa."""
        return self.lame + 2.0 * self.rigidity / 3.0
