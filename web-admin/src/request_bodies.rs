//! What the body of a request may cost, whoever reads it or does not.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::rt::time::{Sleep, sleep};
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage};
use futures_util::Stream;

/// How long a body may take to arrive. Its length is bounded by whoever reads it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Hands the body of a request on, for so long at most. One that is not read to its end takes its connection with it: a
/// chunked body that nobody holds any more is drained by the server, to come to the next request, without end and
/// without a bound; one that is held when the answer has gone out is not.
pub async fn bound_bodies<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let body = match request.take_payload() {
        Payload::None => return next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        some => Rc::new(Body { payload: RefCell::new(some), has_ended: Cell::new(false) }),
    };
    let handed_on = HandedOn { body: Rc::clone(&body), patience: Box::pin(sleep(PATIENCE)) };
    request.set_payload(Payload::Stream { payload: Box::pin(handed_on) });
    let mut response = next.call(request).await?.map_into_boxed_body();
    if body.has_ended.get() {
        return Ok(response);
    }
    response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    Ok(response.map_body(|_, answer| BoxBody::new(Holding { answer, _unread: body })))
}

struct Body {
    payload: RefCell<Payload>,
    has_ended: Cell<bool>,
}

/// The body, as its reader has it.
struct HandedOn {
    body: Rc<Body>,
    patience: Pin<Box<Sleep>>,
}

impl Stream for HandedOn {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.patience.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Err(PayloadError::Incomplete(None))));
        }
        let read = Pin::new(&mut *this.body.payload.borrow_mut()).poll_next(context);
        if matches!(read, Poll::Ready(None)) {
            this.body.has_ended.set(true);
        }
        read
    }
}

/// An answer, and the body that was not read, until the answer has gone out.
struct Holding {
    answer: BoxBody,
    _unread: Rc<Body>,
}

impl MessageBody for Holding {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.answer.as_pin_mut().poll_next(context)
    }
}
