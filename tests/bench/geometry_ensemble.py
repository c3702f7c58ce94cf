"""Our ensemble sampler, slip integrated out and drawn after; the warm-up counts."""

import numpy as np
from geometry_problem import SLIP, TRUTH, clock, observations, report, source

from geoslip.inversion.posterior import GeometryTarget, Mixture, sample_ensemble
from geoslip.inversion.posterior.modes import gaussian_around

target = GeometryTarget([observations()], source(sampled=False), nuisance={"points": "none"})
place = target.work(np.array([[*TRUTH.values(), 1.0]]))[0]
start = Mixture.of(place[None], gaussian_around(target, place)[0][None])
sample_ensemble(target, start=start, draws=8, warmup=8, seed=1)
begin = clock()
chains = sample_ensemble(target, start=start, draws=300, warmup=200, seed=1)
thin = chains.draws[:, ::4]
mean, precision = target.conditional_slip(target.work(thin.reshape(-1, thin.shape[2])))
noise = np.random.default_rng(0).standard_normal(mean.shape)
slip = mean + np.linalg.solve(np.linalg.cholesky(precision).transpose(0, 2, 1), noise[:, :, None])[:, :, 0]
seconds = clock() - begin
assert np.all(np.abs(slip.mean(axis=0) - SLIP) < 5.0 * slip.std(axis=0))
report("geometry, ensemble", np.concatenate([thin, slip.reshape(*thin.shape[:2], 2)], axis=2), seconds=seconds)
