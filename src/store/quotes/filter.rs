//! The filter of a list of quotes, as conditions on `quotes` or on `quote_about`, which copies columns of `quotes`.

use crate::domain::page::{Range, SetFilter};
use crate::domain::quote::{QuoteFilter, QuoteOrder};
use crate::domain::{QuoteStatus, ReviewAction};
use crate::store::sql::Sql;
use crate::store::sql::access_path::AccessPath;
use crate::store::sql::filter::{Filter, is_any};
use crate::store::sql::localized_query::LocalizedQuery;
use crate::store::sql::order::{EntityIndex, MAX_ENTITIES};
use chrono::NaiveDate;
use uuid::Uuid;

/// A range of `said_on` with at most this number of days is looked up day by day.
const MAX_DAYS: i64 = 100;

/// The filter on quotes. With `one_per_cluster`, only the first quote of each cluster in that order matches.
pub(super) fn conditions(
    filter: &QuoteFilter,
    search: Option<LocalizedQuery>,
    one_per_cluster: Option<QuoteOrder>,
) -> Filter {
    let all = on_quotes("quotes", filter, search);
    with_cluster_heads(all, filter, one_per_cluster)
}

fn with_cluster_heads(mut all: Filter, filter: &QuoteFilter, one_per_cluster: Option<QuoteOrder>) -> Filter {
    if let Some(order) = one_per_cluster {
        all.other(is_cluster_head(filter, all.search.clone(), order));
    }
    all
}

fn on_quotes(table: &'static str, filter: &QuoteFilter, search: Option<LocalizedQuery>) -> Filter {
    let mut all = on_copied_columns(table, filter, search);
    all.set_unindexed("article_id", &filter.article);
    all.set_unindexed("cluster_id", &filter.cluster);
    let about = Sql::new(format!("SELECT FROM quote_about WHERE quote_about.quote_id = {table}.id"));
    let about_any = |entities: &[Uuid]| about.clone().sql(" AND ").append(is_any("quote_about.entity_id", entities));
    all.linked(&filter.about, about_any, &about);
    if !filter.about_too.is_empty() {
        all.exists(about_any(&filter.about_too));
    }
    let reviews = Sql::new(format!("SELECT FROM claim_reviews WHERE claim_reviews.quote_id = {table}.id"));
    let rated = |ratings: &[String]| reviews.clone().sql(" AND ").append(is_any("claim_reviews.rating", ratings));
    all.linked(&filter.claim_review, rated, &reviews);
    if filter.undecided {
        all.other(Sql::new(format!(
            "NOT EXISTS (SELECT FROM reviews WHERE reviews.quote_id = {table}.id AND reviews.action <> '{}')",
            ReviewAction::Comment.as_str()
        )));
    }
    if filter.suggested {
        // As in the index.
        all.other(Sql::new(format!("({table}.suggestion ->> 'is_answered') = 'false'")));
    }
    all
}

/// The filter on the columns that `quote_about` copies from `quotes`.
fn on_copied_columns(table: &'static str, filter: &QuoteFilter, search: Option<LocalizedQuery>) -> Filter {
    let mut all = Filter::new(table, search);
    all.set("speaker_id", &filter.speaker);
    all.set("speaker_status", &filter.speaker_status);
    all.set("publisher", &filter.publisher);
    all.set("language", &filter.language);
    all.set("kind", &filter.kind);
    all.set("status", &filter.status);
    all.set("cue_lemma", &filter.cue);
    if filter.status.include.is_empty() {
        all.other(Sql::new(format!("{table}.status <> '{}'", QuoteStatus::Rejected.as_str())));
    }
    if let Some(minimum) = filter.min_confidence {
        all.other(Sql::new(format!("{table}.confidence >= ")).bind(minimum));
    }
    said(&mut all, filter.said);
    all.published(filter.published);
    all
}

/// Adds a range of `said_on`. The days of a short range are looked up in the combined index.
fn said(all: &mut Filter, range: Range<NaiveDate>) {
    let column = all.column("said_on");
    if let Range { from: Some(from), to: Some(to) } = range
        && (0..=MAX_DAYS).contains(&(to - from).num_days())
    {
        let days: Vec<NaiveDate> = from.iter_days().take_while(|day| *day < to).collect();
        let values = days.iter().map(NaiveDate::to_string).collect();
        return all.indexed("said_on", values, Sql::new(format!("{column} = ANY (")).bind(days).sql(")"));
    }
    if let Some(from) = range.from {
        all.other(Sql::new(format!("{column} >= ")).bind(from));
    }
    if let Some(to) = range.to {
        all.other(Sql::new(format!("{column} < ")).bind(to));
    }
}

/// The condition that no matching quote of the same cluster comes earlier in the list. It holds for quotes without a cluster.
fn is_cluster_head(filter: &QuoteFilter, search: Option<LocalizedQuery>, order: QuoteOrder) -> Sql {
    let (key, operator) = match order {
        QuoteOrder::NewestPublished | QuoteOrder::Relevance => ("published_desc", ">"),
        QuoteOrder::OldestPublished => ("published_at", "<"),
        QuoteOrder::MostConfident => ("confidence", ">"),
        QuoteOrder::LeastConfident => ("confidence", "<"),
    };
    // Undated quotes come last in both date orders.
    let of = |table: &str| match order {
        QuoteOrder::OldestPublished => format!("coalesce({table}.{key}, 'infinity'), {table}.id"),
        _ => format!("{table}.{key}, {table}.id"),
    };
    Sql::new(format!(
        "NOT EXISTS (SELECT FROM quotes AS duplicates WHERE duplicates.cluster_id = quotes.cluster_id
        AND ({}) {operator} ({}) AND ",
        of("duplicates"),
        of("quotes")
    ))
    .append(on_quotes("duplicates", filter, search).conditions(&AccessPath::Planner))
    .sql(")")
}

/// The index by entity, if the filter includes at most [`MAX_ENTITIES`] entities and is not selective without them.
pub(super) fn about_index(
    filter: &QuoteFilter,
    search: Option<LocalizedQuery>,
    one_per_cluster: Option<QuoteOrder>,
) -> Option<EntityIndex> {
    let is_readable = (1..=MAX_ENTITIES).contains(&filter.about.include.len()) && !filter.about.include_null;
    let mut rest = filter.clone();
    rest.about.include.clear();
    (is_readable && !is_selective(filter)).then(|| EntityIndex {
        table: "quote_about",
        entity_column: "entity_id",
        id_column: "quote_id",
        entities: filter.about.include.clone(),
        condition: on_copied_columns("quote_about", filter, None).conditions(&AccessPath::Planner),
        is_complete: one_per_cluster.is_none() && covered_by_about_index(filter),
        // The head of a cluster is its first quote that matches the whole filter, not only the rest.
        rest: with_cluster_heads(on_quotes("quotes", &rest, search), filter, one_per_cluster),
    })
}

/// Whether `quote_about` has all filtered columns.
fn covered_by_about_index(filter: &QuoteFilter) -> bool {
    let about = SetFilter::new(filter.about.include.clone(), Vec::new());
    let (article, cluster, claim_review) = (SetFilter::default(), SetFilter::default(), SetFilter::default());
    let covered =
        QuoteFilter { search: None, about, about_too: Vec::new(), article, cluster, claim_review, ..filter.clone() };
    *filter == QuoteFilter { undecided: false, suggested: false, ..covered }
}

/// Whether the filter includes clusters, articles or suggestions, so that few quotes match.
pub(super) fn is_selective(filter: &QuoteFilter) -> bool {
    !filter.cluster.include.is_empty() || !filter.article.include.is_empty() || filter.suggested
}

/// Whether a list with this filter is always fast: few quotes match, or one index has the filter and the order.
pub(super) fn is_plain_filter(filter: &QuoteFilter) -> bool {
    let all = on_quotes("quotes", filter, None);
    let has_columns = all.column_values().next().is_some();
    let is_single =
        filter.search.is_none() && all.uses_single_index() && (!has_columns || filter.about.include.is_empty());
    // The selectivity of these conditions depends on the data, so no plan is good for all.
    let has_range = filter.min_confidence.is_some() || filter.said != Range::default();
    let has_reviews = filter.undecided || filter.claim_review != SetFilter::default();
    is_selective(filter) || (is_single && !has_range && !has_reviews)
}
