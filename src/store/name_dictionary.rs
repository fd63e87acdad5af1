//! The names of all entities in memory, as `annotate` looks them up, kept true to the database.
//!
//! Each change of an entity leaves a row in `entity_changes` with the transaction that made it. Whoever knows the
//! snapshot it last read at finds every change committed since, however the transactions overlapped, with one query.

use super::grouped::grouped;
use super::{Error, Result};
use crate::annotate::dictionary::{Dictionary, StoredEntity};
use crate::domain::{AliasKind, EntityKind};
use crate::schema::{entities, entity_aliases, entity_changes};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use std::collections::HashMap;
use std::mem;
use std::sync::{Condvar, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Entities read at a time.
const BATCH: usize = 5_000;
/// How long changes are kept for instances that have yet to read them.
const KEPT: Duration = Duration::from_secs(3600);
/// Who has not read for so long reads everything again.
const TOO_LONG: Duration = Duration::from_secs(3000);

/// How long a request waits while all names are read, which takes seconds when there are a million.
const PATIENCE: Duration = Duration::from_secs(1);

/// The names of the store.
pub struct NameDictionary {
    dictionary: RwLock<Dictionary>,
    /// `None` while somebody reads.
    reading: Mutex<Option<Reading>>,
    read: Condvar,
}

impl Default for NameDictionary {
    fn default() -> Self {
        let reading = Mutex::new(Some(Reading::default()));
        Self { dictionary: RwLock::default(), reading, read: Condvar::new() }
    }
}

/// How far the changes were read.
#[derive(Default)]
struct Reading {
    /// What was visible then, as Postgres spells a snapshot; `None` before the first time.
    snapshot: Option<String>,
    at: Option<Instant>,
    /// The aliases that the dictionary holds of each entity.
    aliases: HashMap<Uuid, Vec<(Box<str>, AliasKind)>>,
}

#[derive(QueryableByName)]
struct Changes {
    #[diesel(sql_type = Text)]
    snapshot: String,
    #[diesel(sql_type = Array<SqlUuid>)]
    changed: Vec<Uuid>,
}

#[derive(QueryableByName)]
struct Snapshot {
    #[diesel(sql_type = Text)]
    snapshot: String,
}

impl NameDictionary {
    /// The names as they were last read.
    pub fn read(&self) -> RwLockReadGuard<'_, Dictionary> {
        self.dictionary.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what changed since the last time; everything, the first time. While somebody else reads everything again,
    /// the names stay as they were.
    ///
    /// # Errors
    /// The database's own, and [`Error::Overloaded`] while somebody else reads everything for the first time.
    pub fn refresh(&self, conn: &mut PgConnection) -> Result<()> {
        let Some(mut turn) = self.turn() else {
            return if self.read().is_empty() { Err(Error::Overloaded) } else { Ok(()) };
        };
        let reading = &mut turn.reading;
        let is_recent = reading.at.is_some_and(|at| at.elapsed() < TOO_LONG);
        match reading.snapshot.clone().filter(|_| is_recent) {
            Some(snapshot) => self.read_changes(conn, reading, &snapshot)?,
            None => self.read_all(conn, reading)?,
        }
        reading.at = Some(Instant::now());
        Ok(())
    }

    /// The right to read, once nobody else does; `None` when that takes too long.
    fn turn(&self) -> Option<Turn<'_>> {
        let reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.read.wait_timeout_while(reading, PATIENCE, |reading| reading.is_none());
        let (mut reading, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Some(Turn { names: self, reading: reading.take()? })
    }

    fn read_changes(&self, conn: &mut PgConnection, reading: &mut Reading, since: &str) -> Result<()> {
        // One statement, so that the snapshot is the one that the changes were read in.
        let Changes { snapshot, changed } = diesel::sql_query(
            "SELECT pg_current_snapshot()::text AS snapshot, array(
                 SELECT DISTINCT entity_id FROM entity_changes
                 WHERE transaction_id >= pg_snapshot_xmin($1::pg_snapshot)::text::bigint
                     AND NOT pg_visible_in_snapshot(transaction_id::text::xid8, $1::pg_snapshot)
             ) AS changed",
        )
        .bind::<Text, _>(since)
        .get_result(conn)?;
        for ids in changed.chunks(BATCH) {
            let named = names_of(conn, ids)?;
            let mut dictionary = self.dictionary.write().unwrap_or_else(PoisonError::into_inner);
            for id in ids {
                for (alias, kind) in reading.aliases.remove(id).unwrap_or_default() {
                    dictionary.remove(&alias, kind, *id);
                }
            }
            insert(&mut dictionary, &mut reading.aliases, named);
        }
        reading.snapshot = Some(snapshot);
        Ok(())
    }

    /// Reads all names beside the dictionary in use, which is replaced at the end.
    fn read_all(&self, conn: &mut PgConnection, reading: &mut Reading) -> Result<()> {
        let Snapshot { snapshot } =
            diesel::sql_query("SELECT pg_current_snapshot()::text AS snapshot").get_result(conn)?;
        let mut dictionary = Dictionary::default();
        let mut aliases = HashMap::new();
        let mut after = Uuid::nil();
        loop {
            let ids: Vec<Uuid> = entities::table
                .filter(entities::id.gt(after))
                .order(entities::id)
                .select(entities::id)
                .limit(i64::try_from(BATCH).unwrap_or(i64::MAX))
                .load(conn)?;
            let Some(last) = ids.last() else { break };
            after = *last;
            insert(&mut dictionary, &mut aliases, names_of(conn, &ids)?);
        }
        *self.dictionary.write().unwrap_or_else(PoisonError::into_inner) = dictionary;
        *reading = Reading { snapshot: Some(snapshot), at: None, aliases };
        Ok(())
    }
}

/// The right to read, which whoever has it gives back in any case.
struct Turn<'a> {
    names: &'a NameDictionary,
    reading: Reading,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut place = self.names.reading.lock().unwrap_or_else(PoisonError::into_inner);
        *place = Some(mem::take(&mut self.reading));
        self.names.read.notify_one();
    }
}

/// Entities, each with all its names.
pub(super) type Named = Vec<(StoredEntity, Vec<(Box<str>, AliasKind)>)>;

/// The entities of these ids that are there and not merged, with all their names.
pub(super) fn names_of(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Named> {
    let rows: Vec<(Uuid, EntityKind, String)> = entities::table
        .filter(entities::id.eq_any(ids))
        .filter(entities::merged_into.is_null())
        .select((entities::id, entities::kind, entities::name))
        .load(conn)?;
    let aliases: Vec<(Uuid, String, AliasKind)> = entity_aliases::table
        .filter(entity_aliases::entity_id.eq_any(ids))
        .select((entity_aliases::entity_id, entity_aliases::name, entity_aliases::kind))
        .load(conn)?;
    let mut of_entity = grouped(aliases.into_iter().map(|(id, name, kind)| (id, (Box::from(name), kind))));
    let named = |(id, kind, name): (Uuid, EntityKind, String)| {
        let mut names = of_entity.remove(&id).unwrap_or_default();
        names.push((name.as_str().into(), AliasKind::Name));
        (StoredEntity { id, kind, name }, names)
    };
    Ok(rows.into_iter().map(named).collect())
}

fn insert(dictionary: &mut Dictionary, held: &mut HashMap<Uuid, Vec<(Box<str>, AliasKind)>>, named: Named) {
    for (entity, names) in named {
        dictionary.insert_entity(&entity, names.iter().map(|(name, kind)| (&**name, *kind)));
        held.insert(entity.id, names);
    }
}

/// Forgets changes that every instance has read by now.
///
/// # Errors
/// Only the database's own.
pub fn forget_old_changes(conn: &mut PgConnection) -> Result<()> {
    let kept = chrono::Duration::from_std(KEPT).map_err(|error| Error::Internal(error.to_string()))?;
    let oldest: chrono::DateTime<chrono::Utc> =
        diesel::select(now.into_sql::<diesel::sql_types::Timestamptz>()).get_result(conn)?;
    diesel::delete(entity_changes::table.filter(entity_changes::at.lt(oldest - kept))).execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_for_the_names_gives_up_in_time_and_comes_back() {
        let names = NameDictionary::default();
        let turn = names.turn();
        let begun = Instant::now();
        assert!(turn.is_some() && names.turn().is_none());
        assert!(begun.elapsed() >= PATIENCE && begun.elapsed() < 5 * PATIENCE);
        drop(turn);
        assert!(names.turn().is_some());
    }
}
