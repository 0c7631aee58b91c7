"""A package, so that ``tests`` means this folder: some distributions install one of that name."""
