"""Is the hub fit for work? For load balancers and ``orderspine up``."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from models.database import DatabaseNotReady, schema_versions
from settings import get_settings

router = APIRouter()


@router.get("/healthz")
def healthz() -> JSONResponse:
    """200 when the database answers and has the newest schema; else 503 and what to do."""
    try:
        present, newest = schema_versions(get_settings().resolved_database_url())
    except DatabaseNotReady as error:
        return JSONResponse({"ready": False, "error": str(error)}, 503)
    except SQLAlchemyError as error:  # its text may hold addresses and values
        return JSONResponse({"ready": False, "error": f"the database refuses: {type(error).__name__}"}, 503)
    if present != newest:
        cure = "Run: orderspine db upgrade"
        return JSONResponse({"ready": False, "schema": present, "newest": newest, "error": cure}, 503)
    return JSONResponse({"ready": True, "schema": present})
