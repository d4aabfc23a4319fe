//! CRLs and deltas, each held against the part of the status log that it was cut from, and against each other.
//!
//! The log is append-only, and a CRL's number says how far into it the CRL reaches: so what stands on it is compared
//! exactly, whatever is published meanwhile. Only whether it reaches *far enough* is a question of time.

use ca_core::authority::AuthorityKind;
use store::Timestamp;

use super::crl_entries::{Expected, compare};
use super::{Checks, Seen};
use crate::LookError;
use crate::difference::{Face, Kind};
use crate::logged;
use crate::readers::crl::Crl;
use crate::recorded::{self, CrlKind, RecordedCrl};
use crate::scope::Scope;
use crate::sightings::Sighting;

/// Of how many certificates a delta tells at most for the sake of complete CRLs that are in use (docs/decisions/0023-crl-shards.md).
const MOST_CHANGES: i64 = 20_000;

/// What is known of a CRL that was looked at.
struct Looked {
    number: i64,
    /// It shows the status log up to here.
    cut: i64,
    base_number: Option<i64>,
}

impl Checks<'_> {
    pub(super) fn crls(&mut self) -> Result<(), LookError> {
        for at in 0..self.authorities.len() {
            let authority = &self.authorities[at].authority;
            let (name, kind) = (authority.short_name.clone(), authority.kind);
            for scope in Scope::of_authority(self.db, &name)? {
                if self.is_being_opened(&scope)? {
                    continue;
                }
                let full = self.crl(at, &scope, CrlKind::Full)?;
                // A root has no delta, and signs at ceremonies: how long its CRL lasts is another alarm's.
                if kind == AuthorityKind::Issuing {
                    let delta = self.crl(at, &scope, CrlKind::Delta)?;
                    self.together(&scope, full.as_ref(), delta.as_ref())?;
                }
            }
        }
        Ok(())
    }

    /// A shard is opened, and then its first CRLs are signed.
    fn is_being_opened(&mut self, scope: &Scope) -> Result<bool, LookError> {
        let lately = scope.opened_at().is_some_and(|opened| opened.plus(self.under_way()) > self.at);
        Ok(lately && recorded::newest_crl(self.db, scope, CrlKind::Full, None)?.is_none())
    }

    fn crl(&mut self, authority: usize, scope: &Scope, kind: CrlKind) -> Result<Option<Looked>, LookError> {
        let (face, place) = (face(kind), scope.path(kind));
        let Some(octets) = self.fetch(face, &place) else { return Ok(None) };
        let crl = match Crl::read(&octets) {
            Ok(crl) => crl,
            Err(malformed) => {
                self.differences.add(face, &place, Kind::Unreadable, "", malformed.to_string());
                return Ok(None);
            }
        };
        if !crl.is_of(&self.authorities[authority].certificate) {
            let found = format!("is not signed by {}", scope.issuer);
            self.differences.add(face, &place, Kind::NotOurs, "", found);
            return Ok(None);
        }
        if crl.base_number.is_some() != (kind == CrlKind::Delta) {
            let found = format!("is no {} CRL", kind.name());
            self.differences.add(face, &place, Kind::Differs, "", found);
            return Ok(None);
        }
        let stated = crl.distribution_points.as_deref();
        if stated
            != scope.distribution_point().map(|url| [url.to_owned()]).as_ref().map(<[String; 1]>::as_slice)
        {
            let found = format!("its scope is {stated:?}");
            self.differences.add(face, &place, Kind::WrongScope, "", found);
            return Ok(None);
        }
        self.dates_of_crl(face, &place, &scope.issuer, &crl);
        let number = i64::try_from(crl.number).unwrap_or(i64::MAX);
        self.seen.push(Seen {
            number: Some(number),
            base_number: crl.base_number.map(|base| i64::try_from(base).unwrap_or(i64::MAX)),
            this_update: Some(Timestamp::from_seconds(crl.this_update)),
            next_update: Some(Timestamp::from_seconds(crl.next_update)),
            entries: Some(crl.entries.len() as u64),
            ..Seen::of(&place, &octets)
        });
        let Some(recorded) = recorded::crl(self.db, scope, kind, number)? else {
            let found = format!(
                "number {number} was never recorded: the database has forgotten it, or it is another's"
            );
            self.differences.add(face, &place, Kind::Unrecorded, "", found);
            return Ok(None);
        };
        self.is_as_recorded((face, &place), &crl, &recorded);
        self.is_newest((face, &place), scope, kind, &recorded)?;
        self.sightings.push(Sighting::crl(kind, scope, number));
        let base_cut = match recorded.base_number {
            None => 0,
            Some(base) => match recorded::crl(self.db, scope, CrlKind::Full, base)? {
                Some(base) => base.log_sequence,
                None => {
                    let found = format!("starts from number {base}, which was never recorded");
                    self.differences.add(face, &place, Kind::WrongBase, "", found);
                    return Ok(None);
                }
            },
        };
        let before = match kind {
            CrlKind::Full => recorded::newest_crl(self.db, scope, kind, Some(number))?,
            CrlKind::Delta => None,
        };
        let expected = Expected {
            face,
            place: &place,
            scope,
            between: (base_cut, recorded.log_sequence),
            this_update: recorded.this_update,
            before: before.as_ref(),
        };
        compare(self.db, &expected, &crl.entries, &mut self.differences)?;
        Ok(Some(Looked { number, cut: recorded.log_sequence, base_number: recorded.base_number }))
    }

    pub(super) fn is_as_recorded(
        &mut self,
        (face, place): (Face, &str),
        crl: &Crl<'_>,
        recorded: &RecordedCrl,
    ) {
        let stated = |number: Option<u64>| number.and_then(|number| i64::try_from(number).ok());
        for (what, same) in [
            ("thisUpdate", recorded.this_update.seconds() == crl.this_update),
            ("nextUpdate", recorded.next_update.seconds() == crl.next_update),
            ("base number", recorded.base_number == stated(crl.base_number)),
            ("number of entries", recorded.entries == crl.entries.len() as i64),
        ] {
            if !same {
                let found =
                    format!("its {what} is not the one that was recorded under number {}", recorded.number);
                self.differences.add(face, place, Kind::Differs, what, found);
            }
        }
    }

    /// A newer one that was recorded a while ago should be served.
    pub(super) fn is_newest(
        &mut self,
        (face, place): (Face, &str),
        scope: &Scope,
        kind: CrlKind,
        served: &RecordedCrl,
    ) -> Result<(), LookError> {
        let newest = recorded::newest_crl(self.db, scope, kind, None)?;
        if let Some(newest) = newest.filter(|newest| newest.number > served.number)
            && newest.recorded_at.plus(self.under_way()) < self.at
        {
            let found = format!(
                "number {} is served, and number {} was recorded at {}",
                served.number, newest.number, newest.recorded_at
            );
            self.differences.add(face, place, Kind::Stale, "", found);
        }
        Ok(())
    }

    /// Whoever keeps an older complete CRL, as he may until its nextUpdate, reads what was revoked since from the delta that
    /// is served, unless that is more than a delta tells of: least since the newest of those before its base.
    fn goes_with_each_in_use(&mut self, scope: &Scope, delta: &Looked) -> Result<(), LookError> {
        let Some(base) = delta.base_number else { return Ok(()) };
        let Some(kept) = recorded::newest_full_in_use_before(self.db, scope, base, self.at)? else {
            return Ok(());
        };
        if logged::count_between(self.db, scope, (kept.log_sequence, delta.cut))? <= MOST_CHANGES {
            let (number, until) = (kept.number, kept.next_update);
            let found = format!(
                "starts from number {base}, and the complete CRL number {number} lasts until {until}"
            );
            self.differences.add(Face::Delta, &scope.path(CrlKind::Delta), Kind::WrongBase, "", found);
        }
        Ok(())
    }

    /// Base and delta together: the delta goes with the base that is served, and what the log said a while ago stands on
    /// one of them. (What stands on each was compared with the log; a base that reaches at least as far as the delta's
    /// begins where the delta begins, or later, and so nothing falls between.)
    fn together(
        &mut self,
        scope: &Scope,
        full: Option<&Looked>,
        delta: Option<&Looked>,
    ) -> Result<(), LookError> {
        let place = scope.path(CrlKind::Delta);
        if let (Some(full), Some(delta)) = (full, delta)
            && let Some(base) = delta.base_number
            && full.number < base
        {
            let found = format!(
                "starts from number {base}, and the complete CRL that is served is number {}",
                full.number
            );
            self.differences.add(Face::Delta, &place, Kind::WrongBase, "", found);
        }
        if let Some(delta) = delta {
            self.goes_with_each_in_use(scope, delta)?;
        }
        let Some(reached) = [full, delta].into_iter().flatten().map(|crl| crl.cut).max() else {
            return Ok(());
        };
        // The oldest that is missing: it is the same in the next look, whatever is revoked meanwhile.
        let due = logged::first_after(self.db, scope, reached)?;
        if let Some(due) = due.filter(|due| due.occurred_at.plus(self.under_way()) < self.at) {
            let subject = format!("{} {}", due.issuer, due.serial);
            let found = format!(
                "{} at {}, of which neither complete CRL nor delta tells",
                due.event, due.occurred_at
            );
            self.differences.add(Face::Delta, &place, Kind::Missing, subject, found);
        }
        Ok(())
    }
}

const fn face(kind: CrlKind) -> Face {
    match kind {
        CrlKind::Full => Face::Crl,
        CrlKind::Delta => Face::Delta,
    }
}
