"""Forecasts that are published: answered, put into words, kept for good, verified, and held against the one before.

    with Catalogue.open() as catalogue:
        published = publish(catalogue.records, Forecaster.load(), question)
    print(cite(published))

The modules: `making` (publish), `series` (what follows what), `citing` (one line), `encode` (JSON), `replays` (the same
question on the same posterior again), `verifying` (nothing changed), `differing` (what changed since the one before).
"""
