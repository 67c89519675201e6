"""What a report rests on: claims replayed, past forecasts scored, data and models and gates, the terms it uses."""
