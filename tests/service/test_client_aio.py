"""The asyncio client against a real server: the answers of the one that blocks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.service.running import RunningServer
from timelines import AsyncClient, Client, InvalidQuestionError, Question

QUESTIONS = [
    Question(loss=1.24, scale="kaplan-webtext2", budget_usd=1e9),
    Question(flop=1e29, criterion="on_trend"),
    Question(gpt3=1e4, price="list_rental", seed=5),
]


def run[Result](server: RunningServer, use: Callable[[AsyncClient], Awaitable[Result]]) -> Result:
    async def main() -> Result:
        async with AsyncClient(server.address, timeout=30) as client:
            return await use(client)

    return asyncio.run(main())


def test_both_clients_give_the_same_answers(server: RunningServer) -> None:
    with Client(server.address, timeout=30) as client:
        expected = [client.when(question) for question in QUESTIONS]

    async def together(client: AsyncClient) -> list[object]:
        return list(await asyncio.gather(*map(client.when, QUESTIONS)))

    async def streamed(client: AsyncClient) -> list[object]:
        return [item.result() async for item in client.batch(QUESTIONS)]

    assert run(server, together) == expected
    assert run(server, streamed) == expected


def test_a_thousand_questions_on_one_stream(server: RunningServer) -> None:
    async def count(client: AsyncClient) -> int:
        asked = (Question(flop=10.0 ** (26 + i % 8)) for i in range(1000))
        indices = [item.index async for item in client.batch(asked) if item.answer is not None]
        assert indices == list(range(1000))
        return len(indices)

    assert run(server, count) == 1000


def test_listings_fans_and_draws_are_those_of_the_other_client(server: RunningServer) -> None:
    with Client(server.address, timeout=30) as client:
        tables, fan = list(client.tables(page_size=3)), client.trajectory("price")
        draws, rows = client.draws(QUESTIONS[0]), list(client.rows("laws"))

    async def same(client: AsyncClient) -> None:
        assert [table async for table in client.tables(page_size=3)] == tables
        assert [row async for row in client.rows("laws")] == rows
        assert await client.trajectory("price") == fan
        assert await client.draws(QUESTIONS[0]) == draws
        assert (await client.posterior()).current

    run(server, same)


def test_errors_name_the_field(server: RunningServer) -> None:
    with pytest.raises(InvalidQuestionError) as caught:
        run(server, lambda client: client.when(loss=1.2, scale="nowhere"))
    assert caught.value.field_violations[0].field == "question.target.loss.scale"
