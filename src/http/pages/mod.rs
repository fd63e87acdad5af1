//! Pages for people with a browser: one file per page, in English and French, usable without JavaScript.
//!
//! A page reads what the API reads, through the same functions. [`layout`] has what all pages share, [`text`] every word of theirs in
//! both languages, [`links`] their addresses, [`cards`] the quotes of lists, [`plot`] the plots, and [`assets`] their style sheet. `--pages=off` removes them.

mod article;
mod article_list;
mod assets;
mod cards;
mod citation;
mod entity;
mod entity_list;
mod facets;
mod form;
mod home;
mod layout;
mod links;
mod marked_text;
mod plot;
pub mod problem;
mod quote;
mod review;
mod search;
mod sign_in;
mod stats;
mod text;

use utoipa_actix_web::service_config::ServiceConfig;

/// The pages at paths that the API has too: before the API, whose routes take every request.
pub fn configure_shared(config: &mut ServiceConfig) {
    config.service(home::show_home).service(problem::explain_problem);
}

/// The other pages: after the API, whose requests then do not pass them.
pub fn configure_own(config: &mut ServiceConfig) {
    config
        .service(search::search_quotes)
        .service(article_list::list_articles)
        .service(article::show_article)
        .service(entity_list::list_entities)
        .service(entity::show_entity)
        .service(quote::show_quote)
        .service(stats::show_statistics)
        .service(review::show_queue)
        .service(review::decide_quote)
        .service(sign_in::show_sign_in)
        .service(sign_in::sign_in)
        .service(sign_in::sign_out)
        .service(stats::read_plot)
        .service(assets::read_asset);
}
