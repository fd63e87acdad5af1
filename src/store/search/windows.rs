//! A list that is read in windows of time that grow until the page is full.

use super::statistics::{Sample, Spread};
use super::steps::{Axis, Columns, Course, Step, Way};
use super::{Collection, Reading, Statistics};
use crate::domain::page::Choice;
use crate::store::Result;
use diesel::data_types::PgTimestamp;
use diesel::pg::PgConnection;
use std::sync::Arc;

/// Windows are this many times longer than what should fill a page: texts on a matter come in waves, of which many
/// records even out some.
fn margin(limit: i64) -> f64 {
    1.0 + 3.0 / (limit as f64 / 20.0).sqrt().max(1.0)
}

/// And each is this many times longer than the one before.
const GROWTH: f64 = 8.0;
/// So many matches are gathered and put in order at once, in a few milliseconds.
const GATHERED: f64 = 2_500.0;

/// What reading costs, in microseconds, about: only their proportions matter. The planner would unpack more texts: it does
/// not know the price.
#[derive(Debug, Clone, Copy)]
struct Costs {
    /// To pass an entry in the index of words and values, for each that is asked for.
    passed: f64,
    /// To find the place of another entry there, and to skip one that has none.
    sought: f64,
    skipped: f64,
    /// To take a match from it, or a record from the index of dates.
    taken: f64,
    /// To read the row of such a match.
    fetched: f64,
    /// To unpack the words of its text, which of articles are stored beside the table.
    unpacked: f64,
    /// To look whether it has to do with an entity.
    probed: f64,
    /// To look at what its entry in the index of an entity tells of it, or at the row if there is nothing.
    met: f64,
}

impl Costs {
    const ARTICLES: Self = Self {
        passed: 0.05,
        sought: 20.0,
        skipped: 0.005,
        taken: 0.15,
        fetched: 5.0,
        unpacked: 8.0,
        probed: 5.0,
        met: 5.0,
    };
    const QUOTES: Self = Self { fetched: 2.0, unpacked: 0.5, met: 0.3, ..Self::ARTICLES };

    const fn of(collection: Collection) -> Self {
        match collection {
            Collection::Articles => Self::ARTICLES,
            Collection::Quotes => Self::QUOTES,
        }
    }

    /// True when looking up one more value in the index of words and values saves more rows than it takes to find the
    /// places of the others among its own.
    fn is_worth_looking_up(&self, part: f64, parts: &Parts, rows: f64) -> bool {
        let places = parts.rarest * rows;
        let finding = (self.sought * places).min(self.skipped * part * rows) + self.passed * places;
        finding < (1.0 - part) * parts.looked_up * rows * self.fetched
    }
}

/// What lists are asked for by that is in the index of words and values: columns, each with the values it may have.
pub type Values = Vec<(&'static str, Vec<String>)>;

/// Pushes the values that a choice asks for, when a record must have one.
pub fn push_values<T>(all: &mut Values, column: &'static str, choice: &Choice<T>, text: impl Fn(&T) -> String) {
    if !choice.any.is_empty() && !choice.empty {
        all.push((column, choice.any.iter().map(text).collect()));
    }
}

/// The parts of all rows, 0 to 1, that a list is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Parts {
    /// What has all that is asked for.
    matching: f64,
    /// What has all of it that is looked up in the index of words and values.
    looked_up: f64,
    /// What has the rarest of that: so much of the index is read, of each of so many.
    rarest: f64,
    asked: f64,
    /// What is not looked up there: nearly all have it.
    looked_at: Columns,
    /// What has the rarest of what the order can be walked by, and the column that has it.
    walked: f64,
    along: Option<&'static str>,
}

impl Parts {
    /// Those of what so much of the table has, by whatever it is found.
    fn of(part: f64) -> Self {
        let looked_at = Columns::NONE;
        Self { matching: part, looked_up: part, rarest: part, asked: 0.0, looked_at, walked: 1.0, along: None }
    }
}

/// A list as it is read in windows.
#[derive(Debug)]
pub struct Windows {
    costs: Costs,
    sample: Option<Arc<Sample>>,
    parts: Parts,
    is_search: bool,
    /// Nothing else is asked for.
    is_all: bool,
}

impl Windows {
    /// Those of a list of a collection; `is_all` when it is filtered by nothing else.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn of(
        conn: &mut PgConnection,
        statistics: &Statistics,
        collection: Collection,
        reading: Option<&Reading>,
        values: &Values,
        is_all: bool,
    ) -> Result<Self> {
        let sample = statistics.of(conn, collection)?;
        let costs = Costs::of(collection);
        let parts = match &sample {
            None => Parts::of(0.0),
            Some(sample) => {
                let mut parts: Vec<_> = values.iter().map(|of| (sample.part(of), of)).collect();
                parts.sort_by(|(one, _), (other, _)| one.total_cmp(other));
                let search = reading.map(|reading| Parts { asked: 1.0, ..Parts::of(sample.matching(reading)) });
                let mut all = search.unwrap_or_else(|| Parts::of(1.0));
                // Of what has the words of one language, about half is in another.
                let in_several = reading.is_some_and(|reading| reading.queries().count() > 1);
                if in_several && !costs.is_worth_looking_up(0.5, &all, sample.rows) {
                    all.looked_at = all.looked_at.and("language");
                }
                for (part, (column, values)) in parts {
                    all.matching *= part;
                    if all.asked == 0.0 || costs.is_worth_looking_up(part, &all, sample.rows) {
                        all.looked_up *= part;
                        all.rarest = all.rarest.min(part);
                        all.asked += 1.0;
                    } else {
                        all.looked_at = all.looked_at.and(column);
                    }
                    if values.len() == 1 && collection.is_walked_by(column) && part <= all.walked {
                        (all.walked, all.along) = (part, Some(*column));
                    }
                }
                all
            }
        };
        // More texts have the words of a phrase than have the phrase.
        let is_all = is_all && !reading.is_some_and(Reading::has_phrases);
        Ok(Self { costs, sample, parts, is_search: reading.is_some(), is_all })
    }

    /// The same of an entity that has so many rows.
    pub fn are_of(&mut self, rows: f64) {
        let part = self.sample.as_ref().map_or(0.0, |sample| (rows / sample.rows).min(1.0));
        self.parts.matching *= part;
        self.parts.looked_up *= part;
        self.parts.rarest = self.parts.rarest.min(part);
        self.is_all = false;
    }

    /// True when all rows of an entity, so many, are looked at sooner than all that match: `wanted` of these will do.
    pub fn are_slower_than(&self, rows: f64, wanted: i64) -> bool {
        let Some(sample) = &self.sample else { return false };
        let walked = if self.is_search { self.looked_at() } else { self.costs.met };
        let walk = walked * rows.min(wanted as f64 / self.parts.matching);
        let found = self.parts.looked_up * sample.rows;
        let probing = self.parts.matching * sample.rows * self.costs.probed;
        walk < self.gathering(sample, 0.0, found) + probing
    }

    /// The first `limit` matches; `read` reads as many as it is told of one step. A list that is in order of something
    /// else than time is read at once.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn read<T>(
        &self,
        conn: &mut PgConnection,
        course: Option<Course>,
        limit: i64,
        mut read: impl FnMut(&mut PgConnection, &Step, i64) -> Result<Vec<T>>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        let mut near = None;
        // The part of the rows that is in the list, as far as it is known by now: other filters make it less, and what
        // seldom stands beside each other.
        let mut density = self.parts.matching;
        let margin = margin(limit);
        let mut length = margin * limit as f64 / density;
        loop {
            let missing = limit - found.len() as i64;
            let (step, far) = self.step(course, near, length, missing, density);
            found.extend(read(conn, &step, missing)?);
            if found.len() as i64 >= limit || far.is_none() {
                break;
            }
            near = far;
            // How many rows there are in less than a step of the statistics is not known.
            if length >= course.and_then(|course| self.spread(course)).map_or(0.0, Spread::resolution) {
                density = density.min((found.len() as f64 + 1.0) / length);
            }
            let missing = (limit - found.len() as i64) as f64;
            length = (length * GROWTH).max(length + margin * missing / density);
        }
        Ok(found)
    }

    /// The window that ends `length` rows from the beginning, for so many rows of which `density` is in the list; and
    /// where it ends, if others follow.
    fn step(
        &self,
        course: Option<Course>,
        near: Option<PgTimestamp>,
        length: f64,
        missing: i64,
        density: f64,
    ) -> (Step, Option<PgTimestamp>) {
        let (walked, along) = match course {
            Some(Course { axis: Axis::Published | Axis::Undated, .. }) => (self.parts.walked, self.parts.along),
            _ => (1.0, None),
        };
        let of = |far: Option<PgTimestamp>, gathers| {
            let (from, to) = if course.is_some_and(|course| course.is_backward) { (far, near) } else { (near, far) };
            let way = if gathers { Way::Gathered(self.parts.looked_at) } else { Way::Walked(along) };
            // There is one index for it, and nothing else that Postgres could take for rarer.
            let is_the_words = self.is_search && self.parts.asked == 1.0 && from.is_none() && to.is_none();
            let is_general = self.is_all && (!gathers || is_the_words);
            (Step { from, to, way, is_general }, far)
        };
        let Some(sample) = &self.sample else { return (Step::default(), None) };
        let missing = missing as f64;
        // What is learned of the list is true of what is looked up, where nothing else makes the list shorter.
        let learned = if self.is_all && density > 0.0 { density / self.parts.matching } else { 1.0 };
        let all = sample.rows * self.parts.looked_up * learned;
        let gathering_all = self.gathering(sample, 0.0, all);
        let walk = |length: f64| self.looked_at() * walked * length.min(missing / density);
        let spread = course.and_then(|course| Some((course, self.spread(course)?)));
        let Some((course, spread)) = spread else {
            let is_undated = course.is_some_and(|course| course.axis == Axis::Undated);
            let rows = sample.rows - if is_undated { sample.published.rows } else { 0.0 };
            return of(None, gathering_all <= walk(rows));
        };
        if all <= GATHERED && gathering_all <= walk(f64::INFINITY) {
            return of(None, true);
        }
        let far = course.far(spread, length);
        let length = length.min(sample.rows);
        of(far, self.gathering(sample, length, self.parts.looked_up * length) < walk(length))
    }

    /// What it costs to look at a row that may match.
    fn looked_at(&self) -> f64 {
        self.costs.fetched + if self.is_search { self.costs.unpacked } else { 0.0 }
    }

    /// What it costs to take all that match from the index, a window of so many rows from that of dates, and to read so
    /// many rows of both.
    fn gathering(&self, sample: &Sample, window: f64, rows: f64) -> f64 {
        let Costs { passed, taken, fetched, .. } = self.costs;
        let Parts { looked_up, rarest, asked, .. } = self.parts;
        sample.rows * (passed * asked * rarest + taken * looked_up) + taken * window + fetched * rows
    }

    fn spread(&self, course: Course) -> Option<&Spread> {
        let sample = self.sample.as_ref()?;
        match course.axis {
            Axis::Published => Some(&sample.published),
            Axis::Undated => None,
            Axis::Created => Some(&sample.created),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those of a search in a million articles, a microsecond apart.
    fn windows(frequency: f64) -> Windows {
        let times = (0..=100).map(|time| PgTimestamp(time * 10_000)).collect();
        let sample =
            Sample { rows: 1_000_000.0, published: Spread { rows: 1_000_000.0, bounds: times }, ..Sample::default() };
        let parts = Parts { asked: 1.0, ..Parts::of(frequency) };
        let sample = Some(Arc::new(sample));
        Windows { costs: Costs::of(Collection::Articles), sample, parts, is_search: true, is_all: false }
    }

    const NEWEST: Course = Course { axis: Axis::Published, is_backward: true, begin: None, end: None };
    const OLDEST: Course = Course { is_backward: false, ..NEWEST };

    fn step(windows: &Windows, course: Course, length: f64) -> Step {
        windows.step(Some(course), None, length, 21, windows.parts.matching).0
    }

    #[test]
    fn rare_words_are_read_at_once() {
        assert_eq!(step(&windows(0.002), NEWEST, 1e9), Step::GATHERED);
    }

    #[test]
    fn common_words_are_read_from_the_first_end_of_time() {
        let window = |course, begin, length| {
            let Step { from, to, .. } =
                step(&windows(0.5), Course { begin: Some(PgTimestamp(begin)), ..course }, length);
            (from.map(|from| from.0), to.map(|to| to.0))
        };
        assert_eq!(window(NEWEST, i64::MAX, 168.0), (Some(999_832), None));
        assert_eq!(window(NEWEST, 500_000, 168.0), (Some(499_832), None));
        assert_eq!(window(NEWEST, 100, 168.0), (None, None));
        assert_eq!(window(NEWEST, i64::MIN, 168.0), (None, None));
        assert_eq!(window(OLDEST, i64::MIN, 168.0), (None, Some(168)));
        assert_eq!(window(OLDEST, 500_000, 168.0), (None, Some(500_168)));
        assert_eq!(window(OLDEST, i64::MAX, 168.0), (None, None));
    }

    #[test]
    fn no_window_goes_beyond_the_end_that_is_known() {
        let from = |end| step(&windows(0.5), Course { end: Some(PgTimestamp(end)), ..NEWEST }, 168.0).from;
        assert_eq!((from(999_000), from(999_900)), (Some(PgTimestamp(999_832)), None));
    }

    #[test]
    fn words_are_walked_to_or_gathered_as_that_reads_less() {
        let gathers = |frequency, density| {
            let length = margin(21) * 21.0 / density;
            windows(frequency).step(Some(NEWEST), None, length, 21, density).0.way == Way::Gathered(Columns::NONE)
        };
        assert!(gathers(0.01, 0.01) && gathers(0.03, 0.03), "rare enough to be taken from the index");
        assert!(!gathers(0.1, 0.1) && !gathers(0.5, 0.5), "met soon");
        assert!(gathers(0.5, 0.0002), "common, but next to never in the list");
    }

    #[test]
    fn another_order_is_walked_where_that_reads_less() {
        let gathers =
            |frequency| windows(frequency).step(None, None, 1e9, 21, frequency).0.way == Way::Gathered(Columns::NONE);
        assert!(gathers(0.006) && !gathers(0.008));
    }

    #[test]
    fn the_undated_are_few_and_walked_along_what_is_asked_for() {
        let undated = Course { axis: Axis::Undated, ..OLDEST };
        let way = |dated: f64| {
            let mut windows = windows(0.001);
            windows.parts.walked = 0.1;
            windows.parts.along = Some("publisher");
            let sample =
                Sample { published: Spread { rows: dated, bounds: Vec::new() }, rows: 1e6, ..Sample::default() };
            windows.sample = Some(Arc::new(sample));
            windows.step(Some(undated), None, 1e9, 21, 0.001).0.way
        };
        assert_eq!(way(999_000.0), Way::Walked(Some("publisher")));
        assert_eq!(way(10_000.0), Way::Gathered(Columns::NONE));
    }

    #[test]
    fn values_that_seldom_meet_are_gathered_and_others_walked_to() {
        let gathers = |one: f64, other: f64| {
            let rarest = one.min(other);
            let parts = Parts { rarest, asked: 2.0, walked: rarest, ..Parts::of(one * other) };
            step(&Windows { parts, is_search: false, ..windows(1.0) }, NEWEST, margin(21) * 21.0 / parts.matching).way
                == Way::Gathered(Columns::NONE)
        };
        assert!(gathers(0.01, 0.01) && gathers(0.001, 0.1));
        assert!(!gathers(0.5, 0.5) && !gathers(0.1, 0.5));
    }

    #[test]
    fn what_nearly_all_have_is_not_looked_up_for_few() {
        let costs = Costs::of(Collection::Articles);
        let is_looked_up = |part, others| costs.is_worth_looking_up(part, &Parts::of(others), 1e6);
        assert!(is_looked_up(0.05, 0.001) && is_looked_up(0.7, 0.03));
        assert!(!is_looked_up(0.7, 0.001) && !is_looked_up(0.95, 0.002));
    }

    #[test]
    fn an_entity_that_many_match_of_is_walked_along() {
        assert!(windows(0.3).are_slower_than(50_000.0, 21), "common words are met soon");
        assert!(windows(0.002).are_slower_than(10.0, 21), "the entity has next to nothing");
        assert!(!windows(0.00001).are_slower_than(50_000.0, 21), "rare words have next to nothing");
    }
}
