/// Which orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStatus {
    /// Waiting for their decision.
    Submitted,
    /// Waiting for an answer of their applicant.
    Waiting,
    /// Waiting for their batch.
    Approved,
    /// Refused.
    Refused,
    /// Taken back.
    Withdrawn,
    /// With their card.
    Ordered,
}

impl OrderStatus {
    /// Every state, in the order of an order's life.
    pub const ALL: [Self; 6] =
        [Self::Submitted, Self::Waiting, Self::Approved, Self::Refused, Self::Withdrawn, Self::Ordered];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Ordered => "ordered",
        }
    }
}
