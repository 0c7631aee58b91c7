"""Retryable steps, batch in → batch out: the one place where database, policies and partners meet."""
