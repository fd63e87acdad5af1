//! The entities that articles are asked for by: whom they mention, and whom they quote.

use crate::domain::QuoteStatus;
use crate::domain::article::ArticleFilter;
use crate::domain::page::{Choice, Range};
use crate::schema::{articles, mentions, quotes};
use crate::store::Result;
use crate::store::page::{Predicate, RowIn, Start, in_range, row};
use crate::store::walk::{Stretch, along};
use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

/// The entity whose index a list is read along.
#[derive(Debug, Clone, Copy)]
pub(super) enum Walk {
    Mentioned(Uuid),
    Quoted(Uuid),
}

impl Walk {
    /// That of a filter, if it asks for an entity and not for one article anyway. Who is quoted is mentioned more often.
    pub fn of(filter: &ArticleFilter) -> Option<Self> {
        let is_of_few = !filter.url.any.is_empty() || !filter.external_id.any.is_empty();
        let quoted = filter.quotes_by.only().map(|speaker| Self::Quoted(*speaker));
        let mentioned = filter.mentions.only().or(filter.mentions_all.first()).map(|entity| Self::Mentioned(*entity));
        quoted.or(mentioned).filter(|_| !is_of_few)
    }

    /// What the filter asks for beside the entity.
    pub fn rest(self, filter: &ArticleFilter) -> ArticleFilter {
        let mut rest = filter.clone();
        match self {
            Self::Quoted(_) => rest.quotes_by.any.clear(),
            Self::Mentioned(_) if filter.mentions.only().is_some() => rest.mentions.any.clear(),
            Self::Mentioned(_) => drop(rest.mentions_all.remove(0)),
        }
        rest
    }

    pub fn is_all_of(self, filter: &ArticleFilter) -> bool {
        self.rest(filter) == ArticleFilter { published: filter.published, ..ArticleFilter::default() }
    }

    /// The condition that an article is among the `most` newest of the entity.
    pub fn newest(self, published: Range<DateTime<Utc>>, most: i64) -> Predicate<articles::table> {
        match self {
            Self::Mentioned(entity) => {
                let places = in_range!(mentioning(entity), published, mentions::published_desc);
                stands_in(places.order((mentions::published_desc.desc(), mentions::article_id.desc())).limit(most))
            }
            Self::Quoted(speaker) => {
                let places = in_range!(quoting(speaker), published, quotes::published_desc);
                stands_in(places.order((quotes::published_desc.desc(), quotes::article_id.desc())).limit(most))
            }
        }
    }

    pub fn places(
        self,
        conn: &mut PgConnection,
        stretch: Stretch,
        published: Range<DateTime<Utc>>,
        limit: i64,
    ) -> Result<Vec<Start>> {
        Ok(match self {
            Self::Mentioned(entity) => {
                let query = in_range!(mentioning(entity), published, mentions::published_desc);
                along!(query, stretch, mentions::published_desc, mentions::article_id).limit(limit).load(conn)?
            }
            Self::Quoted(speaker) => {
                let query = in_range!(quoting(speaker), published, quotes::published_desc);
                along!(query, stretch, quotes::published_desc, quotes::article_id).limit(limit).load(conn)?
            }
        })
    }
}

/// Pushes the conditions on the entities that an article has by way of other records: `$of` are those of some of the
/// entities, `$all` those of any, and `$walk` is the condition that walks the index of one.
macro_rules! having {
    ($all:ident, $choice:expr, $walk:expr, $of:expr, $any:expr) => {{
        let Choice { any, none, empty, not_empty } = $choice;
        match ($choice.only(), &any[..]) {
            (Some(entity), _) if $walk.is_some() => $all.extend($walk.map(|walk| walk(*entity))),
            (_, []) if *empty => $all.push(Box::new(not(exists($any())).nullable())),
            (_, []) => {}
            (_, entities) if *empty => {
                $all.push(Box::new(exists($of(entities)).or(not(exists($any()))).nullable()));
            }
            (_, entities) => $all.push(Box::new(exists($of(entities)).nullable())),
        }
        if *not_empty {
            $all.push(Box::new(exists($any()).nullable()));
        }
        if !none.is_empty() {
            $all.push(Box::new(not(exists($of(none))).nullable()));
        }
    }};
}

/// The conditions on the entities that an article mentions and quotes. Walked ones are conditions on where it stands among
/// those of the entity, newest first.
pub(super) fn of_entities(filter: &ArticleFilter, walked: bool, all: &mut Vec<Predicate<articles::table>>) {
    let linked =
        || mentions::table.filter(mentions::article_id.eq(articles::id)).filter(mentions::entity_id.is_not_null());
    let mentioned = |entities: &[Uuid]| {
        mentions::table
            .filter(mentions::article_id.eq(articles::id))
            .filter(mentions::entity_id.eq_any(entities.to_vec()))
    };
    let published = filter.published;
    let mentioned_in_order = |entity| {
        let places = in_range!(mentioning(entity), published, mentions::published_desc);
        stands_in(places.order((mentions::published_desc.desc(), mentions::article_id.desc())))
    };
    having!(all, &filter.mentions, walked.then_some(mentioned_in_order), mentioned, linked);
    for (place, entity) in filter.mentions_all.iter().enumerate() {
        all.push(match place {
            0 if walked && filter.mentions == Choice::default() => mentioned_in_order(*entity),
            _ => Box::new(exists(mentioned(&[*entity])).nullable()),
        });
    }
    let attributed = || {
        quotes::table
            .filter(quotes::article_id.eq(articles::id))
            .filter(quotes::speaker_id.is_not_null())
            .filter(quotes::status.ne(QuoteStatus::Rejected))
    };
    let quoted = |speakers: &[Uuid]| {
        quotes::table
            .filter(quotes::article_id.eq(articles::id))
            .filter(quotes::speaker_id.eq_any(speakers.to_vec()))
            .filter(quotes::status.ne(QuoteStatus::Rejected))
    };
    let quoted_in_order = |speaker| {
        let places = in_range!(quoting(speaker), published, quotes::published_desc);
        stands_in(places.order((quotes::published_desc.desc(), quotes::article_id.desc())))
    };
    having!(all, &filter.quotes_by, walked.then_some(quoted_in_order), quoted, attributed);
}

/// Where articles stand in a list, each once.
pub(super) type Places = (Timestamptz, SqlUuid);

pub(super) fn mentioning(entity: Uuid) -> mentions::BoxedQuery<'static, Pg, Places> {
    let places = mentions::table.select((mentions::published_desc, mentions::article_id)).distinct();
    places.filter(mentions::entity_id.eq(entity)).into_boxed()
}

pub(super) fn quoting(speaker: Uuid) -> quotes::BoxedQuery<'static, Pg, Places> {
    let places = quotes::table.select((quotes::published_desc, quotes::article_id)).distinct();
    places.filter(quotes::speaker_id.eq(speaker)).filter(quotes::status.ne(QuoteStatus::Rejected)).into_boxed()
}

/// The condition that an article is in one of these places. In their order, and `DISTINCT`, the planner walks the entity's
/// index and stops when there are enough, where for `EXISTS` it would read all that the entity has.
fn stands_in<S>(subquery: S) -> Predicate<articles::table>
where
    S: QueryFragment<Pg> + QueryId + Send + 'static,
{
    Box::new(RowIn { row: row!(articles::published_desc, articles::id, Timestamptz), subquery }.nullable())
}
