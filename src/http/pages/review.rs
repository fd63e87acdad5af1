//! `/review`: the quotes to review next, one decision a key press.

use super::assets::REVIEW_SCRIPT;
use super::cards::{QuoteCards, badges};
use super::facets;
use super::form::FormFields;
use super::layout::{Part, View};
use super::links;
use crate::auth::Caller;
use crate::domain::entity::MAX_NAME;
use crate::domain::page::{Count, Page as ListPage, PageRequest};
use crate::domain::quote::{NewReview, Quote, QuotePatch};
use crate::domain::review::Review;
use crate::domain::{FieldError, ReviewAction};
use crate::http::context::public_path;
use crate::http::extract::query::Query;
use crate::http::extract::{paging, session};
use crate::http::respond::problem::Problem;
use crate::http::routes::docs::Page;
use crate::http::wire::problem::Code;
use crate::http::wire::quote_list::QuoteFilters;
use crate::http::wire::review::{CreateReview, ListReviewQueue};
use crate::store::fulltext::Statistics;
use crate::store::publisher_limit::{self, Target};
use crate::store::{self, Connection, Db, quotes, reviews};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;
use uuid::Uuid;

/// The queue, and the quote that was decided or undone last.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ShowQueue {
    #[serde(flatten)]
    #[param(ignore)]
    queue: ListReviewQueue,
    /// The quote that was decided.
    done: Option<Uuid>,
    /// A quote to decide again.
    again: Option<Uuid>,
}

/// Shows what to review next.
#[utoipa::path(tag = "pages", security(("key" = ["review"])), params(QuoteFilters, ListReviewQueue, ShowQueue), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/review")]
pub async fn show_queue(
    request: HttpRequest,
    view: View,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    query: Query<ShowQueue>,
) -> Result<HttpResponse, Problem> {
    let ShowQueue { queue, done, again } = query.0;
    let page = PageRequest { count: Some(Count::Exact), ..paging::page_request(&request, queue.page())? };
    let queue = queue.into_queue(page)?;
    let read = move |conn: &mut Connection| {
        let ListPage { mut items, next, total } = quotes::queue(conn, &statistics, &queue)?;
        if let Some(again) = again {
            items.retain(|quote| quote.id != again);
            items.insert(0, quotes::find(conn, again)?);
        }
        let done = done.map(|done| quotes::find(conn, done)).transpose()?;
        Ok((next, total, QuoteCards::read(conn, items)?, done))
    };
    let (next, total, cards, done) = db.read(read).await?;
    let hidden = Hidden { token: session::form_token(request.headers()), filters: filters(request.query_string()) };
    let text = view.text();
    let content = html! {
        h1 { (text.review_queue) }
        @if let Some(done) = &done { (undo(view, done, &hidden)) }
        @if let Some(total) = total { p { strong { (view.language.number(total.value)) } " " (text.left) } }
        p .note { (text.review_keys) }
        @if cards.quotes.is_empty() { p { (text.nothing_left) } }
        ol .cards #queue { @for quote in &cards.quotes { li tabindex="-1" { (decide(view, &cards, quote, &hidden)) } } }
        (facets::next_page(view, &request, next.as_ref()))
        script src=(REVIEW_SCRIPT.href()) defer {}
    };
    Ok(view.page(Part::Review, text.review_queue, content))
}

/// The fields of a form that are not shown.
struct Hidden {
    token: String,
    filters: String,
}

impl Hidden {
    fn fields(&self) -> Markup {
        html! {
            input type="hidden" name="token" value=(self.token);
            @if !self.filters.is_empty() { input type="hidden" name="filters" value=(self.filters); }
        }
    }
}

/// A query of the queue, without its page and the quote that was decided last.
fn filters(query: &str) -> String {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let kept = pairs.filter(|(name, _)| !["done", "again", "cursor"].contains(&&**name));
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
}

/// A quote in its sentence, and the decisions about it.
fn decide(view: View, cards: &QuoteCards, quote: &Quote, hidden: &Hidden) -> Markup {
    let text = view.text();
    html! {
        (cards.card(view, quote, &[]))
        p .context dir="auto" { "… " (quote.prefix) mark .quote.(quote.kind.as_str()) { (quote.text) } (quote.suffix) " …" }
        form .decision method="post" action=(public_path(&format!("/quotes/{}/review", quote.id))) {
            (hidden.fields())
            button name="action" value="verify" data-key="v" { (text.verify) " " kbd { "v" } }
            button .plain name="action" value="reject" data-key="x" { (text.reject) " " kbd { "x" } }
            button .plain name="action" value="dispute" data-key="d" { (text.dispute) " " kbd { "d" } }
            label { span .visually-hidden { (text.right_speaker) } input name="speaker_name" maxlength="300" placeholder=(text.right_speaker) data-key="r"; }
            button .plain name="action" value="reattribute" { (text.reattribute) " " kbd { "r" } }
        }
    }
}

/// The last decision, with a button that undoes it.
fn undo(view: View, done: &Quote, hidden: &Hidden) -> Markup {
    let text = view.text();
    html! {
        form .notice role="status" method="post" action=(public_path(&format!("/quotes/{}/review", done.id))) {
            (hidden.fields())
            a href=(links::quote(done.id)) { (view.language.quoted(&done.text)) } " " (badges(view, done)) " "
            button .plain name="action" value="undo" data-key="u" { (text.undo) " " kbd { "u" } }
        }
    }
}

/// A decision.
#[derive(Deserialize)]
pub struct Decision {
    token: String,
    action: String,
    #[serde(default)]
    speaker_name: String,
    /// The filters of the queue, to which the browser returns.
    #[serde(default)]
    filters: String,
}

/// Decides about a quote.
#[utoipa::path(tag = "pages", security(("key" = ["review"])), extensions(("x-publisher-keys" = json!(true))), responses(
    (status = 303, description = "To the queue"),
))]
#[post("/quotes/{id}/review")]
pub async fn decide_quote(
    request: HttpRequest,
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    given: FormFields<Decision>,
) -> Result<HttpResponse, Problem> {
    session::check_form(&request, &given.0.token)?;
    let id = id.into_inner();
    let new = review(&given.0, caller.name())?;
    let result = if new.is_some() { "done" } else { "again" };
    let actor = caller.name().map(str::to_owned);
    let write = move |conn: &mut Connection| {
        publisher_limit::check(conn, Target::Quote(id), caller.publisher())?;
        let new = match &new {
            Some(new) => new.clone(),
            None => undoing(&quotes::find(conn, id)?, actor.clone())?,
        };
        reviews::review_quote(conn, id, &None, &new)
    };
    db.write(write).await?;
    let mut query = url::form_urlencoded::Serializer::new(filters(&given.0.filters));
    let location = public_path(&format!("/review?{}", query.append_pair(result, &id.to_string()).finish()));
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish())
}

/// The review that a decision is; `None` undoes the last one.
fn review(given: &Decision, actor: Option<&str>) -> Result<Option<NewReview>, Problem> {
    if given.action == "undo" {
        return Ok(None);
    }
    let action = ReviewAction::parse(&given.action);
    let action = action.ok_or_else(|| Problem::new(Code::MalformedBody, "the form has no such action"))?;
    let name = given.speaker_name.trim();
    let is_named = action == ReviewAction::Reattribute && !name.is_empty();
    if name.chars().count() > MAX_NAME {
        let detail = format!("must have at most {MAX_NAME} characters");
        return Err(Problem::content(vec![FieldError::new("/speaker_name", detail)]));
    }
    let new = CreateReview {
        action,
        speaker_id: None,
        speaker_name: is_named.then(|| name.to_owned()),
        speaker_status: None,
        changes: None,
        note: None,
        actor: None,
    };
    Ok(Some(new.into_review(actor)?))
}

/// The review that brings back what the last decision about a quote changed.
fn undoing(quote: &Quote, actor: Option<String>) -> store::Result<NewReview> {
    let before = Review::last_decision(&quote.reviews).and_then(|review| review.from.clone());
    let before = match before {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    };
    let read = |name: &str| before.get(name).cloned();
    let faulty = |error: serde_json::Error| store::Error::Internal(format!("a review: {error}"));
    let changes = QuotePatch {
        status: read("status").map(serde_json::from_value).transpose().map_err(faulty)?,
        speaker_id: read("speaker_id").map(serde_json::from_value).transpose().map_err(faulty)?,
        speaker_status: read("speaker_status").map(serde_json::from_value).transpose().map_err(faulty)?,
        ..QuotePatch::default()
    };
    Ok(NewReview { action: ReviewAction::Edit, changes, speaker_name: None, note: None, actor })
}
