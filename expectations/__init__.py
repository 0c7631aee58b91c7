"""Data quality: one suite per hand-over, and the one function that applies it (design §6, A6).

Great Expectations takes seconds to import, so this package only does it when ``apply`` or a suite is imported.
"""

import settings as _settings  # noqa: F401  (turns its telemetry off, which must happen before it is imported)
