"""The window's normal equations: displacement and its horizontal gradient from all pixels around one.

Unknowns, in this order: u_e, u_n, u_u, then their derivatives along east, then along north, in metres and metres per
window radius. A pixel at (dx, dy) seen along l gives d = (1, dx, dy) (x) l . m, so with l constant over the window the
normal matrix of a field is S (x) l l^T with S the 3 x 3 moments of (1, dx, dy) over its valid pixels: six numbers, and
three more for the right side, are all that a window's pixels are summed into.
"""

import math

import numpy as np
from numba import njit

UNKNOWNS = 9
REACH = 3.0
"""Vectors farther than so many of their decay lengths, where 1 / 400 of their weight is left, are not used."""
GRADIENT_PAIRS = ((3, 6), (3, 4), (3, 7), (6, 4), (6, 7), (4, 7))
"""Unknowns whose covariances are kept: pairs of du_e/de, du_e/dn, du_n/de, du_n/dn in this order."""


@njit(cache=True, nogil=True, error_model="numpy")
def cholesky_solve(matrix, right, inverse):  # type: ignore[no-untyped-def]
    """Factor a symmetric (n, n) matrix in place, give its inverse in `inverse` and the solution in `right`.

    Returns False, with nothing promised, if the matrix is not positive definite.
    """
    n = matrix.shape[0]
    for j in range(n):
        total = matrix[j, j]
        for k in range(j):
            total -= matrix[j, k] * matrix[j, k]
        if not total > 1e-12 * abs(matrix[j, j]):
            return False
        root = math.sqrt(total)
        matrix[j, j] = root
        for i in range(j + 1, n):
            total = matrix[i, j]
            for k in range(j):
                total -= matrix[i, k] * matrix[j, k]
            matrix[i, j] = total / root
    # Inverse of the factor, then of the matrix.
    for j in range(n):
        for i in range(n):
            inverse[i, j] = 0.0
        inverse[j, j] = 1.0 / matrix[j, j]
        for i in range(j + 1, n):
            total = 0.0
            for k in range(j, i):
                total -= matrix[i, k] * inverse[k, j]
            inverse[i, j] = total / matrix[i, i]
    for i in range(n):
        for j in range(i + 1):
            total = 0.0
            for k in range(i, n):
                total += inverse[k, i] * inverse[k, j]
            matrix[i, j] = total
    for i in range(n):
        for j in range(n):
            inverse[i, j] = matrix[max(i, j), min(i, j)]
    for i in range(n):
        matrix[0, i] = right[i]
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += inverse[i, j] * matrix[0, j]
        right[i] = total
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def crosses(x0, y0, x1, y1, barriers):  # type: ignore[no-untyped-def]
    """Tell whether the segment from (x0, y0) to (x1, y1) meets one of the barriers, rows (ax, ay, bx, by)."""
    for s in range(barriers.shape[0]):
        ax, ay, bx, by = barriers[s, 0], barriers[s, 1], barriers[s, 2], barriers[s, 3]
        d1 = (bx - ax) * (y0 - ay) - (by - ay) * (x0 - ax)
        d2 = (bx - ax) * (y1 - ay) - (by - ay) * (x1 - ax)
        if d1 * d2 > 0.0:
            continue
        d3 = (x1 - x0) * (ay - y0) - (y1 - y0) * (ax - x0)
        d4 = (x1 - x0) * (by - y0) - (y1 - y0) * (bx - x0)
        if d3 * d4 <= 0.0:
            return True
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def gather(values, row, column, offsets, positions, near, barriers, step_x, step_y, moments, sums, powers, counts):  # type: ignore[no-untyped-def]
    """Sum the window's pixels of every field: moments (k, 6), right sides (k, 3), squares (k,) and numbers (k,)."""
    n_fields, ny, nx = values.shape
    for k in range(n_fields):
        powers[k] = 0.0
        counts[k] = 0
        for j in range(6):
            moments[k, j] = 0.0
        for j in range(3):
            sums[k, j] = 0.0
    for p in range(offsets.shape[0]):
        r, c = row + offsets[p, 0], column + offsets[p, 1]
        if r < 0 or r >= ny or c < 0 or c >= nx:
            continue
        x, y = positions[p, 0], positions[p, 1]
        if near and crosses(column * step_x, row * step_y, c * step_x, r * step_y, barriers):
            continue
        for k in range(n_fields):
            d = values[k, r, c]
            if not math.isfinite(d):
                continue
            counts[k] += 1
            powers[k] += d * d
            moments[k, 0] += 1.0
            moments[k, 1] += x
            moments[k, 2] += y
            moments[k, 3] += x * x
            moments[k, 4] += x * y
            moments[k, 5] += y * y
            sums[k, 0] += d
            sums[k, 1] += x * d
            sums[k, 2] += y * d


@njit(cache=True, nogil=True, error_model="numpy")
def _add_field(look, moment, total, weight, matrix, right):  # type: ignore[no-untyped-def]
    s00, s01, s02, s11, s12, s22 = moment[0], moment[1], moment[2], moment[3], moment[4], moment[5]
    for i in range(3):
        for j in range(3):
            w = weight * look[i] * look[j]
            matrix[i, j] += w * s00
            matrix[3 + i, j] += w * s01
            matrix[6 + i, j] += w * s02
            matrix[3 + i, 3 + j] += w * s11
            matrix[6 + i, 3 + j] += w * s12
            matrix[6 + i, 6 + j] += w * s22
        right[i] += weight * look[i] * total[0]
        right[3 + i] += weight * look[i] * total[1]
        right[6 + i] += weight * look[i] * total[2]


@njit(cache=True, nogil=True, error_model="numpy")
def _form(look, moment, vector):  # type: ignore[no-untyped-def]
    """Return m^T N_k m of a field of unit weight."""
    a = look[0] * vector[0] + look[1] * vector[1] + look[2] * vector[2]
    b = look[0] * vector[3] + look[1] * vector[4] + look[2] * vector[5]
    c = look[0] * vector[6] + look[1] * vector[7] + look[2] * vector[8]
    return (
        a * a * moment[0] + 2.0 * a * b * moment[1] + 2.0 * a * c * moment[2]
        + b * b * moment[3] + 2.0 * b * c * moment[4] + c * c * moment[5]
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def _trace(look, moment, inverse):  # type: ignore[no-untyped-def]
    """Return tr(N^-1 N_k) of a field of unit weight."""
    s = (moment[0], moment[1], moment[2], moment[1], moment[3], moment[4], moment[2], moment[4], moment[5])
    total = 0.0
    for a in range(3):
        for b in range(3):
            part = 0.0
            for i in range(3):
                for j in range(3):
                    part += look[i] * look[j] * inverse[3 * a + i, 3 * b + j]
            total += s[3 * a + b] * part
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def add_vectors(vectors, row, column, barriers, steps, moment, total, matrix, right):  # type: ignore[no-untyped-def]
    """Set the normal equations to those of the vectors around a pixel; `moment` and `total` are room to work in.

    Returns the number of rows used and the sum of their weighted squares.
    """
    matrix[:] = 0.0
    right[:] = 0.0
    count, power = 0, 0.0
    here_x, here_y = column * steps[0], row * steps[1]
    for s in range(vectors.shape[0]):
        away_x, away_y, value = vectors[s, 0] - here_x, vectors[s, 1] - here_y, vectors[s, 2]
        distance = math.hypot(away_x, away_y) / steps[4]
        if distance > REACH or crosses(here_x, here_y, vectors[s, 0], vectors[s, 1], barriers):
            continue
        x, y = away_x * steps[2], away_y * steps[3]
        moment[0], moment[1], moment[2] = 1.0, x, y
        moment[3], moment[4], moment[5] = x * x, x * y, y * y
        total[0], total[1], total[2] = value, x * value, y * value
        weight = math.exp(-2.0 * distance) / vectors[s, 3]
        _add_field(vectors[s, 4:7], moment, total, weight, matrix, right)
        count += 1
        power += weight * value * value
    return count, power


@njit(cache=True, nogil=True, error_model="numpy")
def vector_component(matrix, right, count, power, state, inverse, scale):  # type: ignore[no-untyped-def]
    """Variance component of the vectors, in units of their stated variances; not below one.

    Vectors that reach farther than the field is straight do not fit: this is what lowers their weight.
    """
    squares, trace = power, 0.0
    for i in range(UNKNOWNS):
        squares -= 2.0 * right[i] * state[i]
        for j in range(i + 1):
            twice = 1.0 if i == j else 2.0
            squares += twice * matrix[i, j] * state[i] * state[j]
            trace += twice * matrix[i, j] * inverse[i, j]
    freedom = count - trace / scale
    return scale if freedom < 1.0 else max(squares / freedom, 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _keep(solved, right, inverse, component, state, covariance, spreads):  # type: ignore[no-untyped-def]
    """Write what a window gave into its pixel; NaN where its equations had no solution."""
    for j in range(UNKNOWNS):
        state[j] = right[j] if solved else math.nan
        covariance[j] = inverse[j, j] if solved else math.nan
    covariance[9] = inverse[0, 1] if solved else math.nan
    covariance[10] = inverse[0, 2] if solved else math.nan
    covariance[11] = inverse[1, 2] if solved else math.nan
    for j in range(6):
        first, second = GRADIENT_PAIRS[j]
        covariance[12 + j] = inverse[first, second] if solved else math.nan
    for k in range(component.shape[0]):
        spreads[k] = component[k] if solved else math.nan


@njit(cache=True, nogil=True, error_model="numpy")
def strain_rows(  # type: ignore[no-untyped-def]
    values, look, variances, rows, near, offsets, positions, barriers, vectors, steps, settings,
    state, inverse_out, spreads,
):  # fmt: skip
    """Solve the windows of some rows.

    Parameters
    ----------
    values : (k, ny, nx) array
        NaN where a field has no data.
    look : (k, 3) or (k, 3, ny, nx) array, the latter as (k, 3, ny, nx)
        Directions; a window takes its centre's.
    variances : (k,) array
        Of the pixels, m^2, as given.
    rows : (2,) array
        First row and the row after the last.
    near : (ny, nx) array
        True where a window may meet a barrier.
    offsets, positions : (p, 2) arrays
        Pixels of a window: rows and columns; east and north in window radii.
    barriers : (s, 4) array
        Segments in metres from the first pixel, x along columns and y along rows.
    vectors : (v, 7) array
        GNSS rows: x and y as of the barriers, value (m), variance (m^2), direction.
    steps : (5,) array
        Metres from column to column and from row to row; window radii east a metre along x, and north a metre along y;
        metres in which the weight of a vector falls by e squared.
    settings : (4,) array
        1 to estimate variance components, most rounds, least number of pixels of a field for its component, floor of a
        component in units of its given variance.
    state : (9, ny, nx) array
        Estimates, written.
    inverse_out : (18, ny, nx) array
        Variances of the nine, then covariances en, eu, nu of the displacement, then those of the horizontal gradients
        in the pairs of `GRADIENT_PAIRS`, written.
    spreads : (k, ny, nx) array
        Variance components, written.
    """
    n_fields = values.shape[0]
    moments, sums = np.empty((n_fields, 6)), np.empty((n_fields, 3))
    powers, counts = np.empty(n_fields), np.empty(n_fields, np.int64)
    matrix, inverse, right = np.empty((UNKNOWNS, UNKNOWNS)), np.empty((UNKNOWNS, UNKNOWNS)), np.empty(UNKNOWNS)
    component = np.empty(n_fields)
    known, known_right = np.empty((UNKNOWNS, UNKNOWNS)), np.empty(UNKNOWNS)
    moment, total = np.empty(6), np.empty(3)
    direction = np.empty((n_fields, 3))
    constant = look.shape[2] == 1
    for row in range(rows[0], rows[1]):
        for column in range(values.shape[2]):
            for k in range(n_fields):
                component[k] = variances[k]
                for j in range(3):
                    direction[k, j] = look[k, j, 0, 0] if constant else look[k, j, row, column]
            gather(
                values, row, column, offsets, positions, near[row, column], barriers, steps[0], steps[1],
                moments, sums, powers, counts,
            )  # fmt: skip
            rows_used, known_power = add_vectors(
                vectors, row, column, barriers, steps, moment, total, known, known_right
            )  # fmt: skip
            scale = 1.0
            solved = False
            rounds = int(settings[1]) if settings[0] > 0.0 else 1
            for turn in range(rounds + 1):
                for i in range(UNKNOWNS):
                    right[i] = known_right[i] / scale
                    for j in range(UNKNOWNS):
                        matrix[i, j] = known[i, j] / scale
                for k in range(n_fields):
                    if counts[k] > 0 and math.isfinite(direction[k, 0]):
                        _add_field(direction[k], moments[k], sums[k], 1.0 / component[k], matrix, right)
                solved = cholesky_solve(matrix, right, inverse)
                if not solved or settings[0] == 0.0 or turn == rounds:
                    break
                change = 0.0
                for k in range(n_fields):
                    freedom = counts[k] - _trace(direction[k], moments[k], inverse) / component[k]
                    if counts[k] < settings[2] or freedom < 1.0:
                        continue
                    cross = 0.0
                    for j in range(3):
                        cross += (
                            right[j] * sums[k, 0] + right[3 + j] * sums[k, 1] + right[6 + j] * sums[k, 2]
                        ) * direction[k, j]  # fmt: skip
                    power = powers[k] - 2.0 * cross + _form(direction[k], moments[k], right)
                    found = max(power / freedom, settings[3] * variances[k])
                    change = max(change, abs(found / component[k] - 1.0))
                    component[k] = found
                if rows_used > 0:
                    fresh = vector_component(known, known_right, rows_used, known_power, right, inverse, scale)
                    change = max(change, abs(fresh / scale - 1.0))
                    scale = fresh
                if change < 1e-3:
                    break
            _keep(
                solved, right, inverse, component,
                state[:, row, column], inverse_out[:, row, column], spreads[:, row, column],
            )  # fmt: skip
