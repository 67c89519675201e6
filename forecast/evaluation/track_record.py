"""The track record: what each release forecast before it could be known, and how it did.

    for one in scores():
        print(one.words)

`results/track_record.csv` is the only prospective part of this project: a row goes in when a release is made and never
changes (`forecast.evaluation.track_entries` seals each by a digest over the row before). Everything else that is scored
here, backtests and retrospective, is hindsight: its structure and priors were chosen with the outcomes in view.

`timelines track-record` shows it, `add` appends what this version forecasts, `score` holds it against the facts.
"""

from __future__ import annotations

from collections.abc import Iterable

from forecast.evaluation import track_scores
from forecast.evaluation.track_encode import PROSPECTIVE as PROSPECTIVE
from forecast.evaluation.track_encode import record_dict as record_dict
from forecast.evaluation.track_encode import scores_dict as scores_dict
from forecast.evaluation.track_entries import STORED as STORED
from forecast.evaluation.track_entries import AlreadyRecordedError as AlreadyRecordedError
from forecast.evaluation.track_entries import append as append
from forecast.evaluation.track_entries import check_new as check_new
from forecast.evaluation.track_entries import load as load
from forecast.evaluation.track_facts import Facts as Facts
from forecast.evaluation.track_questions import again as again
from forecast.evaluation.track_questions import on_record as on_record
from forecast.evaluation.track_rows import Entry as Entry
from forecast.evaluation.track_scores import Event as Event
from forecast.evaluation.track_scores import ScoredEntry as ScoredEntry
from forecast.evaluation.track_scores import Totals as Totals
from forecast.evaluation.track_scores import totals as totals
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior


def scores(facts: Facts | Posterior | None = None, entries: Iterable[Entry] | None = None) -> tuple[ScoredEntry, ...]:
    """Score the track record.

    Parameters
    ----------
    facts : Facts or Posterior, optional
        What is known: the observed points of a posterior, by default of the shipped reference.
    entries : iterable of Entry, optional
        By default what the package ships.
    """
    known = selection.find(selection.reference().name) if facts is None else facts
    return track_scores.scores(known, load() if entries is None else entries)
