//! Plots as SVG: bars of a ranking, and columns of a timeline. They are part of a page, or a file of their own.

use super::layout::View;
use maud::{Markup, html};

/// A number in a plot.
pub struct Bar {
    pub label: String,
    pub count: i64,
    /// The list of what was counted.
    pub href: Option<String>,
}

const WIDTH: usize = 720;
/// Of a bar with its label.
const ROW: usize = 30;
/// Width of the labels of bars, and of the longest bar.
const LABELS: usize = 260;
const BARS: usize = 380;
/// Height of the highest column, and space above it for its number.
const COLUMNS: usize = 150;
const ABOVE: usize = 24;
/// Labels under the columns.
const TICKS: usize = 8;
const LONGEST_LABEL: usize = 30;
const FILL: &str = "#2f8079";
const FONT: &str = "system-ui, sans-serif";

/// One bar below the other.
pub fn bars(view: View, title: &str, bars: &[Bar]) -> Markup {
    let most = most(bars);
    let height = (bars.len() * ROW).max(ROW);
    let row = |(index, bar): (usize, &Bar)| {
        let (middle, length) = (index * ROW + ROW / 2, scaled(bar.count, most, BARS));
        let label = shortened(&bar.label);
        let count = view.language.number(bar.count);
        html! {
            text x=(LABELS - 10) y=(middle) text-anchor="end" dominant-baseline="central" fill="currentColor" { (label) }
            rect x=(LABELS) y=(middle - 9) width=(length.max(2)) height="18" rx="2" fill=(FILL) {}
            text x=(LABELS + length.max(2) + 8) y=(middle) dominant-baseline="central" fill="currentColor" { (count) }
        }
    };
    frame(title, height, html! { @for bar in bars.iter().enumerate() { (linked(view, bar.1, row(bar))) } })
}

/// One column beside the other, each for an interval of time.
pub fn columns(view: View, title: &str, columns: &[Bar]) -> Markup {
    let most = most(columns);
    let height = ABOVE + COLUMNS + 28;
    let left = |index: usize| index * WIDTH / columns.len().max(1);
    let every = columns.len().div_ceil(TICKS).max(1);
    let base = ABOVE + COLUMNS;
    let column = |(index, column): (usize, &Bar)| {
        let (x, length) = (left(index), scaled(column.count, most, COLUMNS));
        let width = left(index + 1) - x;
        let gap = width / 5;
        html! {
            // The whole height takes the pointer, so that small numbers can be read too.
            rect x=(x) y="0" width=(width) height=(base) fill="transparent" {}
            rect x=(x + gap / 2) y=(base - length) width=((width - gap).max(1)) height=(length) fill=(FILL) {}
            @if column.count == most && most > 0 {
                text x=(x + width / 2) y=((base - length).saturating_sub(7)) text-anchor="middle" fill="currentColor" { (view.language.number(most)) }
            }
        }
    };
    let content = html! {
        @for (index, bar) in columns.iter().enumerate() { (linked(view, bar, column((index, bar)))) }
        line x1="0" x2=(WIDTH) y1=(base) y2=(base) stroke="currentColor" stroke-opacity="0.4" {}
        @for (index, bar) in columns.iter().enumerate().step_by(every) {
            text x=(left(index)) y=(base + 20) fill="currentColor" { (bar.label) }
        }
    };
    frame(title, height, content)
}

/// A part of a plot that tells its number, and leads to what was counted.
fn linked(view: View, bar: &Bar, shapes: Markup) -> Markup {
    let label = format!("{}: {}", bar.label, view.language.number(bar.count));
    html! {
        @match &bar.href {
            Some(href) => a href=(href) { title { (label) } (shapes) },
            None => g { title { (label) } (shapes) },
        }
    }
}

fn frame(title: &str, height: usize, content: Markup) -> Markup {
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {WIDTH} {height}")) width=(WIDTH) height=(height)
            font-family=(FONT) font-size="14" role="group" aria-label=(title) {
            title { (title) }
            (content)
        }
    }
}

fn most(bars: &[Bar]) -> i64 {
    bars.iter().map(|bar| bar.count).max().unwrap_or(0)
}

/// The length of a bar, of which the longest has `length`.
fn scaled(count: i64, most: i64, length: usize) -> usize {
    let length = i64::try_from(length).unwrap_or(0);
    usize::try_from(count.max(0).saturating_mul(length) / most.max(1)).unwrap_or(0)
}

fn shortened(label: &str) -> String {
    match label.char_indices().nth(LONGEST_LABEL) {
        Some((end, _)) => format!("{}…", label[..end].trim_end()),
        None => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_share_of_the_longest() {
        assert_eq!((scaled(50, 100, 400), scaled(0, 0, 400), scaled(i64::MAX, i64::MAX, 400)), (200, 0, 1));
        assert_eq!(shortened("é".repeat(31).as_str()), format!("{}…", "é".repeat(30)));
    }
}
