//! What the log says of a certificate after its issuance, beside where its record says that it stands.

/// How often its leaves said each. Counted, not ordered: of leaves that wait for their place the order is not known.
#[derive(Debug, Default)]
pub struct StatusLeaves {
    revoked: u64,
    held: u64,
    released: u64,
}

impl StatusLeaves {
    pub fn see(&mut self, action: &str) {
        match action {
            "certificate.revoked" => self.revoked += 1,
            "certificate.held" => self.held += 1,
            _ => self.released += 1,
        }
    }

    /// Whether `status` is what they lead to: nothing un-revokes, and only what is held is released.
    pub fn check(&self, status: &str) -> Result<(), String> {
        let Self { revoked, held, released } = *self;
        let is_held = held == released + 1;
        let holds = match status {
            "held" => revoked == 0 && is_held,
            "revoked" => revoked == 1 && (is_held || held == released),
            _ => revoked == 0 && held == released,
        };
        if holds {
            return Ok(());
        }
        Err(format!(
            "it is {status}, and its leaves say revoked {revoked}, held {held} and released {released} times"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(actions: &[&str], status: &str) -> bool {
        let mut leaves = StatusLeaves::default();
        actions.iter().for_each(|action| leaves.see(&format!("certificate.{action}")));
        leaves.check(status).is_ok()
    }

    #[test]
    fn a_certificate_stands_where_its_leaves_lead() {
        let never_touched = &["intended", "signing", "good", "abandoned"][..];
        for (actions, right) in [
            (&[][..], never_touched),
            (&["held", "released"], never_touched),
            (&["held"], &["held"]),
            (&["revoked"], &["revoked"]),
            (&["held", "revoked"], &["revoked"]),
            (&["held", "released", "revoked"], &["revoked"]),
            (&["released"], &[]),
            (&["held", "held"], &[]),
            (&["revoked", "revoked"], &[]),
        ] {
            for word in ["intended", "signing", "good", "abandoned", "held", "revoked"] {
                assert_eq!(after(actions, word), right.contains(&word), "{word} after {actions:?}");
            }
        }
    }
}
