//! Parses a search with the text search configuration of each language.

use crate::domain::page::SetFilter;
use crate::domain::search::Search;
use crate::store::Result;
use crate::store::sql::Sql;
use crate::store::sql::localized_query::LocalizedQuery;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

#[derive(QueryableByName)]
struct QueryRow {
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Text)]
    query: String,
}

/// Parses a search in the languages of a filter, or in all languages of articles if the filter includes none.
pub fn read(
    conn: &mut PgConnection,
    search: Option<&Search>,
    languages: &SetFilter<String>,
) -> Result<Option<LocalizedQuery>> {
    let Some(search) = search else {
        return Ok(None);
    };
    let given = match &languages.include[..] {
        [] => Sql::with_distinct("articles", "language").sql(" SELECT language, "),
        _ => Sql::new("SELECT DISTINCT language, "),
    };
    let statement = given.sql("websearch_to_tsquery(search_config(language), ").bind(search.as_str().to_owned());
    let rows: Vec<QueryRow> = match &languages.include[..] {
        [] => statement.sql(")::text AS query FROM distinct_values WHERE language IS NOT NULL ORDER BY language"),
        chosen => {
            statement.sql(")::text AS query FROM unnest(").bind(chosen.to_vec()).sql(") AS language ORDER BY language")
        }
    }
    .rows(conn)?;
    let mut localized = LocalizedQuery::default();
    for QueryRow { language, query } in rows {
        localized.add(language, query);
    }
    Ok(Some(localized))
}
