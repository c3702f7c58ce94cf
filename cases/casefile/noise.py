"""The ``noise:`` block of a data set."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from geoslip.cases.casefile.base import Block
from geoslip.cases.casefile.units import Angle, Length
from geoslip.downsample.noise.model import NoiseModel


def noise_block(value: Any) -> Any:
    """Let ``estimate``, ``residuals`` and ``columns`` stand for blocks, and a length for white noise."""
    if value in ("estimate", "residuals", "columns"):
        return {"source": value}
    if isinstance(value, str):
        return {"sigma": value}
    return value


class Noise(Block):
    """The noise of a data set: standard deviations, a correlated model, or a covariance file (m^2, as .npy).

    ``sigma`` and ``nugget`` are standard deviations; with ``length`` the covariance is sigma^2 f(distance / length),
    plus nugget^2 on the diagonal of the pixels, f being exp(-x) or the family that ``model`` names; ``ratio`` shortens
    the length across ``azimuth`` (degrees clockwise from north); ``wavelength`` belongs to exponential_cosine.
    ``floor`` is added in quadrature to what the file says, ``scale`` multiplies every standard deviation.

    ``estimate`` is the radar's own noise, from the far field of a grid: ``model`` is fitted to its semivariogram, for
    ``best`` the family that the pixels make likeliest, with a direction where ``anisotropic``; ``draws`` simulated
    scenes, 20 say, tell how well its parameters are known, and the report says so. ``residuals`` is what
    the fault model leaves over: a first fit with white noise of a tenth of the data's standard deviation, smoothed by
    its L-curve, then the semivariogram of its residuals.
    """

    source: Literal["estimate", "residuals", "columns"] | None = None
    sigma: Length | None = None
    length: Length | None = None
    nugget: Length = 0.0
    covariance: str | None = None
    floor: Length = 0.0
    scale: Annotated[float, Field(gt=0.0)] = 1.0
    model: Literal["best", "exponential", "exponential_cosine", "gaussian", "spherical", "bessel"] = "exponential"
    wavelength: Length | None = None
    ratio: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    azimuth: Angle = 0.0
    anisotropic: bool = False
    draws: Annotated[int, Field(ge=0, le=1000)] = 0

    def given(self) -> NoiseModel | None:
        """The noise that the case states itself, m^2 and metres; None where it is found or read elsewhere."""
        if self.sigma is None:
            return None
        if self.length is None:
            return NoiseModel(0.0, 1.0, self.sigma**2 + self.nugget**2)
        return NoiseModel(
            self.sigma**2, self.length, self.nugget**2, self.model, self.wavelength, self.ratio, self.azimuth
        )

    @model_validator(mode="after")
    def _one_way(self) -> Noise:
        if (self.source is not None) + (self.sigma is not None) + (self.covariance is not None) != 1:
            raise ValueError(
                "give one of: 'estimate' (from the far field), 'residuals' (from what a first fit leaves over),"
                " 'columns' (standard deviations in the file), sigma (with or without length), covariance (a .npy file)"
            )
        if self.length is not None and self.sigma is None:
            raise ValueError("length belongs to a correlated model: give sigma with it")
        if self.sigma is not None and self.sigma <= 0.0:
            raise ValueError("sigma is a standard deviation above 0, such as '5 mm'")
        written = self.model_fields_set
        found = self.source == "estimate"
        for key in ("wavelength", "ratio", "azimuth"):
            if key in written and self.length is None:
                raise ValueError(f"{key} belongs to correlated noise that the case states: give sigma and length")
        if "model" in written and not found and self.length is None:
            raise ValueError("model belongs to 'estimate', or to sigma with length: take it out")
        if self.model == "best" and not found:
            raise ValueError("model: best is for 'estimate'; name the family of a noise that the case states")
        if "anisotropic" in written and not found:
            raise ValueError("anisotropic belongs to 'estimate'; a stated noise has ratio and azimuth")
        if "draws" in written and not found:
            raise ValueError("draws tell how well an estimated noise is known: they belong to source: estimate")
        if 0 < self.draws < 5:
            raise ValueError("fewer than 5 simulated scenes tell no spread: ask for 20, or leave draws out")
        if self.length is not None:
            self.given()
        return self
