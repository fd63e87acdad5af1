//! `/people`: people, organisations, places and other entities, by name and kind.

use super::facets::{self, ListLinks};
use super::layout::{Part, View};
use super::links;
use crate::domain::EntityKind;
use crate::domain::entity::ListedEntity;
use crate::domain::page::{Count, PageRequest};
use crate::http::context::public_path;
use crate::http::extract::paging;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::routes::docs::Page;
use crate::http::wire::entity_list::ListEntities;
use crate::store::entities::names::PopularNames;
use crate::store::{Connection, Db, entities};
use actix_web::{HttpRequest, HttpResponse, get, web};
use maud::{Markup, html};

/// The parameters that the form has a field for.
const FIELDS: [&str; 3] = ["q", "kind", "sort"];

/// Lists entities.
#[utoipa::path(tag = "pages", security(("key" = ["read"])), params(ListEntities), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/people")]
pub async fn list_entities(
    request: HttpRequest,
    view: View,
    db: web::Data<Db>,
    popular: web::Data<PopularNames>,
    query: Query<ListEntities>,
) -> Result<HttpResponse, Problem> {
    let page = PageRequest { count: Some(Count::Exact), ..paging::page_request(&request, query.page())? };
    let filter = query.0.into_filter(page)?;
    let page = db.read(move |conn: &mut Connection| entities::list(conn, &popular, &filter)).await?;
    let links = ListLinks::new(&request, "/people", "/v1/entities");
    let text = view.text();
    let content = html! {
        h1 { (text.people) }
        (form(view, &links))
        (facets::total(view, page.total))
        @if page.items.is_empty() { p { (text.nothing_found) } }
        ol .names { @for entity in &page.items { li { (item(view, entity)) } } }
        (facets::next_page(view, &request, page.next.as_ref()))
        (links.exports(view))
    };
    Ok(view.page(Part::People, text.people, content))
}

fn item(view: View, ListedEntity { entity, matched }: &ListedEntity) -> Markup {
    html! {
        a href=(links::entity(entity.id)) dir="auto" { (entity.name) }
        @if let Some(matched) = matched.as_ref().filter(|matched| **matched != entity.name) { " (" (matched) ")" }
        " " span .badge { (view.language.entity_kind(entity.kind)) }
        @if let Some(description) = &entity.description { " " span .note { (description) } }
    }
}

fn form(view: View, links: &ListLinks) -> Markup {
    let text = view.text();
    let kinds: Vec<(&str, &str)> = [("", "—")]
        .into_iter()
        .chain(EntityKind::ALL.iter().map(|kind| (kind.as_str(), view.language.entity_kind(*kind))))
        .collect();
    // With words, the best match comes first unless another order is chosen.
    let orders =
        [("", "—"), ("name", text.by_name), ("-quotes", text.most_quoted_first), ("-mentions", text.most_named)];
    html! {
        form .filters role="search" action=(public_path("/people")) method="get" {
            (links.hidden(&FIELDS))
            label .wide { span .visually-hidden { (text.search_people) } input type="search" name="q" maxlength="300" value=(links.given("q").unwrap_or_default()) placeholder=(text.search_people); }
            label { (text.kind) select name="kind" { (links.options("kind", &kinds)) } }
            label { (text.order) select name="sort" { (links.options("sort", &orders)) } }
            button { (text.search) }
        }
    }
}
