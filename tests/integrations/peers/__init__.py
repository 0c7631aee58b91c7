"""The peer of each partner, one file each: how the suite reaches it, and what it says of its own accord."""

from importlib import import_module

from peers.base import PEERS, Peer


def peer(name: str) -> Peer:
    """The peer of partner ``name``, from the file of that name."""
    import_module(f"peers.{name}")
    return PEERS[name]
