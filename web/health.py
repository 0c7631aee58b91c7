"""Is the hub fit for work? For load balancers and ``orderspine up``."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from models.database import DatabaseNotReady, read_schema
from settings import get_settings

router = APIRouter()


@router.get("/healthz")
def healthz() -> JSONResponse:
    """200 when the database answers and has all the tables that the code wants; else 503 and what to do."""
    try:
        schema = read_schema(get_settings().resolved_database_url())
    except DatabaseNotReady as error:
        return JSONResponse({"ready": False, "error": str(error)}, 503)
    except SQLAlchemyError as error:  # its text may hold addresses and values
        return JSONResponse({"ready": False, "error": f"the database refuses: {type(error).__name__}"}, 503)
    if schema.trouble:
        told = {"ready": False, "schema": schema.present, "newest": schema.newest, "error": schema.trouble}
        return JSONResponse(told, 503)
    return JSONResponse({"ready": True, "schema": schema.present})
