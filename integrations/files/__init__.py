"""Orders from CSV and Excel files (A2): a preset says what the columns mean, the channel reads them."""
