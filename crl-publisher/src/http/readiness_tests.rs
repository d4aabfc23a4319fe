//! A disk that is slow, and a database that is away: each is told as what it is.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::Ordering;

use super::tests::Server;
use crate::crl::CrlKind;
use crate::fixture::ISSUING;

/// A file that nobody can open meanwhile, as on a disk that is silent: another process has a lease on it (fcntl(2)).
struct Silent {
    holder: Child,
    lets_go: ChildStdin,
}

impl Silent {
    fn keeping(path: &Path) -> Self {
        // 1024 is F_SETLEASE, which Perl has no name for.
        const HOLDS: &str = r#"use Fcntl; $| = 1; $SIG{IO} = "IGNORE"; open(my $file, "<", $ARGV[0]) or die "$!";
            fcntl($file, 1024, F_WRLCK) or die "no lease: $!"; print "held\n"; <STDIN>;"#;
        let mut holder = Command::new("perl")
            .args(["-e", HOLDS])
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "held\n");
        let lets_go = holder.stdin.take().unwrap();
        Self { holder, lets_go }
    }

    fn end(mut self) {
        self.lets_go.write_all(b"\n").unwrap();
        assert!(self.holder.wait().unwrap().success());
    }
}

#[test]
fn a_file_that_a_silent_disk_does_not_give_is_told_and_the_database_is_well() {
    let server = Server::start();
    let silent = Silent::keeping(&server.world.folder.crl_path(ISSUING, CrlKind::Delta));
    let (status, text) = server.operations("/readyz?verbose");
    assert_eq!(status, 503, "{text}");
    for line in [
        "[+] database: ok",
        "[+] ocsp ACI-FO-PP: ok",
        "[+] crl ACI-FO-PP full: ok",
        "[-] crl ACI-FO-PP delta: not read, the public folder did not answer in time",
        "[-] oppositions full.json: not read: crl ACI-FO-PP delta comes before it",
        "[!] coherence: not read: crl ACI-FO-PP delta comes before it",
        "[+] status log: ok",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    silent.end();
    let (status, text) = server.operations("/readyz?verbose");
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("[+] crl ACI-FO-PP delta: ok"), "{text}");
}

#[test]
fn the_lists_are_looked_at_while_the_database_is_away() {
    let server = Server::start();
    assert_eq!(server.operations("/readyz").0, 200);
    server.reachable.store(false, Ordering::SeqCst);
    server.service.databases().renew();
    std::fs::remove_file(server.world.folder.oppositions_path("full.csv")).unwrap();
    let (status, text) = server.operations("/readyz?verbose");
    assert_eq!(status, 503);
    for line in [
        "[-] database: it does not answer",
        "[-] oppositions full.csv: not published",
        "[+] oppositions full.json: ok",
        "[+] status log: ok",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}
