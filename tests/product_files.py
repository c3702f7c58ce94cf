"""One scene in the form of every product, written with h5py, rasterio and numpy alone.

The truth is a displacement d (m, positive toward the satellite) and a right-looking satellite with incidence and
heading; each writer turns them into its product's numbers by the product's own documentation.
"""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import rasterio
from rasterio.transform import Affine
from scipy.io import netcdf_file

C_BAND = 299792458.0 / 5.405e9
ROWS, COLUMNS = 12, 15
GAPS = ((0, 0), (3, 4), (11, 14))


@dataclass
class Truth:
    """Displacement, angles (degrees) and look vectors of every pixel, north up."""

    displacement: np.ndarray
    incidence: np.ndarray
    heading: float

    @property
    def look(self) -> np.ndarray:
        i, h = np.deg2rad(self.incidence), np.deg2rad(self.heading)
        return np.stack([-np.sin(i) * np.cos(h), np.sin(i) * np.sin(h), np.cos(i)])


def truth(heading: float = -12.6) -> Truth:
    row, column = np.mgrid[:ROWS, :COLUMNS]
    displacement = 0.3 * np.exp(-((row - 5) ** 2 + (column - 8) ** 2) / 12.0) - 0.041 + 0.003 * row
    for gap in GAPS:
        displacement[gap] = np.nan
    return Truth(displacement, 34.0 + 0.4 * column, heading)


LON, LAT, STEP = 30.0, 41.0, 0.001
"""Outer corner and pixel of the geographic grid."""
EAST, NORTH, SIDE = 500_000.0, 4_500_000.0, 80.0


def degrees() -> tuple[np.ndarray, np.ndarray]:
    """Pixel centres of the geographic grid."""
    return LON + STEP * (np.arange(COLUMNS) + 0.5), LAT - STEP * (np.arange(ROWS) + 0.5)


def metres() -> tuple[np.ndarray, np.ndarray]:
    """Pixel centres of the UTM grid."""
    return EAST + SIDE * (np.arange(COLUMNS) + 0.5), NORTH - SIDE * (np.arange(ROWS) + 0.5)


def tif(path: Path, *bands: np.ndarray, utm: bool = False, driver: str = "GTiff", nodata=None) -> Path:
    transform = Affine(SIDE, 0, EAST, 0, -SIDE, NORTH) if utm else Affine(STEP, 0, LON, 0, -STEP, LAT)
    crs = "EPSG:32636" if utm else "EPSG:4326"
    height, width = bands[0].shape
    with rasterio.open(
        path, "w", driver=driver, height=height, width=width, count=len(bands), dtype="float32", crs=crs,
        transform=transform, nodata=nodata,
    ) as target:  # fmt: skip
        for number, band in enumerate(bands, start=1):
            target.write(np.asarray(band, dtype="float32"), number)
    return path


def phase(t: Truth, sign: float, wavelength: float = C_BAND) -> np.ndarray:
    """Phase of sign * 4 pi d / wavelength, 0 in the gaps."""
    return np.nan_to_num(sign * 4.0 * np.pi * t.displacement / wavelength)


def licsar(folder: Path, t: Truth):
    pair, metadata = folder / "interferograms" / "20190704_20190716", folder / "metadata"
    pair.mkdir(parents=True)
    metadata.mkdir()
    for part, values in zip("ENU", t.look):
        tif(metadata / f"064A_05410_202020.geo.{part}.tif", values)
    coherence = np.where(np.arange(COLUMNS) < 3, 51, 204) * np.ones((ROWS, 1))
    tif(pair / "20190704_20190716.geo.cc.tif", coherence)
    return tif(pair / "20190704_20190716.geo.unw.tif", phase(t, -1)), {}


def hyp3(folder: Path, t: Truth, *, disp: bool = False, first: str = "20190704", second: str = "20190716"):
    job = f"S1AA_{first}T015213_{second}T015214_VVP012_INT80_G_ueF_91A0"
    tif(folder / f"{job}_lv_theta.tif", np.deg2rad(90.0 - t.incidence), utm=True)
    # Toward the satellite, anticlockwise from east; a right-looking antenna looks at heading + 90, so the way back
    # is heading - 90 clockwise from north, 180 - heading anticlockwise from east.
    tif(folder / f"{job}_lv_phi.tif", np.full((ROWS, COLUMNS), np.deg2rad(180.0 - t.heading)), utm=True)
    tif(folder / f"{job}_corr.tif", np.where(np.arange(COLUMNS) < 3, 0.2, 0.8) * np.ones((ROWS, 1)), utm=True)
    tif(folder / f"{job}_conncomp.tif", np.where(np.arange(COLUMNS) < 5, 2.0, 1.0) * np.ones((ROWS, 1)), utm=True)
    if disp:
        return tif(folder / f"{job}_los_disp.tif", np.nan_to_num(t.displacement), utm=True), {}
    return tif(folder / f"{job}_unw_phase.tif", phase(t, -1, 0.055465763), utm=True), {}


def hyp3_displacement(folder: Path, t: Truth):
    return hyp3(folder, t, disp=True)


def aria(folder: Path, t: Truth, name: str = "S1-GUNW-A-R-064-tops-20190716_20190704-015213-36450N_34472N-PP-v2.nc"):
    x, y = degrees()
    path = folder / name
    with h5py.File(path, "w") as file:
        data, geometry = file.create_group("science/grids/data"), file.create_group("science/grids/imagingGeometry")
        data["longitude"], data["latitude"] = x, y
        unwrapped = data.create_dataset("unwrappedPhase", data=phase(t, +1).astype("f4"))
        unwrapped.attrs["_FillValue"] = np.float32([0.0])
        data["coherence"] = (np.where(np.arange(COLUMNS) < 3, 0.2, 0.8) * np.ones((ROWS, 1))).astype("f4")
        data["connectedComponents"] = (np.where(np.arange(COLUMNS) < 5, 2, 1) * np.ones((ROWS, 1))).astype("i2")
        file["science/radarMetaData/wavelength"] = C_BAND
        geometry["heightsMeta"] = [-1500.0, 0.0, 3000.0]
        geometry["longitudeMeta"], geometry["latitudeMeta"] = [x[0] - 0.1, x[-1] + 0.1], [y[0] + 0.1, y[-1] - 0.1]
        slope = (t.incidence[0, -1] - t.incidence[0, 0]) / (x[-1] - x[0])
        coarse = t.incidence[0, 0] + slope * (geometry["longitudeMeta"][:] - x[0])
        cube = coarse[None, None, :] + np.array([-0.3, 0.0, 0.6])[:, None, None] + np.zeros((1, 2, 1))
        geometry["incidenceAngle"] = cube.astype("f4")
        geometry["azimuthAngle"] = np.full((3, 2, 2), 180.0 - t.heading, "f4")
    return path, {}


def opera(folder: Path, t: Truth, *, direction: float = 1.0):
    from pyproj import CRS

    path = folder / "OPERA_L3_DISP-S1_IW_F08882_VV_20190704T000000Z_20190716T000000Z_v1.0_20250101T000000Z.nc"
    with h5py.File(path, "w") as file:
        file["x"], file["y"] = metres()
        file["displacement"] = t.displacement.astype("f4")
        mask = np.ones((ROWS, COLUMNS), "u1")
        mask[GAPS[1]] = 0
        file["recommended_mask"] = mask
        file["temporal_coherence"] = (np.where(np.arange(COLUMNS) < 3, 0.2, 0.8) * np.ones((ROWS, 1))).astype("f4")
        file["spatial_ref"] = 0
        file["spatial_ref"].attrs["crs_wkt"] = CRS.from_epsg(32636).to_wkt()
    tif(folder / "OPERA_L3_DISP-S1-STATIC_F08882_line_of_sight_enu.tif", *(direction * t.look), utm=True)
    return path, {}


def _mintpy_attributes(file: h5py.File) -> None:
    given = {"X_FIRST": LON, "Y_FIRST": LAT, "X_STEP": STEP, "Y_STEP": -STEP, "X_UNIT": "degrees", "Y_UNIT": "degrees"}
    given |= {"WIDTH": COLUMNS, "LENGTH": ROWS, "WAVELENGTH": C_BAND, "ORBIT_DIRECTION": "ASCENDING"}
    for key, value in given.items():
        file.attrs[key] = str(value)


def mintpy_geometry(folder: Path, t: Truth) -> None:
    (folder / "inputs").mkdir(exist_ok=True)
    with h5py.File(folder / "inputs" / "geometryGeo.h5", "w") as file:
        _mintpy_attributes(file)
        file["incidenceAngle"] = t.incidence.astype("f4")
        # 90 - heading + ... : the way to the satellite is heading - 90 clockwise, 90 - heading anticlockwise.
        file["azimuthAngle"] = np.full((ROWS, COLUMNS), 90.0 - t.heading, "f4")
        file["height"] = np.zeros((ROWS, COLUMNS), "f4")
    with h5py.File(folder / "temporalCoherence.h5", "w") as file:
        _mintpy_attributes(file)
        file["temporalCoherence"] = (np.where(np.arange(COLUMNS) < 3, 0.2, 0.8) * np.ones((ROWS, 1))).astype("f4")


def mintpy_series(folder: Path, t: Truth):
    mintpy_geometry(folder, t)
    path = folder / "timeseries.h5"
    with h5py.File(path, "w") as file:
        _mintpy_attributes(file)
        whole = np.nan_to_num(t.displacement)
        before = np.where(np.isnan(t.displacement), 0.0, 0.02)
        file["timeseries"] = np.stack([0 * whole, before, before + whole, before + 2 * whole]).astype("f4")
        file["date"] = np.array([b"20190610", b"20190704", b"20190716", b"20190728"])
    return path, {"dates": ["20190704", "20190716"]}


def mintpy_velocity(folder: Path, t: Truth):
    mintpy_geometry(folder, t)
    path = folder / "velocity.h5"
    with h5py.File(path, "w") as file:
        _mintpy_attributes(file)
        file["velocity"] = t.displacement.astype("f4")
        file["velocityStd"] = np.full((ROWS, COLUMNS), 1e-3, "f4")
    return path, {}


ISCE_XML = """<imageFile>
<property name="data_type"><value>FLOAT</value></property>
<property name="byte_order"><value>l</value></property>
<property name="scheme"><value>BIL</value></property>
<property name="number_bands"><value>2</value></property>
<property name="width"><value>{columns}</value></property>
<property name="length"><value>{rows}</value></property>
<component name="coordinate1"><property name="startingvalue"><value>{lon}</value></property>
<property name="delta"><value>{step}</value></property></component>
<component name="coordinate2"><property name="startingvalue"><value>{lat}</value></property>
<property name="delta"><value>-{step}</value></property></component>
</imageFile>
"""
ISCE_VRT = """<VRTDataset rasterXSize="{columns}" rasterYSize="{rows}">
<SRS>EPSG:4326</SRS><GeoTransform>{lon}, {step}, 0.0, {lat}, 0.0, -{step}</GeoTransform>
<VRTRasterBand band="1" dataType="Float32" subClass="VRTRawRasterBand"><ByteOrder>LSB</ByteOrder>
<ImageOffset>0</ImageOffset><PixelOffset>4</PixelOffset></VRTRasterBand>
<VRTRasterBand band="2" dataType="Float32" subClass="VRTRawRasterBand"><ByteOrder>LSB</ByteOrder>
<ImageOffset>{line}</ImageOffset><PixelOffset>4</PixelOffset></VRTRasterBand>
</VRTDataset>
"""


def isce2(folder: Path, t: Truth, *, template: str = ISCE_XML, suffix: str = ".xml"):
    facts = {"rows": ROWS, "columns": COLUMNS, "lon": LON, "lat": LAT, "step": STEP, "line": 4 * COLUMNS}
    path, los = folder / "filt_topophase.unw.geo", folder / "los.rdr.geo"
    np.stack([np.ones((ROWS, COLUMNS)), phase(t, -1)], axis=1).astype("<f4").tofile(path)
    az = np.full((ROWS, COLUMNS), 90.0 - t.heading)
    np.stack([t.incidence, az], axis=1).astype("<f4").tofile(los)
    for file in (path, los):
        file.with_name(file.name + suffix).write_text(template.format(**facts))
    return path, {"positive": "away", "wavelength": C_BAND}


def isce2_vrt(folder: Path, t: Truth):
    return isce2(folder, t, template=ISCE_VRT, suffix=".vrt")


def roi_pac(folder: Path, t: Truth, *, date12: str = "DATE12  190704-190716\n"):
    path = folder / "geo_190704-190716.unw"
    np.stack([np.ones((ROWS, COLUMNS)), phase(t, -1, 0.0562)], axis=1).astype("<f4").tofile(path)
    path.with_name(path.name + ".rsc").write_text(
        f"WIDTH {COLUMNS}\nFILE_LENGTH {ROWS}\nX_FIRST {LON}\nY_FIRST {LAT}\nX_STEP {STEP}\nY_STEP -{STEP}\n"
        f"X_UNIT degrees\nWAVELENGTH 0.0562\nHEADING_DEG {t.heading}\n{date12}"
        + "".join(f"LOOK_REF{corner} {t.incidence[0, 7]}\n" for corner in (1, 2, 3, 4))
    )
    return path, {}


def gamma(folder: Path, t: Truth):
    path = folder / "20190704_20190716.unw_geo"
    phase(t, -1).astype(">f4").tofile(path)
    np.deg2rad(90.0 - t.incidence).astype(">f4").tofile(folder / "20190704.lv_theta")
    np.full((ROWS, COLUMNS), np.deg2rad(180.0 - t.heading)).astype(">f4").tofile(folder / "20190704.lv_phi")
    x, y = degrees()
    (folder / "20190704.dem_par").write_text(
        "Gamma DIFF&GEO DEM/MAP parameter file\ntitle: dem\nDEM_projection:     EQA\ndata_format:        REAL*4\n"
        f"width:  {COLUMNS}\nnlines: {ROWS}\ncorner_lat: {y[0]!r}  decimal degrees\n"
        f"corner_lon: {x[0]!r}  decimal degrees\npost_lat: -{STEP:e}  decimal degrees\n"
        f"post_lon: {STEP:e}  decimal degrees\n".replace("np.float64(", "").replace(")", "")
    )
    (folder / "20190704.slc.par").write_text("title: x\nradar_frequency:  5.4050000e+09   Hz\n")
    return path, {}


def gmtsar(folder: Path, t: Truth, *, name: str = "los_ll.grd"):
    x, y = degrees()
    path = folder / name
    values = 1e3 * t.displacement if name.startswith("los") else phase(t, -1)
    values = np.where(np.isnan(t.displacement), np.nan, values)
    with netcdf_file(path, "w") as file:
        for key, numbers in (("lat", y[::-1]), ("lon", x)):
            file.createDimension(key, numbers.size)
            file.createVariable(key, "d", (key,))[:] = numbers
        file.createVariable("z", "f", ("lat", "lon"))[:] = values[::-1]
    rows = [
        (lon, lat, 100.0, *t.look[:, row, column])
        for row, lat in enumerate(y)
        for column, lon in enumerate(x)
        if (row + column) % 2 == 0 or row in (0, ROWS - 1) or column in (0, COLUMNS - 1)
    ]
    np.savetxt(folder / "topo.lltn", rows, fmt="%.8f")
    (folder / "IMG.PRM").write_text(f"num_rng_bins = 100\nradar_wavelength = {C_BAND}\n")
    return path, {}


def gmtsar_phase(folder: Path, t: Truth):
    return gmtsar(folder, t, name="unwrap_ll.grd")


def snap(folder: Path, t: Truth, *, band: str = "displacement_VV", sign: float | None = None):
    path, data = folder / "S1_disp_TC.dim", folder / "S1_disp_TC.data"
    data.mkdir()
    values = np.nan_to_num(t.displacement) if sign is None else phase(t, sign)
    tif(data / f"{band}.img", values, driver="ENVI")
    tif(data / "incidenceAngleFromEllipsoid.img", t.incidence, driver="ENVI")
    tif(data / "localIncidenceAngle.img", 0.5 * t.incidence, driver="ENVI")
    path.write_text(
        f'<Dimap_Document><MDElem><MDATTR name="centre_heading" type="float64">{t.heading}</MDATTR>'
        '<MDATTR name="radar_frequency" type="float64" unit="MHz">5405.0</MDATTR></MDElem></Dimap_Document>'
    )
    return path, {}


def snap_phase(folder: Path, t: Truth):
    return snap(folder, t, band="Unw_Phase_ifg_VV", sign=-1)


def kite(folder: Path, t: Truth, *, spacing: str = "degree"):
    path = folder / "scene.npz"
    theta = np.deg2rad(90.0 - t.incidence)
    phi = np.full((ROWS, COLUMNS), np.deg2rad(180.0 - t.heading))
    np.savez(path, *(part[::-1].astype("f4") for part in (t.displacement, theta, phi)))
    x, y = degrees()
    step = STEP if spacing == "degree" else 90.0
    path.with_suffix(".yml").write_text(
        f"--- !kite.SceneConfig\nmeta: !kite.Meta\n  scene_title: x\nframe: !kite.Frame\n  llLat: {float(y[-1])}\n"
        f"  llLon: {float(x[0])}\n  dE: {step}\n  dN: {step}\n  spacing: {spacing}\n"
    )
    return path, {}


WRITERS = {
    "licsar": licsar,
    "hyp3": hyp3,
    "hyp3 displacement": hyp3_displacement,
    "aria": aria,
    "opera": opera,
    "mintpy series": mintpy_series,
    "mintpy velocity": mintpy_velocity,
    "isce2": isce2,
    "isce2 vrt": isce2_vrt,
    "roi_pac": roi_pac,
    "gamma": gamma,
    "gmtsar": gmtsar,
    "gmtsar phase": gmtsar_phase,
    "snap": snap,
    "snap phase": snap_phase,
    "kite": kite,
}
