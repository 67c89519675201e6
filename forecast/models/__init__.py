"""What we believe: one module per model, whose docstring is the model."""
