"""The models under test: each draws a truth from its prior, simulates data, fits them, and names what is compared.

Where a model holds many parameters of one kind (thirteen exponents, seventeen yearly slopes), simulation k looks at
one of them, in turn: ranks within a simulation hang together, ranks of different simulations do not. The
log-likelihood of the data is compared too: it finds what no single parameter shows (Modrak et al. 2023).
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray

from forecast.experiments.checks import likelihoods, truths
from forecast.inference.observations import Observations
from forecast.inference.runs import version_of
from forecast.inference.sampling import Sampled, SamplerSettings, compile_model, sample
from forecast.models import compute, growth, loss, price
from forecast.models.compute import ComputeData
from forecast.models.loss import LossData
from forecast.models.price import PriceData
from forecast.priors import DEFAULT, Priors

Array = NDArray[np.float64]
Draws = Mapping[str, Array]

AHEAD_DECADES = 2.0
SETTINGS = SamplerSettings(draws=300, tune=300, chains=2, cores=1)
LONGER = 4
"""Where a quantity's effective size stays under the number of ranked draws, the chains are run so much longer."""


@dataclass(frozen=True)
class Fitted:
    """Draws of one simulated data set's posterior: chain after chain, and how many chains."""

    draws: Draws
    chains: int
    divergences: int


class Machine(ABC):
    """A model that can be simulated and fitted.

    Attributes
    ----------
    name : str
        Of the model, in the tables.
    simulations : int
        How many are asked for.
    """

    name: str
    simulations: int

    @cached_property
    def identity(self) -> str:
        """Name, and a digest of everything that a simulation's ranks follow from."""
        return f"{self.name}-{digest(*self.parts())}"

    @abstractmethod
    def parts(self) -> list[Any]:
        """What a simulation's ranks follow from: versions of models, designs, priors, settings."""

    @abstractmethod
    def simulate(self, number: int, rng: np.random.Generator) -> tuple[Draws, Any]:
        """A truth (one draw) and data simulated from it."""

    @abstractmethod
    def fit(self, data: Any, number: int, longer: int) -> Fitted:
        """The posterior given simulated data; `longer` multiplies the draws."""

    @abstractmethod
    def quantities(self, draws: Draws, data: Any, number: int) -> dict[str, Array]:
        """What is compared, shape (draws,) each, from the truth or from the posterior."""


def in_turn(values: Array, number: int) -> Array:
    """One column of many, a different one each time."""
    return values[:, number % values.shape[1]]


def digest(*parts: Any) -> str:
    """Short digest of arrays, dataclasses and texts."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
    return total.hexdigest()[:12]


@dataclass
class Sampler:
    """A PyMC model that is compiled once for each process, at the first simulation that needs it."""

    model: str
    build: Callable[[], pm.Model]
    settings: SamplerSettings

    @cached_property
    def compiled(self) -> Any:
        """For nutpie."""
        return compile_model(self.build())

    def run(self, data: Mapping[str, Array], number: int, longer: int) -> Sampled:
        """Sample with other data of the same shapes."""
        settings = replace(self.settings, draws=longer * self.settings.draws)
        return sample(self.model, self.compiled.with_data(**data), settings, seed=number)


def fitted(sampled: Sampled, extra: Mapping[str, Array]) -> Fitted:
    """Draws of a run with what is derived from them."""
    draws = {name: sampled.flat(name) for name in sampled.draws}
    return Fitted({**draws, **extra}, len(sampled.energy), sampled.divergences)


class LossMachine(Machine):
    """The hierarchy of losses on the shipped points' design, from the shipped priors."""

    name, simulations = "loss", 150

    def __init__(self, data: LossData, priors: Priors = DEFAULT, settings: SamplerSettings = SETTINGS) -> None:
        self.data, self.priors = data, priors.loss
        self.sampler = Sampler(self.name, lambda: loss.build(data, self.priors), settings)

    def parts(self) -> list[Any]:
        """Model, priors, sampler and design."""
        shared = [values for name, values in self.data.shared().items() if name != "log_loss"]
        return [version_of(loss), self.priors, self.sampler.settings, *shared]

    def simulate(self, number: int, rng: np.random.Generator) -> tuple[Draws, LossData]:
        """Laws from the prior, with losses at the design's computes.

        One draw in hundreds has a law so steep that a loss overflows; another is drawn. That looks at the data alone,
        so the posterior given data, and the ranks, stay as they were.
        """
        while True:
            truth = loss.prior_draws(self.data, self.priors, 1, rng)
            points = loss.predictive(truth, self.data, self.data.group, self.data.log10_flop, rng, self.priors)[0]
            if np.isfinite(points).all():
                return truth, replace(self.data, log_loss=points)

    def fit(self, data: LossData, number: int, longer: int) -> Fitted:
        """C0 and the guess of L0 stay those of the design: they belong to the prior."""
        return fitted(self.sampler.run({"log_loss": data.log_loss}, number, longer), {})

    def quantities(self, draws: Draws, data: LossData, number: int) -> dict[str, Array]:
        """The population, and the law of one group with its loss two decades beyond its data."""
        ahead = data.log10_c_max + AHEAD_DECADES
        of_group = {name: draws[name] for name in ("b", "e", "log_l0", "s")}
        of_group["floor_nats"] = loss.floor_nats(draws, data)
        of_group["log_loss_ahead"] = loss.mean(draws, data, np.arange(len(data.groups)), ahead)
        return {
            **{name: draws[name] for name in ("mu_b", "tau_b", "mu_e", "tau_e", "mu_s", "tau_s")},
            **{name: in_turn(values, number) for name, values in of_group.items()},
            "log_likelihood": likelihoods.points(draws, data, self.priors).total,
        }


def hardware_quantities(draws: Draws, data: PriceData, number: int) -> dict[str, Array]:
    """Everything that the price model holds, the many in turn."""
    chips = len(data.chip_release_year)
    names = ("mu_r", "tau_r", "ten", "a_rental", "q", "tau_chip", "tau_vendor", "sigma_rental")
    vendors = draws["rental_effects"][:, chips:-1] @ price.zero_sum_basis(len(data.vendors)).T
    likelihood = likelihoods.purchases(draws, data).total + likelihoods.offers(draws, data).total
    return {
        **{name: draws[name] for name in names},
        "rate_purchase": in_turn(draws["rate"][:, : len(price.PURCHASE_CHANNELS)], number),
        "rate_rental": draws["rate"][:, price.RENTAL],
        "a": in_turn(draws["a"], number),
        "sigma": in_turn(draws["sigma_purchase"], number),
        "rental_chip": in_turn(draws["rental_effects"][:, :chips], number),
        "rental_vendor": in_turn(vendors, number),
        "log_likelihood": likelihood,
    }


def hardware_swaps(data: PriceData) -> tuple[dict[str, Array], Callable[[Sampled], Array]]:
    """Containers of the model with other prices, and the rental effects of its draws."""
    _, centre, root = price.whitening(data)
    swaps = {
        "purchase_log10_price": data.purchase_log10_price,
        "rental_log10_price": data.rental_log10_price,
        "rental_centre": centre,
        "rental_root": root,
    }
    return swaps, lambda sampled: centre + sampled.flat("rental_whitened") @ root.T


class PriceMachine(Machine):
    """The hardware price model alone, on the shipped rows' design, from the shipped priors."""

    name, simulations = "price", 100

    def __init__(self, data: PriceData, priors: Priors = DEFAULT, settings: SamplerSettings = SETTINGS) -> None:
        self.data, self.priors = data, priors.price
        self.sampler = Sampler(self.name, self._build, settings)

    def _build(self) -> pm.Model:
        with pm.Model() as model:
            rate = price.rates(self.priors)
            price.purchase(self.data, self.priors, rate)
            price.rental(self.data, self.priors, rate)
        return model

    def parts(self) -> list[Any]:
        """Model, priors, sampler and design."""
        return [version_of(price), self.priors, self.sampler.settings, *design_of(self.data)]

    def simulate(self, number: int, rng: np.random.Generator) -> tuple[Draws, PriceData]:
        """Rates, levels and effects from the prior, with prices of the very rows."""
        truth = truths.hardware_truth(self.data, self.priors, 1, rng)
        return truth, truths.replicated_hardware(truth, self.data, rng)

    def fit(self, data: PriceData, number: int, longer: int) -> Fitted:
        """In the coordinates that suit the simulated offers."""
        swaps, effects = hardware_swaps(data)
        sampled = self.sampler.run(swaps, number, longer)
        return fitted(sampled, {"rental_effects": effects(sampled)})

    def quantities(self, draws: Draws, data: PriceData, number: int) -> dict[str, Array]:
        """As `hardware_quantities`."""
        return hardware_quantities(draws, data, number)


def design_of(data: PriceData) -> list[Array]:
    """What of the rows is not an outcome."""
    outcomes = ("purchase_log10_price", "rental_log10_price", "vendors")
    return [values for name, values in vars(data).items() if name not in outcomes]


class JointMachine(Machine):
    """Spend, price and compute with all hardware channels, on the shipped rows' design, from the shipped priors."""

    name, simulations = "compute", 100

    def __init__(self, seen: Observations, priors: Priors = DEFAULT, settings: SamplerSettings = SETTINGS) -> None:
        self.data, self.hardware, self.priors = seen.compute, seen.price, priors
        self.sampler = Sampler(self.name, self._build, settings)

    def _build(self) -> pm.Model:
        return compute.build(self.data, self.hardware, self.priors.compute, self.priors.price)

    def parts(self) -> list[Any]:
        """Models, priors, sampler and design."""
        outcomes = ("run_log10_flop", "cost_log10_price")
        design = [np.asarray(values) for name, values in vars(self.data).items() if name not in outcomes]
        priors = (self.priors.compute, self.priors.price, self.sampler.settings)
        return [version_of(compute, growth, price), *priors, *design_of(self.hardware), *design]

    def simulate(self, number: int, rng: np.random.Generator) -> tuple[Draws, tuple[ComputeData, PriceData]]:
        """One set of trends and rates from the prior, with every row's outcome."""
        priors = self.priors
        truth = truths.joint_truth(self.data, self.hardware, priors.compute, priors.price, 1, rng)
        runs = truths.replicated_runs(truth, self.data, rng)
        return truth, (runs, truths.replicated_hardware(truth, self.hardware, rng))

    def fit(self, data: tuple[ComputeData, PriceData], number: int, longer: int) -> Fitted:
        """The computes of runs with a cost are covariates and stay."""
        runs, hardware = data
        swaps, effects = hardware_swaps(hardware)
        swaps |= {"run_log10_flop": runs.run_log10_flop, "cost_log10_price": runs.cost_log10_price}
        sampled = self.sampler.run(swaps, number, longer)
        derived = {"rental_effects": effects(sampled), "r_realised": sampled.flat("rate")[:, price.REALISED]}
        return fitted(sampled, derived)

    def quantities(self, draws: Draws, data: tuple[ComputeData, PriceData], number: int) -> dict[str, Array]:
        """Parameters of the three parts, prefixed by the part that they belong to."""
        runs, hardware = data
        levels = ("m_spend", "a_realised", "log10_gdp_share", "sigma", "delta", "kappa", "beta", "sigma_cost")
        own = {name: draws[name] for name in (*levels, "u_origin", "p_origin", "sigma_origin")}
        likelihood = likelihoods.runs(draws, runs).total + likelihoods.costs(draws, runs).total
        growing = {name: draws[name] for name in ("g_spend", "tau_spend", "r_realised", "tau_price")}
        for name in ("spend_slopes", "price_slopes"):
            growing[name] = in_turn(draws[name], number)
            growing[f"last_of_{name}"] = draws[name][:, -1]
        return {
            **{f"compute/{name}": values for name, values in own.items()},
            "compute/log_likelihood": likelihood,
            **{f"growth/{name}": values for name, values in growing.items()},
            **{f"hardware/{k}": values for k, values in hardware_quantities(draws, hardware, number).items()},
        }
