//! What all pages share: the head, the navigation, the search box, and the headers of the answer.

use super::assets::{ICON, STYLE};
use super::text::{Language, Text};
use crate::http::context::public_path;
use crate::http::respond::problem::Problem;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, CONTENT_SECURITY_POLICY};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use maud::{DOCTYPE, Markup, html};
use std::future::{Ready, ready};

/// Pages load only files of this service, and nothing that is written into them runs.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// How a reader sees the pages.
#[derive(Debug, Clone, Copy)]
pub struct View {
    pub language: Language,
}

impl FromRequest for View {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// A part of the site, as the navigation shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Home,
    Quotes,
    Articles,
    People,
    Statistics,
    Review,
    Other,
}

impl View {
    pub fn of(request: &HttpRequest) -> Self {
        Self { language: Language::of(request) }
    }

    pub fn text(self) -> &'static Text {
        self.language.text()
    }

    /// Answers a page.
    pub fn page(self, part: Part, title: &str, content: Markup) -> HttpResponse {
        self.page_with(StatusCode::OK, part, title, content)
    }

    /// Answers a page with a status.
    pub fn page_with(self, status: StatusCode, part: Part, title: &str, content: Markup) -> HttpResponse {
        HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header((CONTENT_SECURITY_POLICY, POLICY))
            // Without a referrer, browsers send forms with the origin `null`, which is refused.
            .insert_header((header::REFERRER_POLICY, "same-origin"))
            .insert_header((header::CONTENT_LANGUAGE, self.language.tag()))
            .insert_header((header::VARY, "accept-language, cookie"))
            .insert_header((header::CACHE_CONTROL, "private, no-cache"))
            .body(self.document(part, title, content).into_string())
    }

    fn document(self, part: Part, title: &str, content: Markup) -> Markup {
        let text = self.text();
        html! {
            (DOCTYPE)
            html lang=(self.language.tag()) {
                head {
                    meta charset="utf-8";
                    title { @if part == Part::Home { "Verbatim" } @else { (title) " · Verbatim" } }
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    link rel="icon" type="image/svg+xml" href=(ICON.href());
                    link rel="stylesheet" href=(STYLE.href());
                }
                body {
                    a .skip href="#content" { (text.skip) }
                    header .site {
                        a .brand href=(public_path("/")) { "Verbatim" }
                        nav aria-label=(self.language.pick("Main", "Principale")) {
                            @for (listed, path, name) in [
                                (Part::Quotes, "/search", text.quotes),
                                (Part::Articles, "/articles", text.articles),
                                (Part::People, "/people?sort=-quotes", text.people),
                                (Part::Statistics, "/stats", text.statistics),
                                (Part::Review, "/review", text.review),
                            ] {
                                a href=(public_path(path)) aria-current=[(listed == part).then_some("page")] { (name) }
                            }
                            a href=(public_path("/docs")) { (text.api) }
                        }
                    }
                    main #content tabindex="-1" { (content) }
                    footer .site { p { "Verbatim " (env!("CARGO_PKG_VERSION")) " · " (text.tagline) } }
                }
            }
        }
    }
}
