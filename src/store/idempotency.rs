//! Answers to requests with an `Idempotency-Key`, stored in the same transaction as the write.

use super::{Conflict, Error, Result};
use crate::domain::idempotency::IdempotencyKey;
use crate::schema::idempotency_keys;
use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

/// The most keys that one statement deletes.
const REMOVED_ROWS: i64 = 1_000;

/// The answer to a request that created records.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys, check_for_backend(Pg))]
pub struct StoredAnswer {
    /// The path of the record, without the prefix of a reverse proxy.
    pub location: Option<String>,
    pub etag: Option<String>,
    pub body: Vec<u8>,
}

/// Runs `write` once for a key, and stores its answer. Later requests with the key get this answer. A write that fails, or has
/// no answer yet, leaves the key unused.
///
/// # Errors
/// [`Error::KeyReused`] when the key was used for another request, [`Conflict::KeyInUse`] while the first request runs, and
/// those of `write`.
pub fn once(
    conn: &mut PgConnection,
    key: &IdempotencyKey,
    write: impl FnOnce(&mut PgConnection) -> Result<Option<StoredAnswer>>,
) -> Result<Option<StoredAnswer>> {
    // Held until the end of the transaction, however that ends.
    let lock = diesel::sql_query("SELECT pg_try_advisory_xact_lock(hashtextextended($1, $2)) AS is_locked");
    let name = format!("{} {}", key.key, key.caller);
    let Lock { is_locked } = lock.bind::<Text, _>(name).bind::<BigInt, _>(LOCK_SEED).get_result(conn)?;
    if !is_locked {
        return Err(Error::Conflict(Conflict::KeyInUse));
    }
    let id = (key.caller.as_str(), key.key.as_str());
    let is_valid = sql::<Bool>("created_at > now() - interval '24 hours'");
    let first: Option<(Vec<u8>, StoredAnswer)> = idempotency_keys::table
        .find(id)
        .filter(is_valid)
        .select((idempotency_keys::request, StoredAnswer::as_select()))
        .first(conn)
        .optional()?;
    match first {
        Some((request, answer)) if request == key.request => return Ok(Some(answer)),
        Some(_) => return Err(Error::KeyReused),
        None => {}
    }
    let Some(answer) = write(conn)? else { return Ok(None) };
    let row = (
        idempotency_keys::caller.eq(&key.caller),
        idempotency_keys::key.eq(&key.key),
        idempotency_keys::request.eq(&key.request),
        answer.clone(),
    );
    // The key may have expired without being deleted yet.
    diesel::delete(idempotency_keys::table.find(id)).execute(conn)?;
    diesel::insert_into(idempotency_keys::table).values(row).execute(conn)?;
    Ok(Some(answer))
}

/// Seed of the hash, so that these advisory locks differ from others.
const LOCK_SEED: i64 = 0x6964_656d;

#[derive(QueryableByName)]
struct Lock {
    #[diesel(sql_type = Bool)]
    is_locked: bool,
}

/// Deletes a batch of expired keys. Returns false when there were none.
///
/// # Errors
/// Only those of the database.
pub fn remove_old(conn: &mut PgConnection) -> Result<bool> {
    let removed = diesel::sql_query(
        "DELETE FROM idempotency_keys WHERE (caller, key) IN (
             SELECT caller, key FROM idempotency_keys WHERE created_at < now() - interval '24 hours' LIMIT $1
         )",
    )
    .bind::<BigInt, _>(REMOVED_ROWS)
    .execute(conn)?;
    Ok(removed > 0)
}
