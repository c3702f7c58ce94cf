"""Four noisy fields on one grid, for the window estimates of ours and of plain numpy."""

import numpy as np

from geoslip.downsample import Scene, flight_direction, look_vector

PIXEL, RADIUS = 90.0, 495.0
LOOKS = [look_vector(39.0, -13.0), look_vector(39.0, -167.0), flight_direction(-13.0), flight_direction(-167.0)]


def make(size: int, looks=LOOKS) -> list[Scene]:
    """Fields of white noise of 1 cm on size x size pixels."""
    rng = np.random.default_rng(0)
    fields = []
    for number, look in enumerate(looks):
        values = rng.standard_normal((size, size), dtype=np.float32)
        values *= np.float32(0.01)
        fields.append(
            Scene(
                name=str(number),
                values=values,
                x=PIXEL * np.arange(size),
                y=-PIXEL * np.arange(size),
                look=look,
                crs=None,
                kind="offset",
            )
        )
    return fields
