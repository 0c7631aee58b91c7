"""Who buys and on which terms: stated by people in a table, and shown with what is owed (B1)."""
