"""Servicers: convert in, call the handler, convert out."""
