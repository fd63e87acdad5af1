//! `/stats`: who is quoted how often and when, and who speaks about whom, as plots with their data.

use super::facets::{ListLinks, dimension_name, value_name};
use super::layout::{Part, View};
use super::links;
use super::plot::{self, Bar};
use crate::domain::graph::{Edges, SpeaksAbout};
use crate::domain::page::Range;
use crate::domain::quote::QuoteFilter;
use crate::domain::stats::{CountTarget, Coverage, Group, Timeline, Top};
use crate::domain::{Dimension, Interval};
use crate::http::context::public_path;
use crate::http::extract::query::Query;
use crate::http::respond::link::Link;
use crate::http::respond::problem::Problem;
use crate::http::routes::docs::Page;
use crate::http::routes::stats::{end_of_interval, starts};
use crate::http::wire::export::is_formula;
use crate::http::wire::graph::DEFAULT_QUOTES;
use crate::http::wire::problem::Code;
use crate::http::wire::quote_list::QuoteFilters;
use crate::store::analytics::{graph, stats};
use crate::store::fulltext::Statistics;
use crate::store::{self, Connection, Db};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::HashMap;
use utoipa::IntoParams;

/// Bars of a ranking.
const BARS: i64 = 12;
/// Pairs of speaker and subject.
const MAX_PAIRS: i64 = 12;
/// Newest quotes that are counted when there is no precomputed count.
const WINDOW: i64 = 10_000;
/// The members of quotes that they are counted by.
const DIMENSIONS: [Dimension; 7] = [
    Dimension::Speaker,
    Dimension::About,
    Dimension::Publisher,
    Dimension::Language,
    Dimension::Kind,
    Dimension::SpeakerStatus,
    Dimension::Cue,
];
/// The names of the plots.
const TIMELINE: &str = "timeline";
const TOP: &str = "top";
const PAIRS: &str = "pairs";
const FIELDS: [&str; 5] = ["q", "by", "interval", "published_from", "published_to"];

/// The quotes that are counted, and how.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ShowStatistics {
    #[serde(flatten)]
    #[param(ignore)]
    filters: QuoteFilters,
    #[param(inline)]
    by: Option<Dimension>,
    #[param(inline)]
    interval: Option<Interval>,
}

/// A plot or its data, as a file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PlotFile {
    #[param(max_length = 20, pattern = "^(top|timeline|pairs)\\.(svg|csv)$")]
    file: String,
}

/// Shows the statistics.
#[utoipa::path(tag = "statistics", security(("key" = ["read"])), params(QuoteFilters, ShowStatistics), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/stats")]
pub async fn show_statistics(
    request: HttpRequest,
    view: View,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    query: Query<ShowStatistics>,
) -> Result<HttpResponse, Problem> {
    let links = ListLinks::new(&request, "/stats", "/v1/stats/top");
    let counted = read(&db, statistics, query.0, None).await?;
    let plots = counted.plots(view, &links)?;
    Ok(view.page(Part::Statistics, view.text().statistics, show(view, &links, &counted, &plots)))
}

/// Downloads a plot or its data.
#[utoipa::path(tag = "statistics", security(("key" = ["read"])), params(PlotFile, QuoteFilters, ShowStatistics), responses(
    (status = 200, description = "The file"),
))]
#[get("/stats/{file}")]
pub async fn read_plot(
    request: HttpRequest,
    view: View,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    path: web::Path<PlotFile>,
    query: Query<ShowStatistics>,
) -> Result<HttpResponse, Problem> {
    let links = ListLinks::new(&request, "/stats", "/v1/stats/top");
    let (name, kind) = path.file.split_once('.').unwrap_or_default();
    let plots = read(&db, statistics, query.0, Some(name.to_owned())).await?.plots(view, &links)?;
    let plot = plots.into_iter().next();
    let plot = plot.ok_or_else(|| Problem::new(Code::NoSuchRoute, "there is no such plot"))?;
    let (media_type, content) = match kind {
        "svg" => ("image/svg+xml", plot.svg(view).into_string()),
        _ => ("text/csv; charset=utf-8", plot.csv()?),
    };
    let name = format!("attachment; filename=\"verbatim-{}\"", path.file);
    Ok(HttpResponse::Ok().content_type(media_type).insert_header((header::CONTENT_DISPOSITION, name)).body(content))
}

/// Counts of some quotes, for each plot that is asked for.
struct Counted {
    by: Dimension,
    interval: Interval,
    published: Range<DateTime<Utc>>,
    timeline: Option<Timeline>,
    top: Option<Top>,
    pairs: Option<Edges<SpeaksAbout>>,
}

/// Counts for the plot with this name, or for all.
async fn read(
    db: &Db,
    statistics: web::Data<Statistics>,
    asked: ShowStatistics,
    plot: Option<String>,
) -> Result<Counted, Problem> {
    let (by, interval) = (asked.by.unwrap_or(Dimension::Speaker), asked.interval.unwrap_or(Interval::Month));
    if !DIMENSIONS.contains(&by) {
        let names: Vec<&str> = DIMENSIONS.iter().map(|dimension| dimension.as_str()).collect();
        return Err(Problem::parameter("by", format!("must be one of {}", names.join(", "))));
    }
    let filter: QuoteFilter = asked.filters.try_into()?;
    let count = move |conn: &mut Connection| -> store::Result<_> {
        let records = CountTarget::Quotes { filter: Box::new(filter.clone()), one_per_cluster: false };
        let is_wanted = |name: &str| plot.as_ref().is_none_or(|plot| plot == name);
        let mut counted = Counted { by, interval, published: filter.published, timeline: None, top: None, pairs: None };
        if is_wanted(TIMELINE) {
            counted.timeline = Some(stats::timeline(conn, &statistics, &records, interval, None, 1, WINDOW)?);
        }
        if is_wanted(TOP) {
            counted.top = Some(stats::top(conn, &statistics, &records, by, BARS, WINDOW)?);
        }
        if is_wanted(PAIRS) {
            counted.pairs = Some(graph::speaks_about(conn, &statistics, &filter, false, MAX_PAIRS, DEFAULT_QUOTES)?);
        }
        Ok(counted)
    };
    Ok(db.read(count).await?)
}

/// A plot: its numbers, and how they are drawn.
struct Plot {
    name: &'static str,
    title: String,
    bars: Vec<Bar>,
    is_timeline: bool,
}

impl Counted {
    fn plots(&self, view: View, links: &ListLinks) -> Result<Vec<Plot>, Problem> {
        let text = view.text();
        let mut plots = Vec::new();
        if let Some(timeline) = &self.timeline {
            let bars = self.columns(timeline, view, links)?;
            plots.push(Plot { name: TIMELINE, title: text.quotes_over_time.to_owned(), bars, is_timeline: true });
        }
        if let Some(top) = &self.top {
            let title = format!("{}: {}", text.share_of_voice, dimension_name(view, self.by));
            plots.push(Plot { name: TOP, title, bars: self.ranking(top, view, links), is_timeline: false });
        }
        if let Some(pairs) = &self.pairs {
            let title = text.who_about_whom.to_owned();
            plots.push(Plot { name: PAIRS, title, bars: pair_bars(pairs, links), is_timeline: false });
        }
        Ok(plots)
    }

    fn ranking(&self, top: &Top, view: View, links: &ListLinks) -> Vec<Bar> {
        let counted = search(links, top.considered);
        let bar = |(group, count): &(Group, i64)| {
            let (label, value) = match group {
                Group::Value { key, label } => (value_name(view, self.by, key, label), Some(&**key)),
                Group::Nothing => (view.text().none.to_owned(), Some("none")),
                Group::Other => (view.text().others.to_owned(), None),
            };
            let href = value.map(|value| counted.clone().with(self.by.as_str(), value).href());
            Bar { label, count: *count, href }
        };
        top.items.iter().map(bar).collect()
    }

    fn columns(&self, timeline: &Timeline, view: View, links: &ListLinks) -> Result<Vec<Bar>, Problem> {
        let Timeline { counts, considered, .. } = timeline;
        let counted = search(links, *considered);
        let starts = starts(self.interval, counts, self.published, considered.published_from, 1)?;
        let counts: HashMap<NaiveDate, i64> = counts.iter().map(|(day, _, count)| (*day, *count)).collect();
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        let column = |start: NaiveDate| {
            let count = counts.get(&start).copied().unwrap_or_default();
            // Days of the interval outside of the range are not counted.
            let from = Some(start).filter(|start| self.published.from.is_none_or(|from| from <= midnight(*start)));
            let to = end_of_interval(self.interval, start);
            let to = to.filter(|to| self.published.to.is_none_or(|given| midnight(*to) <= given));
            let range = [("published_from", from), ("published_to", to)].into_iter();
            let range = range.filter_map(|(name, day)| Some((name, day?.to_string())));
            let link = range.fold(counted.clone(), |link, (name, day)| link.with(name, &day));
            let label = match self.interval {
                Interval::Year => start.format("%Y").to_string(),
                Interval::Month => start.format("%Y-%m").to_string(),
                Interval::Day | Interval::Week => view.language.day(start),
            };
            Bar { label, count, href: Some(link.href()) }
        };
        Ok(starts.into_iter().map(column).collect())
    }

    /// Whether only the newest quotes are counted.
    fn is_partial(&self) -> bool {
        let top = self.top.as_ref().map(|top| top.considered);
        let timeline = self.timeline.as_ref().map(|timeline| timeline.considered);
        let pairs = self.pairs.as_ref().map(|pairs| pairs.considered);
        [top, timeline, pairs].into_iter().flatten().any(|considered| considered.published_from.is_some())
    }
}

fn pair_bars(pairs: &Edges<SpeaksAbout>, links: &ListLinks) -> Vec<Bar> {
    let counted = search(links, pairs.considered);
    let bar = |pair: &SpeaksAbout| {
        let (speaker, about) = (pair.speaker.id.to_string(), pair.about.id.to_string());
        let href = counted.clone().with("speaker", &speaker).with("about", &about).href();
        Bar { label: format!("{} → {}", pair.speaker.name, pair.about.name), count: pair.count, href: Some(href) }
    };
    pairs.items.iter().map(bar).collect()
}

/// The search for the counted quotes.
fn search(links: &ListLinks, considered: Coverage) -> Link {
    let pairs = links.pairs().filter(|(name, _)| !["by", "interval"].contains(name));
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Link { list: "/search", pairs }.published(Range { from: considered.published_from, to: None })
}

impl Plot {
    fn svg(&self, view: View) -> Markup {
        match self.is_timeline {
            true => plot::columns(view, &self.title, &self.bars),
            false => plot::bars(view, &self.title, &self.bars),
        }
    }

    /// The numbers as CSV, without formulas that a spreadsheet would run.
    fn csv(&self) -> Result<String, Problem> {
        let faulty = |error: &dyn std::fmt::Display| Problem::unexpected(&format!("writing CSV: {error}"));
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["label", "count"]).map_err(|error| faulty(&error))?;
        for Bar { label, count, .. } in &self.bars {
            let label = if is_formula(label) { format!("'{label}") } else { label.clone() };
            writer.write_record([label, count.to_string()]).map_err(|error| faulty(&error))?;
        }
        let bytes = writer.into_inner().map_err(|error| faulty(&error))?;
        String::from_utf8(bytes).map_err(|error| faulty(&error))
    }

    fn show(&self, view: View, links: &ListLinks) -> Markup {
        let text = view.text();
        let file = |kind: &str| links::with_query(&format!("/stats/{}.{kind}", self.name), links.pairs());
        html! {
            figure .plot {
                figcaption { h2 { (self.title) } }
                @if self.bars.is_empty() { p { (text.nothing_found) } } @else {
                    (self.svg(view))
                    details {
                        summary { (text.table) }
                        table {
                            tbody { @for bar in &self.bars { tr {
                                th scope="row" { @match &bar.href {
                                    Some(href) => a href=(href) { (bar.label) },
                                    None => (bar.label),
                                } }
                                td { (view.language.number(bar.count)) }
                            } } }
                        }
                    }
                    p .exports { a href=(file("svg")) { "SVG" } " · " a href=(file("csv")) { "CSV" } }
                }
            }
        }
    }
}

fn show(view: View, links: &ListLinks, counted: &Counted, plots: &[Plot]) -> Markup {
    let text = view.text();
    html! {
        h1 { (text.statistics) }
        (form(view, links))
        p .note {
            @if let Some(top) = &counted.top { (view.language.number(top.total)) " " (text.quotes_counted) }
            @if counted.is_partial() { ". " (text.newest_counted) }
        }
        @for plot in plots { (plot.show(view, links)) }
    }
}

fn form(view: View, links: &ListLinks) -> Markup {
    let text = view.text();
    let field = |name: &str| links.given(name).unwrap_or_default().to_owned();
    let dimensions: Vec<(&str, &str)> =
        DIMENSIONS.iter().map(|dimension| (dimension.as_str(), dimension_name(view, *dimension))).collect();
    let intervals = [("month", text.month), ("year", text.year), ("week", text.week), ("day", text.day)];
    html! {
        form .filters action=(public_path("/stats")) method="get" {
            (links.hidden(&FIELDS))
            label .wide { span .visually-hidden { (text.search_quotes) } input type="search" name="q" maxlength="500" value=(field("q")) placeholder=(text.search_quotes); }
            label { (text.count_by) select name="by" { (links.options("by", &dimensions)) } }
            label { (text.interval) select name="interval" { (links.options("interval", &intervals)) } }
            label { (text.from) input type="date" name="published_from" value=(field("published_from")); }
            label { (text.before) input type="date" name="published_to" value=(field("published_to")); }
            button { (text.show) }
        }
    }
}
