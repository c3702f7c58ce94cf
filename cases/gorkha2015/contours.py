"""Depth contours of the published mesh, as the ``contours:`` entry of mesh.yml.

``python -m geoslip.cases.gorkha2015.contours MESH.tri`` prints them; the lines are simplified to within a kilometre.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.tri import Triangulation
from shapely.geometry import LineString

from geoslip.faults import LocalFrame, TriangularSegment, read_slip_model

DEPTHS = (4.0, 5.5, 8.0, 10.0, 12.0, 16.0, 20.0, 24.0, 27.0, 29.0)
"""Kilometres; the uppermost line is the mesh's own top edge."""

WITHIN = 1e3
"""Metres by which a simplified line may miss its contour."""


def contours(segment: TriangularSegment) -> list[tuple[float, np.ndarray]]:
    """Depth (m) and line (k, 2) of each contour, from its longer pieces put together, west to east."""
    x, y, up = segment.vertices.T
    found = (
        Figure().add_subplot().tricontour(Triangulation(x, y, segment.triangles), -up, levels=[1e3 * d for d in DEPTHS])
    )
    trace = segment.trace
    lines = [(0.0, np.concatenate([trace[:, 0], trace[-1:, 1]])[:, :2])]
    for depth, pieces in zip(found.levels, found.allsegs):
        long = [piece for piece in pieces if len(piece) > 2 and LineString(piece).length > 5e3]
        long = [piece if piece[0, 0] < piece[-1, 0] else piece[::-1] for piece in long]
        lines.append((float(depth), np.concatenate(sorted(long, key=lambda piece: float(piece[0, 0])))))
    return [(depth, np.array(LineString(line).simplify(WITHIN).coords)) for depth, line in lines]


def main() -> None:
    """Print the contours of a mesh."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mesh", type=Path)
    frame = LocalFrame(85.2, 27.9)
    segment = read_slip_model(parser.parse_args().mesh, frame=frame).fault.segments[0]
    assert isinstance(segment, TriangularSegment)
    for depth, line in contours(segment):
        places = ", ".join("[{:.3f}, {:.3f}]".format(*frame.to_geographic(*place)) for place in line)
        print(f"      - {{depth: {1e-3 * depth:g} km, line: [{places}]}}")


if __name__ == "__main__":
    main()
