//! A mailbox: what an SMTP server of this machine took, as its reader sees it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::notices::{MailServer, Postman, Security};

/// What was taken, and from where it comes.
pub(crate) struct Mailbox {
    messages: Arc<Mutex<Vec<String>>>,
    takes: Arc<Mutex<bool>>,
    port: u16,
}

impl Mailbox {
    /// A server (RFC 5321) on a free port, for as long as the test runs.
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (messages, takes) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(true)));
        let (kept, allowed) = (Arc::clone(&messages), Arc::clone(&takes));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let takes = *allowed.lock().unwrap();
                // Who breaks off has sent nothing.
                drop(serve(stream.unwrap(), takes, &kept));
            }
        });
        Self { messages, takes, port }
    }

    /// Whether it takes what comes from now on, or says that it cannot now.
    pub(crate) fn takes(&self, takes: bool) {
        *self.takes.lock().unwrap() = takes;
    }

    /// What carries mail to it.
    pub(crate) fn postman(&self) -> Postman {
        let server = MailServer {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            security: Security::Loopback,
            login: None,
            from: "ne-pas-repondre@igc.exemple.fr".to_owned(),
            patience: Duration::from_secs(10),
            roots: None,
        };
        Postman::new(server).unwrap()
    }

    /// Each message: head, plain text, HTML.
    pub(crate) fn messages(&self) -> Vec<[String; 3]> {
        let read = |message: &String| {
            let (head, _) = message.split_once("\r\n\r\n").unwrap();
            let mut parts = parts(message).into_iter();
            [head.to_owned(), parts.next().unwrap(), parts.next().unwrap()]
        };
        self.messages.lock().unwrap().iter().map(read).collect()
    }
}

/// What it takes is kept before it says so: whoever was told reads it.
fn serve(stream: TcpStream, takes: bool, kept: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut answer = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    answer.write_all(b"220 test\r\n")?;
    while let Some(line) = lines.next() {
        let reply: &[u8] = match line?.split_ascii_whitespace().next().unwrap_or_default() {
            "RCPT" if !takes => b"451 not now\r\n",
            "QUIT" => break,
            "DATA" => {
                answer.write_all(b"354 go on\r\n")?;
                let mut text = String::new();
                for line in lines.by_ref() {
                    match line?.as_str() {
                        "." => break,
                        line => text.push_str(&format!("{}\r\n", line.strip_prefix('.').unwrap_or(line))),
                    }
                }
                kept.lock().unwrap().push(text);
                b"250 taken\r\n"
            }
            _ => b"250 test\r\n",
        };
        answer.write_all(reply)?;
    }
    Ok(())
}

/// The parts of a message of ours as their reader sees them: quoted-printable and base64 undone.
pub(crate) fn parts(message: &str) -> Vec<String> {
    let (_, boundary) = message.split_once("boundary=\"").unwrap();
    let boundary = format!("--{}", boundary.split('"').next().unwrap());
    let parts = message.split(&boundary).skip(1);
    parts
        .map(|part| {
            let (head, body) = part.split_once("\r\n\r\n").unwrap_or((part, ""));
            match head.contains("base64") {
                true => {
                    let plain: String = body.split_ascii_whitespace().collect();
                    String::from_utf8(openssl::base64::decode_block(&plain).unwrap()).unwrap()
                }
                false => unquoted(body),
            }
        })
        .collect()
}

/// Quoted-printable (RFC 2045 §6.7).
fn unquoted(body: &str) -> String {
    let joined = body.replace("=\r\n", "");
    let mut octets = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match (first, after) {
            (b'=', [high, low, after @ ..]) => {
                let pair = String::from_utf8(vec![*high, *low]).unwrap();
                octets.push(u8::from_str_radix(&pair, 16).unwrap());
                rest = after;
            }
            _ => {
                octets.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(octets).unwrap()
}
