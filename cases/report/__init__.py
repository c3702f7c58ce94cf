"""The report a reader sees: one page with every figure, table, warning and the methods."""
