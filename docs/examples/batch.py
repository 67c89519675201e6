"""Ask every row of a CSV file, and write a CSV file of answers: a thousand questions on one stream.

    python batch.py questions.csv answers.csv

The columns are the keywords of `Client.when`; a blank cell takes the default. A row that is wrong gets its error in the
column `error`, and the others their answers. The rows are read as they are answered, so that any number fits in memory.
"""

import csv
import sys
from collections import deque
from collections.abc import Iterator

from timelines import BatchItem, Client

NUMBERS = ("loss", "flop", "gpt3", "budget_usd", "noise", "algorithms_ceiling_oom")
ANSWERS = ("median", "low_80", "high_80", "p_already", "p_beyond_horizon", "p_never", "error")

Row = dict[str, str]


def main(questions_file: str, answers_file: str) -> None:
    """Answer all rows of one file into the other."""
    with open(questions_file, newline="") as asked, open(answers_file, "w", newline="") as told, Client() as client:
        rows = csv.DictReader(asked)
        answers = csv.DictWriter(told, (*(rows.fieldnames or ()), *ANSWERS), extrasaction="ignore")
        answers.writeheader()
        waiting: deque[Row] = deque()  # rows that were asked and not answered yet; answers come in their order
        for item in client.batch(questions(rows, waiting), progress=True):
            answers.writerow(waiting.popleft() | columns(item))


def questions(rows: Iterator[Row], waiting: deque[Row]) -> Iterator[dict[str, object]]:
    """Each row as the keywords of a question."""
    for row in rows:
        waiting.append(row)
        yield {name: number(text) if name in NUMBERS else text for name, text in row.items() if text}


def number(text: str) -> float | str:
    """A number; a text that is none goes as it is, for the error of its own row to name."""
    try:
        return float(text)
    except ValueError:
        return text


def columns(item: BatchItem) -> Row:
    """An answer's cells. A year beyond the horizon is `inf`: look at the masses to see whether that means never."""
    if item.answer is None:
        return {"error": str(item.error)}
    low, high = item.answer.interval(0.8)
    years = {"median": item.answer.median, "low_80": low, "high_80": high}
    masses = {name: getattr(item.answer, name) for name in ANSWERS if name.startswith("p_")}
    return {name: f"{value:.4f}" for name, value in (years | masses).items()}


if __name__ == "__main__":
    main(*sys.argv[1:])
