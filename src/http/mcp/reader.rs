//! What the tools read from, and the addresses of what they read.

use crate::http::context::{public_origin, public_path};
use crate::http::extract::contract::Contract;
use crate::http::respond::problem::Problem;
use crate::store::Db;
use crate::store::entities::names::PopularNames;
use crate::store::fulltext::Statistics;
use actix_web::{HttpRequest, web};
use uuid::Uuid;

/// The start of the addresses of resources.
pub const SCHEME: &str = "verbatim://";

/// The state of the application that tools need.
pub struct Reader {
    pub db: Db,
    pub statistics: web::Data<Statistics>,
    pub popular: web::Data<PopularNames>,
    pub links: Links,
}

impl Reader {
    /// The state that a request sees.
    ///
    /// # Errors
    /// 500 if the application was built without a part of it. Every test would detect that.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        Ok(Self {
            db: state::<Db>(request)?.get_ref().clone(),
            statistics: state(request)?,
            popular: state(request)?,
            links: Links::of(request),
        })
    }
}

fn state<T: 'static>(request: &HttpRequest) -> Result<web::Data<T>, Problem> {
    let state = request.app_data::<web::Data<T>>().cloned();
    state.ok_or_else(|| Problem::unexpected("the application lacks a part of its state"))
}

/// Permanent links: to the pages for people, or else to the records of the API.
#[derive(Clone)]
pub struct Links {
    origin: String,
    /// The path under which a reverse proxy serves the service. Known here, because links are made on other threads too.
    prefix: String,
    has_pages: bool,
}

impl Links {
    fn of(request: &HttpRequest) -> Self {
        let has_pages = Contract::of(request).allow("/quotes/{id}").is_some();
        Self { origin: public_origin(request), prefix: public_path(""), has_pages }
    }

    /// The link to a path that [`public_path`] has given.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub fn quote(&self, id: Uuid) -> String {
        self.record("/quotes", "/v1/quotes", id)
    }

    pub fn article(&self, id: Uuid) -> String {
        self.record("/articles", "/v1/articles", id)
    }

    pub fn entity(&self, id: Uuid) -> String {
        self.record("/people", "/v1/entities", id)
    }

    fn record(&self, page: &str, list: &str, id: Uuid) -> String {
        format!("{}{}{}/{id}", self.origin, self.prefix, if self.has_pages { page } else { list })
    }
}
