"""The web application: ``uvicorn --factory web.app:create_app``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles

from models.database import DatabaseNotReady
from tasks.links import has_server
from tasks.receive import Reception
from tasks.signals import signal
from web import console, failures, health, webhooks
from web.doorbell import Doorbell

STATIC = Path(__file__).parent / "static"


def create_app() -> FastAPI:
    """The application, on this process's settings."""
    app = FastAPI(title="Orderspine", lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(webhooks.router)
    app.include_router(failures.router)
    app.include_router(health.router)
    app.include_router(console.router)
    app.add_exception_handler(DatabaseNotReady, _not_ready)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.reception, app.state.doorbell = Reception(), Doorbell(_wake)
    yield
    await app.state.doorbell.close()
    await app.state.reception.close()


def _wake(event: str) -> None:
    if has_server():
        signal(event)


async def _not_ready(_request: Request, error: Exception) -> PlainTextResponse:
    return PlainTextResponse(str(error), 503)
