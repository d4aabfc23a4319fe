//! The yardstick: a handler of actix-web that sends a body of this length, whatever is asked.

use actix_web::{App, HttpResponse, HttpServer, web};

use super::load::{Keeping, Server};
use super::responder::{THREADS, tell};
use crate::child::{Child, Role};

/// Its process.
pub const BARE: Role = Role { word: "bare-server", run: serve };

/// It, running.
pub struct Bare {
    child: Child,
    address: String,
}

impl Bare {
    /// Starts it, with answers of `length` octets.
    pub fn start(length: usize) -> Self {
        let mut child = Child::start(BARE.word, &[&length.to_string()]);
        let address = child.hear();
        Self { child, address }
    }

    /// It, as it is asked on connections that are kept.
    pub fn server(&self) -> Server<'_> {
        Server { pid: self.child.pid(), address: &self.address, keeping: Keeping::Kept }
    }
}

fn serve(arguments: &[String]) {
    let length = arguments[0].parse().expect("its parent writes a number");
    let body = web::Bytes::from(vec![0x30; length]);
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let body = body.clone();
            App::new().default_service(web::to(move |_: web::Bytes| {
                let body = body.clone();
                async { HttpResponse::Ok().content_type("application/ocsp-response").body(body) }
            }))
        })
        .workers(THREADS)
        .disable_signals()
        .bind("127.0.0.1:0")
        .expect("a port is free");
        tell(&server.addrs()[0].to_string());
        server.run().await.expect("it serves until it is ended");
    });
}
