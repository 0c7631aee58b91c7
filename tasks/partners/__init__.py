"""What all workers share about the partners they call: credentials, access tokens, turns, and who is stopped."""
