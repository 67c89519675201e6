"""Posteriors -> their protos. Names become resource names; what a manifest does not tell is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from forecast.posterior.manifest import Manifest
from forecast.posterior.selection import Entry
from timelines.v1 import answer_pb2
from timelines.v1 import posterior_service_pb2 as pb
from timelines_server.converters.answer import STATUSES
from timelines_server.converters.paging import is_first, page
from timelines_server.converters.resource_names import bare_name
from timelines_server.handlers.posteriors import KnownPosterior, PosteriorListing
from timelines_server.manners.wording import clean, names_a_path

COLLECTION = "posteriors"
_UNREADABLE = "its files cannot be read; the server's operator grants permission"


def posterior_name(name: str) -> str:
    """The posterior that a resource name names; `current` for the alias.

    Raises
    ------
    InputError
        When it is not of the form `posteriors/...`.
    """
    return bare_name(name, COLLECTION)


def listing_proto(listing: PosteriorListing, request: pb.ListPosteriorsRequest) -> pb.ListPosteriorsResponse:
    """The page of a listing that the request asks for.

    Raises
    ------
    InputError
        When the page is not one of this listing.
    """
    posteriors, token = page(listing.sound, request)
    return pb.ListPosteriorsResponse(
        posteriors=[posterior_proto(posterior) for posterior in posteriors],
        next_page_token=token,
        damaged=[_damaged(entry) for entry in listing.damaged] if is_first(request) else [],
    )


def posterior_proto(posterior: KnownPosterior, *, details: bool = False) -> pb.Posterior:
    """The message of a posterior, with what is behind it or without."""
    manifest = posterior.manifest
    hindsight = sorted((table, rows) for table, rows in manifest["hindsight_rows"].items() if rows)
    return pb.Posterior(
        name=f"{COLLECTION}/{manifest['name']}",
        current=posterior.current,
        origin=pb.POSTERIOR_ORIGIN_SHIPPED if posterior.shipped else pb.POSTERIOR_ORIGIN_FITTED,
        status=STATUSES.number[manifest["status"]],
        reasons=manifest["reasons"],
        as_of=manifest["as_of"],
        data_cutoff=manifest["data_cutoff"],
        draws=manifest["draws"],
        seed=manifest["seed"],
        data_digest=manifest["data_digest"],
        sha256=manifest["sha256"],
        code_version=manifest["code_version"],
        nowcast=_nowcast(manifest["nowcast"]),
        prior_only=manifest["prior_only"],
        hindsight_rows=[answer_pb2.HindsightRows(table=table, rows=rows) for table, rows in hindsight],
        details=_details(manifest) if details else None,
    )


def _damaged(entry: Entry) -> pb.DamagedPosterior:
    problem = _UNREADABLE if names_a_path(entry.problem) else clean(entry.problem)
    return pb.DamagedPosterior(name=f"{COLLECTION}/{entry.name}", problem=problem)


def _nowcast(found: Mapping[str, Any]) -> answer_pb2.Nowcast | None:
    if not {"window", "rows", "inside_80", "reach"} <= found.keys():
        return None
    start, end = found["window"]
    return answer_pb2.Nowcast(
        window_start=start, window_end=end, rows=found["rows"], inside_80=found["inside_80"], reach=found["reach"]
    )


def _details(manifest: Manifest) -> pb.PosteriorDetails:
    return pb.PosteriorDetails(
        diagnostics=list(_diagnostics(manifest["diagnostics"])),
        priors=list(_priors(manifest["priors"])),
        data_digests=[
            pb.TableDigest(table=table, sha256=sha) for table, sha in sorted(manifest["data_digests"].items())
        ],
        blocks=[
            pb.BlockOrigin(block=name, run=block["run"], model_version=block["model_version"])
            for name, block in sorted(manifest["blocks"].items())
        ],
        library_versions=[
            pb.LibraryVersion(library=library, version=version)
            for library, version in sorted(manifest["library_versions"].items())
        ],
        data_notice=manifest["data_notice"],
    )


_DIAGNOSTICS = frozenset(pb.ModelDiagnostics.DESCRIPTOR.fields_by_name)


def _diagnostics(by_model: Mapping[str, Any]) -> Iterator[pb.ModelDiagnostics]:
    """Of each model that was sampled; one that is only its prior was not."""
    for model, found in sorted(by_model.items()):
        if isinstance(found, Mapping) and found:
            told = {name: value for name, value in found.items() if name in _DIAGNOSTICS and value is not None}
            yield pb.ModelDiagnostics(**{**told, "model": model})


def _priors(by_model: Mapping[str, Any]) -> Iterator[pb.PriorStatement]:
    for model, priors in sorted(by_model.items()):
        for parameter, prior in sorted(priors.items()):
            stated = prior if isinstance(prior, Mapping) else {"value": prior}
            yield pb.PriorStatement(
                model=model,
                parameter=parameter,
                numbers=list(_numbers(stated)),
                source=str(stated.get("source", "")),
            )


def _numbers(prior: Mapping[str, Any]) -> Iterator[pb.PriorNumber]:
    for name, value in sorted(prior.items()):
        if isinstance(value, int | float):
            yield pb.PriorNumber(name=name, value=value)
