use actix_web::{HttpResponse, web};
use registration_authority::approval::{Decidable, SubjectKind};
use registration_authority::held_feed::{self, HeldFeed};
use registration_authority::views;
use serde::Serialize;
use store::{Act, CryptoRng, Database, Timestamp};
use utoipa::ToSchema;

use super::caller::Caller;
use super::decided::{Given, Subject, Words, approved_by, state_of_two};
use super::listing::{self, Which};
use super::problem::Problem;
use crate::failure::Failure;

/// A feed of the register that a brake put aside, or a merge of two numbers that is doubted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisterFeed)]
pub(super) struct Feed {
    /// SHA-256 of the file, in hexadecimal: what it is named by.
    feed: String,
    /// Grows where the same file is put aside again and would do something else.
    version: i64,
    /// held, until two officers have released it; released; refused.
    status: &'static str,
    /// The first of the two, where it waits for the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<String>,
    /// Which of the extracts it is.
    source: String,
    /// The file's name.
    file_name: String,
    /// When the extract was made, RFC 3339.
    extracted_at: String,
    /// The two numbers, where it is no feed and a case of a merge: then no count means anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    merge: Option<Merge>,
    /// How many persons, or mailboxes, the register held.
    living: u64,
    /// How many it would enter.
    new: u64,
    /// How many it would change.
    changed: u64,
    /// How many would cease.
    ceased: u64,
    /// How many would go over from an ADELI number to an RPPS number.
    merged: u64,
    /// How many had left, and would be back.
    reappeared: u64,
    /// Who put it aside.
    held_by: String,
    /// When, RFC 3339.
    held_at: String,
}

/// Two numbers of which officers say whether they are one person's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisterMerge)]
pub(super) struct Merge {
    /// join: whether they become one person's; part: whether it ends that they are.
    kind: &'static str,
    /// IdNat_PS of the ADELI number.
    adeli: String,
    /// IdNat_PS of the RPPS number.
    rpps: String,
    /// What speaks against one person: births, names; or asked, where somebody asked.
    doubt: &'static str,
}

/// A page of feeds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisterFeeds)]
pub(super) struct Feeds {
    /// Those that nothing newer has overtaken, by digest.
    register_feeds: Vec<Feed>,
    /// How many the caller may not read: a feed is about everybody.
    hidden: usize,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The feeds that were put aside, page after page.
#[utoipa::path(get, path = "/register-feeds", tag = "register", params(Which), responses(
    (status = 200, body = Feeds, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(caller: Caller, which: web::Query<Which>) -> Result<HttpResponse, Failure> {
    let Which { after, limit } = which.into_inner();
    let limit = listing::length(limit);
    let found = caller.work(move |work| Ok(views::held_feeds(work.db, work.act)?)).await?;
    let (feeds, next) = listing::cut(found.shown, |held| &held.hold.feed, after.as_deref(), limit);
    let follows = next.as_ref().map(|next| format!("/register-feeds?after={next}&limit={limit}"));
    let register_feeds = feeds.iter().map(Feed::from).collect();
    Ok(listing::send_page(&Feeds { register_feeds, hidden: found.hidden, next }, follows))
}

impl Subject for HeldFeed {
    type Shown = Feed;

    const KIND: SubjectKind = SubjectKind::RegisterFeed;
    const ADDRESS: &str = "/register-feeds/{number}";
    const TAG: &str = "register";
    const WORDS: Words = Words {
        show: "One feed, by the SHA-256 of its file.",
        challenge: "Gives what an officer's passkey must sign to release the feed, with the figures that he has read, or to refuse it.",
        decide: "Takes the officer's signed decision. Two must approve, and the file is imported again; one refusal ends it.",
    };

    fn read(db: &mut Database, number: &str, act: &Act) -> Result<Self, Failure> {
        Ok(views::held_feed(db, number, act)?)
    }

    fn decidable(&self) -> Decidable {
        self.decidable()
    }

    fn state(&self, _: Timestamp) -> &'static str {
        state_of_two(&self.standing())
    }

    fn shown(&self, _: Timestamp) -> Feed {
        Feed::from(self)
    }

    fn decide(
        db: &mut Database,
        given: &Given<'_>,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Self, Failure> {
        let Given { number, version, verdict, proof, text, verifier } = *given;
        Ok(held_feed::decide(db, verifier, number, version, verdict, proof, text, rng, act)?)
    }
}

impl From<&HeldFeed> for Feed {
    fn from(held: &HeldFeed) -> Self {
        let hold = &held.hold;
        Self {
            feed: hold.feed.clone(),
            version: hold.version,
            status: held.standing().as_str(),
            approved_by: approved_by(held.standing()),
            source: hold.source.clone(),
            file_name: hold.file_name.clone(),
            extracted_at: hold.extracted_at.to_string(),
            merge: held.case.as_ref().map(|case| Merge {
                kind: case.kind.as_str(),
                adeli: case.adeli.clone(),
                rpps: case.rpps.clone(),
                doubt: case.doubt.as_str(),
            }),
            living: hold.living,
            new: hold.difference.new,
            changed: hold.difference.changed,
            ceased: hold.difference.ceased,
            merged: hold.difference.merged,
            reappeared: hold.difference.reappeared,
            held_by: hold.held_by.clone(),
            held_at: hold.held_at.to_string(),
        }
    }
}
