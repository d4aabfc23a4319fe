use diesel::QueryResult;
use store::Database;

use super::{Covered, NotAuthorised, Officer, Reach, Scope};

/// What another officer has delegated to an officer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegated {
    /// `DG-2026-000001`.
    pub number: String,
    /// The login of who delegated it.
    pub delegator: String,
    /// His name, for pages.
    pub delegator_name: String,
    /// For which orders.
    pub scope: Scope,
}

impl Officer {
    /// The scopes within which he acts: his own, then those that were delegated to him.
    pub fn scopes(&self) -> Vec<Scope> {
        let delegated = self.delegated.iter().map(|one| &one.scope);
        std::iter::once(&self.scope).chain(delegated).cloned().collect()
    }

    /// Refused where he is not there for what he acts on, by himself or by delegation.
    pub fn require_within(&self, db: &mut Database, reach: &Reach) -> Result<(), NotAuthorised> {
        match self.require_within_own(db, reach) {
            Err(NotAuthorised::OutsideScope { .. } | NotAuthorised::PlaceUnknown { .. })
                if !self.by_delegation(db, reach)?.is_empty() =>
            {
                Ok(())
            }
            judged => judged,
        }
    }

    /// Refused where he is not there for it by himself: the look after another's decision is never taken in a third one's name.
    pub(crate) fn require_within_own(&self, db: &mut Database, reach: &Reach) -> Result<(), NotAuthorised> {
        let (login, scope) = (self.login.clone(), self.scope.to_string());
        match self.scope.judge(db, reach)? {
            Covered::Yes => Ok(()),
            Covered::No => Err(NotAuthorised::OutsideScope { login, scope }),
            Covered::PlaceUnknown => Err(NotAuthorised::PlaceUnknown { login, scope }),
        }
    }

    /// Whether he is there for it, by himself or by delegation.
    pub(crate) fn covers(&self, db: &mut Database, reach: &Reach) -> QueryResult<bool> {
        Ok(self.scope.covers(db, reach)? || !self.by_delegation(db, reach)?.is_empty())
    }

    /// The delegations that bring it within his reach. What is about everybody at once, and a delegation itself, none does.
    pub(crate) fn by_delegation(&self, db: &mut Database, reach: &Reach) -> QueryResult<Vec<&Delegated>> {
        let mut covering = Vec::new();
        for one in self.delegated.iter().filter(|_| reach.is_of_one_case()) {
            if one.scope.covers(db, reach)? {
                covering.push(one);
            }
        }
        Ok(covering)
    }
}
