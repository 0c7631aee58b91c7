"""Pure decisions: facts and rules in, decision with reasons out. No I/O, no clock, no randomness (invariant 7)."""
