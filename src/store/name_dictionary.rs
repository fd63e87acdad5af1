//! Keeps the names of all entities in memory for annotation.
//!
//! Triggers log each change of an entity in `changes`, with its transaction id. An instance stores the snapshot of its last
//! refresh. One query finds all changes committed since then, including those of transactions that ran during the refresh.

use super::grouped::grouped;
use super::{Error, Result};
use crate::annotate::dictionary::{Dictionary, StoredEntity};
use crate::domain::{AliasKind, EntityKind};
use crate::schema::{entities, entity_aliases};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use std::collections::HashMap;
use std::mem;
use std::sync::{Condvar, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Number of entities read at a time.
const BATCH_ENTITIES: usize = 5_000;
/// After this time without a refresh, all names are read again, because old changes are removed.
const MAX_REFRESH_GAP: Duration = Duration::from_secs(3000);
/// Maximum time that a request waits for the refresh of another request. Reading a million names takes seconds.
const REFRESH_WAIT: Duration = Duration::from_secs(1);

/// The names of all entities.
pub struct NameDictionary {
    dictionary: RwLock<Dictionary>,
    /// `None` during a refresh.
    sync: Mutex<Option<SyncState>>,
    refreshed: Condvar,
}

impl Default for NameDictionary {
    fn default() -> Self {
        let sync = Mutex::new(Some(SyncState::default()));
        Self { dictionary: RwLock::default(), sync, refreshed: Condvar::new() }
    }
}

/// The state of the dictionary at its last refresh.
#[derive(Default)]
struct SyncState {
    /// The `pg_snapshot` of the last refresh as text; `None` before the first refresh.
    snapshot: Option<String>,
    /// The id of the change log, and the start time of the server. If either is different, the server may lack transactions of
    /// the snapshot, for example after a restore or a failover.
    log: String,
    /// The time of the last refresh.
    at: Option<Instant>,
    /// The aliases of each entity.
    aliases: HashMap<Uuid, Vec<(Box<str>, AliasKind)>>,
}

/// The current snapshot, and the entities changed since another one.
#[derive(QueryableByName)]
struct ChangedEntities {
    #[diesel(sql_type = Text)]
    snapshot: String,
    #[diesel(sql_type = Text)]
    log: String,
    #[diesel(sql_type = Array<SqlUuid>)]
    changed: Vec<Uuid>,
}

#[derive(QueryableByName)]
struct Snapshot {
    #[diesel(sql_type = Text)]
    snapshot: String,
    #[diesel(sql_type = Text)]
    log: String,
}

/// The columns of a [`Snapshot`], from `change_log`.
const SNAPSHOT: &str = "pg_current_snapshot()::text AS snapshot, concat(id, ' ', pg_postmaster_start_time()) AS log";

impl NameDictionary {
    /// The names at the last refresh.
    pub fn read(&self) -> RwLockReadGuard<'_, Dictionary> {
        self.dictionary.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the changes since the last refresh, or all names the first time. If the refresh of another caller takes too long,
    /// the names stay unchanged.
    ///
    /// # Errors
    /// [`Error::Overloaded`] while another caller runs the first refresh.
    pub fn refresh(&self, conn: &mut PgConnection) -> Result<()> {
        let Some(mut guard) = self.begin_refresh() else {
            return if self.read().is_empty() { Err(Error::Overloaded) } else { Ok(()) };
        };
        let state = &mut guard.state;
        let is_recent = state.at.is_some_and(|at| at.elapsed() < MAX_REFRESH_GAP);
        match state.snapshot.clone().filter(|_| is_recent) {
            Some(snapshot) => self.read_changes(conn, state, &snapshot)?,
            None => self.read_all(conn, state)?,
        }
        state.at = Some(Instant::now());
        Ok(())
    }

    /// Waits until no other caller refreshes; `None` if that takes longer than [`REFRESH_WAIT`].
    fn begin_refresh(&self) -> Option<RefreshGuard<'_>> {
        let state = self.sync.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.refreshed.wait_timeout_while(state, REFRESH_WAIT, |state| state.is_none());
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Some(RefreshGuard { names: self, state: state.take()? })
    }

    fn read_changes(&self, conn: &mut PgConnection, state: &mut SyncState, since: &str) -> Result<()> {
        // One statement, so that the changes are read in the returned snapshot.
        let ChangedEntities { snapshot, log, changed } = diesel::sql_query(format!(
            "SELECT {SNAPSHOT}, array(
                 SELECT DISTINCT record_id FROM changes
                 WHERE resource = 'entity' AND transaction_id >= pg_snapshot_xmin($1::pg_snapshot)::text::bigint
                     AND NOT pg_visible_in_snapshot(transaction_id::text::xid8, $1::pg_snapshot)
             ) AS changed
             FROM change_log",
        ))
        .bind::<Text, _>(since)
        .get_result(conn)?;
        if log != state.log {
            return self.read_all(conn, state);
        }
        for ids in changed.chunks(BATCH_ENTITIES) {
            let named = names_of(conn, ids)?;
            let mut dictionary = self.dictionary.write().unwrap_or_else(PoisonError::into_inner);
            for id in ids {
                for (alias, kind) in state.aliases.remove(id).unwrap_or_default() {
                    dictionary.remove(&alias, kind, *id);
                }
            }
            insert(&mut dictionary, &mut state.aliases, named);
        }
        state.snapshot = Some(snapshot);
        Ok(())
    }

    /// Reads all names into a new dictionary, and replaces the current one.
    fn read_all(&self, conn: &mut PgConnection, state: &mut SyncState) -> Result<()> {
        let Snapshot { snapshot, log } =
            diesel::sql_query(format!("SELECT {SNAPSHOT} FROM change_log")).get_result(conn)?;
        let mut dictionary = Dictionary::default();
        let mut aliases = HashMap::new();
        let mut after = Uuid::nil();
        loop {
            let ids: Vec<Uuid> = entities::table
                .filter(entities::id.gt(after))
                .order(entities::id)
                .select(entities::id)
                .limit(i64::try_from(BATCH_ENTITIES).unwrap_or(i64::MAX))
                .load(conn)?;
            let Some(last) = ids.last() else { break };
            after = *last;
            insert(&mut dictionary, &mut aliases, names_of(conn, &ids)?);
        }
        *self.dictionary.write().unwrap_or_else(PoisonError::into_inner) = dictionary;
        *state = SyncState { snapshot: Some(snapshot), log, at: None, aliases };
        Ok(())
    }
}

/// The exclusive right to refresh, released on drop.
struct RefreshGuard<'a> {
    names: &'a NameDictionary,
    state: SyncState,
}

impl Drop for RefreshGuard<'_> {
    fn drop(&mut self) {
        let mut state = self.names.sync.lock().unwrap_or_else(PoisonError::into_inner);
        *state = Some(mem::take(&mut self.state));
        self.names.refreshed.notify_one();
    }
}

/// Entities with all their names.
pub(super) type Named = Vec<(StoredEntity, Vec<(Box<str>, AliasKind)>)>;

/// Reads these entities with all their names. Missing and merged entities are left out.
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

fn insert(dictionary: &mut Dictionary, aliases: &mut HashMap<Uuid, Vec<(Box<str>, AliasKind)>>, named: Named) {
    for (entity, names) in named {
        dictionary.insert_entity(&entity, names.iter().map(|(name, kind)| (&**name, *kind)));
        aliases.insert(entity.id, names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_waits_a_bounded_time_for_another() {
        let names = NameDictionary::default();
        let guard = names.begin_refresh();
        let start = Instant::now();
        assert!(guard.is_some() && names.begin_refresh().is_none());
        assert!(start.elapsed() >= REFRESH_WAIT);
        drop(guard);
        assert!(names.begin_refresh().is_some());
    }
}
