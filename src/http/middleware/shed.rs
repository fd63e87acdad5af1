//! Sheds load before it costs anything.

use crate::domain::Scope;
use crate::http::context;
use crate::http::extract::contract::Contract;
use crate::http::respond::problem::refusal;
use crate::store::Db;
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;

/// Lets a write wait before its body is received while the writes before it wait too long, and then refuses it. At three times
/// the capacity most requests are refused, and each body that is parsed in vain takes time from those that are served.
///
/// A refusal without a wait would be answered sooner, and make clients that repeat it a greater load than their writes.
pub async fn shed_writes(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if is_write(&request)
        && let Some(db) = request.app_data::<web::Data<Db>>().cloned()
    {
        db.admit_write().await.map_err(|error| refusal(error.into()))?;
    }
    next.call(request).await
}

/// Whether the operation writes. Some with a body only read.
fn is_write(request: &ServiceRequest) -> bool {
    let contract = Contract::of(request.request());
    let route = context::route(request.request());
    let operation = route.and_then(|route| contract.operation(route, request.method()));
    !request.method().is_safe() && operation.is_some_and(|operation| operation.scope > Some(Scope::Read))
}
