//! How long the CRLs of the roots still last. Nobody signs them in normal running: their keys are in a token
//! that is unplugged, and the next ones need a ceremony, which takes its time to arrange.

use ca_core::authority::{self, AuthorityError, AuthorityKind};
use ca_core::status_log;
use store::{Database, Timestamp};

use crate::crl::{CrlKind, Scope, entries, record};
use crate::policy::PublicationPolicy;
use crate::publish::Urgency;

/// The CRL of one root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootCrl {
    /// Short name of the root.
    pub authority: String,
    /// Its nextUpdate; none where it never signed one.
    pub next_update: Option<Timestamp>,
    /// Revocations that are not on it yet.
    pub unlisted: u64,
}

/// The CRLs of all roots whose records read.
pub fn root_crls(db: &mut Database) -> Result<Vec<RootCrl>, AuthorityError> {
    let cut = status_log::newest(db)?;
    let mut found = Vec::new();
    for authority in authority::readable(db)?.authorities {
        if authority.kind != AuthorityKind::Root {
            continue;
        }
        let newest = record::newest(db, &authority.short_name, &Scope::All, CrlKind::Full)?;
        let shown = newest.as_ref().map_or(0, |crl| crl.log_sequence);
        let unlisted = entries::count_by_log(db, &authority.short_name, &Scope::All, (shown, cut))?;
        let next_update = newest.map(|crl| crl.next_update);
        found.push(RootCrl { authority: authority.short_name, next_update, unlisted });
    }
    Ok(found)
}

impl RootCrl {
    /// Seconds until its nextUpdate; zero once it has passed, or where there is none.
    pub fn remaining_seconds(&self, at: Timestamp) -> u64 {
        let left = self.next_update.map_or(0, |until| until.seconds() - at.seconds());
        u64::try_from(left).unwrap_or(0)
    }

    /// By the thresholds of the policy.
    pub fn urgency(&self, policy: &PublicationPolicy, at: Timestamp) -> Urgency {
        let left = self.remaining_seconds(at);
        if self.unlisted > 0 || left <= policy.root_crl_alarm.as_secs() {
            Urgency::Alarm
        } else if left <= policy.root_crl_warning.as_secs() {
            Urgency::Warning
        } else {
            Urgency::Well
        }
    }

    /// In words, for people.
    pub fn words(&self, at: Timestamp) -> String {
        let lasts = match self.next_update {
            None => "never signed".to_owned(),
            Some(until) if until <= at => format!("ended {until}"),
            Some(until) => format!("lasts {} days, until {until}", self.remaining_seconds(at) / 86_400),
        };
        match self.unlisted {
            0 => lasts,
            count => format!("{lasts}; revocations that are not on it: {count}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_crl_grows_urgent_as_its_end_comes_near_and_when_it_lacks_a_revocation() {
        let policy = PublicationPolicy::default();
        let at: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
        let crl = |until: &str, unlisted| RootCrl {
            authority: "ACR-FO".to_owned(),
            next_update: Some(until.parse().unwrap()),
            unlisted,
        };
        for (crl, urgency, words) in [
            (crl("2027-12-31T00:00:00Z", 0), Urgency::Well, "lasts 364 days, until 2027-12-31T00:00:00Z"),
            (crl("2027-02-15T00:00:00Z", 0), Urgency::Warning, "lasts 45 days, until 2027-02-15T00:00:00Z"),
            (crl("2027-01-10T00:00:00Z", 0), Urgency::Alarm, "lasts 9 days, until 2027-01-10T00:00:00Z"),
            (crl("2026-12-31T00:00:00Z", 0), Urgency::Alarm, "ended 2026-12-31T00:00:00Z"),
            (
                crl("2027-12-31T00:00:00Z", 1),
                Urgency::Alarm,
                "lasts 364 days, until 2027-12-31T00:00:00Z; revocations that are not on it: 1",
            ),
        ] {
            assert_eq!(crl.urgency(&policy, at), urgency, "{words}");
            assert_eq!(crl.words(at), words);
        }
        let none = RootCrl { authority: "ACR-FO".to_owned(), next_update: None, unlisted: 0 };
        assert_eq!((none.urgency(&policy, at), none.words(at)), (Urgency::Alarm, "never signed".to_owned()));
    }
}
