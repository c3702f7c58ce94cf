"""How a fault dips with depth: its section at right angles to the trace."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: a dip that changes with depth is followed in pieces over which it turns by this many degrees at most
_TURN = 1.0


@dataclass(frozen=True, eq=False)
class DipProfile:
    """A section from the top of a fault to its bottom: horizontal distance from the trace against depth.

    Parameters
    ----------
    offsets, depths : array_like, (k,)
        Horizontal distance down the dip from the surface trace and depth of the section's corners, m, k >= 2.

    Raises
    ------
    ValueError
        If depths are negative or shrink, or the section stands still or turns back.
    """

    offsets: np.ndarray
    depths: np.ndarray

    def __post_init__(self) -> None:
        for label in ("offsets", "depths"):
            value = np.array(getattr(self, label), dtype=float)
            if value.ndim != 1 or len(value) < 2 or not np.isfinite(value).all():
                raise ValueError(f"{label} of a dip profile must be two or more finite numbers, m")
            object.__setattr__(self, label, value)
        if len(self.offsets) != len(self.depths):
            raise ValueError(f"{len(self.offsets)} offsets for {len(self.depths)} depths: each depth needs its offset")
        if self.depths[0] < 0.0 or np.any(np.diff(self.depths) < -1e-9) or np.any(np.diff(self.offsets) < -1e-9):
            raise ValueError(
                "a dip profile must go down and away from the trace: depths from 0, none less than the last"
            )
        if np.any(np.diff(self.along) <= 0.0):
            raise ValueError("two corners of a dip profile are the same: leave one of them out")

    @classmethod
    def constant(
        cls, dip: float, *, width: float | None = None, bottom_depth: float | None = None, top_depth: float = 0.0
    ) -> "DipProfile":
        """One dip (degrees) from `top_depth` down over a width, or to a bottom depth, m."""
        depths, widths = (None, [width]) if bottom_depth is None else ([bottom_depth], None)
        if (width is None) == (bottom_depth is None):
            raise ValueError("give either the width or the bottom_depth of a dip profile, and not both")
        return cls.steps([dip], bottom_depths=depths, widths=widths, top_depth=top_depth)

    @classmethod
    def steps(
        cls,
        dips: Sequence[float],
        *,
        bottom_depths: Sequence[float] | None = None,
        widths: Sequence[float | None] | None = None,
        top_depth: float = 0.0,
    ) -> "DipProfile":
        """Straight pieces from the top down: a bend, a ramp-flat-ramp.

        Parameters
        ----------
        dips : sequence of float
            Degrees, 0..90, of each piece.
        bottom_depths, widths : sequence of float
            Where each piece ends: its bottom depth, or its width down the dip (needed where a piece is flat), m.
        top_depth : float
            Where the first piece begins, m; the trace is where it would meet the ground.

        Raises
        ------
        ValueError
            For a dip outside 0..90, a flat piece said to reach a depth, or numbers that do not match.
        """
        angles = np.asarray(dips, dtype=float)
        ends = bottom_depths if widths is None else widths
        if (bottom_depths is None) == (widths is None) or ends is None or len(ends) != len(angles) or not len(angles):
            raise ValueError(f"{len(angles)} dips need as many bottom_depths, or as many widths")
        if np.any(~(angles >= 0.0)) or np.any(angles > 90.0):
            raise ValueError(
                f"dips {angles.tolist()} must lie in 0..90 degrees: turn the trace round for the other side"
            )
        flat = np.flatnonzero(angles == 0.0)
        if flat.size and widths is None:
            raise ValueError(f"piece {flat[0]} is flat and never gets deeper: give widths instead of bottom_depths")
        if not top_depth >= 0.0:
            raise ValueError(f"top_depth {top_depth:g} m is above ground: depths count downward from 0")
        if top_depth > 0.0 and angles[0] == 0.0:
            raise ValueError("a flat top piece never meets its surface trace: begin with a piece that dips")
        offset, depth = [top_depth * _cotangent(angles[0]) if top_depth > 0.0 else 0.0], [float(top_depth)]
        for dip, end in zip(np.deg2rad(angles), ends):
            if widths is None:
                deeper = float(end or 0.0) - depth[-1]
                width = deeper / np.sin(dip)
            else:
                width = float(end or 0.0)
                deeper = width * np.sin(dip)
            if not width > 0.0:
                raise ValueError(f"a piece ends at {end} m, must end below its top at {depth[-1]:g} m")
            away = 0.0 if dip == 0.5 * np.pi else width * np.cos(dip)
            offset.append(offset[-1] + away)
            depth.append(depth[-1] + deeper)
        return cls(np.array(offset), np.array(depth))

    @classmethod
    def varying(cls, depths: Sequence[float], dips: Sequence[float]) -> "DipProfile":
        """A dip that changes linearly between depths (m): a listric fault. The first depth is the top.

        Raises
        ------
        ValueError
            If depths do not grow, or a dip is not in 0 < dip <= 90.
        """
        at, angles = np.asarray(depths, dtype=float), np.asarray(dips, dtype=float)
        if at.shape != angles.shape or at.ndim != 1 or len(at) < 2:
            raise ValueError(f"{at.size} depths for {angles.size} dips: give two or more of each")
        if at[0] < 0.0 or np.any(np.diff(at) <= 0.0):
            raise ValueError(f"depths {at.tolist()} m must grow from 0 or more")
        if np.any(~(angles > 0.0)) or np.any(angles > 90.0):
            raise ValueError(
                f"dips {angles.tolist()} must lie in 0 < dip <= 90 degrees: a flat needs steps with widths"
            )
        depth = [at[:1]]
        for k in range(len(at) - 1):
            pieces = max(1, int(np.ceil(abs(angles[k + 1] - angles[k]) / _TURN)))
            depth.append(np.linspace(at[k], at[k + 1], pieces + 1)[1:])
        all_depths = np.concatenate(depth)
        middle = 0.5 * (all_depths[1:] + all_depths[:-1])
        away = np.diff(all_depths) * _cotangent(np.interp(middle, at, angles))
        first = at[0] * float(_cotangent(angles[0]))
        return cls(first + np.concatenate([[0.0], np.cumsum(away)]), all_depths)

    @property
    def along(self) -> np.ndarray:
        """Distance down the dip from the top (k,), m."""
        return np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(self.offsets), np.diff(self.depths)))])

    @property
    def width(self) -> float:
        """Width down the dip, m."""
        return float(self.along[-1])

    def at_fractions(self, fractions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Offsets and depths at fractions 0..1 of the width."""
        along = self.along / self.width
        return np.interp(fractions, along, self.offsets), np.interp(fractions, along, self.depths)


def common_rows(profiles: Sequence[DipProfile]) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and depths (p, k) of several profiles, row by row comparable.

    Profiles with as many corners as each other correspond corner by corner, so that a bend stays a bend while it
    moves along strike; others by their fractions of the width.
    """
    if len({len(profile.depths) for profile in profiles}) == 1:
        return np.array([p.offsets for p in profiles]), np.array([p.depths for p in profiles])
    fractions = np.unique(np.round(np.concatenate([p.along / p.width for p in profiles]), 9))
    rows = [profile.at_fractions(fractions) for profile in profiles]
    return np.array([offsets for offsets, _ in rows]), np.array([depths for _, depths in rows])


def _cotangent(dip: float | np.ndarray) -> np.ndarray:
    """Cotangent of degrees; 0 at 90 exactly."""
    angle = np.asarray(dip, dtype=float)
    return np.where(angle == 90.0, 0.0, 1.0 / np.tan(np.deg2rad(angle)))
