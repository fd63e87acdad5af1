//! The deadline of a request.

use crate::http::context::{self, RequestDeadline};
use crate::http::respond::problem::{Problem, refusal};
use crate::http::wire::problem::Code;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use std::time::Duration;
use tokio::time::Instant;

/// How long after the deadline a request is cut off: body readers and the store answer for themselves before.
const GRACE: Duration = Duration::from_millis(200);

/// Cuts off a request that outlasts its deadline.
///
/// The store rolls back what is not committed by the deadline, so a write that is still under way after the grace period
/// may or may not be carried out: 504 without `Retry-After`.
pub async fn enforce_deadline(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    let limit = request.app_data::<web::Data<RequestDeadline>>().map_or(Duration::from_secs(10), |deadline| deadline.0);
    let due = Instant::now() + limit;
    context::set_deadline(request.request(), due);
    let code = if request.method().is_safe() { Code::DeadlinePassed } else { Code::OutcomeUnknown };
    match tokio::time::timeout_at(due + GRACE, next.call(request)).await {
        Ok(result) => result,
        Err(_) => Err(refusal(Problem::new(code, "the request did not finish within its deadline"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::{Method, header};
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service, try_call_service};
    use actix_web::{App, HttpResponse};

    #[actix_web::test]
    async fn a_write_that_is_cut_off_has_an_unknown_outcome_and_a_read_may_be_sent_again() {
        let deadline = web::Data::new(RequestDeadline(Duration::from_millis(1)));
        let endless = web::to(std::future::pending::<HttpResponse>);
        let app = App::new().app_data(deadline).default_service(endless).wrap(from_fn(enforce_deadline));
        let app = init_service(app).await;
        for (method, status, retry_after) in
            [(Method::GET, 503, Some("1")), (Method::POST, 504, None), (Method::DELETE, 504, None)]
        {
            let refusal = try_call_service(&app, TestRequest::default().method(method).to_request()).await;
            let response = refusal.err().unwrap().error_response();
            let given = response.headers().get(header::RETRY_AFTER).map(|value| value.to_str().unwrap());
            assert_eq!((response.status().as_u16(), given), (status, retry_after));
        }
    }
}
