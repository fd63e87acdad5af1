//! The records that a statistics query is about: the filters of the lists.

use super::contract::Contract;
use super::query::Parameters;
use crate::domain::article_url::UrlNormalizer;
use crate::domain::stats::CountTarget;
use crate::http::respond::link::Link;
use crate::http::respond::problem::Problem;
use crate::http::wire::article_list::ArticleFilters;
use crate::http::wire::mention_list::MentionFilters;
use crate::http::wire::quote_list::{Dedupe, QuoteFilters};
use crate::http::wire::stats::RecordKind;
use actix_web::http::Method;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

/// Parameters of lists that are not filters: they choose a part, an order or a form, or are names yet to be resolved.
pub const NOT_FILTERS: [&str; 9] =
    ["sort", "include", "limit", "cursor", "count", "format", "bom", "speaker_name", "about_name"];

/// The records that the request's filters ask for, read as their list reads them, and the link to that list. `own` are the
/// other parameters of the query.
///
/// # Errors
/// 400 naming each parameter that is not a filter of the list, or has a value that it does not take.
pub fn records(kind: RecordKind, request: &HttpRequest, own: &[&str]) -> Result<(CountTarget, Link), Problem> {
    let parameters = Parameters::of(request).without(own);
    let list = kind.list();
    let operation = Contract::of(request).operation(list, &Method::GET);
    let operation = operation.ok_or_else(|| Problem::unexpected("a list has no contract"))?;
    let query = operation.filters(&parameters, &NOT_FILTERS).map_err(Problem::parameters)?;
    let pairs = parameters.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let unreadable = |error: serde_json::Error| Problem::parameter("query", error.to_string());
    let records = match kind {
        RecordKind::Articles => {
            let filters: ArticleFilters = serde_json::from_value(query).map_err(unreadable)?;
            let urls = request.app_data::<web::Data<UrlNormalizer>>();
            let urls = urls.ok_or_else(|| Problem::unexpected("the application has no rules for urls"))?;
            CountTarget::Articles(filters.into_filter(urls)?)
        }
        RecordKind::Mentions => {
            let filters: MentionFilters = serde_json::from_value(query).map_err(unreadable)?;
            CountTarget::Mentions(filters.into())
        }
        RecordKind::Quotes => {
            let Quotes { filters, dedupe } = serde_json::from_value(query).map_err(unreadable)?;
            CountTarget::Quotes { filter: Box::new(filters.try_into()?), one_per_cluster: dedupe.is_some() }
        }
    };
    Ok((records, Link { list, pairs }))
}

#[derive(Deserialize)]
struct Quotes {
    #[serde(flatten)]
    filters: QuoteFilters,
    dedupe: Option<Dedupe>,
}
