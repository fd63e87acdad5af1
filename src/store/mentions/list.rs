//! The list of mentions: its filters and its orders.

use super::MentionRow;
use super::reviews::complete_page;
use crate::domain::mention::{Mention, MentionFilter, MentionList, MentionOrder};
use crate::domain::page::{Key, Page, Position, SetFilter};
use crate::domain::stats::CountTarget;
use crate::domain::{EntityKind, MentionStatus};
use crate::schema::mentions;
use crate::store::list::{self, List, Source};
use crate::store::sql::Sql;
use crate::store::sql::access_path::AccessPath;
use crate::store::sql::filter::{Filter, is_any};
use crate::store::sql::order;
use crate::store::{Result, references};
use diesel::dsl::sql;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// One page of the matching mentions.
pub fn list(conn: &mut PgConnection, requested: &MentionList) -> Result<Page<Mention>> {
    let request = &requested.page;
    let filter = &references::followed(conn, &requested.filter)?;
    let all = conditions(filter);
    let total = list::total(conn, request.count, &all, || CountTarget::Mentions(filter.clone()), None)?;
    let segments = match requested.order {
        MentionOrder::NewestPublished => order::newest(request.after.as_ref())?,
        MentionOrder::OldestPublished => order::oldest(request.after.as_ref(), filter.published)?,
    };
    let list = List { filter: &all, source: Source::Path(AccessPath::Planner) };
    let rows = list.read(conn, &segments, request.limit + 1, |conn, rows| {
        let query = mentions::table.filter(rows.condition).order(sql::<Bool>(&rows.order)).limit(rows.limit);
        Ok(query.select(MentionRow::as_select()).load(conn)?)
    })?;
    let page =
        Page::from_rows(rows, request.limit, total, |row| Position { key: Key::Time(row.published_at), id: row.id });
    complete_page(conn, page)
}

/// The conditions of a filter.
pub(in crate::store) fn conditions(filter: &MentionFilter) -> Filter {
    let mut all = Filter::new("mentions", None);
    all.set("entity_id", &filter.entity);
    all.set_unindexed("article_id", &filter.article);
    publisher(&mut all, filter);
    all.set("language", &filter.language);
    all.set("kind", &filter.kind);
    all.set("origin", &filter.origin);
    all.set("status", &filter.status);
    if filter.status.include.is_empty() {
        all.other(Sql::new(format!("mentions.status <> '{}'", MentionStatus::Rejected.as_str())));
    }
    let of_kind = |kinds: &[EntityKind]| {
        Sql::new("SELECT FROM entities WHERE entities.id = mentions.entity_id AND ")
            .append(is_any("entities.kind", kinds))
    };
    if !filter.entity_kind.include.is_empty() {
        all.exists(of_kind(&filter.entity_kind.include));
    }
    if !filter.entity_kind.exclude.is_empty() {
        all.other(Sql::new("NOT EXISTS (").append(of_kind(&filter.entity_kind.exclude)).sql(")"));
    }
    if let Some(minimum) = filter.min_confidence {
        all.other(Sql::new("mentions.confidence >= ").bind(minimum));
    }
    all.published(filter.published);
    all
}

/// Adds the filter on publishers.
///
/// Mentions have no index on the publisher. With a subquery on articles, Postgres can choose by their statistics between the
/// articles of a rare publisher and the newest mentions.
fn publisher(all: &mut Filter, filter: &MentionFilter) {
    let is_selective = !filter.entity.include.is_empty() || !filter.article.include.is_empty();
    let SetFilter { include, include_null, .. } = &filter.publisher;
    if is_selective || include.is_empty() || *include_null {
        return all.set("publisher", &filter.publisher);
    }
    let article = Sql::new("SELECT FROM articles WHERE articles.id = mentions.article_id AND ");
    all.exists(article.append(is_any("articles.publisher", include)));
    all.set("publisher", &SetFilter { include: Vec::new(), ..filter.publisher.clone() });
}
