"""Simulated partners that speak the real wire protocols, keep state and fail on demand.

Nothing here imports the hub: signatures are checked by code of its own, so that a mistake on one side shows.
"""
