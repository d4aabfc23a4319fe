//! What was asked for, and what its certificate must say by it.

use super::{Decided, Subject};
use crate::certified::{self, Content, Wanted};
use crate::der::{Value, sequence};
use crate::{professions, tbs};

/// The title of a card that names nobody (\[S\] domain.md §1.7).
const OF_A_SERVICE: &str = "Carte de service santé ou social";

/// Reads the order or request. `decided_on` must be the same octets, or the renewal plan of the order.
pub(super) fn asked(canonical: &[u8], decided_on: &[u8]) -> Result<Decided, &'static str> {
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
    let wanted = order.wanted().ok_or("its order is of a kind or profession that is not known here")?;
    match order.origin {
        "officer" if canonical == decided_on => {
            Ok(order.decided(wanted, ("card-order", order.version, order.submitted_at)))
        }
        "plan" => {
            let planned_at = order.planned_in(decided_on).ok_or("the renewal plan does not say so")?;
            let [plan, card] = [order.plan, order.replaces].map(Option::unwrap_or_default);
            let once = format!("renewal plan {plan} for card {card}");
            Ok(Decided { once, ..order.decided(wanted, ("renewal-plan", 1, planned_at)) })
        }
        _ => Err("the decisions are on another order"),
    }
}

/// `CertificateRequest`: encoding, number, version, profile, structure, commonName, dnsNames, publicKey, csr,
/// submittedBy, submittedAt.
fn request(fields: &[Value<'_>]) -> Option<Decided> {
    let &[_, _, version, profile, structure, common_name, dns_names, public_key, _, submitted_by, at] =
        fields
    else {
        return None;
    };
    let hosts: Option<Vec<_>> =
        dns_names.sequence()?.iter().map(|name| name.text().map(str::to_owned)).collect();
    let mut subject = certified::structure(structure.text()?);
    subject.extend([certified::country(), (tbs::COMMON_NAME, Content::Text(common_name.text()?.to_owned()))]);
    Some(Decided {
        wanted: Wanted { subject, hosts: hosts?, ..Wanted::default() },
        profile: profile.text()?.to_owned(),
        public_key: Some(public_key.octets()?.to_vec()),
        subject: Subject {
            kind: "certificate-request",
            version: version.integer()?,
            submitted_by: submitted_by.text()?.to_owned(),
            submitted_at: at.integer()?,
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
    let mut wanted = match rest.next()? {
        exercise if exercise.tag == 0xa0 => {
            let [profession, _category] = exercise.explicit(0)?.sequence()?[..] else { return None };
            of_profession(profession.text()?)?
        }
        staff => {
            let [structure, title, _mandate] = staff.explicit(1)?.sequence()?[..] else { return None };
            of_staff(structure.text()?, title.text()?)
        }
    };
    wanted.subject.extend(certified::person(&text(4)?, &text(5)?, &text(6)?));
    let mut addresses = Vec::new();
    if let Some(address) = rest.next_if(|it| it.tag == 0xa2) {
        addresses.push(address.explicit(2)?.text()?.to_owned());
    }
    let (public_key, _csr, submitted_by, at) = (rest.next()?, rest.next()?, rest.next()?, rest.next()?);
    rest.next().is_none().then_some(())?;
    Some(Decided {
        wanted: Wanted { addresses, ..wanted },
        profile: text(3)?,
        public_key: Some(public_key.octets()?.to_vec()),
        subject: Subject {
            kind: "certificate-request",
            version: head.get(2)?.integer()?,
            submitted_by: submitted_by.text()?.to_owned(),
            submitted_at: at.integer()?,
        },
        ..Decided::default()
    })
}

/// Country and title of who has a regulated profession, by its code.
fn of_profession(code: &str) -> Option<Wanted> {
    let code: i64 = code.parse().ok()?;
    let title = Content::Text(professions::label(code)?.to_owned());
    let subject = vec![certified::country(), (tbs::TITLE, title)];
    Some(Wanted { subject, profession: Some(code), ..Wanted::default() })
}

/// Country and title of who works for a structure, and it.
fn of_staff(structure: &str, title: &str) -> Wanted {
    let mut subject = certified::structure(structure);
    subject.extend([certified::country(), (tbs::TITLE, Content::Text(title.to_owned()))]);
    Wanted { subject, ..Wanted::default() }
}

/// `CardOrder`, the fields that are compared with something.
struct Order<'a> {
    version: i64,
    kind: &'a str,
    holder: &'a str,
    encoding: i64,
    tied_to: &'a str,
    as_what: &'a str,
    names: [&'a str; 2],
    replaces: Option<&'a str>,
    origin: &'a str,
    plan: Option<&'a str>,
    submitted_by: &'a str,
    submitted_at: i64,
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
        let (submitted_by, at, register_feed, _record) =
            (rest.next()?, rest.next()?, rest.next()?, rest.next()?);
        rest.next().is_none().then_some(())?;
        Some(Self {
            version: head.get(2)?.integer()?,
            kind: text(3)?,
            holder: text(4)?,
            encoding,
            tied_to: text(5)?,
            as_what: text(6)?,
            names: [text(7)?, text(8)?],
            replaces,
            origin,
            plan,
            submitted_by: submitted_by.text()?,
            submitted_at: at.integer()?,
            register_feed: register_feed.text()?,
        })
    }

    fn decided(&self, wanted: Wanted, (kind, version, submitted_at): (&'static str, i64, i64)) -> Decided {
        let range = if matches!(self.kind, "CPS" | "CPF") { "fo" } else { "st" };
        let of_service = if self.names_nobody() { "-service" } else { "" };
        Decided {
            wanted,
            profile: format!("{range}-pp-{}{of_service}", self.kind.to_lowercase()),
            register_feed: Some(self.register_feed.to_owned()),
            subject: Subject { kind, version, submitted_by: self.submitted_by.to_owned(), submitted_at },
            ..Decided::default()
        }
    }

    /// The card of a service, which its structure answers for.
    fn names_nobody(&self) -> bool {
        self.names == ["", ""]
    }

    /// What its card's certificates say. Whoever learns a profession is called what he learns; the card of a service has a
    /// title of its own, and `EMPLOYE` with the local part of its number in the place of names.
    fn wanted(&self) -> Option<Wanted> {
        let code = || self.tied_to.parse::<i64>().ok();
        let mut wanted = match (self.encoding, self.kind) {
            (1, "CPF") => {
                let title = Content::Text(professions::in_training(code()?)?.to_owned());
                let subject = vec![certified::country(), (tbs::TITLE, title)];
                Wanted { subject, future_profession: code(), ..Wanted::default() }
            }
            (1, _) => of_profession(self.tied_to)?,
            _ if self.names_nobody() => of_staff(self.tied_to, OF_A_SERVICE),
            _ => of_staff(self.tied_to, self.as_what),
        };
        wanted.card_type = Some(match self.kind {
            "CPS" => 0,
            "CPF" => 1,
            "CDE" | "CPE" => 2,
            "CDA" | "CPA" => 3,
            _ => return None,
        });
        if self.names_nobody() {
            let (_, local) = self.holder.split_once('/')?;
            let pseudonym = Content::Text(format!("EMPLOYE{local}"));
            let holder = Content::Text(self.holder.to_owned());
            wanted.subject.extend([(tbs::PSEUDONYM, pseudonym), (tbs::COMMON_NAME, holder)]);
        } else {
            wanted.subject.extend(certified::person(self.holder, self.names[0], self.names[1]));
        }
        wanted.principal = Some(self.holder.to_owned());
        Some(wanted)
    }

    /// When the plan was made that renews the card which this order replaces, for the same holder, kind and exercise.
    /// `RenewalPlan`: encoding, id, plannedBy, plannedAt, horizon, items of card, holder, kind, exercise, \[0\] exclusion.
    fn planned_in(&self, plan: &[u8]) -> Option<i64> {
        let fields = sequence(plan)?;
        let [encoding, id, planned_by, planned_at, _, items] = fields[..] else { return None };
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
        let by_whom = planned_by.text() == Some(self.submitted_by);
        planned_at.integer().filter(|_| found && same && by_whom)
    }
}
