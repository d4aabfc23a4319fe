//! P6: the complete CRL of a million revoked certificates with their reasons, from the database to the folder.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crl_publisher::crl::CrlKind;

use super::publisher::{self, Task, Took};
use crate::cpu;
use crate::installation::Installation;
use crate::outcome::{Goal, Outcome};
use crate::pairs::measure;
use crate::status::{ISSUER, with_revoked};
use crate::stored::serial_tail;

/// How many are revoked.
pub const REVOKED: u64 = 1_000_000;

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let store = with_revoked(installation, REVOKED, 0);
    let pairs = measure(|| publisher::run(&store, Task::Full), || publisher::run(&store, Task::Scan));
    let crl = store.public_folder().crl_path(ISSUER, CrlKind::Full);
    let octets = std::fs::metadata(crl).expect("it was published").len() as f64;
    let row = |what: &str, unit, of: fn(&Took) -> f64, goal| {
        let what = format!(
            "{what}: a full CRL of {REVOKED} entries with reasons ({:.1} MB), linted, signed in SoftHSM, read back, \
             compared, recorded and published, beside the rows, their SHA-256 and a signature; SQLite",
            octets / 1e6
        );
        Outcome::new("P6", what, unit, pairs.medians(of), pairs.ratio(of), goal)
    };
    let mut outcomes = vec![
        row("CPU", "s CPU", |took| took.cpu, Goal::AtMost(2.0)),
        row("wall", "s", |took| took.wall, Goal::None),
    ];
    let openssl = OpensslCa::in_folder(&installation.folder().join("openssl-ca"));
    let beside_openssl = measure(|| publisher::run(&store, Task::Full).cpu, || openssl.publish());
    let what = format!("CPU of the same, to openssl ca -gencrl on {REVOKED} entries of its index");
    let (figures, ratio) = (beside_openssl.medians(|cpu| *cpu), beside_openssl.ratio(|cpu| *cpu));
    outcomes.push(Outcome::new("P6", what, "s CPU", figures, ratio, Goal::AtMost(0.05)));
    let (peak, _) = pairs.medians(|took| took.peak);
    let what = "the most memory of the process that publishes it, to the length of the CRL";
    let figures = (peak, octets);
    outcomes.push(Outcome::new("P6", what.to_owned(), "octets", figures, peak / octets, Goal::AtMost(1.5)));
    outcomes
}

/// OpenSSL's own CA, with as many entries in its index and a key on P-256 in a file.
struct OpensslCa(PathBuf);

impl OpensslCa {
    fn in_folder(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("the folder can be written");
        let mut index = String::new();
        for n in 0..REVOKED {
            let reason = if n % 3 == 0 { "cessationOfOperation" } else { "keyCompromise" };
            writeln!(
                index,
                "R\t400101000000Z\t261101000000Z,{reason}\t1D00000000000001{:016X}\tunknown\t/CN={n}",
                serial_tail(n)
            )
            .expect("a string takes all");
        }
        let write = |name: &str, text: &str| {
            std::fs::write(folder.join(name), text).expect("the folder can be written");
        };
        write("index.txt", &index);
        write("index.txt.attr", "unique_subject = no\n");
        write("crlnumber", "01\n");
        write("ca.cnf", CONFIGURATION);
        let made = Self(folder.to_owned());
        made.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=yardstick",
            "-keyout",
            "key.pem",
            "-out",
            "ca.pem",
        ]);
        made
    }

    /// Has it make its CRL; its CPU seconds.
    fn publish(&self) -> f64 {
        let before = cpu::used();
        self.openssl(&["ca", "-config", "ca.cnf", "-gencrl", "-out", "crl.pem"]);
        cpu::used().saturating_sub(before).as_secs_f64()
    }

    fn openssl(&self, arguments: &[&str]) {
        let status = Command::new("openssl")
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("openssl is installed");
        assert!(status.success(), "openssl {}", arguments.join(" "));
    }
}

const CONFIGURATION: &str = "[ca]\ndefault_ca = yardstick\n[yardstick]\ndatabase = index.txt\ncrlnumber = crlnumber\n\
    certificate = ca.pem\nprivate_key = key.pem\ndefault_md = sha256\ndefault_crl_days = 3\ncrl_extensions = crl\n\
    [crl]\nauthorityKeyIdentifier = keyid\n";
