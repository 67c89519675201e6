"""Every trap of the source files has a named rule, and every rule a test."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.data import economy, rules
from forecast.data.raw import RawRow, day, number
from forecast.data.sources import SOURCES

positive = st.floats(1e-3, 1e30)


# 1. frontier compute is missing, not slowing: test_tables, `frontier_runs` stops at the disclosure date
def test_the_disclosure_date_is_the_last_day_on_which_the_largest_runs_were_published() -> None:
    assert date(2025, 7, 31) == rules.DISCLOSURE_DATE


# 2. the FP16 column is unsafe
@pytest.mark.parametrize(
    ("tensor", "fp16", "fp32", "peak"),
    [
        (989.5e12, 133.8e12, 66.9e12, (989.5e12, True, "fp16_tensor")),
        (None, 26.9e12, 13.4e12, (26.9e12, False, "fp16")),
        (None, 0.177e12, 11.34e12, (11.34e12, False, "fp32")),
        (None, 13.4e12, 13.4e12, (13.4e12, False, "fp16")),
        (None, None, 4.2e12, (4.2e12, False, "fp32")),
        (None, 376e12, None, (376e12, False, "fp16")),
        (None, None, None, None),
    ],
)
def test_the_peak_is_the_tensor_figure_else_fp16_unless_it_is_under_fp32(
    tensor: float | None, fp16: float | None, fp32: float | None, peak: object
) -> None:
    assert rules.peak_flop_per_s(tensor, fp16, fp32) == peak


# 3. old estimates move
def test_revision_noise_is_the_root_mean_square_of_the_moves_in_orders_of_magnitude() -> None:
    assert rules.revision_dex([1e20, 1e22], [1e20, 1e22]) == 0.0
    assert rules.revision_dex([1e20, 1e22], [1e21, 1e21]) == pytest.approx(1.0)


# 4. confidence labels
@pytest.mark.parametrize(
    ("text", "label", "dex"),
    [
        ("Confident", "confident", math.log10(3) / 1.645),
        ("Likely ", "likely", 1 / 1.645),
        ("Speculative", "speculative", math.log10(30) / 1.645),
        ("", "unknown", 0.6),
        ("Unverified", "unknown", 0.6),
    ],
)
def test_confidence_labels_are_factors_of_3_10_and_30_and_unknown_counts_as_six_tenths(
    text: str, label: str, dex: float
) -> None:
    assert rules.confidence_label(text) == label
    assert rules.confidence_dex(label) == pytest.approx(dex)


# 5. data sizes mix tokens, images and samples
def test_a_data_size_is_tokens_only_for_language_runs_whose_6nd_fits() -> None:
    assert rules.tokens_or_none(3e11, ("Language",), 175e9, 3.14e23) == 3e11
    assert rules.tokens_or_none(3e10, ("Language",), 175e9, 3.14e23) is None
    assert rules.tokens_or_none(3e11, ("Language", "Vision"), 175e9, 3.14e23) is None
    assert rules.tokens_or_none(3e11, ("Vision",), 175e9, 3.14e23) is None
    assert rules.tokens_or_none(None, ("Language",), 175e9, 3.14e23) is None
    assert rules.tokens_or_none(3e11, ("Language",), None, 3.14e23) is None


@given(positive, positive)
def test_6nd_never_overflows(parameters: float, tokens: float) -> None:
    assert rules.six_n_d(parameters, tokens) == pytest.approx(6 * parameters * tokens)


def test_6nd_of_integers_beyond_64_bits_is_exact_to_a_float() -> None:
    assert rules.six_n_d(10**13, 10**14) == 6e27 > 2**63


# 6. cost methods are other quantities
def test_there_is_one_name_for_each_cost_method() -> None:
    assert rules.COST_METHODS == ("amortized_hardware_energy", "cloud", "upfront_hardware", "before_2024_mixed")


# 7. chip generations and vendors
@pytest.mark.parametrize("name", ["NVIDIA V100", "NVIDIA Tesla V100 SXM2", "NVIDIA Tesla V100 DGXS 16 GB"])
def test_spellings_of_one_chip_have_one_name(name: str) -> None:
    assert rules.canonical_chip(name) == "NVIDIA Tesla V100 SXM2 16 GB"
    assert rules.canonical_chip(rules.canonical_chip(name)) == rules.canonical_chip(name)


@pytest.mark.parametrize(
    ("chip", "channel"),
    [
        ("NVIDIA GeForce RTX 4090", "consumer"),
        ("NVIDIA Titan V", "consumer"),
        ("AMD Radeon RX 7900 XTX", "consumer"),
        ("AMD Radeon Instinct MI250X", "datacentre"),
        ("NVIDIA Quadro K6000", "workstation"),
        ("NVIDIA RTX A4000", "workstation"),
        ("NVIDIA A40 PCIe", "datacentre"),
        ("Google TPU v4", "datacentre"),
    ],
)
def test_the_channel_follows_from_the_name(chip: str, channel: str) -> None:
    assert rules.channel_of(chip) == channel


# 8. joined cells, stray newlines, renamed columns and models, several rows for one model
def test_names_lose_newlines_and_strange_spaces() -> None:
    assert rules.clean_name("Solar Open 100B\n") == "Solar Open 100B"
    assert rules.clean_name("ALLaM\xa0adapted  70B") == "ALLaM adapted 70B"


def test_joined_cells_are_taken_apart_in_order_without_repeats() -> None:
    assert rules.parts("NVIDIA V100,NVIDIA A100, NVIDIA V100") == ("NVIDIA V100", "NVIDIA A100")
    assert rules.parts("") == ()


def test_the_name_column_is_model_since_2025_and_system_before() -> None:
    assert rules.name_column(["System", "Domain"]) == "System"
    assert rules.name_column(["Model", "Domain"]) == "Model"
    assert rules.name_column(["Domain"]) == "Model"


def test_a_renamed_run_is_found_under_its_present_name() -> None:
    assert rules.current_name("GPT-4\n") == "GPT-4 (Mar 2023)"
    assert rules.current_name("PaLM (540B)") == "PaLM (540B)"


def test_slugs_tell_names_apart_that_differ_by_a_plus() -> None:
    assert rules.slug("GPT-3.5 (davinci-002)\n") == "gpt-3-5-davinci-002"
    assert rules.slug("Qwen+") != rules.slug("Qwen")
    assert rules.slug("Café") == "cafe"


@given(st.text())
def test_a_slug_is_its_own_slug(text: str) -> None:
    assert rules.slug(rules.slug(text)) == rules.slug(text)


def test_the_first_row_of_a_model_stands() -> None:
    seen: set[object] = set()
    assert [rules.is_repeat(key, seen) for key in ("a", "b", "a")] == [False, False, True]


# 9. the capex file
def test_a_year_is_its_published_total_or_its_four_quarters_or_with_one_inner_quarter_estimated() -> None:
    assert rules.full_year({0: 11.0, 3: 7.4}) == (11.0, False)
    assert rules.full_year({1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}) == (10.0, False)
    assert rules.full_year({1: 1.0, 3: 3.0, 4: 4.0}) == (10.0, True)
    assert rules.full_year({1: 1.0, 2: 2.0, 3: 3.0}) is None
    assert rules.full_year({1: 1.0, 4: 4.0}) is None


# 10. the newest quarter of the chip counts
@pytest.mark.parametrize(
    ("flag", "notes", "incomplete"),
    [("checked", "", True), ("", "Incomplete: based on fiscal quarters", True), ("", "Estimates generated", False)],
)
def test_an_incomplete_quarter_is_known_by_its_flag_or_its_notes(flag: str, notes: str, incomplete: bool) -> None:
    assert rules.is_incomplete(flag, notes) is incomplete


def test_every_spelling_of_the_chip_count_columns_is_read() -> None:
    cells = {
        "Chip manufacturer": "Amazon",
        "End date": "3/31/2024",
        "Compute estimate in H100e (median)": "20",
        "H100e (5th percentile)": "10",
        "H100e (95th percentile)": "30",
        "Number of Units": "200",
        "Number of Units (5th percentile)": "100",
        "Number of Units (95th percentile)": "300",
        "Power in MW (median)": "5",
        "Notes": "Estimates generated on: 03-31-2026 14:36",
    }
    row = economy.stock_row(RawRow(2, cells), "total", "all", SOURCES["ai-chip-counts"])
    assert [row[f"h100_equivalents_{level}"] for level in ("p05", "p50", "p95")] == [10, 20, 30]
    assert [row[f"units_{level}"] for level in ("p05", "p50", "p95")] == [100, 200, 300]
    assert (row["quarter_end"], row["published_on"]) == (date(2024, 3, 31), date(2026, 3, 31))


# money
@given(st.floats(0.01, 1e12), st.integers(2000, 2026))
def test_dollars_of_a_year_become_dollars_of_2023(usd: float, year: int) -> None:
    cpi = {at: 100.0 * 1.03 ** (at - 2000) for at in range(2000, 2027)}
    assert rules.to_usd_2023(usd, year, cpi) == pytest.approx(usd * 1.03 ** (2023 - year))
    assert rules.to_usd_2023(usd, 2023, cpi) == pytest.approx(usd)


# cells
@pytest.mark.parametrize(
    ("text", "value"),
    [("", None), (" $6770000.00", 6.77e6), ("1,036", 1036.0), ("6.12e+23", 6.12e23), ("12,345.5", 12345.5)],
)
def test_a_number_may_bear_a_dollar_sign_and_thousands_separators(text: str, value: float | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", ["1,5e24", "about 3", "inf", "nan", "1;5"])
def test_what_is_no_number_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r"float|finite"):
        number(text)


@pytest.mark.parametrize("text", ["2024-03-31", "3/31/2024", "2024-03-31 12:00:00", "2024-03-31T00:00:00Z"])
def test_dates_are_read_in_the_forms_of_the_files(text: str) -> None:
    assert day(text) == date(2024, 3, 31)
    assert day("") is None
