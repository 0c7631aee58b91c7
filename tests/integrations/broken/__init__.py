"""Partners that are broken on purpose, each in its own way; ``test_conformance_catches.py`` has the suite find it."""
