use diesel::QueryResult;
use store::Database;

use super::{Officer, Reach, Right};

/// A list as an officer reads it: what he may read of it, and how many others there are. Every list that is not a query of the queue is cut
/// by it, so that none shows what another hides, and each says that it hides something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Within<T> {
    /// What he may read, in the order of the list.
    pub shown: Vec<T>,
    /// How many he may not.
    pub hidden: usize,
}

impl<T> Within<T> {
    /// Of `all`, those that he may read.
    pub(crate) fn of<E>(all: Vec<T>, mut may_read: impl FnMut(&T) -> Result<bool, E>) -> Result<Self, E> {
        let mut list = Self { shown: Vec::with_capacity(all.len()), hidden: 0 };
        for one in all {
            match may_read(&one)? {
                true => list.shown.push(one),
                false => list.hidden += 1,
            }
        }
        Ok(list)
    }

    /// The same list in another form.
    pub(crate) fn map<U>(self, form: impl FnMut(T) -> U) -> Within<U> {
        Within { shown: self.shown.into_iter().map(form).collect(), hidden: self.hidden }
    }
}

impl Officer {
    /// Whether he may read what `submitted_by` submitted and that reaches so far: his own, and every other of his scope where his role
    /// reads dossiers.
    pub(crate) fn reads(&self, db: &mut Database, submitted_by: &str, reach: &Reach) -> QueryResult<bool> {
        Ok(submitted_by == self.login || (self.role.may(Right::ReadDossier) && self.covers(db, reach)?))
    }
}
