//! Inserts or updates many rows with one statement. The rows are one parameter: JSON of which Postgres makes rows of the table.
//!
//! diesel's own insert of a `Vec` has a different text for each number of rows, so Postgres would parse and plan it each time.

use super::sql::Sql;
use super::{Error, Result};
use chrono::{DateTime, Datelike, Utc};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use serde::{Serialize, Serializer};
use serde_json::Value;
use uuid::Uuid;

/// New values of some columns of the row with an id.
#[derive(Serialize)]
pub struct Changed<C> {
    pub id: Uuid,
    #[serde(flatten)]
    pub columns: C,
}

/// Inserts rows in their order. Without rows it runs no statement.
pub fn insert<T: Serialize>(conn: &mut PgConnection, table: &str, rows: &[T]) -> Result<()> {
    if let Some(Statement { columns, records }) = Statement::new(table, rows)? {
        let columns = columns.join(", ");
        Sql::new(format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM ")).append(records).execute(conn)?;
    }
    Ok(())
}

/// The columns that mentions and quotes copy from their article, for filters and orders.
const COPIED: [&str; 3] = ["published_at", "language", "publisher"];

/// Inserts rows below articles, with the columns that they copy from these.
pub fn insert_below_articles<T: Serialize>(conn: &mut PgConnection, table: &str, rows: &[T]) -> Result<()> {
    if let Some(Statement { columns, records }) = Statement::new(table, rows)? {
        let own: String = columns.iter().map(|column| format!("new.{column}, ")).collect();
        let copied = COPIED.map(|column| format!("articles.{column}")).join(", ");
        Sql::new(format!(
            "INSERT INTO {table} ({}, {}) SELECT {own}{copied} FROM ",
            columns.join(", "),
            COPIED.join(", ")
        ))
        .append(records)
        .sql(" AS new JOIN articles ON articles.id = new.article_id")
        .execute(conn)?;
    }
    Ok(())
}

/// Copies an article's columns to its mentions and quotes again.
pub fn copy_from_article(conn: &mut PgConnection, article: Uuid) -> Result<()> {
    let set = COPIED.map(|column| format!("{column} = articles.{column}")).join(", ");
    for table in ["mentions", "quotes"] {
        Sql::new(format!(
            "UPDATE {table} SET {set} FROM articles WHERE {table}.article_id = articles.id AND articles.id = "
        ))
        .bind(article)
        .execute(conn)?;
    }
    Ok(())
}

/// Inserts the rows that violate no unique constraint, and returns the column `returned` of each inserted row.
pub fn insert_unless_conflict<T: Serialize, R: QueryableByName<Pg> + 'static>(
    conn: &mut PgConnection,
    table: &str,
    rows: &[T],
    returned: &str,
) -> Result<Vec<R>> {
    let Some(Statement { columns, records }) = Statement::new(table, rows)? else { return Ok(Vec::new()) };
    let columns = columns.join(", ");
    let insert = Sql::new(format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM ")).append(records);
    Ok(insert.sql(format!(" ON CONFLICT DO NOTHING RETURNING {returned}")).rows(conn)?)
}

/// Updates the stored rows with these ids: sets the given columns, `version` and `updated_at`.
pub fn update<C: Serialize>(conn: &mut PgConnection, table: &str, rows: &[Changed<C>]) -> Result<()> {
    if let Some(Statement { columns, records }) = Statement::new(table, rows)? {
        let changed = columns.iter().filter(|column| *column != "id");
        let set: String = changed.map(|column| format!(", {column} = changed.{column}")).collect();
        Sql::new(format!("UPDATE {table} SET version = {table}.version + 1, updated_at = now(){set} FROM "))
            .append(records)
            .sql(format!(" AS changed WHERE {table}.id = changed.id"))
            .execute(conn)?;
    }
    Ok(())
}

/// The columns of some rows, and the rows as SQL.
struct Statement {
    columns: Vec<String>,
    records: Sql,
}

impl Statement {
    fn new<T: Serialize>(table: &str, rows: &[T]) -> Result<Option<Self>> {
        let Some(first) = rows.first() else { return Ok(None) };
        let Value::Object(first) = serde_json::to_value(first).map_err(internal)? else {
            return Err(Error::Internal(format!("a row of {table} is no object")));
        };
        let columns = first.into_iter().map(|(column, _)| column).collect();
        let records = Sql::new(format!("json_populate_recordset(NULL::{table}, "))
            .bind(serde_json::to_string(rows).map_err(internal)?)
            .sql("::json)");
        Ok(Some(Self { columns, records }))
    }
}

fn internal(error: serde_json::Error) -> Error {
    Error::Internal(format!("a row that is no JSON: {error}"))
}

/// Serializes bytes in the format of Postgres.
pub fn bytes<S: Serializer>(bytes: &[u8], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("\\x{}", data_encoding::HEXLOWER.encode_display(bytes)))
}

/// Serializes a time in the format of Postgres, in which the year 0 is 1 BC.
pub fn time<S: Serializer>(time: &Option<DateTime<Utc>>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    let Some(time) = time else { return serializer.serialize_none() };
    let (is_ce, year) = time.year_ce();
    let era = if is_ce { "" } else { " BC" };
    serializer.collect_str(&format_args!("{year:04}{}{era}", time.format("-%m-%d %H:%M:%S%.6f+00")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_times_are_written_as_postgres_reads_them() {
        #[derive(Serialize)]
        struct Row {
            #[serde(serialize_with = "bytes")]
            hash: Vec<u8>,
            #[serde(serialize_with = "time")]
            at: Option<DateTime<Utc>>,
        }
        let row = |at: &str| {
            serde_json::to_value(Row { hash: vec![0, 255], at: at.parse().ok() }).unwrap().as_object().unwrap().clone()
        };
        assert_eq!(row("")["hash"], "\\x00ff");
        assert_eq!(row("")["at"], Value::Null);
        assert_eq!(row("2026-11-30T01:02:03.123456789+01:00")["at"], "2026-11-30 00:02:03.123456+00");
        assert_eq!(row("0000-02-29T00:00:00Z")["at"], "0001-02-29 00:00:00.000000+00 BC");
    }
}
