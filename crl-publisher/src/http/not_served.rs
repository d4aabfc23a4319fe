//! Why something that is published is not served for the moment.

use std::io;

use thiserror::Error;

use crate::flights::Unshared;

/// Each asks for something else to be done: nothing, a look at the program, at the disk, at the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum NotServed {
    /// No fault of the file.
    #[error("somebody else is still reading it, for longer than we may wait")]
    StillRead,
    /// The next one who asks reads it himself.
    #[error("whoever was reading it for all who asked came to no end")]
    Lost,
    /// Also where a file system on the network says that its time is over.
    #[error("the disk does not give it: {0}")]
    Disk(String),
    /// And nothing stands behind it that was served before.
    #[error("{0}")]
    Refused(String),
}

impl From<io::Error> for NotServed {
    fn from(error: io::Error) -> Self {
        Self::Disk(error.to_string())
    }
}

impl From<Unshared> for NotServed {
    fn from(nothing: Unshared) -> Self {
        match nothing {
            Unshared::Overdue => Self::StillRead,
            Unshared::Lost => Self::Lost,
        }
    }
}
