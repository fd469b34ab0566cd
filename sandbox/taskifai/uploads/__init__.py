"""Sales files: taken in as batches, read by the vendor's layout, kept as sell-out entries."""
