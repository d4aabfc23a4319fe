//! Notices to people, written in the commit of what they tell of; a job sends them.

use card::CardNumber;
use diesel::prelude::*;
use rand_core::CryptoRng;
use store::schema::outbox;
use store::{Act, Database, Timestamp};

/// What is told. The sentence lives with the sender, not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// An order or request has been received.
    Received,
    /// It has been approved.
    Approved,
    /// It has been refused; the decision says why.
    Refused,
    /// It has been withdrawn.
    Withdrawn,
    /// It waits for an answer of its applicant.
    QuestionAsked,
    /// A card has been handed over.
    CardDelivered,
    /// A card can be used from now on.
    CardActivated,
    /// The register no longer supports a card; it is opposed if the next feed says so too.
    CardLapsed,
    /// The register no longer supports a software certificate; it is revoked if the next feed says so too.
    CertificateLapsed,
    /// A software certificate has been revoked, since the register no longer supports it.
    CertificateRevoked,
    /// A card has been opposed.
    CardOpposed,
    /// A card has been suspended.
    CardSuspended,
    /// The suspension of a card has been lifted.
    SuspensionLifted,
    /// Somebody declared a card of his lost without proof; an officer calls back.
    OppositionUnproved,
    /// A certificate can be fetched.
    CertificateIssued,
    /// Nobody has fetched it for some time.
    CertificateNotRetrieved,
    /// The worker has seen a decision of the officer that cannot wait for the digest: he compares it with what he remembers.
    DecisionSeen,
    /// The worker has seen a decision in the officer's name that proves nothing.
    DecisionNotHeld,
    /// The worker has seen that a decision of the officer's was taken back.
    DecisionTakenBack,
    /// What the worker has seen decided in the officer's name since the last digest.
    DecisionsDigest,
    /// A key, or a certificate, became the officer's.
    KeyAdded,
    /// One is the officer's no more.
    KeyRevoked,
    /// The officer is written to at another address from now on.
    AddressChanged,
    /// Another officer looked again at what the officer approved, and contests it.
    ApprovalContested,
    /// Whoever was called back about his opposed card never opposed it: he is offered a new one.
    CardWayBack,
    /// A card in use is about to end.
    CardExpiring,
    /// Who speaks for a structure: a card of its staff is ordered.
    StaffCardOrdered,
    /// The same: one has been handed over.
    StaffCardDelivered,
    /// The same: one has been opposed.
    StaffCardOpposed,
    /// The same: one is about to end.
    StaffCardExpiring,
    /// The same: one is no longer supported; it is opposed if the next feed finds it so too.
    StaffCardLapsed,
}

impl Notice {
    /// Every notice.
    pub const ALL: [Self; 31] = [
        Self::Received,
        Self::Approved,
        Self::Refused,
        Self::Withdrawn,
        Self::CardDelivered,
        Self::CardActivated,
        Self::CardLapsed,
        Self::CertificateLapsed,
        Self::CertificateRevoked,
        Self::CardOpposed,
        Self::OppositionUnproved,
        Self::CertificateIssued,
        Self::CertificateNotRetrieved,
        Self::DecisionSeen,
        Self::DecisionNotHeld,
        Self::DecisionTakenBack,
        Self::QuestionAsked,
        Self::CardSuspended,
        Self::SuspensionLifted,
        Self::DecisionsDigest,
        Self::KeyAdded,
        Self::KeyRevoked,
        Self::AddressChanged,
        Self::ApprovalContested,
        Self::CardWayBack,
        Self::CardExpiring,
        Self::StaffCardOrdered,
        Self::StaffCardDelivered,
        Self::StaffCardOpposed,
        Self::StaffCardExpiring,
        Self::StaffCardLapsed,
    ];

    /// The notice that is stored so.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == text)
    }

    /// As stored: `card-opposed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::QuestionAsked => "question-asked",
            Self::CardDelivered => "card-delivered",
            Self::CardActivated => "card-activated",
            Self::CardLapsed => "card-lapsed",
            Self::CertificateLapsed => "certificate-lapsed",
            Self::CertificateRevoked => "certificate-revoked",
            Self::CardOpposed => "card-opposed",
            Self::CardSuspended => "card-suspended",
            Self::SuspensionLifted => "suspension-lifted",
            Self::OppositionUnproved => "opposition-unproved",
            Self::CertificateIssued => "certificate-issued",
            Self::CertificateNotRetrieved => "certificate-not-retrieved",
            Self::DecisionSeen => "decision-seen",
            Self::DecisionNotHeld => "decision-not-held",
            Self::DecisionTakenBack => "decision-taken-back",
            Self::DecisionsDigest => "decisions-digest",
            Self::KeyAdded => "officer-key-added",
            Self::KeyRevoked => "officer-key-revoked",
            Self::AddressChanged => "officer-address-changed",
            Self::ApprovalContested => "approval-contested",
            Self::CardWayBack => "card-way-back",
            Self::CardExpiring => "card-expiring",
            Self::StaffCardOrdered => "staff-card-ordered",
            Self::StaffCardDelivered => "staff-card-delivered",
            Self::StaffCardOpposed => "staff-card-opposed",
            Self::StaffCardExpiring => "staff-card-expiring",
            Self::StaffCardLapsed => "staff-card-lapsed",
        }
    }
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient<'a> {
    /// The holder, by IdNat_PS. His addresses are looked up when the notice is sent.
    Holder(&'a str),
    /// An officer, by login.
    Officer(&'a str),
}

/// A notice that waits, or was sent.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct OutboxEntry {
    /// 32 hexadecimal digits.
    pub id: String,
    /// `holder:899700000123` or `officer:alice`.
    pub recipient: String,
    /// [`Notice::as_str`].
    pub notice: String,
    /// `order CO-2026-000001`, `card 2600000017`.
    pub subject: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it left.
    pub sent_at: Option<Timestamp>,
}

/// Writes a notice; its identifier. Inside the transaction of what it tells of.
pub(crate) fn put(
    db: &mut Database,
    recipient: Recipient<'_>,
    notice: Notice,
    subject: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<String> {
    let id = draw(rng);
    let row = row(&id, recipient, notice, subject, act);
    diesel::insert_into(outbox::table).values(row).execute(db)?;
    Ok(id)
}

/// Tells a holder, by IdNat_PS, of his card. To one of the staff of a structure nothing is written: the register has no address of his, and
/// what is told of his card is told to [who speaks for the structure](crate::structure_notices). Inside the transaction of what it tells of.
pub(crate) fn tell_holder(
    db: &mut Database,
    holder: &str,
    notice: Notice,
    card: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    if is_of_staff(holder) {
        return Ok(());
    }
    put(db, Recipient::Holder(holder), notice, &format!("card {card}"), rng, act).map(drop)
}

/// Whether this IdNat_PS is the number that a structure gives one of its staff: `3` and its FINESS number, `/`, his own.
pub(crate) fn is_of_staff(holder: &str) -> bool {
    holder.contains('/')
}

/// The same as [`put`] of one that leaves before the others, whenever they were written: what the worker tells an officer of what was decided in
/// his name. No role but the worker's may.
pub(crate) fn put_first(
    db: &mut Database,
    recipient: Recipient<'_>,
    notice: Notice,
    subject: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<String> {
    let id = draw(rng);
    put_first_as(db, &id, recipient, notice, subject, act)?;
    Ok(id)
}

/// An identifier for a notice, where something refers to it before it is written.
pub(crate) fn draw(rng: &mut dyn CryptoRng) -> String {
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    hex::encode(id)
}

/// As [`put_first`], under this identifier.
pub(crate) fn put_first_as(
    db: &mut Database,
    id: &str,
    recipient: Recipient<'_>,
    notice: Notice,
    subject: &str,
    act: &Act,
) -> QueryResult<()> {
    let row = row(id, recipient, notice, subject, act);
    diesel::insert_into(outbox::table).values((row, outbox::leaves_first.eq(true))).execute(db).map(drop)
}

#[derive(Insertable)]
#[diesel(table_name = outbox)]
struct Row<'a> {
    id: &'a str,
    recipient: String,
    notice: &'static str,
    subject: &'a str,
    created_at: Timestamp,
}

fn row<'a>(id: &'a str, recipient: Recipient<'_>, notice: Notice, subject: &'a str, act: &Act) -> Row<'a> {
    let recipient = match recipient {
        Recipient::Holder(id) => format!("holder:{id}"),
        Recipient::Officer(login) => format!("officer:{login}"),
    };
    Row { id, recipient, notice: notice.as_str(), subject, created_at: act.at }
}

/// The notices that wait, oldest first, `limit` at most.
pub fn waiting(db: &mut Database, limit: i64) -> QueryResult<Vec<OutboxEntry>> {
    outbox::table
        .filter(outbox::sent_at.is_null())
        .order((outbox::created_at, outbox::id))
        .limit(limit)
        .select(OutboxEntry::as_select())
        .load(db)
}
