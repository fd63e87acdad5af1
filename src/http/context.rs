//! The context of a request: its id, its deadline, its route and its caller.
//!
//! This module imports nothing from `http`, so that every other one may use it.

use crate::auth::Caller;
use actix_web::guard::GuardContext;
use actix_web::http::header::HeaderName;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// The header that carries the id of a request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: Current;
}

struct Current {
    id: String,
    prefix: PublicPrefix,
    notes: Rc<Notes>,
}

/// What becomes known of a request while it is answered, for its line in the log and the metrics.
#[derive(Debug, Default)]
pub struct Notes {
    /// The code of the problem that it was answered with.
    pub problem: Cell<Option<&'static str>>,
    /// The name of the key that it was sent with.
    pub key: RefCell<Option<String>>,
}

/// Time limit of a request.
#[derive(Debug, Clone, Copy)]
pub struct RequestDeadline(pub Duration);

/// From this time on a request is slow, and the log warns of it.
#[derive(Debug, Clone, Copy)]
pub struct SlowRequests(pub Duration);

/// Whether the service is stopping.
#[derive(Debug)]
pub struct Draining(watch::Sender<bool>);

impl Default for Draining {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Draining {
    /// Marks the service as stopping.
    pub fn start(&self) {
        self.0.send_replace(true);
    }

    /// Whether the service is stopping.
    pub fn is_started(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the service is stopping.
    pub fn started(&self) -> impl Future<Output = ()> + use<> {
        let mut receiver = self.0.subscribe();
        async move {
            // A sender that is gone has stopped too.
            let _ = receiver.wait_for(|is_started| *is_started).await;
        }
    }
}

/// Why the service is not ready, as the log says it.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<String>>);

impl Readiness {
    /// Takes the result of a probe, and logs it when it differs from the one before.
    pub fn record(&self, obstacle: Option<String>) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != obstacle {
            match &obstacle {
                Some(obstacle) => log::warn!("not ready: {obstacle}"),
                None => log::info!("ready again"),
            }
            *last = obstacle;
        }
    }
}

/// The instant at which the request must be answered.
#[derive(Clone, Copy)]
struct Due(Instant);

/// Matched route pattern. Computed once per request: routing dominates the cost of trivial handlers.
#[derive(Clone, Copy)]
struct Route(Option<&'static str>);

/// Stores the route pattern of a request.
pub fn set_route(request: &HttpRequest, pattern: Option<&'static str>) {
    request.extensions_mut().insert(Route(pattern));
}

/// The route pattern of the document that the request's path matches.
pub fn route(request: &HttpRequest) -> Option<&'static str> {
    request.extensions().get::<Route>().and_then(|route| route.0)
}

/// The request is a HEAD that is answered as a GET.
struct Head;

/// Stores that the request is a HEAD.
pub fn set_head(request: &HttpRequest) {
    request.extensions_mut().insert(Head);
}

/// Whether the request is a HEAD. Its answer is made in full, and left out by the connection: it must have an end.
pub fn is_head(request: &HttpRequest) -> bool {
    request.extensions().contains::<Head>()
}

/// The request is answered with a page for people.
struct Page;

/// Stores that the request is answered with a page.
pub fn set_page(request: &HttpRequest) {
    request.extensions_mut().insert(Page);
}

/// Whether the request is answered with a page.
pub fn is_page(request: &HttpRequest) -> bool {
    request.extensions().contains::<Page>()
}

/// The guard of pages: a path may have a page and an operation of the API.
pub fn page_guard(guarded: &GuardContext) -> bool {
    guarded.req_data().contains::<Page>()
}

/// The resource whose records the request asks for as JSON-LD.
#[derive(Clone, Copy)]
struct JsonLdOf(&'static str);

/// Stores that the request asks for records of `resource` as JSON-LD.
pub fn set_json_ld(request: &HttpRequest, resource: &'static str) {
    request.extensions_mut().insert(JsonLdOf(resource));
}

/// The resource whose records the request asks for as JSON-LD; `None` when it asks for another form.
pub fn json_ld(request: &HttpRequest) -> Option<&'static str> {
    request.extensions().get::<JsonLdOf>().map(|of| of.0)
}

/// Stores who makes the request.
pub fn set_caller(request: &HttpRequest, caller: Caller) {
    request.extensions_mut().insert(caller);
}

/// Who makes the request; `None` where the operation is open to everybody.
pub fn caller(request: &HttpRequest) -> Option<Caller> {
    request.extensions().get::<Caller>().cloned()
}

/// Stores when the request must be answered.
pub fn set_deadline(request: &HttpRequest, due: Instant) {
    request.extensions_mut().insert(Due(due));
}

/// When the request must be answered.
pub fn deadline(request: &HttpRequest) -> Instant {
    let due = request.extensions().get::<Due>().copied();
    due.map_or_else(|| Instant::now() + Duration::from_secs(10), |due| due.0)
}

/// The path under which a reverse proxy serves the service, such as `/verbatim`; empty without one.
#[derive(Debug, Clone, Default)]
pub struct PublicPrefix(pub Arc<str>);

/// The origin at which clients reach the service, such as `https://news.example`; `None` where each request tells it.
#[derive(Debug, Clone)]
pub struct PublicOrigin(pub Option<String>);

/// The origin of the service as the caller of a request sees it.
pub fn public_origin(request: &HttpRequest) -> String {
    match request.app_data::<Data<PublicOrigin>>().and_then(|origin| origin.0.clone()) {
        Some(origin) => origin,
        None => {
            let connection = request.connection_info();
            format!("{}://{}", connection.scheme(), connection.host())
        }
    }
}

/// The id of the request that is being answered; `-` outside of a request.
pub fn request_id() -> String {
    CURRENT.try_with(|current| current.id.clone()).unwrap_or_else(|_| "-".to_owned())
}

/// The path of the service as its callers see it.
pub fn public_path(path: &str) -> String {
    CURRENT.try_with(|current| format!("{}{path}", current.prefix.0)).unwrap_or_else(|_| path.to_owned())
}

/// Notes the code of the problem that the request is answered with.
pub fn note_problem(code: &'static str) {
    // Outside of a request, nobody reads it.
    let _ = CURRENT.try_with(|current| current.notes.problem.set(Some(code)));
}

/// Notes the name of the key that the request was sent with.
pub fn note_key(name: Option<&str>) {
    let _ = CURRENT.try_with(|current| current.notes.key.replace(name.map(str::to_owned)));
}

/// The current request, for a part of its answer that is made on another thread.
#[derive(Clone)]
pub struct Carried {
    id: String,
    prefix: PublicPrefix,
}

/// Takes the current request to another thread.
pub fn carry() -> Carried {
    let carried = CURRENT.try_with(|current| Carried { id: current.id.clone(), prefix: current.prefix.clone() });
    carried.unwrap_or_else(|_| Carried { id: request_id(), prefix: PublicPrefix::default() })
}

impl Carried {
    /// Runs `work` as a part of the request.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        let Self { id, prefix } = self.clone();
        CURRENT.sync_scope(Current { id, prefix, notes: Rc::default() }, work)
    }
}

/// Runs `answer` as the request with this id, of a service under this prefix.
pub async fn scope<T>(id: String, prefix: PublicPrefix, notes: Rc<Notes>, answer: impl Future<Output = T>) -> T {
    CURRENT.scope(Current { id, prefix, notes }, answer).await
}
