//! The entities that articles are asked for by: whom they mention, and whom they quote.

use crate::domain::Dimension;
use crate::domain::article::ArticleFilter;
use crate::domain::page::{Range, SetFilter};
use crate::schema::{articles, mentions, quotes};
use crate::store::page::{Outer, Predicate, RowIn, Start, in_range, row};
use crate::store::walk::{self, OfEntity, Stretch, along, there_is};
use crate::store::{Result, stats};
use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not, sql};
use diesel::expression::SqlLiteral;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::sql_types::{Bool, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

/// The entities, one of which articles have, whose indexes a list is read along.
#[derive(Debug, Clone)]
pub(super) enum Walk {
    Mentioned(Vec<Uuid>),
    /// And the one who has to be mentioned as well.
    Quoted(Vec<Uuid>, Option<Uuid>),
}

impl Walk {
    /// That of a filter, if it asks for entities and not for one article anyway. Who is quoted is mentioned more often.
    pub fn of(filter: &ArticleFilter) -> Option<Self> {
        if !filter.url.include.is_empty() || !filter.external_id.include.is_empty() {
            return None;
        }
        let mentioned = filter.mentions.only().or(filter.mentions_all.first()).copied();
        match (walk::any_of(&filter.quotes_by), mentioned, walk::any_of(&filter.mentions)) {
            (speakers @ [_, ..], ..) => Some(Self::Quoted(speakers.to_vec(), mentioned)),
            (_, Some(entity), _) => Some(Self::Mentioned(vec![entity])),
            (_, _, entities @ [_, ..]) => Some(Self::Mentioned(entities.to_vec())),
            _ => None,
        }
    }

    fn entities(&self) -> &[Uuid] {
        match self {
            Self::Mentioned(entities) | Self::Quoted(entities, _) => entities,
        }
    }

    /// The entity, when there is one alone.
    pub fn only(&self) -> Option<Uuid> {
        match self.entities() {
            [entity] => Some(*entity),
            _ => None,
        }
    }

    /// What the filter asks for beside the entities.
    pub fn rest(&self, filter: &ArticleFilter) -> ArticleFilter {
        let mut rest = filter.clone();
        if let Self::Quoted(..) = self {
            rest.quotes_by.include.clear();
        }
        if let Self::Mentioned(_) | Self::Quoted(_, Some(_)) = self {
            match filter.mentions.only() {
                None if !filter.mentions_all.is_empty() => drop(rest.mentions_all.remove(0)),
                _ => rest.mentions.include.clear(),
            }
        }
        rest
    }

    /// How many articles there are of them, at most and about.
    pub fn articles(&self, conn: &mut PgConnection) -> Result<f64> {
        let dimension = match self {
            Self::Mentioned(_) => Dimension::Entity,
            Self::Quoted(..) => Dimension::Speaker,
        };
        self.entities().iter().map(|entity| stats::of_entity(conn, dimension, *entity)).sum()
    }

    pub fn is_all_of(&self, filter: &ArticleFilter) -> bool {
        self.rest(filter) == ArticleFilter { published: filter.published, ..ArticleFilter::default() }
    }

    /// The condition that an article is among the `most` newest of the entity, when it is one.
    pub fn newest(&self, published: Range<DateTime<Utc>>, most: i64) -> Option<Predicate<articles::table>> {
        let entity = self.only()?;
        Some(match self {
            Self::Mentioned(_) => {
                let places = in_range!(mentioning(entity), published, mentions::published_desc);
                stands_in(places.order((mentions::published_desc.desc(), mentions::article_id.desc())).limit(most))
            }
            Self::Quoted(_, mentioned) => {
                let places = in_range!(quoting_and(entity, *mentioned), published, quotes::published_desc);
                stands_in(places.order((quotes::published_desc.desc(), quotes::article_id.desc())).limit(most))
            }
        })
    }

    pub fn places(
        &self,
        conn: &mut PgConnection,
        stretch: Stretch,
        published: Range<DateTime<Utc>>,
        limit: i64,
    ) -> Result<Vec<Start>> {
        walk::of_each(self.entities(), stretch.part, limit, |entity| {
            Ok(match self {
                Self::Mentioned(_) => {
                    let query = in_range!(mentioning(entity), published, mentions::published_desc);
                    along!(query, stretch, Step::default(), mentions::published_desc, mentions::article_id)
                        .limit(limit)
                        .load(conn)?
                }
                Self::Quoted(_, mentioned) => {
                    let query = in_range!(quoting_and(entity, *mentioned), published, quotes::published_desc);
                    along!(query, stretch, Step::default(), quotes::published_desc, quotes::article_id)
                        .limit(limit)
                        .load(conn)?
                }
            })
        })
    }
}

/// Pushes the conditions on the entities that an article has by way of other records: `$of` are those of some of the
/// entities, `$all` those of any, and `$walk` is the condition that walks the index of one.
macro_rules! having {
    ($all:ident, $choice:expr, $of_entity:expr, $walk:expr, $of:expr, $any:expr) => {{
        let SetFilter { include, exclude, include_null, exclude_null } = $choice;
        match ($choice.only(), &include[..]) {
            (Some(entity), _) if $of_entity == OfEntity::Walked => $all.push($walk(*entity)),
            (_, []) if *include_null => $all.push(Box::new(not(exists($any())).nullable())),
            (_, []) => {}
            (_, entities) if *include_null => {
                $all.push(Box::new(exists($of(entities)).or(not(exists($any()))).nullable()));
            }
            (_, entities) => $all.push(there_is!($of_entity, $of(entities), articles::table)),
        }
        if *exclude_null {
            $all.push(there_is!($of_entity, $any(), articles::table));
        }
        if !exclude.is_empty() {
            $all.push(Box::new(not(exists($of(exclude))).nullable()));
        }
    }};
}

/// The conditions on the entities that an article mentions and quotes. Walked ones are conditions on where it stands among
/// those of the entity, newest first.
pub(super) fn of_entities(filter: &ArticleFilter, of_entity: OfEntity, all: &mut Vec<Predicate<articles::table>>) {
    let linked =
        || mentions::table.filter(mentions::article_id.eq(articles::id)).filter(mentions::entity_id.is_not_null());
    let mentioned = |entities: &[Uuid]| {
        let mentioned = mentions::table.into_boxed::<Pg>().filter(mentions::article_id.eq(Outer(articles::id)));
        let mentioned = match entities {
            [entity] => mentioned.filter(mentions::entity_id.eq(*entity)),
            _ => mentioned.filter(mentions::entity_id.eq_any(entities.to_vec())),
        };
        match of_entity {
            // True of all; with it this is one place in the entity's index.
            OfEntity::Probed => mentioned.filter(mentions::published_desc.eq(Outer(articles::published_desc))),
            _ => mentioned,
        }
    };
    let published = filter.published;
    let mentioned_in_order = |entity| {
        let places = in_range!(mentioning(entity), published, mentions::published_desc);
        stands_in(places.order((mentions::published_desc.desc(), mentions::article_id.desc())))
    };
    having!(all, &filter.mentions, of_entity, mentioned_in_order, mentioned, linked);
    for (place, entity) in filter.mentions_all.iter().enumerate() {
        all.push(match (place, of_entity) {
            (0, OfEntity::Walked) if filter.mentions == SetFilter::default() => mentioned_in_order(*entity),
            _ => there_is!(of_entity, mentioned(&[*entity]), articles::table),
        });
    }
    let attributed = || {
        quotes::table
            .filter(quotes::article_id.eq(articles::id))
            .filter(quotes::speaker_id.is_not_null())
            .filter(rejected_are_out())
    };
    let quoted = |speakers: &[Uuid]| {
        let quoted = quotes::table
            .into_boxed::<Pg>()
            .filter(quotes::article_id.eq(Outer(articles::id)))
            .filter(rejected_are_out());
        let quoted = match speakers {
            [speaker] => quoted.filter(quotes::speaker_id.eq(*speaker)),
            _ => quoted.filter(quotes::speaker_id.eq_any(speakers.to_vec())),
        };
        match of_entity {
            OfEntity::Probed => quoted.filter(quotes::published_desc.eq(Outer(articles::published_desc))),
            _ => quoted,
        }
    };
    let quoted_in_order = |speaker| {
        let places = in_range!(quoting(speaker), published, quotes::published_desc);
        stands_in(places.order((quotes::published_desc.desc(), quotes::article_id.desc())))
    };
    having!(all, &filter.quotes_by, of_entity, quoted_in_order, quoted, attributed);
}

/// Spelled out: the index of who is quoted has no others.
fn rejected_are_out() -> SqlLiteral<Bool> {
    sql("quotes.status <> 'rejected'")
}

/// Where articles stand in a list, each once.
pub(super) type Places = (Timestamptz, SqlUuid);

pub(super) fn mentioning(entity: Uuid) -> mentions::BoxedQuery<'static, Pg, Places> {
    let places = mentions::table.select((mentions::published_desc, mentions::article_id)).distinct();
    places.filter(mentions::entity_id.eq(entity)).into_boxed()
}

pub(super) fn quoting(speaker: Uuid) -> quotes::BoxedQuery<'static, Pg, Places> {
    let places = quotes::table.select((quotes::published_desc, quotes::article_id)).distinct();
    places.filter(quotes::speaker_id.eq(speaker)).filter(rejected_are_out()).into_boxed()
}

/// The same of those that mention an entity, too: looked up in its index, place by place.
fn quoting_and(speaker: Uuid, mentioned: Option<Uuid>) -> quotes::BoxedQuery<'static, Pg, Places> {
    let Some(entity) = mentioned else { return quoting(speaker) };
    let there = mentions::table
        .into_boxed::<Pg>()
        .filter(mentions::entity_id.eq(entity))
        .filter(mentions::published_desc.eq(Outer(quotes::published_desc)))
        .filter(mentions::article_id.eq(Outer(quotes::article_id)));
    quoting(speaker).filter(exists(there.offset(0)))
}

/// The condition that an article is in one of these places. In their order, and `DISTINCT`, the planner walks the entity's
/// index and stops when there are enough, where for `EXISTS` it would read all that the entity has.
fn stands_in<S>(subquery: S) -> Predicate<articles::table>
where
    S: QueryFragment<Pg> + QueryId + Send + 'static,
{
    Box::new(RowIn { row: row!(articles::published_desc, articles::id, Timestamptz), subquery }.nullable())
}
