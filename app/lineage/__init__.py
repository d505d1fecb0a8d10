"""Where a number comes from: its way through the libraries, the batches that said it, and their rows as they came."""
