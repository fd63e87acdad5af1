//! What it costs to read a list one way or another, by what Postgres knows of a collection.

use super::Collection;
use super::steps::Columns;

/// What reading costs, in microseconds, about: only their proportions matter. The planner would unpack more texts: it does
/// not know the price.
#[derive(Debug, Clone, Copy)]
pub struct Costs {
    /// To begin to read the index of words and values.
    pub opened: f64,
    /// To pass an entry in it, for each that is asked for.
    pub passed: f64,
    /// To find the place of another entry there, and to skip one that has none.
    pub sought: f64,
    pub skipped: f64,
    /// To pass a record of a period that is looked up, and to find the place of a match among its records.
    pub covered: f64,
    pub leapt: f64,
    /// To take a match from it, or a record from the index of dates.
    pub taken: f64,
    /// To read the row of such a match.
    pub fetched: f64,
    /// To unpack the words of its text, which of articles are stored beside the table.
    pub unpacked: f64,
    /// To look whether it has to do with an entity.
    pub probed: f64,
    /// To look at what its entry in the index of an entity tells of it, or at the row if there is nothing.
    pub met: f64,
    /// Of the texts that lack a word, the part whose entry in the index of an entity does not show it.
    pub unsure: f64,
}

impl Costs {
    const ARTICLES: Self = Self {
        opened: 50.0,
        passed: 0.05,
        covered: 0.01,
        leapt: 0.35,
        sought: 20.0,
        skipped: 0.005,
        taken: 0.15,
        fetched: 5.0,
        unpacked: 8.0,
        probed: 5.0,
        met: 5.0,
        unsure: 1.0,
    };
    const QUOTES: Self = Self { fetched: 2.0, unpacked: 0.5, met: 0.3, unsure: 0.1, ..Self::ARTICLES };

    pub const fn of(collection: Collection) -> Self {
        match collection {
            Collection::Articles => Self::ARTICLES,
            Collection::Quotes => Self::QUOTES,
        }
    }

    /// True when looking up one more value in the index of words and values saves more rows than it takes to find the
    /// places of the others among its own.
    pub fn is_worth_looking_up(&self, part: f64, parts: &Parts, rows: f64) -> bool {
        let places = parts.rarest * rows;
        let finding = (self.sought * places).min(self.skipped * part * rows) + self.passed * places;
        finding < (1.0 - part) * parts.looked_up * rows * self.fetched
    }

    /// What it costs to take all that match from the index, of so many rows, and to read a part of them.
    pub fn gathering(&self, parts: &Parts, rows: f64, part: f64) -> f64 {
        let Self { opened, passed, taken, fetched, .. } = self;
        let Parts { looked_up, rarest, asked, .. } = parts;
        opened + rows * (passed * asked * rarest + taken * looked_up + fetched * looked_up * part)
    }

    /// The same of periods that have so many rows each, in a table of so many: places of the others are looked for in each.
    pub fn covering(&self, parts: &Parts, periods: impl Iterator<Item = f64>, rows: f64) -> f64 {
        let finding = self.leapt * parts.rarest * rows;
        let (covered, found) =
            periods.fold((0.0, 0.0), |(all, found), rows| (all + rows, found + finding.min(self.covered * rows)));
        found + self.gathering(parts, covered, 1.0)
    }
}

/// The parts of all rows, 0 to 1, that a list is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts {
    /// What has all that is asked for.
    pub matching: f64,
    /// What has all of it that is looked up in the index of words and values.
    pub looked_up: f64,
    /// What has the rarest of that: so much of the index is read, of each of so many.
    pub rarest: f64,
    pub asked: f64,
    /// What is not looked up there: nearly all have it.
    pub looked_at: Columns,
    /// What has the rarest of what the order can be walked by, and the column that has it.
    pub walked: f64,
    pub along: Option<&'static str>,
}

impl Parts {
    /// Those of what so much of the table has, by whatever it is found.
    pub fn of(part: f64) -> Self {
        let looked_at = Columns::NONE;
        Self { matching: part, looked_up: part, rarest: part, asked: 0.0, looked_at, walked: 1.0, along: None }
    }
}
