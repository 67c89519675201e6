"""Work done in this very process, one task after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from forecast.executors.executor import NO_PARCELS, Parcels, Work


class Here:
    """The executor without workers: a task begins when the result before it has been taken."""

    workers = 1
    elsewhere = False

    def run[Task, Result](
        self, work: Work[Task, Result], tasks: Iterable[Task], parcels: Parcels = NO_PARCELS
    ) -> Iterator[tuple[Task, Result]]:
        """Do every task, in order; as in `Executor.run`."""
        for task in tasks:
            yield task, work(task, parcels)

    def close(self) -> None:
        """Nothing was started."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
