"""What questions name: scenarios and loss scales, the built-in ones and those that users keep in files of their own.

No database is needed to read them, so that answering stays light.
"""
