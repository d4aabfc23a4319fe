//! How a signer's process works and whether its tokens answer, written down for people who look at how things stand. Nothing rests
//! on it.

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::prelude::*;
use store::database::is_unique_violation;
use store::schema::{signer_processes, signer_tokens};
use store::{Database, Timestamp};

use crate::authority::{self, AuthorityKind};
use crate::authority_end;
use crate::service_key::{self, Purpose};
use crate::signer::KeyReference;
use crate::signer::process::{LedgerKind, SignerFigures};

/// How a signer's process works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerStanding {
    /// Since when this is counted.
    pub since: Timestamp,
    /// How many children were started since; all but the first followed one that crashed, hung or was ended.
    pub starts: u64,
    /// How many signatures and message authentication codes came back.
    pub signatures: u64,
    /// When the last one did.
    pub last_signed_at: Option<Timestamp>,
    /// Within which times 50 and 99 in 100 of the questions for signatures were answered; none before the first.
    pub waits: Option<(Duration, Duration)>,
    /// When this was told.
    pub told_at: Timestamp,
    /// Its tokens that were asked for something, by name.
    pub tokens: Vec<TokenStanding>,
}

/// Whether a token answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenStanding {
    /// Its name in `tokens.toml`.
    pub token: String,
    /// When it was last asked.
    pub asked_at: Timestamp,
    /// The stable code of why it does not answer, and since when.
    pub trouble: Option<(String, Timestamp)>,
}

impl SignerStanding {
    /// What these figures say at `at`.
    pub fn of(figures: &SignerFigures, at: Timestamp) -> Self {
        let token = |(name, token): (&String, &crate::signer::process::TokenFigures)| TokenStanding {
            token: name.clone(),
            asked_at: at.minus(token.asked),
            trouble: token.trouble.map(|(code, lasts)| (code.name.to_owned(), at.minus(lasts))),
        };
        Self {
            since: at.minus(figures.age),
            starts: figures.starts,
            signatures: figures.signatures,
            last_signed_at: figures.last_signed.map(|ago| at.minus(ago)),
            waits: figures.p50.zip(figures.p99),
            told_at: at,
            tokens: figures.tokens.iter().map(token).collect(),
        }
    }
}

/// Writes how the process of this kind works over what was written before; of several parents the last one writes.
pub fn record(db: &mut Database, kind: LedgerKind, standing: &SignerStanding) -> QueryResult<()> {
    let micros = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let said = (
        signer_processes::since.eq(standing.since),
        signer_processes::starts.eq(count(standing.starts)),
        signer_processes::signatures.eq(count(standing.signatures)),
        signer_processes::last_signed_at.eq(standing.last_signed_at),
        signer_processes::p50_us.eq(standing.waits.map(|(half, _)| micros(half))),
        signer_processes::p99_us.eq(standing.waits.map(|(_, most)| micros(most))),
        signer_processes::told_at.eq(standing.told_at),
    );
    let written = db.write(|db| {
        let known = signer_processes::table.find(kind.name()).count().get_result::<i64>(db)?;
        match known {
            0 => diesel::insert_into(signer_processes::table)
                .values((signer_processes::kind.eq(kind.name()), said))
                .execute(db)?,
            _ => diesel::update(signer_processes::table.find(kind.name())).set(said).execute(db)?,
        };
        diesel::delete(signer_tokens::table.filter(signer_tokens::kind.eq(kind.name()))).execute(db)?;
        for token in &standing.tokens {
            let (trouble, since) = token.trouble.as_ref().map(|(code, since)| (code, *since)).unzip();
            diesel::insert_into(signer_tokens::table)
                .values((
                    signer_tokens::kind.eq(kind.name()),
                    signer_tokens::token.eq(&token.token),
                    signer_tokens::asked_at.eq(token.asked_at),
                    signer_tokens::trouble.eq(trouble),
                    signer_tokens::troubled_since.eq(since),
                ))
                .execute(db)?;
        }
        Ok(())
    });
    match written {
        // Another worker wrote in the same moment.
        Err(error) if is_unique_violation(&error) => Ok(()),
        outcome => outcome,
    }
}

/// How the process of this kind worked when it was last written down; none where it never was.
pub fn read(db: &mut Database, kind: LedgerKind) -> QueryResult<Option<SignerStanding>> {
    type Process = (Timestamp, i64, i64, Option<Timestamp>, Option<i64>, Option<i64>, Timestamp);
    type Token = (String, Timestamp, Option<String>, Option<Timestamp>);
    let process: Option<Process> = signer_processes::table
        .find(kind.name())
        .select((
            signer_processes::since,
            signer_processes::starts,
            signer_processes::signatures,
            signer_processes::last_signed_at,
            signer_processes::p50_us,
            signer_processes::p99_us,
            signer_processes::told_at,
        ))
        .first(db)
        .optional()?;
    let Some((since, starts, signatures, last_signed_at, p50, p99, told_at)) = process else {
        return Ok(None);
    };
    let tokens: Vec<Token> = signer_tokens::table
        .filter(signer_tokens::kind.eq(kind.name()))
        .order(signer_tokens::token)
        .select((
            signer_tokens::token,
            signer_tokens::asked_at,
            signer_tokens::trouble,
            signer_tokens::troubled_since,
        ))
        .load(db)?;
    let micros = |time: i64| Duration::from_micros(time.unsigned_abs());
    Ok(Some(SignerStanding {
        since,
        starts: starts.unsigned_abs(),
        signatures: signatures.unsigned_abs(),
        last_signed_at,
        waits: p50.map(micros).zip(p99.map(micros)),
        told_at,
        tokens: tokens
            .into_iter()
            .map(|(token, asked_at, trouble, since)| TokenStanding {
                token,
                asked_at,
                trouble: trouble.zip(since),
            })
            .collect(),
    }))
}

/// A key of each token that normal running needs, with its public half, SubjectPublicKeyInfo in DER: of issuing authorities that go on,
/// of the opposition list and of the audit log. The roots' token is unplugged, that of the responders is the status role's.
pub fn keys_in_use(db: &mut Database) -> QueryResult<Vec<(KeyReference, Vec<u8>)>> {
    let mut by_token = BTreeMap::new();
    for authority in authority::readable(db)?.authorities {
        if authority.kind == AuthorityKind::Issuing
            && !by_token.contains_key(&authority.key.token)
            && authority_end::find(db, &authority.short_name)?.is_none()
        {
            by_token.insert(authority.key.token.clone(), (authority.key, authority.public_key));
        }
    }
    for purpose in [Purpose::List, Purpose::Audit] {
        for key in service_key::of_purpose(db, purpose)? {
            by_token.entry(key.key.token.clone()).or_insert((key.key, key.public_key));
        }
    }
    Ok(by_token.into_values().collect())
}

#[cfg(test)]
mod tests {
    use store::DatabaseRole;

    use super::*;
    use crate::faults;

    #[test]
    fn what_is_written_is_read_and_a_token_that_is_no_longer_named_is_gone() {
        let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
        db.migrate().unwrap();
        assert_eq!(read(&mut db, LedgerKind::Issuing).unwrap(), None);
        let at = Timestamp::from_seconds(1_000_000);
        let token = |name: &str, trouble| TokenStanding { token: name.to_owned(), asked_at: at, trouble };
        let mut standing = SignerStanding {
            since: at.minus(Duration::from_secs(60)),
            starts: 1,
            signatures: 0,
            last_signed_at: None,
            waits: None,
            told_at: at,
            tokens: vec![token("issuing", None), token("services", None)],
        };
        record(&mut db, LedgerKind::Issuing, &standing).unwrap();
        assert_eq!(read(&mut db, LedgerKind::Issuing).unwrap().as_ref(), Some(&standing));
        standing.tokens = vec![token("issuing", Some((faults::SIGNER_UNAVAILABLE.name.to_owned(), at)))];
        standing.waits = Some((Duration::from_micros(900), Duration::from_millis(20)));
        (standing.starts, standing.signatures, standing.last_signed_at) = (2, 7, Some(at));
        record(&mut db, LedgerKind::Issuing, &standing).unwrap();
        assert_eq!(read(&mut db, LedgerKind::Issuing).unwrap(), Some(standing));
        assert_eq!(read(&mut db, LedgerKind::Answers).unwrap(), None);
    }

    #[test]
    fn figures_become_moments() {
        let at = Timestamp::from_seconds(1_000_000);
        let figures = SignerFigures {
            age: Duration::from_secs(100),
            starts: 2,
            signatures: 3,
            last_signed: Some(Duration::from_secs(4)),
            p50: Some(Duration::from_millis(1)),
            p99: Some(Duration::from_millis(2)),
            tokens: BTreeMap::new(),
        };
        let standing = SignerStanding::of(&figures, at);
        assert_eq!((standing.since, standing.told_at), (at.minus(Duration::from_secs(100)), at));
        assert_eq!(standing.last_signed_at, Some(at.minus(Duration::from_secs(4))));
        assert_eq!(standing.waits, Some((Duration::from_millis(1), Duration::from_millis(2))));
    }
}
