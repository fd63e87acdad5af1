//! The filter of a list of quotes as conditions, on quotes and on those of the same cluster.

use crate::domain::QuoteStatus;
use crate::domain::page::SetFilter;
use crate::domain::quote::{QuoteFilter, QuoteList, QuoteOrder};
use crate::schema::{quote_about, quotes};
use crate::store::page::{Above, Below, Outer, Predicate, choose, in_range, look_at, row};
use crate::store::search::{Reading, SAID_ON, Step, Way, published_in};
use crate::store::walk::{Matching, OfEntity, there_is};
use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_source::Alias;
use diesel::sql_types::{Double, Timestamptz};
use uuid::Uuid;

diesel::alias!(quotes as twins: Twins);

/// So many days are looked up one by one.
const MOST_DAYS: i64 = 100;

/// The days on which a filter asks for what was said, when they are few.
pub(super) fn days_said(filter: &QuoteFilter) -> Option<Vec<NaiveDate>> {
    let (from, to) = (filter.said.from?, filter.said.to?);
    let is_few = (0..=MOST_DAYS).contains(&(to - from).num_days());
    is_few.then(|| from.iter_days().take_while(|day| *day < to).collect())
}

/// Pushes the conditions on what `quote_about` carries of a quote; `$column!` spells one of its columns.
macro_rules! carried {
    ($all:ident, $filter:ident, $step:expr, $column:ident) => {
        let way = $step.way;
        choose!($all, $filter.speaker, $column!(speaker_id), $step, "speaker_id");
        choose!($all, $filter.speaker_status, $column!(speaker_status), $step, "speaker_status");
        choose!($all, $filter.publisher, $column!(publisher), $step, "publisher");
        choose!($all, $filter.language, $column!(language), $step, "language");
        choose!($all, $filter.kind, $column!(kind), $step, "kind");
        choose!($all, $filter.status, $column!(status), $step, "status");
        choose!($all, $filter.cue, $column!(cue_lemma), $step, "cue_lemma");
        if $filter.status.include.is_empty() {
            $all.push(Box::new($column!(status).ne(QuoteStatus::Rejected).nullable()));
        }
        if let Some(least) = $filter.min_confidence {
            $all.push(Box::new($column!(confidence).ge(least).nullable()));
        }
        match days_said($filter) {
            Some(days) if way.looks_up(SAID_ON) => $all.push(Box::new($column!(said_on).eq_any(days).nullable())),
            _ => {
                let before = $all.len();
                if let Some(from) = $filter.said.from {
                    $all.push(Box::new($column!(said_on).ge(from).nullable()));
                }
                if let Some(to) = $filter.said.to {
                    $all.push(Box::new($column!(said_on).lt(to).nullable()));
                }
                if matches!(way, Way::Gathered(_)) {
                    look_at(&mut $all, before);
                }
            }
        }
        published_in!($all, $filter.published, $step, $column!(published_desc));
    };
}

/// The conditions on the columns of `$source`; `$column!` spells one of them.
macro_rules! conditions {
    ($filter:ident, $reading:expr, $of_entity:expr, $step:expr, $source:ty, $column:ident) => {{
        let mut all: Vec<Predicate<$source>> = Vec::new();
        if let Some(reading) = $reading {
            all.push(Box::new(reading.matches($column!(vector), $column!(language), $step)));
            if $step.way.looks_at("vector") {
                look_at(&mut all, 0);
            }
        }
        carried!(all, $filter, $step, $column);
        choose!(all, $filter.article, $column!(article_id));
        choose!(all, $filter.cluster, $column!(cluster_id));
        let about = || quote_about::table.filter(quote_about::quote_id.eq(Outer($column!(id))));
        match ($filter.about.only(), &$filter.about.include[..]) {
            (_, [_, ..]) if $of_entity == OfEntity::Met && !$filter.about.include_null => {}
            (Some(entity), _) if $of_entity == OfEntity::Walked => {
                let about = quote_about::table
                    .select(quote_about::quote_id)
                    .filter(quote_about::entity_id.eq(*entity))
                    .into_boxed()
                    .filter(quote_about::quote_id.eq(Outer($column!(id))))
                    // True of all; it lets the planner walk the entity's index in the order of the list.
                    .filter(quote_about::published_desc.eq(Outer($column!(published_desc))));
                let about = in_range!(about, $filter.published, quote_about::published_desc);
                all.push(Box::new(exists(about).nullable()));
            }
            (_, []) if $filter.about.include_null => all.push(Box::new(not(exists(about())).nullable())),
            (_, []) => {}
            (Some(entity), _) => {
                // One place in the key.
                all.push(there_is!($of_entity, about().filter(quote_about::entity_id.eq(*entity)), $source));
            }
            (_, entities) => {
                let these = about().filter(quote_about::entity_id.eq_any(entities.to_vec()));
                all.push(match $filter.about.include_null {
                    true => Box::new(exists(these).or(not(exists(about()))).nullable()),
                    false => there_is!($of_entity, these, $source),
                });
            }
        }
        if !$filter.about_too.is_empty() {
            let these = about().filter(quote_about::entity_id.eq_any($filter.about_too.clone()));
            all.push(there_is!($of_entity, these, $source));
        }
        if $filter.about.exclude_null {
            all.push(Box::new(exists(about()).nullable()));
        }
        if !$filter.about.exclude.is_empty() {
            let these = about().filter(quote_about::entity_id.eq_any($filter.about.exclude.clone()));
            all.push(Box::new(not(exists(these)).nullable()));
        }
        all
    }};
}

/// The entries about an entity whose quotes match, as far as that is carried.
pub(super) fn about_one(
    filter: &QuoteFilter,
    reading: Option<&Reading>,
    entity: Uuid,
) -> quote_about::BoxedQuery<'static, Pg> {
    let all = conditions_about(filter, reading, entity);
    all.into_iter().fold(quote_about::table.into_boxed(), |query, predicate| query.filter(predicate))
}

/// The conditions on the entries about an entity: of words, these know which quotes may have them.
pub(super) fn conditions_about(
    filter: &QuoteFilter,
    reading: Option<&Reading>,
    entity: Uuid,
) -> Vec<Predicate<quote_about::table>> {
    macro_rules! column {
        ($name:ident) => {
            quote_about::$name
        };
    }
    let mut all: Vec<Predicate<quote_about::table>> = vec![Box::new(quote_about::entity_id.eq(entity).nullable())];
    carried!(all, filter, &Step::default(), column);
    if let Some(reading) = reading {
        all.push(Box::new(reading.may_match(quote_about::word_bits, quote_about::language)));
    }
    all
}

/// True when a filter asks for nothing but what the entries about its entities carry.
pub(super) fn is_carried(filter: &QuoteFilter) -> bool {
    let about = SetFilter::new(filter.about.include.clone(), Vec::new());
    let (article, cluster) = (SetFilter::default(), SetFilter::default());
    *filter == QuoteFilter { search: None, about, about_too: Vec::new(), article, cluster, ..filter.clone() }
}

/// How many of the quotes match whose entries about an entity do.
pub(super) fn match_of(list: &QuoteList, reading: Option<&Reading>) -> Matching {
    let without_words = QuoteFilter { search: None, ..list.filter.clone() };
    match reading {
        _ if list.one_per_cluster || !is_carried(&without_words) => Matching::Some,
        None => Matching::All,
        Some(reading) if reading.needs_words() => Matching::Most,
        Some(_) => Matching::Some,
    }
}

/// The conditions on quotes.
pub(super) fn plain(
    filter: &QuoteFilter,
    reading: Option<&Reading>,
    of_entity: OfEntity,
    step: &Step,
) -> Vec<Predicate<quotes::table>> {
    macro_rules! column {
        ($name:ident) => {
            quotes::$name
        };
    }
    conditions!(filter, reading, of_entity, step, quotes::table, column)
}

fn plain_of_twins(filter: &QuoteFilter, reading: Option<&Reading>) -> Vec<Predicate<Alias<Twins>>> {
    macro_rules! column {
        ($name:ident) => {
            twins.field(quotes::$name)
        };
    }
    conditions!(filter, reading, OfEntity::Asked, &Step::default(), Alias<Twins>, column)
}

/// No quote of the same cluster that matches too comes earlier in the list. Quotes without a cluster have no twins.
pub(super) fn first_of_cluster(
    filter: &QuoteFilter,
    reading: Option<&Reading>,
    order: QuoteOrder,
) -> Predicate<quotes::table> {
    let same = twins
        .select(twins.field(quotes::id))
        .into_boxed()
        .filter(twins.field(quotes::cluster_id).eq(Outer(quotes::cluster_id)));
    let twin = twins.field(quotes::id);
    let this = Outer(quotes::id);
    let earlier = match order {
        QuoteOrder::NewestPublished | QuoteOrder::Relevance => same.filter(Above::new(
            row!(twins.field(quotes::published_desc), twin, Timestamptz),
            row!(Outer(quotes::published_desc), this, Timestamptz),
        )),
        QuoteOrder::OldestPublished => same.filter(Below::new(
            row!(twins.field(quotes::published_asc), twin, Timestamptz),
            row!(Outer(quotes::published_asc), this, Timestamptz),
        )),
        QuoteOrder::MostConfident => same.filter(Above::new(
            row!(twins.field(quotes::confidence), twin, Double),
            row!(Outer(quotes::confidence), this, Double),
        )),
    };
    let matching =
        plain_of_twins(filter, reading).into_iter().fold(earlier, |query, predicate| query.filter(predicate));
    Box::new(not(exists(matching)).nullable())
}
