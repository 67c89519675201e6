"""The database under the catalogue: which it is, its tables and their migrations, transactions that write or read."""
