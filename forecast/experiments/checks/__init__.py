"""Calibration of the machinery: whether samplers, likelihoods and priors do what the models say."""
