"""One file per lifecycle step: what happens, in order. Each reads like the business process."""
