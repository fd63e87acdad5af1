"""A server with the same answers from the same SQL, made with FastAPI and asyncpg in the common way.

DATABASE_URL=... POOL_SIZE=4 uvicorn main:app --workers 2 --no-access-log
"""

import json
import os
import uuid
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import asyncpg
from fastapi import Body, FastAPI, HTTPException, Request
from fastapi.responses import ORJSONResponse

SQL = {path.stem: path.read_text() for path in (Path(__file__).parents[2] / "sql").glob("*.sql")}


async def prepare(connection):
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


@asynccontextmanager
async def lifespan(app):
    size = int(os.environ.get("POOL_SIZE", "4"))
    settings = {"TimeZone": "UTC"}
    async with asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=size, max_size=size, init=prepare, server_settings=settings
    ) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan, default_response_class=ORJSONResponse)


def line(row, hidden=()):
    """A row as a JSON object."""
    return {name: value(name, row[name]) for name in row.keys() if name not in hidden}


def value(name, column):
    if isinstance(column, datetime):
        return column.isoformat().replace("+00:00", "Z")
    if isinstance(column, (uuid.UUID, date)):
        return str(column)
    if isinstance(column, bytes):
        return column.hex()
    if isinstance(column, asyncpg.Range):
        return {"start": column.lower, "end": column.upper}
    if name == "spans":
        return [{"start": start, "end": end} for start, end in zip(column[::2], column[1::2])]
    return column


def page(rows, items):
    """The first twenty of a list, of which one more was asked for."""
    return {"items": items[:20], "next_cursor": str(rows[19]["id"]) if len(rows) > 20 else None}


@app.get("/v1/articles/{article}")
async def read_article(article: uuid.UUID, request: Request):
    row = await request.app.state.pool.fetchrow(SQL["article"], article, 1)
    if row is None:
        raise HTTPException(404)
    return ORJSONResponse(line(row))


@app.get("/v1/quotes")
async def list_quotes(speaker: uuid.UUID, request: Request):
    async with request.app.state.pool.acquire() as connection:
        rows = await connection.fetch(SQL["quotes"], speaker, "rejected", 21)
        ids = [row["id"] for row in rows[:20]]
        reviews = {}
        known = await connection.fetch(SQL["about"], ids)
        about = {quote: [str(entity) for entity in entities] for quote, entities, _ in known}
        reviewed = [quote for quote, _, is_reviewed in known if is_reviewed]
        for row in await connection.fetch(SQL["reviews"], reviewed):
            review = line(row, hidden=("quote_id",))
            review["from"], review["to"] = review.pop("before"), review.pop("after")
            reviews.setdefault(row["quote_id"], []).append(review)
    items = [
        line(row, hidden=("published_at",)) | {"about": about.get(row["id"], []), "reviews": reviews.get(row["id"], [])}
        for row in rows
    ]
    return ORJSONResponse(page(rows, items))


@app.get("/v1/articles")
async def search_articles(q: str, request: Request):
    rows = await request.app.state.pool.fetch(SQL["search"], q, 21)
    return ORJSONResponse(page(rows, [line(row) for row in rows]))


@app.post("/v1/articles", status_code=201)
async def create_article(new: Annotated[dict, Body()], request: Request):
    article = uuid.uuid4()
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        for name in ("insert_article", "insert_mentions", "insert_quotes", "insert_about"):
            await connection.execute(SQL[name], article, new)
    return ORJSONResponse({"id": str(article)}, status_code=201)
