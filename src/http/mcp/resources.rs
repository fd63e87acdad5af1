//! The resources: whole articles and entities, as the API answers them.

use super::reader::{Reader, SCHEME};
use super::tool::write;
use crate::http::context;
use crate::http::respond::problem::Problem;
use crate::http::wire::article::ArticleBody;
use crate::http::wire::entity::EntityBody;
use crate::http::wire::problem::Code;
use crate::store::{articles, entities};
use actix_web::HttpRequest;
use rmcp::model::{ErrorData, ReadResourceResult, ResourceContents, ResourceTemplate};
use serde_json::{Value, json};
use uuid::Uuid;

const JSON: &str = "application/json";

/// The templates of the addresses of resources.
pub fn templates() -> Vec<ResourceTemplate> {
    let template = |list: &str, name: &str, title: &str, description: &str| {
        let template = ResourceTemplate::new(format!("{SCHEME}{list}/{{id}}"), name).with_title(title);
        template.with_description(description).with_mime_type(JSON)
    };
    vec![
        template(
            "articles",
            "article",
            "Article",
            "An article with its whole body, as the API's /v1/articles/{id} answers it.",
        ),
        template(
            "entities",
            "entity",
            "Person or thing",
            "An entity with its aliases and identifiers, as /v1/entities/{id} answers it.",
        ),
    ]
}

/// Reads a resource.
///
/// # Errors
/// When there is none at the address.
pub async fn read(request: &HttpRequest, uri: String) -> Result<ReadResourceResult, ErrorData> {
    match record(request, &uri).await {
        Ok(record) => {
            let text = ResourceContents::text(record.to_string(), uri).with_mime_type(JSON);
            Ok(ReadResourceResult::new(vec![text]))
        }
        Err(problem) => {
            context::note_problem(problem.code().as_str());
            let (detail, data) = (problem.body().detail, json!({"uri": uri}));
            Err(match problem.code() {
                Code::NotFound | Code::Gone => ErrorData::resource_not_found(detail, Some(data)),
                _ => ErrorData::internal_error(detail, Some(data)),
            })
        }
    }
}

async fn record(request: &HttpRequest, uri: &str) -> Result<Value, Problem> {
    let unknown = || Problem::new(Code::NotFound, format!("there is no resource {uri}"));
    let (list, id) = uri.strip_prefix(SCHEME).and_then(|path| path.split_once('/')).ok_or_else(unknown)?;
    let id = Uuid::try_parse(id).map_err(|_| unknown())?;
    let db = Reader::of(request)?.db;
    match list {
        "articles" => write(ArticleBody::from(db.read(move |conn| articles::find(conn, id)).await?)),
        "entities" => {
            let found = db.read(move |conn| entities::find_all(conn, &[id])).await?.pop().ok_or_else(unknown)?;
            write(EntityBody::from(found?))
        }
        _ => Err(unknown()),
    }
}
