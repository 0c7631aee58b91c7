"""What the hub stores, and the plain values that its parts hand to each other.

Tables are grouped by noun, each with the guarded writes on it; ``models.work`` binds them into one transaction.
``models.messages`` and ``models.money`` are values only: integrations and policies may import these, never a table.
"""
