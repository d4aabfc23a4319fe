use std::fmt;
use std::str::FromStr;

/// As whom the agent speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// Its head.
    Director,
    /// A professional who practises there.
    Professional,
    /// Somebody to whom its head gave the task.
    Delegate,
}

impl Quality {
    /// Every quality, in the order of a list.
    pub const ALL: [Self; 3] = [Self::Director, Self::Professional, Self::Delegate];

    /// As stored and as signed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Director => "director",
            Self::Professional => "professional",
            Self::Delegate => "delegate",
        }
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Quality {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|quality| quality.as_str() == text)
            .ok_or("must be director, professional or delegate")
    }
}
