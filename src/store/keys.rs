//! API keys: only the digests of their secrets are stored.

use super::sql::keyset;
use super::{Error, Expected, Resource, Result, check, tombstones};
use crate::auth::{Digest, StoredSecret};
use crate::domain::key::{ApiKey, NewKey};
use crate::domain::page::{Count, Key, Page, PageRequest, Position, Total};
use crate::domain::{Scope, new_id};
use crate::schema::api_keys;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::now;
use diesel::pg::Pg;
use diesel::prelude::*;
use std::sync::Arc;
use uuid::Uuid;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = api_keys, check_for_backend(Pg))]
struct KeyRow {
    id: Uuid,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    name: String,
    scope: Scope,
    publisher: Option<String>,
    expires_at: Option<DateTime<Utc>>,
    previous_expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
}

impl From<KeyRow> for ApiKey {
    fn from(row: KeyRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            name: row.name,
            scope: row.scope,
            publisher: row.publisher,
            expires_at: row.expires_at,
            previous_expires_at: row.previous_expires_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// Stores a key.
///
/// # Errors
/// Faults at the members of [`NewKey`], and [`Conflict::KeyName`](super::Conflict::KeyName) when another key has this name.
pub fn create(conn: &mut PgConnection, new: &NewKey, digest: &Digest) -> Result<ApiKey> {
    new.check().map_err(Error::Invalid)?;
    let row: KeyRow = diesel::insert_into(api_keys::table)
        .values((
            api_keys::id.eq(new_id()),
            api_keys::name.eq(&new.name),
            api_keys::scope.eq(new.scope),
            api_keys::publisher.eq(&new.publisher),
            api_keys::expires_at.eq(new.expires_at),
            api_keys::digest.eq(&digest[..]),
        ))
        .returning(KeyRow::as_returning())
        .get_result(conn)?;
    Ok(row.into())
}

/// The key of this id.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Gone`] when it was revoked.
pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<ApiKey> {
    let row = api_keys::table.find(id).select(KeyRow::as_select()).first(conn).optional()?;
    row.map_or_else(|| tombstones::missing(conn, Resource::Key, id), |row| Ok(row.into()))
}

/// The id of the key with this name.
///
/// # Errors
/// [`Error::NotFound`].
pub fn id_of(conn: &mut PgConnection, name: &str) -> Result<Uuid> {
    let id = api_keys::table.filter(api_keys::name.eq(name)).select(api_keys::id).first(conn).optional()?;
    id.ok_or(Error::NotFound(Resource::Key))
}

/// One page of the keys, by name.
///
/// # Errors
/// Only those of the database.
pub fn list(conn: &mut PgConnection, request: &PageRequest) -> Result<Page<ApiKey>> {
    let total = match request.count {
        None => None,
        Some(_) => Some(Total { value: api_keys::table.count().get_result(conn)?, kind: Count::Exact }),
    };
    let mut query = api_keys::table.into_boxed().order(api_keys::name).limit(request.limit + 1);
    if let Some(at) = &request.after {
        query = query.filter(api_keys::name.gt(keyset::text_key(at)?));
    }
    let rows = query.select(KeyRow::as_select()).load(conn)?;
    let items = rows.into_iter().map(ApiKey::from).collect();
    Ok(Page::from_rows(items, request.limit, total, |key| Position { key: Key::Text(key.name.clone()), id: key.id }))
}

/// Gives a key another secret. The former one stays valid for `grace`, but no longer than it was.
///
/// # Errors
/// As [`find`], and [`Error::Stale`].
pub fn rotate(
    conn: &mut PgConnection,
    id: Uuid,
    expected: &Expected,
    digest: &Digest,
    grace: TimeDelta,
) -> Result<ApiKey> {
    let Locked { digest: former, expires_at } = lock(conn, id, expected)?;
    let end = Utc::now() + grace;
    let previous = (!grace.is_zero()).then(|| (former, expires_at.map_or(end, |expires_at| end.min(expires_at))));
    let (previous_digest, previous_expires_at) = previous.unzip();
    let row: KeyRow = diesel::update(api_keys::table.find(id))
        .set((
            api_keys::version.eq(api_keys::version + 1),
            api_keys::updated_at.eq(now),
            api_keys::digest.eq(&digest[..]),
            api_keys::previous_digest.eq(previous_digest),
            api_keys::previous_expires_at.eq(previous_expires_at),
        ))
        .returning(KeyRow::as_returning())
        .get_result(conn)?;
    Ok(row.into())
}

/// Revokes a key. Its id answers 410 afterwards.
///
/// # Errors
/// As [`find`], and [`Error::Stale`].
pub fn revoke(conn: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<()> {
    lock(conn, id, expected)?;
    tombstones::delete(conn, Resource::Key, "id", &[id])
}

/// What a locked key had.
struct Locked {
    digest: Vec<u8>,
    expires_at: Option<DateTime<Utc>>,
}

fn lock(conn: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<Locked> {
    let columns = (api_keys::version, api_keys::digest, api_keys::expires_at);
    let row = api_keys::table.find(id).select(columns).for_update().first(conn).optional()?;
    let Some((version, digest, expires_at)) = row else {
        return tombstones::missing(conn, Resource::Key, id);
    };
    check(expected, version)?;
    Ok(Locked { digest, expires_at })
}

/// All secrets that are valid now or later.
///
/// # Errors
/// Only those of the database.
pub fn secrets(conn: &mut PgConnection) -> Result<Vec<StoredSecret>> {
    let rows: Vec<(KeyRow, Vec<u8>, Option<Vec<u8>>)> =
        api_keys::table.select((KeyRow::as_select(), api_keys::digest, api_keys::previous_digest)).load(conn)?;
    let mut secrets = Vec::with_capacity(rows.len());
    for (row, digest, previous) in rows {
        let key = Arc::new(ApiKey::from(row));
        let secret = |digest: Vec<u8>, valid_until| {
            let digest = digest.try_into().map_err(|_| Error::Internal("a digest is not a SHA-256".to_owned()))?;
            Ok::<_, Error>(StoredSecret { digest, valid_until, key: Arc::clone(&key) })
        };
        secrets.push(secret(digest, key.expires_at)?);
        if let Some(previous) = previous {
            secrets.push(secret(previous, key.previous_expires_at)?);
        }
    }
    Ok(secrets)
}

/// Records that these keys were used, at most once a minute for each.
///
/// # Errors
/// Only those of the database.
pub fn record_use(conn: &mut PgConnection, ids: &[Uuid]) -> Result<()> {
    let time = Utc::now();
    let is_due = api_keys::last_used_at.is_null().or(api_keys::last_used_at.lt(time - TimeDelta::minutes(1)));
    diesel::update(api_keys::table.filter(api_keys::id.eq_any(ids)).filter(is_due))
        .set(api_keys::last_used_at.eq(Some(time)))
        .execute(conn)?;
    Ok(())
}
