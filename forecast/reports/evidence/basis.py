"""What a report rests on, in sections: data, models and laws, priors, diagnostics and gates, provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import forecast
from forecast.engine.answer import Answer
from forecast.engine.compose import posterior_status
from forecast.engine.encode import posterior_dict
from forecast.forecaster import Forecaster
from forecast.posterior.artefact import Posterior
from forecast.reports import facts
from forecast.reports.facts import DataCount
from forecast.reports.sections import Section, Table

_SAME = "The same posterior, spec, seeds and code give the same report, to the byte."
_SHORT = 12
"""Characters of a digest that a page shows; the JSON has all of them."""


def basis_section(forecaster: Forecaster, answers: Sequence[Answer] = (), spec_digest: str = "") -> list[Section]:
    """What the report rests on.

    Parameters
    ----------
    forecaster : Forecaster
        On the posterior that answered.
    answers : sequence of Answer
        Of the report, the lead first: their seeds and scenarios are told.
    spec_digest : str
        SHA-256 of the spec; empty where there is none.

    Returns
    -------
    list of Section
        Data, models, priors, diagnostics, provenance.
    """
    posterior = forecaster.posterior
    return [
        _data(posterior),
        _models(posterior),
        _priors(posterior),
        _diagnostics(posterior),
        _provenance(posterior, answers, spec_digest),
    ]


def _data(posterior: Posterior) -> Section:
    counts, manifest = facts.count_rows(posterior), posterior.manifest
    told = facts.data_words(posterior, counts)
    late = "With hindsight: the value of that time is not on record, so that today's is used, widened."
    observed = {name: len(posterior.observed[f"{name}_year"]) for name in ("compute", "price", "spend")}
    return Section(
        "data",
        "Data",
        words=(f"{told[:1].upper()}{told[1:]}.",),
        tables=_data_table(manifest, counts),
        notes=(late, manifest["data_notice"]),
        values={
            **_named(manifest, "data_cutoff", "data_digest", "data_digests", "hindsight_rows", "data_notice"),
            "hindsight": sum(manifest["hindsight_rows"].values()),
            "rows": {count.table: count.rows for count in counts},
            "observed": observed,
        },
    )


def _data_table(manifest: Mapping[str, Any], counts: Sequence[DataCount]) -> tuple[Table, ...]:
    """Empty where the installed tables are not those of the fit."""
    late = manifest["hindsight_rows"]
    rows = tuple((one.table, f"{one.rows:,}", f"{late.get(one.table, 0):,}", one.digest[:_SHORT]) for one in counts)
    headings = ("table", "rows", "with hindsight", "SHA-256")
    caption = f"Rows published by {manifest['data_cutoff']}, and the digest of each table"
    return (Table(caption, headings, rows, (1, 2), (3,), slug="data-tables"),) if rows else ()


def _models(posterior: Posterior) -> Section:
    manifest = posterior.manifest
    told = facts.model_words(posterior)
    models = tuple(
        (name, facts.MODELS.get(name, ""), block["model_version"], block["run"])
        for name, block in manifest["blocks"].items()
    )
    laws = tuple((law["name"], law["scale"], facts.law_formula(law), law["published_on"]) for law in manifest["laws"])
    return Section(
        "models",
        "Models and published laws",
        words=(f"{told[:1].upper()}{told[1:]}.",),
        tables=(
            Table("Models", ("model", "what it says", "version", "run"), models, (), (2, 3), slug="models"),
            Table(
                "Published laws: loss in nats per token at C FLOP",
                ("law", "scale", "loss", "published"),
                laws,
                (),
                (3,),
                slug="laws",
            ),
        ),
        values={
            "models": [{"name": name, "says": says} for name, says in facts.MODELS.items()],
            "study_groups": int(posterior.blocks["loss"]["b"].shape[1]),
            "prior_only": manifest["prior_only"],
            "data": _named(manifest, "laws", "blocks"),
        },
    )


def _priors(posterior: Posterior) -> Section:
    rows = tuple((f"{model}: {name}", prior, why) for model, name, prior, why in facts.prior_rows(posterior.manifest))
    return Section(
        "priors",
        "Priors",
        words=("What was assumed of each parameter before the data, and why.",),
        tables=(Table("Priors", ("parameter", "prior", "why"), rows, slug="priors"),),
        values={"data": _named(posterior.manifest, "priors")},
    )


def _diagnostics(posterior: Posterior) -> Section:
    status, manifest = posterior_status(posterior), posterior.manifest
    names = ("draws", "divergences", "max_r_hat", "min_ess")
    rows = tuple((name, *(_cell(found.get(key)) for key in names)) for name, found in facts.diagnostic_rows(manifest))
    headings = ("model", "draws", "divergences", "largest R-hat", "smallest ESS")
    gates = "; ".join([f"Gates: {status.status}", *status.reasons])
    return Section(
        "diagnostics",
        "Diagnostics and gates",
        words=(f"{gates}.", facts.nowcast_words(status)),
        tables=(Table("Diagnostics of the fit", headings, rows, (1, 2, 3, 4), slug="diagnostics"),) if rows else (),
        values={"posterior": posterior_dict(status), "data": {"diagnostics": manifest["diagnostics"]}},
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)


def _provenance(posterior: Posterior, answers: Sequence[Answer], spec_digest: str) -> Section:
    manifest = posterior.manifest
    seeds = sorted({answer.provenance.seed for answer in answers})
    asked = sorted({(answer.question.scenario.name, answer.provenance.scenario_hash) for answer in answers})
    rows = [
        ("as of", manifest["as_of"]),
        ("data cutoff", manifest["data_cutoff"]),
        ("data digest", manifest["data_digest"]),
        ("posterior", f"{posterior.name}, {posterior.draws:,} draws"),
        ("posterior SHA-256", manifest["sha256"] or "not written"),
        ("spec SHA-256", spec_digest),
        ("scenarios", "; ".join(f"{name} {digest[:_SHORT]}" for name, digest in asked)),
        ("seeds", "; ".join([f"fit {manifest['seed']}", *(f"simulation {seed}" for seed in seeds)])),
        ("sampler", facts.flat(manifest["sampler"])),
        ("versions", _versions(manifest)),
    ]
    told = tuple((name, value) for name, value in rows if value)
    return Section(
        "provenance",
        "Provenance",
        words=(_SAME,),
        tables=(Table("What would reproduce this report", ("what", "value"), told, slug="provenance"),),
        values={
            **_named(manifest, "as_of", "data_cutoff", "data_digest", "name", "sha256", "seed", "sampler"),
            **_named(manifest, "code_version", "library_versions"),
            "draws": posterior.draws,
            "simulation_seeds": seeds,
            "spec_digest": spec_digest,
            "scenarios": [{"name": name, "hash": digest} for name, digest in asked],
            "forecast_version": forecast.__version__,
        },
    )


def _versions(manifest: Mapping[str, Any]) -> str:
    own = f"forecast {forecast.__version__} (fitted with {manifest['code_version']})"
    return f"{own}, {facts.flat(manifest['library_versions'])}"


def _named(manifest: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: manifest[name] for name in names}
