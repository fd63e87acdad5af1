//! A server with the same answers, made with axum and tokio-postgres in the common way: verbatim-peer-axum URL ADDRESS
//! CONNECTIONS.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::get};
use chrono::{DateTime, NaiveDate, Utc};
use deadpool_postgres::{Config, Object, Pool, PoolConfig, Runtime};
use serde::ser::{Error as _, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::{collections::HashMap, error::Error};
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{NoTls, Row};
use uuid::Uuid;

macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!("../../../sql/", $name, ".sql"))
    };
}

const NAMES: [(&str, &str); 2] = [("before", "from"), ("after", "to")];
type Answer<T> = Result<T, (StatusCode, String)>;

fn fault(error: impl ToString) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

/// A row as a JSON object. A quote has additional members and no publication time.
struct Line(Row, Vec<(&'static str, Value)>);

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Line(row, more) = self;
        let mut map = serializer.serialize_map(None)?;
        for (at, column) in row.columns().iter().enumerate() {
            let name = NAMES.iter().find(|(from, _)| *from == column.name()).map_or(column.name(), |(_, to)| to);
            match *column.type_() {
                _ if name == "quote_id" || (name == "published_at" && !more.is_empty()) => {}
                Type::UUID => map.serialize_entry(name, &row.get::<_, Option<Uuid>>(at))?,
                Type::TEXT => map.serialize_entry(name, &row.get::<_, Option<&str>>(at))?,
                Type::TEXT_ARRAY => map.serialize_entry(name, &row.get::<_, Vec<&str>>(at))?,
                Type::INT4 => map.serialize_entry(name, &row.get::<_, i32>(at))?,
                Type::FLOAT8 => map.serialize_entry(name, &row.get::<_, f64>(at))?,
                Type::TIMESTAMPTZ => map.serialize_entry(name, &row.get::<_, Option<DateTime<Utc>>>(at))?,
                Type::DATE => map.serialize_entry(name, &row.get::<_, Option<NaiveDate>>(at))?,
                Type::JSONB => map.serialize_entry(name, &row.get::<_, Option<Value>>(at))?,
                Type::INT4_RANGE => map.serialize_entry(name, &row.get::<_, Option<Span>>(at))?,
                Type::BYTEA => {
                    let hex = row.get::<_, &[u8]>(at).iter().map(|byte| format!("{byte:02x}"));
                    map.serialize_entry(name, &hex.collect::<String>())?;
                }
                Type::INT4_ARRAY => {
                    let spans = row.get::<_, Vec<i32>>(at);
                    let spans = spans.chunks(2).map(|bounds| Span { start: bounds[0], end: bounds[1] });
                    map.serialize_entry(name, &spans.collect::<Vec<_>>())?;
                }
                ref other => return Err(S::Error::custom(format!("a column of type {other}"))),
            }
        }
        more.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

#[derive(Serialize)]
struct Span {
    start: i32,
    end: i32,
}

impl<'a> FromSql<'a> for Span {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self { start: i32::from_be_bytes(raw[5..9].try_into()?), end: i32::from_be_bytes(raw[13..17].try_into()?) })
    }
    tokio_postgres::types::accepts!(INT4_RANGE);
}

async fn rows(client: &Object, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Answer<Vec<Row>> {
    client.query(&client.prepare_cached(sql).await.map_err(fault)?, parameters).await.map_err(fault)
}

async fn article(State(pool): State<Pool>, Path(id): Path<Uuid>) -> Answer<Response> {
    let found = rows(&pool.get().await.map_err(fault)?, sql!("article"), &[&id, &1_i64]).await?.pop();
    Ok(found.map_or(StatusCode::NOT_FOUND.into_response(), |row| Json(Line(row, vec![])).into_response()))
}

#[derive(Serialize)]
struct Page {
    items: Vec<Line>,
    next_cursor: Option<Uuid>,
}

/// Returns the first twenty of twenty-one rows.
fn page(mut items: Vec<Line>) -> Json<Page> {
    let next_cursor = items.get(19).filter(|_| items.len() > 20).map(|line| line.0.get("id"));
    items.truncate(20);
    Json(Page { items, next_cursor })
}

async fn quotes(State(pool): State<Pool>, Query(asked): Query<HashMap<String, Uuid>>) -> Answer<Json<Page>> {
    let client = pool.get().await.map_err(fault)?;
    let found = rows(&client, sql!("quotes"), &[&asked["speaker"], &"rejected", &21_i64]).await?;
    let ids: Vec<Uuid> = found.iter().take(20).map(|row| row.get("id")).collect();
    let (mut about, mut reviews) = (HashMap::<Uuid, Vec<Uuid>>::new(), HashMap::<Uuid, Vec<Line>>::new());
    let known = rows(&client, sql!("about"), &[&ids]).await?;
    let reviewed: Vec<Uuid> = known.iter().filter(|row| row.get(2)).map(|row| row.get(0)).collect();
    about.extend(known.iter().map(|row| (row.get(0), row.get(1))));
    for row in rows(&client, sql!("reviews"), &[&reviewed]).await? {
        reviews.entry(row.get("quote_id")).or_default().push(Line(row, vec![]));
    }
    let line = |row: Row| {
        let (id, mut more) = (row.get("id"), vec![("about", json!([])), ("reviews", json!([]))]);
        about.get(&id).inspect(|ids| more[0].1 = json!(ids));
        reviews.get(&id).inspect(|rows| more[1].1 = json!(rows));
        Line(row, more)
    };
    Ok(page(found.into_iter().map(line).collect()))
}

async fn search(State(pool): State<Pool>, Query(asked): Query<HashMap<String, String>>) -> Answer<Json<Page>> {
    let found = rows(&pool.get().await.map_err(fault)?, sql!("search"), &[&asked["q"], &21_i64]).await?;
    Ok(page(found.into_iter().map(|row| Line(row, vec![])).collect()))
}

async fn create(State(pool): State<Pool>, Json(new): Json<Value>) -> Answer<StatusCode> {
    let mut client = pool.get().await.map_err(fault)?;
    let (transaction, id) = (client.transaction().await.map_err(fault)?, Uuid::now_v7());
    for sql in [sql!("insert_article"), sql!("insert_mentions"), sql!("insert_quotes"), sql!("insert_about")] {
        let statement = transaction.prepare_cached(sql).await.map_err(fault)?;
        transaction.execute(&statement, &[&id, &new]).await.map_err(fault)?;
    }
    transaction.commit().await.map_err(fault)?;
    Ok(StatusCode::CREATED)
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let [url, address, size]: [String; 3] = std::env::args().skip(1).collect::<Vec<_>>().try_into().expect("three");
    let pool = PoolConfig::new(size.parse()?);
    let config = Config { url: Some(url), pool: Some(pool), options: Some("-c TimeZone=UTC".into()), ..Config::new() };
    let app = Router::new()
        .route("/v1/articles/{id}", get(article))
        .route("/v1/articles", get(search).post(create))
        .route("/v1/quotes", get(quotes))
        .with_state(config.create_pool(Some(Runtime::Tokio1), NoTls)?);
    Ok(axum::serve(tokio::net::TcpListener::bind(address).await?, app).await?)
}
