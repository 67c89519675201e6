"""The observations: public files made into our own tables, checked loading, and the rows that each model sees."""
