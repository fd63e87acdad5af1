//! `/sign-in`: a session with an API key, and its end.

use super::form::FormFields;
use super::layout::{Part, View};
use crate::auth::Authenticator;
use crate::http::context::public_path;
use crate::http::extract::session;
use crate::http::middleware::authenticate::unauthorized;
use crate::http::middleware::limit;
use crate::http::respond::problem::Problem;
use crate::http::routes::docs::Page;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, ResponseError, get, post, web};
use maud::{Markup, html};
use serde::Deserialize;

/// Shows the form to sign in, or to sign out.
#[utoipa::path(tag = "pages", security(()), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/sign-in")]
pub async fn show_sign_in(request: HttpRequest, view: View) -> HttpResponse {
    view.page(Part::Review, view.text().sign_in, form(view, &request, None))
}

#[derive(Deserialize)]
pub struct SignIn {
    key: String,
}

/// Begins a session.
#[utoipa::path(tag = "pages", security(()), responses((status = 303, description = "To the home page")))]
#[post("/sign-in")]
pub async fn sign_in(
    request: HttpRequest,
    view: View,
    authenticator: web::Data<Authenticator>,
    given: FormFields<SignIn>,
) -> Result<HttpResponse, Problem> {
    let key = given.0.key.trim();
    match authenticator.authenticate(Some(key)).await {
        Ok(_) => go_home(&request, Some(key)),
        Err(error) => {
            limit::charge_stranger(&request)?;
            let problem = unauthorized(error);
            let content = form(view, &request, Some(&problem.body().detail));
            Ok(view.page_with(problem.status_code(), Part::Review, view.text().sign_in, content))
        }
    }
}

#[derive(Deserialize)]
pub struct SignOut {
    token: String,
}

/// Ends the session.
#[utoipa::path(tag = "pages", security(()), responses((status = 303, description = "To the home page")))]
#[post("/sign-out")]
pub async fn sign_out(request: HttpRequest, given: FormFields<SignOut>) -> Result<HttpResponse, Problem> {
    session::check_form(&request, &given.0.token)?;
    go_home(&request, None)
}

/// Goes to the home page with this session.
fn go_home(request: &HttpRequest, key: Option<&str>) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, public_path("/")));
    response.insert_header((header::SET_COOKIE, session::set_cookie(request, key)?));
    Ok(response.finish())
}

fn form(view: View, request: &HttpRequest, error: Option<&str>) -> Markup {
    let text = view.text();
    html! {
        section .problem {
            h1 { (text.sign_in) }
            @if session::key(request.headers()).is_some() {
                p { (text.signed_in) " " a href=(public_path("/review")) { (text.review_queue) } }
                form method="post" action=(public_path("/sign-out")) {
                    input type="hidden" name="token" value=(session::form_token(request.headers()));
                    button .plain { (text.sign_out) }
                }
            } @else {
                p { (text.sign_in_with_key) }
                @if let Some(error) = error { p .notice role="alert" { (error) } }
                form .filters method="post" action=(public_path("/sign-in")) {
                    label .wide { (text.key) input type="password" name="key" required autocomplete="current-password"; }
                    button { (text.sign_in) }
                }
            }
        }
    }
}
