"""What it costs, who pays, and what else limits a run."""

from __future__ import annotations

from forecast.glossary.entry import Entry

MONEY = (
    Entry(
        "2023 US dollars",
        "Constant dollars: every sum is converted by consumer prices to what it would have bought in 2023.",
        "As the dollars on an invoice. A budget in the dollars of another year has to say so, and the answer shows "
        "what became of it.",
        ("constant dollars", "nominal dollars", "inflation"),
    ),
    Entry(
        "realised price",
        "What past training runs paid for a FLOP that was used: hardware for the time of the run, and energy.",
        "As the price on a list. Those who train at the frontier own or rent by contract, and pay about a fifth of it.",
        ("price", "realised"),
    ),
    Entry(
        "list rental price",
        "On-demand rental of datacentre chips by the hour, at 35 % utilization.",
        "As what a large run costs. It is what you pay tomorrow with a credit card, and the dearest of the three.",
        ("rental price", "list rental"),
    ),
    Entry(
        "amortized price",
        "Datacentre chips bought and written off over four years in which they are 90 % busy, with 60 % for what "
        "stands around them.",
        "As the money that is needed on the first day. To own the chips takes many times the sum that one run uses up.",
        ("amortized purchase", "purchase price"),
    ),
    Entry(
        "final-run cost",
        "What the compute of the last, published run costs. Budgets pay for this, unless the question says otherwise.",
        "As the cost of making the model. Staff, experiments and failed runs come on top.",
        ("cost scope", "final run"),
    ),
    Entry(
        "development cost",
        "The final run, the staff and the experiments before it: several times the final run.",
        "As comparable with the costs in the news. Those are now the one, now the other, and seldom say which.",
        ("with staff", "research cost"),
    ),
    Entry(
        "payer",
        "Who pays for the run: a fixed sum, a sum that grows, the spend of the frontier, or nobody in particular "
        "(unlimited).",
        "As a forecast that somebody will. A fixed sum is an assumption of the question.",
        ("budget", "spend path"),
    ),
    Entry(
        "frontier spend",
        "The spend on the largest run so far, as it grows in the model: a sum for each draw and month.",
        "As one company's budget. After 2031 it rests on a judgement: the share of world output that one run may cost.",
        ("frontier-spend", "spend"),
    ),
    Entry(
        "affordable",
        "The payer's money and every other limit that is on allow the compute that the target needs.",
        "As on trend. A sum that could buy a run is not a run: the first asks about prices and limits, the second "
        "about what the largest runs do.",
        ("criterion",),
    ),
    Entry(
        "on trend",
        "The largest training run of its day, grown as it has been growing, reaches what the target needs. No payer "
        "and no other limit is asked.",
        "As a prediction of a product. The trend is that of compute, and it is extrapolated with its doubt.",
        ("on-trend", "trend"),
    ),
    Entry(
        "inference affordable",
        "A model that is large enough for the target writes 100 pages for less than a stated sum.",
        "As following from affordable training. The two dates differ: one is bought once, the other for every page.",
        ("inference", "price of 100 pages"),
    ),
)

LIMITS = (
    Entry(
        "binding limit",
        "What is tightest in the month of arrival: money, chips, power, data or data movement. Answers give the share "
        "of draws in which each is.",
        "As the reason for the date. Another limit may stand right behind it: the years that it moves the median are "
        "told beside the share.",
        ("limit", "limits"),
    ),
    Entry(
        "chips limit",
        "The installed AI chips of the world, times the share, the length and the utilization of one run.",
        "As what can be bought at once. The stock is divided among all who train and serve models.",
        ("chips", "installed chips"),
    ),
    Entry(
        "power limit",
        "The watts that one run can draw, times the FLOP that a joule does.",
        "As a limit of the world's energy. It is one of sites and grids: what can be connected in one place, or "
        "between a few.",
        ("power",),
    ),
    Entry(
        "data limit",
        "The compute at which a model of the best size has read every token of the stock once.",
        "As the end of data. The stock grows, and repeating, making and mixing data all have a place in the prior.",
        ("data", "tokens"),
    ),
    Entry(
        "data movement limit",
        "The compute at which moving numbers between chips takes longer than computing with them, for a run of a few "
        "months.",
        "As a limit of money. More chips do not help: that is what it says.",
        ("data movement", "latency wall"),
    ),
    Entry(
        "scaling break",
        "A crossover beyond which the loss falls more slowly with compute. Off, unless a scenario has it.",
        "As observed. It was once expected near 1e4 petaflop/s-days, which the largest runs have passed by far.",
        ("crossover",),
    ),
    Entry(
        "context length",
        "How many tokens a model sees at once; attention makes long contexts cost more FLOP for each token.",
        "As quadratic in all of the cost. Only attention's part is, and in a wide model with a short context it is "
        "small.",
        ("context",),
    ),
    Entry(
        "commoditization",
        "A ceiling on what any payer spends, because competition takes the profit of a better model.",
        "As a forecast that spending falls. It caps the budget and changes nothing below the cap.",
    ),
)
