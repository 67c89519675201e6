"""Forecasts on record against made-up facts: every score in closed form, and every rule of the resolution texts."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from forecast.engine.question import Algorithms, Law, Payer, Question, Scenario, Target
from forecast.evaluation.quantile_scores import LEVELS
from forecast.evaluation.track_record import Entry, ScoredEntry, scores, totals
from forecast.posterior.artefact import Posterior
from forecast.units import FLOP_PER_PF_DAY, decimal_year
from tests.track_records import FLAT, OPENED, facts, made, passage

UNTIL = date(2030, 6, 30)
SETTLED = UNTIL - timedelta(90)
CAME = date(2029, 1, 1)


def scored(entry: Entry, known: Posterior) -> ScoredEntry:
    (one,) = scores(known, [entry])
    return one


def test_a_date_that_came_has_its_place_and_its_crps() -> None:
    one = scored(made(), facts(UNTIL, {date(2026, 1, 1): 9e26, CAME: 1.1e27, date(2029, 6, 1): 1e28}))
    low, high = FLAT
    z = (decimal_year(CAME) - low) / (high - low)
    assert (one.state, one.came_on, one.what) == ("came", CAME, "run of 2029-01-01")
    assert one.at == pytest.approx(z, abs=1e-3)
    assert one.crps_years == pytest.approx((high - low) * (z * z - z + 1 / 3), rel=0.02)
    assert one.log_waited is None
    assert "at the 25 % point" in one.words


def test_a_forecast_that_was_sure_scores_its_absolute_error() -> None:
    one = scored(made(quantiles=(2028.0,) * len(LEVELS)), facts(UNTIL, {CAME: 1e27}))
    assert one.crps_years == pytest.approx(decimal_year(CAME) - 2028)


def test_events_are_scored_by_brier_and_log() -> None:
    one = scored(made(), facts(UNTIL, {CAME: 1e27}))
    in_2027, in_2028, in_2029, _ = one.events
    assert (in_2027.happened, in_2028.happened, in_2029.happened) == (False, False, True)
    assert in_2028.brier == pytest.approx(0.25**2) and in_2028.log_score == pytest.approx(-math.log(0.75))
    assert in_2029.brier == pytest.approx(0.5**2) and in_2029.log_score == pytest.approx(-math.log(0.5))
    assert in_2027.brier == 0
    assert in_2029.settled_on == date(2030, 3, 31)


def test_an_event_that_came_early_waits_for_its_year_like_one_that_did_not() -> None:
    """Else a record of forecasts that are too late would be scored on the few that came, and look well."""
    for runs in ({CAME: 1e27}, {CAME: 1e26}):
        one = scored(made(), facts(UNTIL, runs))
        assert [event.year for event in one.settled] == [2027, 2028, 2029]


def test_dates_so_far_are_scored_alike_whether_they_came_or_not() -> None:
    """CRPS of min(T, t) for a uniform forecast: the integral of F^2 up to the date and of (1 - F)^2 from there to t."""
    low, high = FLAT
    width, until = high - low, decimal_year(SETTLED)
    came = scored(made(), facts(UNTIL, {CAME: 1e27}))
    z, end = (decimal_year(CAME) - low) / width, (until - low) / width
    assert came.so_far_years == pytest.approx(width * (z**3 + (1 - z) ** 3 - (1 - end) ** 3) / 3, rel=0.05)
    not_yet = scored(made(), facts(UNTIL, {CAME: 1e26}))
    assert not_yet.so_far_years == pytest.approx(width * end**3 / 3, rel=0.05)
    assert totals([came, not_yet]).so_far_years == pytest.approx(
        ((came.so_far_years or 0) + (not_yet.so_far_years or 0)) / 2
    )


def test_what_has_not_come_scores_the_probability_of_waiting() -> None:
    one = scored(made(), facts(UNTIL, {CAME: 9e26}))
    waited = (decimal_year(SETTLED) - FLAT[0]) / (FLAT[1] - FLAT[0])
    assert one.state == "waiting" and one.crps_years is one.at is None
    assert one.log_waited == pytest.approx(math.log(1 - waited), abs=1e-3)
    assert [event.happened for event in one.events] == [False, False, False, None]
    assert one.next_event is one.events[-1] and one.next_event.settled_on == date(2031, 12, 31) + timedelta(90)


def test_silence_after_the_end_of_disclosure_is_marked() -> None:
    one = scored(made(), facts(UNTIL, {CAME: 9e26}, disclosed_until=date(2028, 12, 31)))
    assert [event.by_silence for event in one.events] == [False, False, True, False]
    assert totals([one]).by_silence == 1


def test_facts_from_before_the_forecast_settle_nothing() -> None:
    one = scored(made(), facts(OPENED + timedelta(90), {date(2026, 1, 1): 9e26}))
    assert one.state == "pending" and not one.settled and one.log_waited is None
    assert one.events[0].settled_on == date(2027, 12, 31) + timedelta(90)


def test_a_run_counts_when_its_value_has_stood_for_ninety_days() -> None:
    early, late = SETTLED, SETTLED + timedelta(1)
    assert scored(made(), facts(UNTIL, {early: 1e27})).state == "came"
    assert scored(made(), facts(UNTIL, {late: 1e27})).state == "waiting"


def test_a_run_from_before_the_opening_resolves_it_to_the_opening() -> None:
    one = scored(made(p_already=0.6), facts(UNTIL, {date(2026, 8, 1): 1e27}))
    assert one.came_on == OPENED and one.at == pytest.approx(0.3)
    assert one.events[0].happened


def test_algorithms_make_smaller_runs_enough() -> None:
    question = Question(Target.training_flop(4e27), algorithms=Algorithms("8mo"))
    day = OPENED + timedelta(round(365.25 * 16 / 12))  # two halvings
    for flop, state in ((1.02e27, "came"), (0.98e27, "waiting")):
        assert scored(made(question), facts(UNTIL, {day: flop})).state == state


def test_a_multiple_of_gpt3_and_the_frontiers_spend_are_settled_by_runs() -> None:
    question = Question(Target("gpt3_multiple", 1000.0))
    assert scored(made(question), facts(UNTIL, {CAME: 3.14e26})).came_on == CAME


def test_spend_is_settled_by_the_first_run_that_cost_as_much() -> None:
    one = scored(passage("spend", "at_least", 1e9), facts(UNTIL, spent={date(2027, 1, 1): 9e8, CAME: 1e9}))
    assert (one.came_on, one.what) == (CAME, "run of 2029-01-01")


PRICE = 40 / FLOP_PER_PF_DAY


def priced(*per_pf_day: float, flop: float = 1e26) -> list[tuple[date, float, float]]:
    """Models of the months from January 2028 on, at these prices."""
    return [(date(2028, 1 + k, 1), flop, flop * p / FLOP_PER_PF_DAY) for k, p in enumerate(per_pf_day)]


def test_a_price_is_the_median_over_a_year_of_at_least_three_models() -> None:
    entry = passage("price", "at_most", PRICE)
    runs = {date(2026, 1, 1): 5e26}
    assert scored(entry, facts(UNTIL, runs, priced=priced(30, 30))).state == "waiting"
    assert scored(entry, facts(UNTIL, runs, priced=priced(60, 30, 30))).came_on == date(2028, 3, 1)
    assert scored(entry, facts(UNTIL, runs, priced=priced(60, 60, 30))).state == "waiting"


def test_dear_models_leave_the_median_after_a_year() -> None:
    known = facts(UNTIL, {date(2026, 1, 1): 5e26}, priced=priced(60, 60, 30, 30, 45))
    one = scored(passage("price", "at_most", PRICE), known)
    assert one.came_on is not None and abs(one.came_on - date(2029, 1, 1)) <= timedelta(1)


def test_models_far_below_the_frontier_have_no_price() -> None:
    known = facts(UNTIL, {date(2026, 1, 1): 5e26}, priced=priced(30, 30, 30, flop=1e24))
    assert scored(passage("price", "at_most", PRICE), known).state == "waiting"


def test_a_fixed_sum_is_settled_by_the_price_of_models_of_nearly_the_size() -> None:
    usd = 1e27 * PRICE
    entry = made(Question(Target.training_flop(1e27), payer=Payer.fixed(usd)))
    assert scored(entry, facts(UNTIL, priced=priced(39, 39, 39))).came_on == date(2028, 3, 1)
    assert scored(entry, facts(UNTIL, priced=priced(41, 41, 41))).state == "waiting"
    assert scored(entry, facts(UNTIL, priced=priced(39, 39, 39, flop=9e24))).state == "waiting"


def test_losses_and_what_would_be_otherwise_are_not_scored() -> None:
    loss = Question(Target.loss(0.86, "kaplan-webtext2"), law=Law.published("kaplan"), algorithms=Algorithms())
    otherwise = Question(Target.training_flop(1e27), scenario=Scenario("mine", switches=(("power", False),)))
    rental = Question(Target.training_flop(1e27), payer=Payer.fixed(1e9), price_basis="list_rental")
    for question in (loss, otherwise, rental):
        one = scored(made(question), facts(UNTIL, {CAME: 1e29}))
        assert one.state == "undecidable" and one.why and not one.events
        assert one.why in one.words


def test_totals_are_means_over_what_is_settled() -> None:
    known = facts(UNTIL, {CAME: 1e27})
    both = scores(known, [made(), made(Question(Target.training_flop(1e30), criterion="on_trend"))])
    made_of = totals(both)
    events = [event for one in both for event in one.settled]
    assert (made_of.dates, made_of.waiting, made_of.events) == (1, 1, len(events)) == (1, 1, 6)
    assert made_of.brier == pytest.approx(sum(event.brier or 0 for event in events) / 6)
    assert made_of.sure == 2
    nothing = totals([])
    assert nothing.events == 0 and nothing.brier is nothing.so_far_years is None


def test_a_date_beyond_the_horizon_counts_at_the_horizon() -> None:
    one = scored(made(quantiles=(math.inf,) * len(LEVELS), p_beyond=1.0), facts(UNTIL, {CAME: 1e27}))
    assert one.crps_years == pytest.approx(2061 - decimal_year(CAME))
    assert one.at == pytest.approx(0.0, abs=0.5)
