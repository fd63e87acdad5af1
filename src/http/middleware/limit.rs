//! Limits per key, and per address for callers without a key.

use crate::auth::{Allowance, BURST_SECONDS, InFlight, LimitError, Limits, Subject};
use crate::http::context;
use crate::http::extract::accept;
use crate::http::extract::client_address::client_address;
use crate::http::extract::contract::Operation;
use crate::http::extract::query::Parameters;
use crate::http::respond::problem::{Problem, refuse};
use crate::http::wire::export::ListFormat;
use crate::http::wire::problem::Code;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Bytes of text that are annotated for a cost of one.
pub const ANNOTATED_BYTES: u64 = 4096;
/// The cost of annotating a text whose length is not known yet.
const UNKNOWN_TEXT: u64 = 16;
/// The cost of a statistic.
const STATISTIC: u64 = 10;
/// The cost of a list as a whole.
const EXPORT: u64 = 20;
/// Records on a page for a cost of one.
const PAGE: u64 = 50;

/// How long a refusal takes: a client that sends again at once, whatever it is told, keeps nobody busy.
const REFUSAL_DELAY: Duration = Duration::from_millis(200);

/// Refuses requests of callers who have used up their rate, or have too many under way.
pub async fn limit(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    let limits = request.app_data::<web::Data<Limits>>().map(|limits| limits.clone().into_inner());
    let (Some(limits), Some(subject)) = (limits, subject(request.request())) else {
        return next.call(request).await;
    };
    let (_in_flight, allowance) = match allow(&limits, &subject, cost(&request)) {
        Ok(allowed) => allowed,
        Err(error) => {
            tokio::time::sleep(REFUSAL_DELAY).await;
            return Ok(refuse(request, &refused(error)));
        }
    };
    let mut response = next.call(request).await?;
    for (name, value) in allowance.into_iter().flat_map(headers) {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

fn allow(
    limits: &Arc<Limits>,
    subject: &Subject,
    cost: NonZeroU32,
) -> Result<(Option<InFlight>, Option<Allowance>), LimitError> {
    let in_flight = limits.enter(subject)?;
    Ok((in_flight, limits.charge(subject, cost)?))
}

/// Charges an address for a request without a valid key.
///
/// # Errors
/// When the rate of the address is used up.
pub fn charge_stranger(request: &HttpRequest) -> Result<(), Problem> {
    charge(request, address(request), NonZeroU32::MIN)
}

/// Charges a statistic to the caller of a request that cost 1 so far.
///
/// # Errors
/// When the caller's rate is used up.
pub fn charge_statistic(request: &HttpRequest) -> Result<(), Problem> {
    let more = u32::try_from(STATISTIC - 1).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
    charge(request, subject(request), more)
}

fn charge(request: &HttpRequest, subject: Option<Subject>, cost: NonZeroU32) -> Result<(), Problem> {
    let limits = request.app_data::<web::Data<Limits>>();
    let (Some(limits), Some(subject)) = (limits, subject) else { return Ok(()) };
    limits.charge(&subject, cost).map(drop).map_err(refused)
}

/// Who is limited; nobody where the operation is open to everybody.
pub fn subject(request: &HttpRequest) -> Option<Subject> {
    match context::caller(request)?.name {
        Some(name) => Some(Subject::Key(name)),
        None => address(request),
    }
}

/// The client's address; `None` on this machine.
fn address(request: &HttpRequest) -> Option<Subject> {
    let address = client_address(request);
    (!address.is_loopback()).then(|| Subject::address(address))
}

/// What a request costs, as far as its head tells: 1 for most.
fn cost(request: &ServiceRequest) -> NonZeroU32 {
    let tag = Operation::of(request.request()).map_or("", |operation| operation.tag.as_str());
    let query = Parameters::of(request.request());
    let number = |name: &str| query.all(name).first().and_then(|value| value.parse::<u64>().ok()).unwrap_or_default();
    // An import is charged as it goes on.
    let is_annotated = tag == "annotation" || tag != "bulk" && query.all("annotate") == ["true"];
    let text = match content_length(request) {
        _ if !is_annotated => 0,
        Some(length) => length / ANNOTATED_BYTES,
        None => UNKNOWN_TEXT,
    };
    let statistic = if tag == "statistics" { STATISTIC - 1 } else { 0 };
    let is_export = match query.all("format").first() {
        Some(given) => ["ndjson", "csv"].contains(given),
        None => matches!(accept::format(request.headers(), None), ListFormat::Ndjson | ListFormat::Csv),
    };
    let export = if is_export { EXPORT - 1 } else { 0 };
    let cost = (text + statistic + export + number("limit").min(1000) / PAGE).saturating_add(1);
    u32::try_from(cost).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX)
}

fn content_length(request: &ServiceRequest) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn refused(error: LimitError) -> Problem {
    let (detail, wait, quota) = match error {
        LimitError::Rate { quota, retry_after } => {
            (format!("the limit is a cost of {quota} in {BURST_SECONDS} seconds"), retry_after, Some(quota))
        }
        LimitError::Concurrency { limit } => {
            (format!("at most {limit} requests may be under way at the same time"), Duration::from_secs(1), None)
        }
    };
    let problem = Problem::new(Code::TooManyRequests, detail).with_header(header::RETRY_AFTER, seconds(wait).into());
    let spent = quota.map(|quota| Allowance { quota, remaining: 0, reset: wait });
    spent.into_iter().flat_map(headers).fold(problem, |problem, (name, value)| problem.with_header(name, value))
}

/// `RateLimit` and `RateLimit-Policy` of the IETF draft (draft-ietf-httpapi-ratelimit-headers).
fn headers(allowance: Allowance) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let Allowance { quota, remaining, reset } = allowance;
    let values = [
        (RATE_LIMIT_POLICY, format!("\"cost\";q={quota};w={BURST_SECONDS}")),
        (RATE_LIMIT, format!("\"cost\";r={remaining};t={}", seconds(reset))),
    ];
    values.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?)))
}

/// Whole seconds, at least one.
fn seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}
