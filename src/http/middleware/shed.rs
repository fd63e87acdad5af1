//! Sheds load before it costs anything.

use crate::domain::Scope;
use crate::http::extract::contract::Operation;
use crate::http::respond::problem::refuse;
use crate::store::Db;
use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;

/// Lets a write wait before its body is received while the writes before it wait too long, and then refuses it. At three times
/// the capacity most requests are refused, and each body that is parsed in vain takes time from those that are served.
///
/// A refusal without a wait would be answered sooner, and make clients that repeat it a greater load than their writes.
pub async fn shed_writes(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    if is_write(&request)
        && let Some(db) = request.app_data::<web::Data<Db>>().cloned()
        && let Err(error) = db.admit_write().await
    {
        return Ok(refuse(request, &error.into()));
    }
    next.call(request).await
}

/// Whether the operation writes. Some with a body only read.
fn is_write(request: &ServiceRequest) -> bool {
    let operation = Operation::of(request.request());
    !request.method().is_safe() && operation.is_some_and(|operation| operation.scope > Some(Scope::Read))
}
