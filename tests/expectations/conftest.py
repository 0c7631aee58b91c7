"""Great Expectations once, quietly: at its import it uses modules that Python 3.11 calls deprecated."""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "module 'sre_(constants|parse)' is deprecated", DeprecationWarning)
    import great_expectations  # noqa: F401  (imported for the side effect)
