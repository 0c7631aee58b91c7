"""`python -m sandbox --host 127.0.0.1 --port N [--hub URL] [--seed N]`: serve the simulated partners."""

from __future__ import annotations

import argparse
import logging

import httpx
import uvicorn

from sandbox.app import create_app
from sandbox.faults import ReplyDropped
from sandbox.world import World


def _not_dropped_on_purpose(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], ReplyDropped))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free port and logs it")
    parser.add_argument("--hub", help="where webhooks and callbacks go, such as http://127.0.0.1:8000")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    world = World(options.seed)
    if options.hub:
        world.hub.client = httpx.AsyncClient(base_url=options.hub)
    logging.getLogger("uvicorn.error").addFilter(_not_dropped_on_purpose)
    uvicorn.run(create_app(world), host=options.host, port=options.port, access_log=False)


if __name__ == "__main__":
    main()
