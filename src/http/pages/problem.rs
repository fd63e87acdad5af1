//! Problems as pages: the answer to a request for a page that failed, and what each code means.

use super::layout::{Part, View};
use crate::http::context::{self, page_guard, public_path};
use crate::http::respond::problem::Problem;
use crate::http::routes::docs::Page;
use crate::http::routes::service::ProblemCode;
use crate::http::wire::problem::{Code, ProblemBody};
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, get, web};
use maud::{Markup, html};

/// Answers a page where a request for a page had a problem. The headers of the problem stay.
pub async fn show_problems(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    let mut response = next.call(request).await?;
    let is_page = context::is_page(response.request());
    let problem = response.response_mut().extensions_mut().remove::<Problem>();
    let Some(problem) = problem.filter(|_| is_page) else { return Ok(response) };
    let body = problem.body();
    let view = View::of(response.request());
    let mut page = view.page_with(problem.code().status(), Part::Other, body.title, failed(view, &body));
    let replaced = [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LENGTH, header::VARY];
    let kept = response.headers().iter().filter(|(name, _)| !replaced.contains(name));
    for (name, value) in kept.map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>() {
        page.headers_mut().append(name, value);
    }
    Ok(response.into_response(page))
}

fn failed(view: View, problem: &ProblemBody) -> Markup {
    html! {
        section .problem {
            p .status { (problem.status) }
            h1 { (problem.title) }
            @if problem.errors.is_empty() {
                p { (problem.detail) }
            } @else {
                ul {
                    @for error in &problem.errors {
                        @let place = error.parameter.as_deref().or(error.pointer.as_deref()).unwrap_or_default();
                        li { code { (place) } ": " (error.detail) }
                    }
                }
            }
            @if matches!(problem.status, 401 | 403) {
                p { a .button href=(public_path("/sign-in")) { (view.text().sign_in) } }
            }
            p .note { (view.text().problem_request) " " code { (context::request_id()) } }
            p { a href=(problem.r#type) { (view.text().problem_what) } " · " a href=(public_path("/")) { (view.text().back_home) } }
        }
    }
}

/// Explains a problem.
#[utoipa::path(tag = "pages", security(()), params(ProblemCode), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/problems/{code}", guard = "page_guard")]
pub async fn explain_problem(view: View, path: web::Path<ProblemCode>) -> Result<HttpResponse, Problem> {
    let code = Code::of(path.as_str()).ok_or_else(|| Problem::new(Code::NotFound, "there is no such problem"))?;
    let content = html! {
        section .problem {
            p .status { (code.status().as_u16()) }
            h1 { (code.title()) }
            p lang="en" { (code.meaning()) }
            p { code { (code.as_str()) } }
            p { a href=(public_path("/")) { (view.text().back_home) } }
        }
    };
    Ok(view.page(Part::Other, code.title(), content))
}
