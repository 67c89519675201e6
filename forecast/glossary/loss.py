"""What is aimed at: losses, their scales and laws, and targets in other words."""

from __future__ import annotations

from forecast.glossary.entry import Entry

LOSS = (
    Entry(
        "loss",
        "The average surprise of a model at each next token of text that it has not seen, in nats per token. "
        "Lower is better.",
        "As a measure of ability. Two models of one loss can differ in every skill, and a skill can come without any "
        "jump of the loss.",
        ("nats per token", "cross-entropy", "perplexity"),
    ),
    Entry(
        "nats",
        "Surprise in natural logarithms: one nat is 1.443 bits. At 2 nats per token the model is as unsure as among "
        "7.4 tokens that are equally likely.",
        "As what makes losses comparable. A token of one tokenizer can be twice as long as that of another, and its "
        "nats with it.",
        ("nat",),
    ),
    Entry(
        "bits per character",
        "A loss spread over characters instead of tokens: nats per token, over ln 2, over the characters of a token. "
        "It takes the tokenizer out.",
        "As taking the text out too. Code, chat and prose are not equally hard to predict, so the scale still has to "
        "be named.",
        ("bpc", "bits per byte"),
    ),
    Entry(
        "irreducible loss",
        "The loss that is left at any amount of compute, because text cannot be predicted entirely: the floor of a "
        "scaling law.",
        "As a known constant of language. It is estimated from runs far above it, it trades off against the exponent, "
        "and it decides every answer about a low loss.",
        ("floor", "entropy of text", "E"),
    ),
    Entry(
        "reducible loss",
        "The loss above the floor: the part that more compute still takes away.",
        "As a distance to perfect ability. It is the difference of a target and an estimate, and near the floor it "
        "is mostly the estimate's error.",
        ("loss above the floor",),
    ),
    Entry(
        "scale",
        "What a loss is measured on: a training corpus, a tokenizer and an evaluation set, under one name such as "
        "kaplan-webtext2.",
        "As a detail that may be left out. A loss of 2.0 on one scale can be the better one beside 1.8 on another.",
        ("loss scale",),
    ),
    Entry(
        "scaling law",
        "A curve through training runs: the loss falls as a power of compute, towards a floor or towards zero.",
        "As a law of nature. It is a regression, and most questions ask it for decades of compute beyond the last run "
        "that it has seen.",
        ("law",),
    ),
    Entry(
        "pooled law",
        "The default law: many scaling studies fitted together. Each keeps its own level and floor; how exponents, "
        "floors and scatter vary from study to study is shared.",
        "As the mean of the published laws. Studies that were measured well pull more, and a published law enters "
        "only on its own scale.",
        ("hierarchical law",),
    ),
    Entry(
        "mixture",
        "Two forms of the law at once, with weights: one with a floor and one without. Each draw follows one of the "
        "two.",
        "As a compromise between them. Its answer can have two humps, and its median may be a date that neither form "
        "finds likely.",
        ("law components",),
    ),
    Entry(
        "human-level",
        "A name that others gave to a loss, such as 0.86 on Kaplan's scale, half of GPT-3's. To this product it is "
        "that loss and nothing else.",
        "As a forecast of machines that do what people do. The product speaks of loss, compute and money, not of "
        "capability.",
        ("agi", "capability", "transformative ai"),
    ),
    Entry(
        "indistinguishable tokens",
        "The length of text over which a judge cannot tell a model's text from the real one with a stated confidence: "
        "the logarithm of the odds over the reducible loss, times how much slower a person is than an ideal judge.",
        "As a test that somebody ran. It is a target about loss in another unit, and it inherits the floor's doubt.",
        ("k-performance", "slowdown", "direct approach"),
    ),
    Entry(
        "brain anchor",
        "The compute of a brain, in FLOP/s and with four orders of magnitude of doubt, times a training time: a target "
        "that some forecasters use.",
        "As a claim that so much compute makes a mind. It says how much, and nothing about with which algorithm.",
        ("biological anchor",),
    ),
)

COMPUTE = (
    Entry(
        "FLOP",
        "One floating-point operation; here always a count of them, an amount of work. GPT-3 took 3.14e23.",
        "As FLOP/s, which is a speed. A chip of 1e15 FLOP/s that is never idle does 8.64e19 FLOP in a day.",
        ("flops", "floating-point operations"),
    ),
    Entry(
        "FLOP/s",
        "Operations in a second: the speed of a chip or of a brain.",
        "As what a training run gets. The data sheet has the peak; training attains a third to a half of it.",
        ("flop per second", "utilization", "mfu"),
    ),
    Entry(
        "petaflop/s-day",
        "1e15 FLOP/s for a day: 8.64e19 FLOP. GPT-3 is about 3,640 of them.",
        "As a speed, because of its name. It is an amount, as a kilowatt-hour is.",
        ("pfd", "pf-day", "petaflop-day"),
    ),
    Entry(
        "training compute",
        "The FLOP of one final training run: about six for each parameter and token of a dense model.",
        "As the compute of the whole project. Experiments, failed runs and all later use are not in it.",
        ("compute",),
    ),
    Entry(
        "effective compute",
        "Training compute times what algorithms have gained since a reference date: the FLOP that the older algorithms "
        "would have needed.",
        "As FLOP that some chip has to do. A target of 1e30 effective FLOP may be met by a run of 1e28.",
        ("physical compute",),
    ),
    Entry(
        "frontier compute",
        "The compute of the largest training run so far, whoever made it and whether or not it was disclosed.",
        "As flat because the largest known run is. Since 2024 most developers keep their figures to themselves: data "
        "are missing, growth is not.",
        ("frontier", "largest run"),
    ),
    Entry(
        "envelope",
        "The largest effective compute that one run could have by a month, under every limit that is on. It never "
        "falls.",
        "As what will be trained. It is what could be; whether anybody does so is another question.",
    ),
    Entry(
        "algorithmic efficiency",
        "By how much less compute a fixed loss needs than at a reference date, thanks to better algorithms. Its prior "
        "comes from papers; no data of ours inform it.",
        "As part of the price of compute. It multiplies compute, and whether it is on moves answers by decades.",
        ("algorithms", "algorithmic progress"),
    ),
    Entry(
        "halving time",
        "The time in which something falls to a half: the compute that a fixed loss needs (algorithms), or the price "
        "of a FLOP (hardware).",
        "As one number. A cost of fixed performance that halves every 16 months holds both, and counting either one "
        "again counts it twice.",
        ("doubling time", "8mo", "16mo"),
    ),
    Entry(
        "GPT-3 multiple",
        "Compute in units of GPT-3's: 3.14e23 FLOP.",
        "As a size of model. Ten times the compute is about three times the parameters and three times the data.",
        ("gpt3",),
    ),
)
