//! What is kept of how searches are read: the languages of a collection for a moment, and the query that a search is in
//! each, which never changes.

use super::Collection;
use crate::store::Result;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, Text};
use moka::sync::Cache;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a language that another instance brought may not be searched.
const MOMENT: Duration = Duration::from_secs(1);
/// So many queries are kept.
const KEPT: u64 = 20_000;

/// How often this process has written: what it wrote is searched at once.
static WRITES: AtomicU64 = AtomicU64::new(0);

/// Has the languages of the collections looked up again, as something was committed.
pub fn wrote() {
    WRITES.fetch_add(1, Ordering::Release);
}

#[derive(Debug)]
pub struct Queries {
    articles: Mutex<Option<Present>>,
    quotes: Mutex<Option<Present>>,
    keeps_languages: bool,
    /// By language and search, as Postgres spells them.
    kept: Cache<(String, String), Arc<str>>,
}

/// The languages that there were.
#[derive(Debug, Clone)]
struct Present {
    at: Instant,
    writes: u64,
    languages: Arc<[String]>,
}

impl Queries {
    /// Keeps nothing yet, and the languages of a collection only when it is told to.
    pub fn new(keeps_languages: bool) -> Self {
        Self { articles: Mutex::default(), quotes: Mutex::default(), keeps_languages, kept: Cache::new(KEPT) }
    }

    /// The languages that a collection has texts of.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn present(&self, conn: &mut PgConnection, collection: Collection) -> Result<Arc<[String]>> {
        let place = match collection {
            Collection::Articles => &self.articles,
            Collection::Quotes => &self.quotes,
        };
        let writes = WRITES.load(Ordering::Acquire);
        let known = place.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) =
            known.filter(|known| self.keeps_languages && known.writes == writes && known.at.elapsed() < MOMENT)
        {
            return Ok(known.languages);
        }
        let at = Instant::now();
        let languages: Arc<[String]> = PresentLanguages(collection).load::<String>(conn)?.into();
        let present = Present { at, writes, languages: Arc::clone(&languages) };
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(present);
        Ok(languages)
    }

    /// A search in each of these languages, as Postgres spells a tsquery.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn of(&self, conn: &mut PgConnection, search: &str, languages: &[String]) -> Result<Vec<(String, Arc<str>)>> {
        let key = |language: &String| (language.clone(), search.to_owned());
        let missing: Vec<&str> =
            languages.iter().filter(|language| !self.kept.contains_key(&key(language))).map(String::as_str).collect();
        if !missing.is_empty() {
            for (language, query) in (InLanguages { languages: &missing, search }).load::<(String, String)>(conn)? {
                self.kept.insert((language, search.to_owned()), query.into());
            }
        }
        let read = |language: &String| Some((language.clone(), self.kept.get(&key(language))?));
        let found: Vec<_> = languages.iter().filter_map(read).collect();
        if found.len() == languages.len() {
            return Ok(found);
        }
        // Some were driven out by others in between.
        let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
        let all = InLanguages { languages: &languages, search }.load::<(String, String)>(conn)?;
        Ok(all.into_iter().map(|(language, query)| (language, query.into())).collect())
    }
}

/// The languages of a collection, each found by one look at the index of languages. Diesel has no words for
/// `WITH RECURSIVE`.
struct PresentLanguages(Collection);

impl QueryFragment<Pg> for PresentLanguages {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let table = self.0.table();
        out.push_sql(&format!(
            "WITH RECURSIVE present (code) AS ((SELECT language FROM {table} ORDER BY language LIMIT 1)
            UNION ALL SELECT (SELECT language FROM {table} WHERE language > code ORDER BY language LIMIT 1)
            FROM present WHERE code IS NOT NULL) SELECT code FROM present WHERE code IS NOT NULL"
        ));
        Ok(())
    }
}

/// A search in each of these languages.
struct InLanguages<'a> {
    languages: &'a [&'a str],
    search: &'a str,
}

impl QueryFragment<Pg> for InLanguages<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT code, websearch_to_tsquery(search_config(code), ");
        out.push_bind_param::<Text, _>(self.search)?;
        out.push_sql(")::text FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(self.languages)?;
        out.push_sql(") AS given (code)");
        Ok(())
    }
}

macro_rules! query {
    ($name:ty, $sql_type:ty) => {
        impl Query for $name {
            type SqlType = $sql_type;
        }

        impl QueryId for $name {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }

        impl RunQueryDsl<PgConnection> for $name {}
    };
}

query!(PresentLanguages, Text);
query!(InLanguages<'_>, (Text, Text));
