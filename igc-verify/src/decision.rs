//! What was asked for, and the officers' signed decisions on it (docs/audit.md, "Evidence").

pub mod said;

use crate::bundle::Bundle;
use crate::der::{Value, sequence};
use crate::key::{sha256, verifies};
use said::Said;

/// What a certificate rests on, as it was decided.
#[derive(Debug, Default)]
pub struct Decided {
    /// The order or request: `card order CO-…`, `certificate request CR-…`.
    pub thing: String,
    /// What must stand in the subject: holder and names of a card order, common name of a request.
    pub names: Vec<String>,
    /// Of a request: exactly these host names.
    pub dns_names: Option<Vec<String>>,
    /// Of a request: exactly these addresses.
    pub email_addresses: Vec<String>,
    /// Of a request: the profile. Of a card order: its kind, in lower case.
    pub profile: String,
    /// Of a request: the key, SubjectPublicKeyInfo in DER.
    pub public_key: Option<Vec<u8>>,
    /// Of a card order: SHA-256 of the register's feed, hexadecimal.
    pub register_feed: Option<String>,
    /// Who decided in another's name, and under which delegation.
    pub delegations: Vec<(String, String)>,
    /// Milliseconds: the last decision, and when the first of their proofs expires.
    pub valid: (i64, i64),
    /// What the decisions must be on, and who must not have made them.
    subject: Subject,
}

#[derive(Debug, Default)]
struct Subject {
    kind: &'static str,
    version: i64,
    submitted_by: String,
}

const UNREADABLE: &str = "its evidence does not read";

/// Verifies the decisions of a `DecisionEvidence` over `canonical`, the order or request; or over the renewal plan
/// that the order is of.
pub fn check(bundle: &Bundle, canonical: &[u8], evidence: &[u8]) -> Result<Decided, &'static str> {
    let fields = sequence(evidence).ok_or(UNREADABLE)?;
    let [decided_on, proofs] = fields[..] else { return Err(UNREADABLE) };
    let decided_on = decided_on.octets().ok_or(UNREADABLE)?;
    let mut decided = asked(canonical, decided_on)?;
    decided.thing = thing(canonical).ok_or(UNREADABLE)?;
    let proofs = proofs.sequence().ok_or(UNREADABLE)?;
    if proofs.is_empty() {
        return Err("nobody decided on it");
    }
    decided.valid = (i64::MIN, i64::MAX);
    let mut in_bulk = false;
    for proof in &proofs {
        in_bulk |= check_proof(bundle, decided_on, proof.octets().ok_or(UNREADABLE)?, &mut decided)?;
    }
    if in_bulk && proofs.len() > 1 {
        return Err("two officers decided on it, and one of them in a bulk");
    }
    Ok(decided)
}

/// `DemoProof ::= SEQUENCE { statement, keyId, signature }`, or a `PasskeyProof` of five; whether it is over a bulk.
fn check_proof(
    bundle: &Bundle,
    canonical: &[u8],
    proof: &[u8],
    decided: &mut Decided,
) -> Result<bool, &'static str> {
    let fields = sequence(proof).ok_or(UNREADABLE)?;
    let statement = match fields.len() {
        5 => bundle.officers.signed(&fields, "registration-officer")?,
        _ => signed_by_pinned(bundle, &fields)?,
    };
    let said = Said::read(statement)?;
    let subject = &decided.subject;
    if said.kind != subject.kind {
        return Err("a decision is on a thing of another kind");
    }
    if !said.names(&sha256(canonical), subject.version) {
        return Err("a decision is on another version, or on other content");
    }
    if said.decision != "approve" {
        return Err("an officer refused it");
    }
    if said.officer == subject.submitted_by {
        return Err("it was decided on by who submitted it");
    }
    if let Some(delegation) = said.delegation {
        decided.delegations.push((said.officer.to_owned(), delegation.to_owned()));
    }
    decided.valid = (decided.valid.0.max(said.at), decided.valid.1.min(said.until));
    Ok(said.in_bulk)
}

/// The statement in a `DemoProof` that a pinned key has signed.
fn signed_by_pinned<'a>(bundle: &Bundle, proof: &[Value<'a>]) -> Result<&'a [u8], &'static str> {
    let octets: Option<Vec<&'a [u8]>> = proof.iter().map(Value::octets).collect();
    let Some(&[statement, key_id, signature]) = octets.as_deref() else { return Err(UNREADABLE) };
    let key = bundle.approval_keys.iter().find(|(id, _)| id == key_id);
    let (_, key) = key.ok_or("a decision was signed with a key that is not pinned")?;
    match verifies(key, statement, signature) {
        true => Ok(statement),
        false => Err("the signature of a decision does not verify"),
    }
}

/// By its number, which the canonical encoding of either has behind its version.
fn thing(canonical: &[u8]) -> Option<String> {
    let number = sequence(canonical)?.get(1)?.text()?.to_owned();
    Some(if number.starts_with("CR-") {
        format!("certificate request {number}")
    } else {
        format!("card order {number}")
    })
}

/// Reads the order or request. `decided_on` must be the same octets, or the renewal plan of the order.
fn asked(canonical: &[u8], decided_on: &[u8]) -> Result<Decided, &'static str> {
    let fields = sequence(canonical).ok_or("its order or request does not read")?;
    let encoding = fields.first().and_then(Value::integer);
    let number = fields.get(1).and_then(Value::text).unwrap_or_default();
    // Of the second encoding an order is for the staff of a structure, and a request for a person.
    if !matches!(encoding, Some(1 | 2)) {
        return Err("its order or request is of an encoding that is not known here");
    }
    if number.starts_with("CR-") {
        let read = if encoding == Some(1) { request } else { personal_request };
        return if canonical == decided_on {
            read(&fields).ok_or("its request does not read")
        } else {
            Err("the decisions are on another request")
        };
    }
    let order = Order::read(&fields).ok_or("its order does not read")?;
    match order.origin {
        "officer" if canonical == decided_on => Ok(order.decided("card-order", order.version)),
        "plan" if order.is_in(decided_on).unwrap_or(false) => Ok(order.decided("renewal-plan", 1)),
        "plan" => Err("the renewal plan does not say so"),
        _ => Err("the decisions are on another order"),
    }
}

/// `CertificateRequest`: encoding, number, version, profile, structure, commonName, dnsNames, publicKey, csr,
/// submittedBy, submittedAt.
fn request(fields: &[Value<'_>]) -> Option<Decided> {
    let &[_, _, version, profile, _, common_name, dns_names, public_key, _, submitted_by, _] = fields else {
        return None;
    };
    let dns_names: Option<Vec<_>> =
        dns_names.sequence()?.iter().map(|name| name.text().map(str::to_owned)).collect();
    Some(Decided {
        names: vec![common_name.text()?.to_owned()],
        dns_names: Some(dns_names?),
        profile: profile.text()?.to_owned(),
        public_key: Some(public_key.octets()?.to_vec()),
        subject: Subject {
            kind: "certificate-request",
            version: version.integer()?,
            submitted_by: submitted_by.text()?.to_owned(),
        },
        ..Decided::default()
    })
}

/// `PersonalCertificateRequest`: encoding, number, version, profile, holder, familyName, givenName, \[0\] exercise or \[1\] staff,
/// \[2\] emailAddress, publicKey, csr, submittedBy, submittedAt.
fn personal_request(fields: &[Value<'_>]) -> Option<Decided> {
    let (head, rest) = fields.split_at_checked(7)?;
    let text = |n: usize| head.get(n).and_then(Value::text).map(str::to_owned);
    let mut rest = rest.iter().copied().peekable();
    let exercise = rest.next_if(|it| it.tag == 0xa0).is_some();
    let staff = rest.next_if(|it| it.tag == 0xa1).is_some();
    (exercise != staff).then_some(())?;
    let mut addresses = Vec::new();
    if let Some(address) = rest.next_if(|it| it.tag == 0xa2) {
        addresses.push(address.explicit(2)?.text()?.to_owned());
    }
    let (public_key, _csr, submitted_by, _at) = (rest.next()?, rest.next()?, rest.next()?, rest.next()?);
    rest.next().is_none().then_some(())?;
    Some(Decided {
        names: vec![text(4)?, text(5)?, text(6)?],
        dns_names: Some(Vec::new()),
        email_addresses: addresses,
        profile: text(3)?,
        public_key: Some(public_key.octets()?.to_vec()),
        subject: Subject {
            kind: "certificate-request",
            version: head.get(2)?.integer()?,
            submitted_by: submitted_by.text()?.to_owned(),
        },
        ..Decided::default()
    })
}

/// `CardOrder`, the fields that are compared with something.
struct Order<'a> {
    version: i64,
    kind: &'a str,
    holder: &'a str,
    encoding: i64,
    tied_to: &'a str,
    names: [&'a str; 2],
    replaces: Option<&'a str>,
    origin: &'a str,
    plan: Option<&'a str>,
    submitted_by: &'a str,
    register_feed: &'a str,
}

impl<'a> Order<'a> {
    /// Encoding, number, version, kind, holder, profession, category, familyName, givenName, \[0\] replaces, origin,
    /// \[1\] plan, submittedBy, submittedAt, registerFeed, registerRecord; for the staff of a structure, it and a title in the places of
    /// profession and category, and \[2\] mandate.
    fn read(fields: &[Value<'a>]) -> Option<Self> {
        let (head, rest) = fields.split_at_checked(9)?;
        let text = |n: usize| head.get(n).and_then(Value::text);
        let mut rest = rest.iter().copied().peekable();
        let mut optional = |number: u8| rest.next_if(|it| it.tag == 0xa0 | number)?.explicit(number)?.text();
        let replaces = optional(0);
        let origin = rest.next()?.text()?;
        let plan = rest.next_if(|it| it.tag == 0xa1).and_then(|it| it.explicit(1)?.text());
        let encoding = head.first()?.integer()?;
        let mandate = rest.next_if(|it| it.tag == 0xa2).and_then(|it| it.explicit(2)?.text());
        (mandate.is_some() == (encoding == 2)).then_some(())?;
        let (submitted_by, _at, register_feed, _record) =
            (rest.next()?, rest.next()?, rest.next()?, rest.next()?);
        rest.next().is_none().then_some(())?;
        Some(Self {
            version: head.get(2)?.integer()?,
            kind: text(3)?,
            holder: text(4)?,
            encoding,
            tied_to: text(5)?,
            names: [text(7)?, text(8)?],
            replaces,
            origin,
            plan,
            submitted_by: submitted_by.text()?,
            register_feed: register_feed.text()?,
        })
    }

    fn decided(&self, kind: &'static str, version: i64) -> Decided {
        Decided {
            names: self.certified(),
            profile: self.kind.to_lowercase(),
            register_feed: Some(self.register_feed.to_owned()),
            subject: Subject { kind, version, submitted_by: self.submitted_by.to_owned() },
            ..Decided::default()
        }
    }

    /// What must stand in the subject. The card of a service names nobody.
    fn certified(&self) -> Vec<String> {
        let names = self.names.iter().filter(|name| !name.is_empty());
        [self.holder].iter().chain(names).map(|name| (*name).to_owned()).collect()
    }

    /// Whether the plan renews the card that this order replaces, for the same holder, kind and exercise.
    /// `RenewalPlan`: encoding, id, plannedBy, plannedAt, horizon, items of card, holder, kind, exercise, \[0\] exclusion.
    fn is_in(&self, plan: &[u8]) -> Option<bool> {
        let fields = sequence(plan)?;
        let [encoding, id, planned_by, _, _, items] = fields[..] else { return None };
        let exercise = match self.encoding {
            1 => format!("profession:{}", self.tied_to),
            _ => format!("structure:{}", self.tied_to),
        };
        let wanted = [self.replaces?, self.holder, self.kind, &exercise];
        let planned = |item: &Value<'_>| {
            let texts: Option<Vec<_>> = item.sequence()?.iter().map(Value::text).collect();
            Some(texts? == wanted)
        };
        let found = items.sequence()?.iter().any(|item| planned(item).unwrap_or(false));
        let same = encoding.integer() == Some(1) && id.text() == self.plan;
        Some(found && same && planned_by.text() == Some(self.submitted_by))
    }
}
