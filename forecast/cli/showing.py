"""How an answer is shown: in words, as JSON or as CSV on standard output, and drawn to a file."""

from __future__ import annotations

from pathlib import Path

import click

from forecast.engine.answer import Answer


def show(answer: Answer, as_json: bool, as_csv: bool, chart: Path | None, resolution: bool = False) -> None:
    """Print an answer, or how its question would be resolved, and draw it if a file is named.

    Raises
    ------
    InputError
        When the file's suffix is none that can be drawn.
    """
    if chart is not None:
        _draw(answer, chart)
    click.echo(_resolution(answer) if resolution else _text(answer, as_json, as_csv), nl=False)


def _text(answer: Answer, as_json: bool, as_csv: bool) -> str:
    if as_json:
        return answer.to_json()
    if as_csv:
        return answer.to_csv()
    from forecast.cli.words import render
    from forecast.evaluation.outcome import since_then

    return render(answer, since_then(answer))


def _resolution(answer: Answer) -> str:
    from forecast.cli.layout import filled
    from forecast.engine.resolution import resolution_text

    paragraphs = resolution_text(answer.question).rstrip("\n").split("\n\n")
    return "\n\n".join(filled(paragraph) for paragraph in paragraphs) + "\n"


def _draw(answer: Answer, path: Path) -> None:
    from forecast.reports.charts import arrival_chart

    arrival_chart(answer).save(path)
    click.echo(f"Drawn: {path}", err=True)
