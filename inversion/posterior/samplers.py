"""The samplers by name: each takes a posterior and gives chains."""

from collections.abc import Callable

from geoslip.inversion.posterior.chains import Chains
from geoslip.inversion.posterior.ensemble import sample_ensemble
from geoslip.inversion.posterior.metropolis import sample_metropolis
from geoslip.inversion.posterior.tempering import sample_tempered

SAMPLERS: dict[str, Callable[..., Chains]] = {
    "emcee": sample_ensemble,
    "metropolis": sample_metropolis,
    "smc": sample_tempered,
}
"""emcee mixes fastest and weighs modes that it is given; smc finds modes and evidence by itself."""
