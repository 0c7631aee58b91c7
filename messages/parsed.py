"""Parses every catalogue on import: preloaded by what forks its runs, so that none spends a tenth of a second on it."""

from messages import LOCALES, catalogue

for _language in LOCALES:
    catalogue(_language)
