//! A list that is read in windows of time that grow until the page is full.

#[cfg(test)]
mod tests;

use super::costs::{Costs, Parts};
use super::learned::{Learned, Question};
use super::periods::Within;
use super::statistics::{Sample, Spread};
use super::steps::{Axis, Course, SAID_ON, Step, Values, Way};
use super::{Collection, Reading, Statistics};
use crate::store::Result;
use diesel::data_types::PgTimestamp;
use diesel::pg::PgConnection;
use std::fmt::Debug;
use std::sync::Arc;

/// Windows are this many times longer than what should fill a page: texts on a matter come in waves, of which many
/// records even out some.
fn margin(limit: i64) -> f64 {
    1.0 + 3.0 / (limit as f64 / 20.0).sqrt().max(1.0)
}

/// The same where it was learned how many records there are.
const KNOWN_MARGIN: f64 = 1.25;
/// And each is this many times longer than the one before.
const GROWTH: f64 = 8.0;
/// How much of a window is walked beyond the place where a page should be full: what seldom stands beside a value is met late
/// or not at all.
const DOUBT: f64 = 0.5;

/// A list as it is read in windows.
#[derive(Debug)]
pub struct Windows<'a> {
    /// What is learned of lists, and which of them this one is.
    learned: &'a Learned,
    question: Question,
    costs: Costs,
    sample: Option<Arc<Sample>>,
    parts: Parts,
    is_search: bool,
    /// The part of an entity's texts that are looked at, where the words are asked for that they lack.
    unsure: f64,
    /// Nothing else is asked for.
    is_all: bool,
    /// Something is looked up that nearly all values of are rare: Postgres would look it up by itself if it did not know how
    /// often this one comes.
    has_rare: bool,
    doubt: f64,
}

impl<'a> Windows<'a> {
    /// Those of a list of a collection: `asked` is all that decides what is in it; `is_all` when it is filtered by nothing but
    /// the search and the values.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn of(
        conn: &mut PgConnection,
        statistics: &'a Statistics,
        collection: Collection,
        asked: &impl Debug,
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
        let has_rare = values.iter().any(|(column, _)| matches!(*column, SAID_ON | "speaker_id"));
        let doubt = if values.is_empty() { 0.0 } else { DOUBT };
        let unsure = match reading {
            None => 0.0,
            Some(reading) if reading.needs_words() => costs.unsure,
            Some(_) => 1.0,
        };
        let learned = &statistics.learned;
        let question = learned.question(asked);
        let is_search = reading.is_some();
        Ok(Self { learned, question, costs, sample, parts, is_search, unsure, is_all, has_rare, doubt })
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
        let Costs { met, probed, .. } = self.costs;
        let walked = self.unsure * self.looked_at() + (1.0 - self.unsure) * met;
        let walk = walked * rows.min(wanted as f64 / self.parts.matching);
        let probing = self.parts.matching * sample.rows * probed;
        walk < self.costs.gathering(&self.parts, sample.rows, 1.0) + probing
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
        let (margin, known) = self.known(course, limit);
        // The part of the rows that is in the list, as far as it is known by now: other filters make it less, and what
        // seldom stands beside each other.
        let mut density = known;
        let mut length = margin * limit as f64 / density;
        loop {
            let missing = limit - found.len() as i64;
            let (step, far) = self.step(course, near, length, missing, density);
            found.extend(read(conn, &step, missing)?);
            // Periods may go further than they must.
            if let (Some(course), Some(far)) = (course, far) {
                length = length.max(self.rows_until(course, far));
            }
            let is_full = found.len() as i64 >= limit;
            // How many rows there are in less than a step of the statistics is not known.
            if !is_full && length >= course.and_then(|course| self.spread(course)).map_or(0.0, Spread::resolution) {
                let rows = self.sample.as_ref().map_or(length, |sample| sample.rows);
                density = density.min((found.len() as f64 + 1.0) / length.min(rows));
            }
            if is_full || far.is_none() {
                if density < known {
                    self.learned.keep(self.question, course, limit, density);
                }
                return Ok(found);
            }
            near = far;
            let missing = (limit - found.len() as i64) as f64;
            length = (length * GROWTH).max(length + margin * missing / density);
        }
    }

    /// Remembers that the first `limit` of a list from its beginning end at this time.
    pub fn learn_end(&self, course: Course, limit: i64, time: PgTimestamp) {
        if course.begin.is_some() {
            return;
        }
        let rows = self.rows_until(course, time);
        if rows >= 1.0 {
            self.learned.keep(self.question, Some(course), limit, (limit as f64 / rows).min(1.0));
        }
    }

    /// The rows from the beginning of a list until a time; none where that is not known.
    fn rows_until(&self, course: Course, time: PgTimestamp) -> f64 {
        self.spread(course).map_or(0.0, |spread| spread.rows_between(course.between(course.begin, Some(time))))
    }

    /// The step that gathers all of a list, when that is what is read of it first.
    pub fn at_once(&self, course: Course, limit: i64) -> Option<Step> {
        let (margin, density) = self.known(Some(course), limit);
        let (step, _) = self.step(Some(course), None, margin * limit as f64 / density, limit, density);
        (step.within.is_none() && step.way.sorts()).then_some(step)
    }

    /// How much longer than it should be a first window is, and the part of the rows that is in the list.
    fn known(&self, course: Option<Course>, limit: i64) -> (f64, f64) {
        match self.learned.density(self.question, course, limit) {
            Some(learned) => (KNOWN_MARGIN, learned),
            None => (margin(limit), self.parts.matching),
        }
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
        let Some(sample) = &self.sample else { return (Step::default(), None) };
        let gathered = Way::Gathered(self.parts.looked_at);
        // There is one index for it, and nothing else that Postgres could take for rarer.
        let is_the_words = self.is_search && self.is_all && self.parts.asked == 1.0;
        let everything = Step { way: gathered, is_general: is_the_words, ..Step::default() };
        let walk = Step { way: Way::Walked(along), is_general: self.is_all, ..Step::default() };
        let covered = |within| Step { within: Some(within), is_general: !self.has_rare, ..everything };
        let missing = missing as f64;
        // What is learned of the list is true of what is looked up, where nothing else makes the list shorter.
        let learned = if self.is_all && density > 0.0 { (density / self.parts.matching).min(1.0) } else { 1.0 };
        let gathering_all = self.costs.gathering(&self.parts, sample.rows, learned);
        let walking = |rows: f64| {
            let expected = rows.min(missing / density);
            self.looked_at() * walked * (expected + self.doubt * (rows - expected))
        };
        let Some(course) = course else {
            let walking = self.looked_at() * sample.rows.min(missing / density);
            return (if gathering_all <= walking { everything } else { walk }, None);
        };
        let Some(spread) = self.spread(course) else {
            let undated = sample.rows - sample.published.rows;
            let covering = self.costs.covering(&self.parts, std::iter::once(undated), sample.rows);
            let is_covered = covering <= walking(undated);
            return (if is_covered { covered(Within::UNDATED) } else { walk }, None);
        };
        let far = course.far(spread, length);
        let end = far.or(course.end);
        // What is read already ends before the place where a window begins that is read backward.
        let read = near.map(|near| if course.is_backward { PgTimestamp(near.0 - 1) } else { near });
        let times = course.between(read.or(course.begin), end);
        let rows = length.min(spread.rows_between(times));
        let (within, gathering) = if course.axis == Axis::Published {
            let (within, covering) = self.within(times, spread, sample.rows);
            // The undated come after all others in a list that is newest first.
            let has_undated = course.is_backward && end.is_none();
            (Some(if has_undated { within.and_undated() } else { within }), covering)
        } else {
            // Dates are an index of their own, which is read beside all of the words.
            let all = self.costs.gathering(&self.parts, sample.rows, rows / sample.rows);
            (None, all + self.costs.taken * rows)
        };
        let walking = walking(rows);
        if gathering_all <= walking.min(gathering) {
            let (from, to) = course.between(near, None);
            return (Step { from, to, is_general: is_the_words && near.is_none(), ..everything }, None);
        }
        if walking <= gathering {
            let (from, to) = course.between(near, far);
            return (Step { from, to, ..walk }, far);
        }
        // All of the last period is read: the window ends where that does.
        let far = match within.map(Within::times) {
            Some((begin, end)) => far.and(if course.is_backward { begin } else { end }),
            None => far,
        };
        let (from, to) = course.between(near, far);
        (Step { from, to, ..within.map_or(Step { is_general: false, ..everything }, covered) }, far)
    }

    /// The periods that some times are looked up by, of a table of so many rows, and what that costs: as few records as can be,
    /// or as few periods.
    fn within(&self, times: (Option<PgTimestamp>, Option<PgTimestamp>), spread: &Spread, rows: f64) -> (Within, f64) {
        let cost = |within: Within| {
            let periods = within.times_of_periods().map(|times| spread.rows_between(times));
            (within, self.costs.covering(&self.parts, periods, rows))
        };
        let (narrow, wide) = (cost(Within::of(times)), cost(Within::of(times).in_years()));
        if wide.1 < narrow.1 { wide } else { narrow }
    }

    /// What it costs to look at a row that may match.
    fn looked_at(&self) -> f64 {
        self.costs.fetched + if self.is_search { self.costs.unpacked } else { 0.0 }
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
