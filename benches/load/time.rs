//! Times within the ten years of the collection.

use crate::dice::Dice;
use chrono::DateTime;
use uuid::Uuid;

/// Length of a year in milliseconds.
pub const YEAR: i64 = 365 * 24 * 3_600_000;
/// The first article: 1 November 2016, in milliseconds since 1970.
pub const FIRST: i64 = 1_477_958_400_000;
const SPAN: i64 = 10 * YEAR;

/// The times at which article `index` of `count` was received and, if known, published, in milliseconds.
pub fn of_article(index: usize, count: usize, dice: &mut Dice) -> (i64, Option<i64>) {
    let step = SPAN as f64 / count as f64;
    let received = FIRST + ((index as f64 + dice.below(1000) as f64 / 1000.0) * step) as i64;
    let delay = match dice.below(100) {
        0..=1 => return (received, None),
        2..=4 => dice.below(30 * 24 * 60),
        _ => dice.below(120),
    };
    (received, Some(received - delay as i64 * 60_000))
}

/// A UUID v7 of that time.
pub fn id(millis: i64, dice: &mut Dice) -> Uuid {
    let random = u128::from(dice.next()) << 64 | u128::from(dice.next());
    let time = (millis as u128) << 80;
    let version = 0x7_u128 << 76 | 0x2_u128 << 62;
    let free = !(u128::MAX << 80 | 0xf_u128 << 76 | 0x3_u128 << 62);
    Uuid::from_u128(time | version | random & free)
}

/// The time in SQL.
pub fn sql(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis).map_or_else(String::new, |time| time.format("%F %T%.3f+00").to_string())
}

/// The day in SQL.
pub fn day(millis: i64) -> String {
    sql(millis)[..10].to_owned()
}

/// The time of an id.
pub fn of_id(id: Uuid) -> i64 {
    (id.as_u128() >> 80) as i64
}
