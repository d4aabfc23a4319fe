//! What can be seen without the program: the public folder, and what the token says that it has signed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use acceptance::harness::openssl;
use ca_core::authority::{self, Authority};
use ca_core::shard;
use ca_core::signer::ledger::{Entry, follow};
use diesel::prelude::*;
use openssl::sha::{sha256, sha384};
use serde_json::{Value, json};
use store::Database;
use store::schema::{
    audit_checkpoints, audit_events, card_oppositions, certificate_status_events, certificates, crls,
    responder_requests, signing_intents,
};

use crate::scenarios::workshop::Workshop;

/// The kinds of CRL, and what their files are called after the authority, or the number of its shard.
const KINDS: [(&str, &str); 2] = [("full", ".crl"), ("delta", "-delta.crl")];

/// Where a CRL is public, and by what its rows are found.
struct CrlFile {
    path: String,
    issuer: String,
    scope: String,
    kind: &'static str,
}

impl CrlFile {
    /// Those of an authority, and of each of its shards.
    fn of(db: &mut Database, issuer: &str) -> Vec<Self> {
        let shards = shard::open(db, issuer).unwrap().into_iter().map(|shard| shard.number);
        let shards = shards.map(|number| (format!("shard-{number}"), format!("crl/{issuer}/{number}")));
        let every = std::iter::once(("all".to_owned(), format!("crl/{issuer}")));
        every
            .chain(shards)
            .flat_map(|(scope, stem)| {
                KINDS.map(|(kind, ending)| Self {
                    path: format!("{stem}{ending}"),
                    issuer: issuer.to_owned(),
                    scope: scope.clone(),
                    kind,
                })
            })
            .collect()
    }

    /// The number under which exactly these octets are recorded.
    fn recorded_number(&self, db: &mut Database, der: &[u8]) -> Option<i64> {
        crls::table
            .filter(crls::issuer.eq(&self.issuer).and(crls::scope.eq(&self.scope)))
            .filter(crls::kind.eq(self.kind).and(crls::der.eq(der)))
            .select(crls::number)
            .first(db)
            .optional()
            .unwrap()
    }

    fn is_public_as_recorded(&self, outside: &Outside<'_>, db: &mut Database) -> bool {
        let public = outside.read(&self.path).and_then(|der| self.recorded_number(db, &der));
        public == self.newest_number(db)
    }

    /// Whether it tells of everything that the log says of its authority: a delta does at once.
    fn has_every_event(&self, db: &mut Database) -> bool {
        let events = certificate_status_events::table
            .filter(certificate_status_events::issuer.eq(&self.issuer))
            .select(diesel::dsl::max(certificate_status_events::sequence));
        let last: Option<i64> = events.first(db).unwrap();
        let cut: Option<i64> = crls::table
            .filter(crls::issuer.eq(&self.issuer).and(crls::scope.eq(&self.scope)))
            .select(diesel::dsl::max(crls::log_sequence))
            .first(db)
            .unwrap();
        self.scope != "all" || self.issuer.starts_with("ACR-") || cut >= last
    }

    fn newest_number(&self, db: &mut Database) -> Option<i64> {
        crls::table
            .filter(crls::issuer.eq(&self.issuer).and(crls::scope.eq(&self.scope)))
            .filter(crls::kind.eq(self.kind))
            .select(diesel::dsl::max(crls::number))
            .first(db)
            .unwrap()
    }
}

/// What was seen so far.
pub struct Outside<'w> {
    workshop: &'w Workshop,
    /// The greatest number of each file.
    numbers: BTreeMap<String, i64>,
    /// The octets under each number.
    seen: BTreeMap<(String, i64), Vec<u8>>,
    /// How many oppositions stood on the list.
    opposed: usize,
}

impl<'w> Outside<'w> {
    /// Of this installation.
    pub fn of(workshop: &'w Workshop) -> Self {
        Self { workshop, numbers: BTreeMap::new(), seen: BTreeMap::new(), opposed: 0 }
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.workshop.dir().join("public").join(path)).ok()
    }

    /// At any moment: what is public stands in the database, no CRL has a smaller number than before or other octets
    /// under the same, no opposition is forgotten.
    #[track_caller]
    pub fn look(&mut self, db: &mut Database) {
        for Authority { short_name, certificate, .. } in authority::all(db).unwrap() {
            if let Some(public) = self.read(&format!("ca/{short_name}.cer")) {
                assert!(
                    public == certificate,
                    "{short_name}: another certificate is public than is recorded"
                );
            }
            for file in CrlFile::of(db, &short_name) {
                let Some(public) = self.read(&file.path) else { continue };
                let number = file.recorded_number(db, &public);
                let file = file.path;
                let number = number.unwrap_or_else(|| panic!("{file} is public and was never recorded"));
                let before = self.numbers.insert(file.clone(), number).unwrap_or(0);
                assert!(number >= before, "{file}: number {number} after {before}");
                let octets = self.seen.entry((file.clone(), number)).or_insert_with(|| public.clone());
                assert!(*octets == public, "{file}: number {number} with other octets");
            }
        }
        let opposed = self.opposed(db);
        assert!(opposed >= self.opposed, "{opposed} cards on the opposition list after {}", self.opposed);
        self.opposed = opposed;
    }

    /// How many CRLs and deltas were seen, each under its number.
    pub fn crls_seen(&self) -> usize {
        self.seen.len()
    }

    /// Every digest of the ledgers, hexadecimal: what the worker and the ceremonies had signed, and the status role.
    fn written(&self) -> Vec<Entry> {
        [self.written_in("issuing"), self.written_in("answers")].concat()
    }

    fn written_in(&self, ledger: &str) -> Vec<Entry> {
        let ledger = self.workshop.dir().join(format!("signer/{ledger}.ledger"));
        follow(&ledger, None, usize::MAX).unwrap().map(|followed| followed.entries).unwrap_or_default()
    }

    /// How many cards stand on the public list, each of which must be opposed.
    fn opposed(&self, db: &mut Database) -> usize {
        let list: Value = self
            .read("oppositions/full.json")
            .map_or(json!({}), |text| serde_json::from_slice(&text).expect("the list is JSON at any moment"));
        let listed = list["oppositions"].as_array().cloned().unwrap_or_default();
        for entry in &listed {
            let card = entry["card_number"].as_str().unwrap();
            let known = card_oppositions::table.filter(card_oppositions::card_number.eq(card));
            assert_eq!(known.count().get_result::<i64>(db).unwrap(), 1, "card {card} is on the list");
        }
        listed.len()
    }

    /// Whether a worker has published what there is: it does so beside its other work.
    pub fn is_published(&self, db: &mut Database) -> bool {
        let authorities = authority::all(db).unwrap();
        let files: Vec<CrlFile> =
            authorities.iter().flat_map(|authority| CrlFile::of(db, &authority.short_name)).collect();
        let opposed: i64 = card_oppositions::table.count().get_result(db).unwrap();
        files.iter().all(|file| file.is_public_as_recorded(self, db) && file.has_every_event(db))
            && i64::try_from(self.opposed(db)).unwrap() == opposed
    }

    /// Once all is quiet: what is recorded last is public, whole, and verifies; nothing half written lies about.
    #[track_caller]
    pub fn is_complete(&self, db: &mut Database) {
        for Authority { short_name, .. } in authority::all(db).unwrap() {
            assert!(self.read(&format!("ca/{short_name}.cer")).is_some(), "{short_name} is not public");
            for file in CrlFile::of(db, &short_name) {
                assert_eq!(self.numbers.get(&file.path).copied(), file.newest_number(db), "{}", file.path);
            }
        }
        let opposed: i64 = card_oppositions::table.count().get_result(db).unwrap();
        assert_eq!(i64::try_from(self.opposed).unwrap(), opposed, "every opposed card is on the list");
        let public = self.workshop.dir().join("public");
        for list in ["full.csv", "full.json"] {
            check_signature(&public, list);
        }
        let newest: String = audit_checkpoints::table
            .order(audit_checkpoints::tree_size.desc())
            .select(audit_checkpoints::root_hash)
            .first::<Vec<u8>>(db)
            .map(|root| openssl::base64::encode_block(&root))
            .unwrap();
        let checkpoint = String::from_utf8(self.read("audit/checkpoint").unwrap()).unwrap();
        assert!(checkpoint.lines().any(|line| line == newest), "{checkpoint}");
        for folder in ["ca", "crl", "oppositions", "audit"] {
            assert_eq!(half_written(&public.join(folder)), [] as [PathBuf; 0]);
        }
    }

    /// Whatever the token has signed is a recorded certificate that was sent to be signed, or was intended, or asks
    /// for a responder; the ledger has it too, but for what a signer had in its hands when it died, which nobody ever
    /// got: as many as `in_hand`.
    #[track_caller]
    pub fn was_signed_for_a_reason(&self, db: &mut Database, in_hand: RangeInclusive<usize>) {
        let sent = certificates::table.filter(certificates::status.eq_any(["signing", "good", "revoked"]));
        let tbs: Vec<Vec<u8>> = sent.select(certificates::tbs).load(db).unwrap();
        let mut reasons: BTreeSet<Vec<u8>> =
            tbs.iter().flat_map(|tbs| [sha256(tbs).to_vec(), sha384(tbs).to_vec()]).collect();
        let requests = responder_requests::table.select(responder_requests::statement);
        reasons.extend(requests.load::<Vec<u8>>(db).unwrap().iter().map(|asked| sha256(asked).to_vec()));
        reasons.extend(signing_intents::table.select(signing_intents::digest).load::<Vec<u8>>(db).unwrap());
        // Nobody intends an OCSP answer: it is what its line says, in the ledger of the keys that sign nothing else.
        let answers = self.written_in("answers").into_iter().filter(|line| line.subject.starts_with("ocsp "));
        reasons.extend(answers.map(|line| line.digest));
        let reasons: BTreeSet<String> = reasons.iter().map(|digest| hexadecimal(digest)).collect();
        let signed = self.workshop.hsm().signed();
        for digest in &signed {
            assert!(reasons.contains(digest), "the token signed {digest}, and nobody knows why");
        }
        let mut unwritten = signed.clone();
        // A code is made over a secret, of which the ledger has a commitment: they are counted.
        let (codes, signatures): (Vec<Entry>, Vec<Entry>) =
            self.written().into_iter().partition(|line| line.subject.starts_with("opposition-code "));
        for line in &codes {
            assert!(reasons.contains(&hexadecimal(&line.digest)), "nobody intended {line:?}");
        }
        let made = usize::try_from(self.workshop.hsm().codes()).unwrap();
        let unwritten_codes = made.checked_sub(codes.len()).expect("the token has made what the ledger has");
        for digest in signatures.iter().map(|line| hexadecimal(&line.digest)) {
            let at = unwritten.iter().position(|signed| *signed == digest);
            unwritten
                .remove(at.unwrap_or_else(|| panic!("the ledger has {digest}, the token never signed it")));
        }
        assert!(
            in_hand.contains(&(unwritten.len() + unwritten_codes)),
            "{unwritten:?}, {unwritten_codes} codes"
        );

        let found = self.workshop.job("signatures");
        assert_eq!(found["issuing"]["alarms"], json!([]), "{found}");
        let alarms = audit_events::table.filter(audit_events::action.eq("signing.alarm"));
        assert_eq!(alarms.count().get_result::<i64>(db).unwrap(), 0, "no alarm was ever raised");
    }
}

/// `openssl` on the list and the signature beside it.
#[track_caller]
fn check_signature(public: &Path, list: &str) {
    let text = |path: &str| public.join(path).display().to_string();
    let content = text(&format!("oppositions/{list}"));
    let signature = format!("{content}.p7s");
    let chain = text("ca/chain.pem");
    let arguments = ["cms", "-verify", "-inform", "DER", "-in", &signature, "-content", &content, "-binary"];
    let trust = ["-CAfile", &chain, "-purpose", "any", "-out", "/dev/null"];
    openssl(arguments.into_iter().chain(trust)).expect_exit(0);
}

/// The files under a folder that were begun and never put in place.
fn half_written(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = paths.flat_map(|path| match path.is_dir() {
        true => half_written(&path),
        false => vec![path],
    });
    found.filter(|path| path.extension().is_some_and(|ending| ending == "new")).collect()
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
