use super::super::steps::Columns;
use super::*;
use crate::store::page::{FAR_AHEAD, LONG_AGO, pg_time};

/// Records come every five minutes, from the beginning of the year 2000.
fn time(record: i64) -> PgTimestamp {
    PgTimestamp(record * 300_000_000)
}

fn record(time: PgTimestamp) -> i64 {
    time.0 / 300_000_000
}

/// Those of a search in a million articles.
fn windows(frequency: f64) -> Windows<'static> {
    let bounds = (0..=100).map(|hundredth| time(hundredth * 10_000)).collect();
    let sample = Sample { rows: 1_000_000.0, published: Spread { rows: 1_000_000.0, bounds }, ..Sample::default() };
    let parts = Parts { asked: 1.0, ..Parts::of(frequency) };
    let sample = Some(Arc::new(sample));
    let costs = Costs::of(Collection::Articles);
    let learned: &Learned = Box::leak(Box::default());
    let question = learned.question(&frequency);
    let (is_search, unsure, is_all, has_rare, doubt) = (true, 1.0, false, false, 0.0);
    Windows { learned, question, costs, sample, parts, is_search, unsure, is_all, has_rare, doubt }
}

const NEWEST: Course = Course { axis: Axis::Published, is_backward: true, begin: None, end: None };
const OLDEST: Course = Course { is_backward: false, ..NEWEST };

fn step(windows: &Windows, course: Course, length: f64) -> Step {
    windows.step(Some(course), None, length, 21, windows.parts.matching).0
}

#[test]
fn rare_words_are_read_at_once() {
    assert_eq!(step(&windows(0.0001), NEWEST, 840_000.0), Step::GATHERED);
}

#[test]
fn common_words_are_read_from_the_first_end_of_time() {
    let window = |course, begin, length| {
        let Step { from, to, way, .. } = step(&windows(0.5), Course { begin: Some(begin), ..course }, length);
        assert_eq!(way, Way::Walked(None));
        (from.map(record), to.map(record))
    };
    assert_eq!(window(NEWEST, FAR_AHEAD, 168.0), (Some(999_832), None));
    assert_eq!(window(NEWEST, time(500_000), 168.0), (Some(499_832), None));
    assert_eq!(window(NEWEST, time(100), 168.0), (None, None));
    assert_eq!(window(NEWEST, LONG_AGO, 168.0), (None, None));
    assert_eq!(window(OLDEST, LONG_AGO, 168.0), (None, Some(168)));
    assert_eq!(window(OLDEST, time(500_000), 168.0), (None, Some(500_168)));
    assert_eq!(window(OLDEST, FAR_AHEAD, 168.0), (None, None));
}

#[test]
fn no_window_goes_beyond_the_end_that_is_known() {
    let from = |end| step(&windows(0.5), Course { end: Some(time(end)), ..NEWEST }, 168.0).from.map(record);
    assert_eq!((from(999_000), from(999_900)), (Some(999_832), None));
}

#[test]
fn windows_of_what_is_gathered_end_where_a_period_does() {
    let course = Course { begin: Some(time(500_100)), ..NEWEST };
    let (step, far) = windows(0.02).step(Some(course), None, 4_200.0, 21, 0.02);
    // Of the year 2004, when record 495,900 came on the 18th of September.
    let within = step.within.expect("periods");
    assert_eq!(within.periods(), [2004093, 2004094, 2004101]);
    assert_eq!((step.from, step.to, far), (within.times().0, None, within.times().0));
    assert!(record(far.unwrap()) < 495_900);
    let (next, _) = windows(0.02).step(Some(course), far, 8.0 * 4_200.0, 21, 0.02);
    assert_eq!((next.to, next.within.unwrap().periods().last()), (far, Some(&2004092)));
    // What has no date comes last.
    let all = windows(0.02).step(Some(Course { begin: Some(time(3_000)), ..NEWEST }), None, 4_200.0, 21, 0.02).0;
    assert_eq!(all.within, Some(Within::of((None, Some(time(3_000)))).and_undated()));
}

#[test]
fn what_is_rare_is_looked_for_in_whole_years() {
    let course = Course { begin: Some(time(500_100)), ..NEWEST };
    let rare = windows(0.0005);
    let (step, far) = rare.step(Some(course), None, 168_000.0, 21, 0.0005);
    assert_eq!(step.within.expect("periods").periods(), [2003, 2004]);
    assert_eq!((step.from, far), (Some(pg_time("2003-01-01T00:00:00Z".parse().unwrap())), step.from));
    // The next window begins before these.
    let (next, _) = rare.step(Some(course), far, 8.0 * 168_000.0, 21, 0.0005);
    assert_eq!((next.to, next.within.map(Within::times).map(|(_, end)| end)), (far, Some(far)));
}

#[test]
fn words_are_walked_to_or_gathered_as_that_reads_less() {
    let gathers = |frequency, density| {
        let length = margin(21) * 21.0 / density;
        windows(frequency).step(Some(NEWEST), None, length, 21, density).0.way == Way::Gathered(Columns::NONE)
    };
    assert!(gathers(0.01, 0.01) && gathers(0.03, 0.03), "rare enough to be taken from the index");
    assert!(!gathers(0.3, 0.3) && !gathers(0.5, 0.5), "met soon");
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
        let sample = Sample { published: Spread { rows: dated, bounds: Vec::new() }, rows: 1e6, ..Sample::default() };
        windows.sample = Some(Arc::new(sample));
        windows.step(Some(undated), None, 1e9, 21, 0.001).0.way
    };
    assert_eq!(way(999_990.0), Way::Walked(Some("publisher")));
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
    let costs = Costs::of(Collection::Quotes);
    let quotes = |unsure| Windows { costs, unsure, ..windows(0.001) };
    assert!(!quotes(1.0).are_slower_than(10_000.0, 21), "each is looked at");
    assert!(quotes(costs.unsure).are_slower_than(10_000.0, 21), "most of the others are told by their entries");
}
