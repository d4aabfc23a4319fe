use std::fmt;

use card::CardKind;

/// An offer of software certificates (\[S\] domain.md §1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// An organisation: authentication as a client, signature.
    Org,
    /// A server.
    Serv,
    /// A natural person who belongs to a structure.
    Pro,
    /// A professional.
    Ps,
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// A card.
    Card(CardKind),
    /// A software certificate.
    Offer(Offer),
}

impl Product {
    /// Every product, cards first.
    pub const ALL: [Self; 10] = [
        Self::Card(CardKind::Cps),
        Self::Card(CardKind::Cpf),
        Self::Card(CardKind::Cpe),
        Self::Card(CardKind::Cde),
        Self::Card(CardKind::Cpa),
        Self::Card(CardKind::Cda),
        Self::Offer(Offer::Org),
        Self::Offer(Offer::Serv),
        Self::Offer(Offer::Pro),
        Self::Offer(Offer::Ps),
    ];

    /// As the tables and the rules' identifiers write it: `CPS`, `SERV`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Card(kind) => kind.as_str(),
            Self::Offer(Offer::Org) => "ORG",
            Self::Offer(Offer::Serv) => "SERV",
            Self::Offer(Offer::Pro) => "PRO",
            Self::Offer(Offer::Ps) => "PS",
        }
    }

    /// The product of this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.code() == code)
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
