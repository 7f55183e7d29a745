"""The columns of the pool, as include/rules/fields.yaml declares them."""
