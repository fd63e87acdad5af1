//! Lists in order of publication, read along the index that has what they are filtered by.
//!
//! Newest first is the order in which dates are stored, with the undated last. Oldest first is the same walked backwards, of
//! the dated and then of the undated: two stretches.
//!
//! A list of what belongs to one entity is read in two steps, places in the entity's index and then the records that are
//! there. Joined in one statement, it depends on what Postgres takes the entity for: of a statement that was planned once for
//! all, it does not know whether the entity is named ten times or a hundred thousand times.

use super::Result;
use super::page::{LONG_AGO, Start, start};
use crate::domain::page::{Position, Range, SetFilter};
use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::pg::PgConnection;
use diesel::sql_types::Timestamptz;
use std::cmp::Ordering;
use uuid::Uuid;

/// So many places are looked at first where other filters leave some of the records out, and half as many again as are wanted
/// where they leave out few.
const FIRST: i64 = 200;
/// Each time this many times more.
const GROWTH: i64 = 4;
const MOST: i64 = 5_000;

/// The most entities whose indexes are read side by side: as many as bear one name.
const MOST_ENTITIES: usize = 50;

/// How many of the records at an entity's places are in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    All,
    Most,
    Some,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Newest first, the undated last.
    Newest,
    /// Oldest first, without the undated.
    OldestDated,
    Undated,
    /// Oldest first, the undated last: an order that no index has.
    Oldest,
}

/// What is read of a list in one go: a part of it, after a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub part: Part,
    pub after: Option<Start>,
}

/// What stands at a place of a list in order of publication.
pub trait Placed {
    /// When it was published, if that is known, and its id.
    fn place(&self) -> (Option<DateTime<Utc>>, Uuid);
}

/// A place alone.
impl Placed for (Option<DateTime<Utc>>, Uuid) {
    fn place(&self) -> Self {
        *self
    }
}

impl Part {
    /// Which of two comes first.
    pub fn order<T: Placed>(self) -> impl Fn(&T, &T) -> Ordering {
        move |one, other| match self {
            Self::Newest => other.place().cmp(&one.place()),
            Self::OldestDated | Self::Undated => one.place().cmp(&other.place()),
            Self::Oldest => {
                let place = |(time, id): (Option<DateTime<Utc>>, Uuid)| (time.is_none(), time, id);
                place(one.place()).cmp(&place(other.place()))
            }
        }
    }
}

/// The stretches of a list that is newest first.
///
/// # Errors
/// When the position is of another order.
pub fn newest(after: Option<&Position>) -> Result<Vec<Stretch>> {
    Ok(vec![Stretch { part: Part::Newest, after: after.map(start).transpose()? }])
}

/// The stretches of a list that is oldest first. What has no date is in no range.
///
/// # Errors
/// When the position is of another order.
pub fn oldest(after: Option<&Position>, range: Range<DateTime<Utc>>) -> Result<Vec<Stretch>> {
    let after = after.map(start).transpose()?;
    let stretch = |part, after| Stretch { part, after };
    Ok(match after {
        Some((LONG_AGO, _)) => vec![stretch(Part::Undated, after)],
        _ if range != Range::default() => vec![stretch(Part::OldestDated, after)],
        _ => vec![stretch(Part::OldestDated, after), stretch(Part::Undated, None)],
    })
}

/// How the condition is put that a record belongs to the one entity that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfEntity {
    /// As the planner will have it.
    Asked,
    /// Looked up for each record, however many the entity has.
    Probed,
    /// As a walk of the entity's index, newest first.
    Walked,
    /// Not at all: it was met already.
    Met,
}

/// The condition that there is such a record. What has an `OFFSET` is not gathered for all rows beforehand, but looked up
/// for each.
macro_rules! there_is {
    ($of_entity:expr, $query:expr, $source:ty) => {
        match $of_entity {
            $crate::store::walk::OfEntity::Probed => {
                Box::new(diesel::dsl::exists($query.offset(0)).nullable()) as $crate::store::page::Predicate<$source>
            }
            _ => Box::new(diesel::dsl::exists($query).nullable()),
        }
    };
}
pub(in crate::store) use there_is;

diesel::define_sql_function! {
    /// Nothing for a date that is the other.
    fn nullif(time: Timestamptz, other: Timestamptz) -> Nullable<Timestamptz>
}

/// The date that undated records are stored with. Spelled out: Postgres knows how many there are, and of a parameter not.
pub fn undated() -> SqlLiteral<Timestamptz> {
    sql("'-infinity'::timestamptz")
}

/// A boxed query of what is in one step along a stretch, in its order: of `$time`, the stored date, and `$id`.
macro_rules! along {
    ($query:expr, $stretch:expr, $step:expr, $time:expr, $id:expr) => {{
        use diesel::sql_types::Timestamptz;
        use $crate::store::search::{Step, ascending, descending};
        use $crate::store::walk::{Part, Stretch};
        let (Stretch { part, after }, Step { from, to, within, way, is_general }) = ($stretch, $step);
        let mut query = $query;
        // What is found by its period is not looked for among dates as well.
        macro_rules! filter {
            ($condition:expr) => {
                query = match within {
                    None => query.filter($condition),
                    Some(_) => query.filter($crate::store::page::LookedAt::new($condition.nullable())),
                }
            };
        }
        if let Some((time, id)) = after {
            let here = $crate::store::page::row!($time, $id, diesel::sql_types::Timestamptz);
            let place = $crate::store::page::row!(time, id, diesel::sql_types::Timestamptz);
            match part {
                Part::Newest => filter!($crate::store::page::Below::new(here, place)),
                Part::OldestDated | Part::Undated | Part::Oldest => {
                    filter!($crate::store::page::Above::new(here, place))
                }
            }
        }
        match from {
            Some(from) if is_general => filter!($time.ge($crate::store::page::hidden!(from, Timestamptz))),
            Some(from) => filter!($time.ge(from)),
            None => {}
        }
        match to {
            Some(to) if is_general => filter!($time.lt($crate::store::page::hidden!(to, Timestamptz))),
            Some(to) => filter!($time.lt(to)),
            None => {}
        }
        match part {
            Part::Newest | Part::Oldest => {}
            Part::OldestDated => filter!($time.gt($crate::store::walk::undated())),
            Part::Undated => filter!($time.eq($crate::store::walk::undated())),
        }
        match part {
            Part::Newest => descending!(query, way, $time, $id, diesel::sql_types::Timestamptz),
            Part::OldestDated | Part::Undated => {
                ascending!(query, way, $time, $id, diesel::sql_types::Timestamptz)
            }
            Part::Oldest => {
                let time = $crate::store::walk::nullif($time, $crate::store::walk::undated());
                let place =
                    $crate::store::page::row!(time, $id, diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>);
                query.order(place.asc())
            }
        }
    }};
}
pub(in crate::store) use along;

/// A list from its beginning as one stretch, which can only be gathered: what begins with the oldest has the undated with the
/// others.
pub fn at_once(stretches: &[Stretch]) -> Option<Stretch> {
    let starts_with_oldest = [Part::OldestDated, Part::Undated].map(|part| Stretch { part, after: None });
    (*stretches == starts_with_oldest).then_some(Stretch { part: Part::Oldest, after: None })
}

/// The first `wanted` rows of a list, read one stretch after the other.
///
/// # Errors
/// Those of `read`.
pub fn each<T>(
    conn: &mut PgConnection,
    stretches: Vec<Stretch>,
    wanted: i64,
    mut read: impl FnMut(&mut PgConnection, Stretch, i64) -> Result<Vec<T>>,
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    for stretch in stretches {
        let missing = wanted - found.len() as i64;
        if missing > 0 {
            found.extend(read(conn, stretch, missing)?);
        }
    }
    Ok(found)
}

/// The entities whose indexes a list is read along, of those of which a record may have any; none when there are too many, or
/// records without any are asked for too.
pub fn any_of(choice: &SetFilter<Uuid>) -> &[Uuid] {
    match &choice.include[..] {
        any if any.len() <= MOST_ENTITIES && !choice.include_null => any,
        _ => &[],
    }
}

/// The first `limit` places in the indexes of some entities together. `read` reads those of one.
///
/// # Errors
/// Those of `read`.
pub fn of_each(
    entities: &[Uuid],
    part: Part,
    limit: i64,
    mut read: impl FnMut(Uuid) -> Result<Vec<Start>>,
) -> Result<Vec<Start>> {
    let [_, _, ..] = entities else { return entities.first().map_or(Ok(Vec::new()), |entity| read(*entity)) };
    let mut places = Vec::new();
    for entity in entities {
        places.extend(read(*entity)?);
    }
    places.sort_unstable_by_key(|(time, id): &Start| (time.0, *id));
    places.dedup();
    if part == Part::Newest {
        places.reverse();
    }
    places.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(places)
}

/// The first `wanted` records of an entity's list. `places` reads where they stand in the entity's index, and `read` the
/// records of these ids that match, in order.
///
/// # Errors
/// Those of `places` and `read`.
pub fn by_places<T>(
    conn: &mut PgConnection,
    stretches: Vec<Stretch>,
    wanted: i64,
    matching: Matching,
    places: impl Fn(&mut PgConnection, Stretch, i64) -> Result<Vec<Start>>,
    mut read: impl FnMut(&mut PgConnection, Part, Vec<Uuid>, i64) -> Result<Vec<T>>,
) -> Result<Vec<T>> {
    let mut batch = match matching {
        Matching::All => wanted,
        Matching::Most => wanted * 3 / 2,
        Matching::Some => FIRST,
    };
    each(conn, stretches, wanted, |conn, mut stretch, missing| {
        let mut found = Vec::new();
        loop {
            let there = places(conn, stretch, batch)?;
            if !there.is_empty() {
                let ids = there.iter().map(|(_, id)| *id).collect();
                found.extend(read(conn, stretch.part, ids, missing - found.len() as i64)?);
            }
            let is_last = (there.len() as i64) < batch;
            if is_last || found.len() as i64 >= missing {
                return Ok(found);
            }
            stretch.after = there.last().copied();
            batch = match matching {
                // Few places had records that have gone.
                Matching::All => missing - found.len() as i64,
                Matching::Most | Matching::Some => (batch * GROWTH).min(MOST),
            };
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::page::Key;
    use diesel::data_types::PgTimestamp;

    #[test]
    fn oldest_first_ends_with_the_undated() {
        let id = Uuid::from_u128(7);
        let position = |time| Position { key: Key::Time(time), id };
        let all = Range::default();
        let dated = oldest(Some(&position(Some(chrono::DateTime::UNIX_EPOCH))), all).unwrap();
        assert_eq!(dated[0].after, Some((PgTimestamp(-946_684_800_000_000), id)));
        assert_eq!(dated.iter().map(|stretch| stretch.part).collect::<Vec<_>>(), [Part::OldestDated, Part::Undated]);
        let undated = oldest(Some(&position(None)), all).unwrap();
        assert_eq!(undated, [Stretch { part: Part::Undated, after: Some((LONG_AGO, id)) }]);
        assert!(oldest(Some(&Position { key: Key::Count(1), id }), all).is_err());
        let one = oldest(None, Range { from: Some(DateTime::UNIX_EPOCH), to: None }).unwrap();
        assert_eq!(one, [Stretch { part: Part::OldestDated, after: None }]);
    }
}
