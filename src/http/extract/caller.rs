//! The caller of a request.

use crate::auth::Caller;
use crate::http::context;
use crate::http::respond::problem::Problem;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = context::caller(request);
        ready(caller.ok_or_else(|| Problem::unexpected("the operation takes a caller and is open to everybody")))
    }
}
