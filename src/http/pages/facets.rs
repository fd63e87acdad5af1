//! The values of a list's filters with their counts, as links that add or remove them, and the links of the list itself.

use super::layout::View;
use super::links;
use crate::domain::page::{Count, Position, Total};
use crate::domain::stats::{CountTarget, Group, Top};
use crate::domain::{Dimension, QuoteKind, QuoteStatus, SpeakerStatus};
use crate::http::extract::paging;
use crate::http::extract::query::Parameters;
use crate::http::wire::stats::DEFAULT_WINDOW;
use crate::store::analytics::stats;
use crate::store::fulltext::Statistics;
use crate::store::{self, Connection};
use actix_web::HttpRequest;
use maud::{Markup, html};

/// The values of a facet that are shown.
const VALUES: i64 = 8;

/// The most frequent values of some members of a list's records.
pub struct Facets(Vec<(Dimension, Top)>);

impl Facets {
    /// Counts the records by these members.
    pub fn read(
        conn: &mut Connection,
        statistics: &Statistics,
        records: &CountTarget,
        by: &[Dimension],
    ) -> store::Result<Self> {
        let top = |dimension: &Dimension| {
            Ok((*dimension, stats::top(conn, statistics, records, *dimension, VALUES, DEFAULT_WINDOW)?))
        };
        by.iter().map(top).collect::<store::Result<_>>().map(Self)
    }

    pub fn show(&self, view: View, list: &ListLinks) -> Markup {
        let is_partial = self.0.iter().any(|(_, top)| top.considered.published_from.is_some());
        html! {
            @for (dimension, top) in &self.0 {
                @if top.items.iter().any(|(group, _)| matches!(group, Group::Value { .. })) {
                    h3 { (dimension_name(view, *dimension)) }
                    ul .facet {
                        @for (group, count) in &top.items {
                            @if let Group::Value { key, label } = group {
                                li { (value(view, list, *dimension, (key, label), *count)) }
                            }
                        }
                    }
                }
            }
            @if is_partial { p .note { (view.text().newest_counted) } }
        }
    }
}

fn value(view: View, list: &ListLinks, dimension: Dimension, (key, label): (&str, &str), count: i64) -> Markup {
    let label = value_name(view, dimension, key, label);
    let filter = dimension.as_str();
    html! {
        @if list.has(filter, key) {
            a aria-current="true" href=(list.without(filter, key)) { (label) " " span .count { "× " (view.text().remove_filter) } }
        } @else {
            a href=(list.with(filter, key)) { (label) } " " span .count { (view.language.number(count)) }
        }
    }
}

pub fn dimension_name(view: View, dimension: Dimension) -> &'static str {
    let text = view.text();
    match dimension {
        Dimension::Speaker => text.spoken_by,
        Dimension::About | Dimension::Entity => text.spoken_about,
        Dimension::Publisher => text.publisher,
        Dimension::Language => text.language,
        Dimension::Section => text.section,
        Dimension::Kind => text.kind,
        Dimension::Status => text.review,
        Dimension::SpeakerStatus => text.source,
        Dimension::Cue => text.legend_cue,
    }
}

/// A value of a member of quotes or articles as people read it.
pub fn value_name(view: View, dimension: Dimension, key: &str, label: &str) -> String {
    let language = view.language;
    let word = match dimension {
        Dimension::Language => return language.name_of(key),
        Dimension::Kind => QuoteKind::parse(key).map(|kind| language.quote_kind(kind)),
        Dimension::Status => QuoteStatus::parse(key).map(|status| language.quote_status(status)),
        Dimension::SpeakerStatus => SpeakerStatus::parse(key).map(|status| language.speaker_status(status)),
        _ => None,
    };
    word.unwrap_or(label).to_owned()
}

/// A list as a page and in the API, with the query of the request.
pub struct ListLinks {
    page: &'static str,
    api: &'static str,
    /// Without the position in the list.
    pairs: Vec<(String, String)>,
}

impl ListLinks {
    pub fn new(request: &HttpRequest, page: &'static str, api: &'static str) -> Self {
        let parameters = Parameters::of(request).without(&["cursor"]);
        let pairs = parameters.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { page, api, pairs }
    }

    /// The parameters of the list.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value that was given for a parameter.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.pairs().find(|(given, _)| *given == name).map(|(_, value)| value)
    }

    fn has(&self, name: &str, value: &str) -> bool {
        self.pairs().any(|pair| pair == (name, value))
    }

    fn with(&self, name: &str, value: &str) -> String {
        links::with_query(self.page, self.pairs().chain([(name, value)]))
    }

    fn without(&self, name: &str, value: &str) -> String {
        links::with_query(self.page, self.pairs().filter(|pair| *pair != (name, value)))
    }

    /// The same list in the API, as a page of JSON or as CSV.
    pub fn exports(&self, view: View) -> Markup {
        let csv = self.pairs().filter(|(name, _)| *name != "limit").chain([("format", "csv")]);
        html! {
            p .exports {
                a href=(links::with_query(self.api, self.pairs())) { (view.text().open_in_api) }
                " · " a href=(links::with_query(self.api, csv)) { (view.text().download_csv) }
            }
        }
    }

    /// Keeps the parameters that a form has no field for.
    pub fn hidden(&self, fields: &[&str]) -> Markup {
        html! {
            @for (name, value) in self.pairs().filter(|(name, _)| !fields.contains(name)) {
                input type="hidden" name=(name) value=(value);
            }
        }
    }

    /// The options of a field.
    pub fn options(&self, name: &str, options: &[(&str, &str)]) -> Markup {
        let given = self.given(name).unwrap_or_default();
        html! {
            @for (value, label) in options { option value=(value) selected[*value == given] { (label) } }
        }
    }
}

/// The number of matches, and the link to the next page.
pub fn total(view: View, total: Option<Total>) -> Markup {
    let text = view.text();
    html! {
        @if let Some(Total { value, kind }) = total {
            p .note {
                @if kind == Count::Estimate { (text.about_number) " " }
                (view.language.number(value)) " " (text.found)
            }
        }
    }
}

/// The link to the next page of a list.
pub fn next_page(view: View, request: &HttpRequest, next: Option<&Position>) -> Markup {
    html! {
        @if let Some(next) = next {
            p { a .more rel="next" href=(paging::link_to_next(request, next)) { (view.text().next_page) " →" } }
        }
    }
}
