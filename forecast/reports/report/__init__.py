"""The report: one question seen from all sides, the questions of a batch, and what both rest on.

compose   a spec and a forecaster -> the report, as sections of words, tables and pictures
files     the report -> a page, Markdown, JSON, CSV, pictures and their manifest
"""
