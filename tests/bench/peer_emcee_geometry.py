"""emcee as it comes (stretch moves, 4 walkers a parameter), slip sampled; it is given our likelihood, many at once.

Started around the truth with the spread of the posterior; the warm-up does not count.
"""

import emcee
import numpy as np
from geometry_problem import SLIP, TRUTH, clock, observations, report, source

from geoslip.inversion.posterior import GeometryTarget
from geoslip.inversion.posterior.density import log_posterior
from geoslip.inversion.posterior.modes import gaussian_around

target = GeometryTarget([observations()], source(sampled=True), nuisance={"points": "none"})
place = target.work(np.array([[*TRUTH.values(), *SLIP, 1.0]]))[0]
generator = np.random.default_rng(1)
spread = np.linalg.cholesky(gaussian_around(target, place)[0])
walkers = place + generator.standard_normal((40, 10)) @ spread.T
sampler = emcee.EnsembleSampler(40, 10, lambda where: log_posterior(target, where), vectorize=True)
sampler.random_state = np.random.RandomState(1).get_state()
state = sampler.run_mcmc(walkers, 500)
sampler.reset()
begin = clock()
sampler.run_mcmc(state, 2500)
report("geometry, emcee", sampler.get_chain().swapaxes(0, 1), seconds=clock() - begin)
